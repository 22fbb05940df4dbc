//! Cases in the log.
//!
//! An index frame is a list of changes: a case's id, what became of it (one byte), its row, the words that are searched,
//! and where its body stands. The newest change of a case is the one that counts.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use ring::rand::SecureRandom;

use super::frame::Kind;
use super::log::{CacheError, Log, wipe};
use super::place::Notice;
use crate::protocol::bytes::CaseId;
use crate::secret::{Secret, SecretBytes, grow};

/// Bytes of a body frame at which the next one begins; small enough that one case is opened at once.
const BODY_FRAME: usize = 256 << 10;

/// Bytes of an index frame at which the next one begins; large enough that the cores have something to do.
const INDEX_FRAME: usize = 1 << 20;

/// Bytes that count for nothing any more and are borne with before the file is written anew.
const BORNE: u64 = 16 << 20;

/// Where a whole case stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyRef {
    frame: u32,
    offset: u32,
    length: u32,
}

/// What is kept of a case.
pub struct Put<'a> {
    /// The case.
    pub id: CaseId,
    /// What lists show of it.
    pub row: &'a [u8],
    /// Its words, folded for the search.
    pub words: &'a str,
    /// All of it; `None` when only the row has changed.
    pub body: Option<&'a [u8]>,
}

/// A change as it is read back.
pub enum Change<'a, R> {
    /// A case is there, or has changed.
    Put {
        /// The case.
        id: CaseId,
        /// What lists show of it.
        row: R,
        /// Its words.
        words: &'a str,
        /// Where all of it stands.
        body: BodyRef,
    },
    /// Only the row of a case has changed.
    Row {
        /// The case.
        id: CaseId,
        /// What lists show of it.
        row: R,
    },
    /// A case is not shown to this member any more.
    Gone(CaseId),
}

/// Bytes of index and body, a case's head included.
const fn weight(row: usize, words: usize, body: BodyRef) -> u64 {
    (row + words) as u64 + body.length as u64 + 64
}

/// The bytes of each case that count.
#[derive(Default)]
struct Ledger {
    cases: BTreeMap<CaseId, u64>,
    total: u64,
}

impl Ledger {
    fn put(&mut self, id: CaseId, bytes: u64) {
        let before = self.cases.insert(id, bytes).unwrap_or(0);
        self.total = self.total + bytes - before;
    }

    fn remove(&mut self, id: CaseId) {
        self.total -= self.cases.remove(&id).unwrap_or(0);
    }
}

/// The cases of one member on this machine's disk.
pub struct Cache {
    log: Log,
    live: Ledger,
}

impl Cache {
    /// Opens the cache in `folder` and gives every change to `take`, oldest first; rows are read by `read` on all cores.
    /// When there was one that cannot be used, it begins empty and says why.
    pub fn open<R: Send>(
        folder: &Path,
        member: &Secret<32>,
        rng: &dyn SecureRandom,
        read: impl Fn(&[u8]) -> Option<R> + Sync,
        mut take: impl FnMut(Change<'_, R>),
    ) -> Result<(Self, Option<Notice>), CacheError> {
        let (log, notice) = Log::open(folder, member.clone(), rng)?;
        let mut cache = Self { log, live: Ledger::default() };
        if cache.load(&read, &mut take).is_ok() {
            return Ok((cache, notice));
        }
        drop(cache);
        wipe(folder)?;
        let (log, _) = Log::open(folder, member.clone(), rng)?;
        Ok((Self { log, live: Ledger::default() }, Some(Notice::Damaged)))
    }

    /// Nothing is taken unless every index frame opens: the first pass opens them, the second hands them over.
    fn load<R: Send>(
        &mut self,
        read: &(impl Fn(&[u8]) -> Option<R> + Sync),
        take: &mut impl FnMut(Change<'_, R>),
    ) -> Result<(), CacheError> {
        let frames = self.log.of_kind(Kind::Index);
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut opened = Vec::with_capacity(frames.len());
        for numbers in frames.chunks(frames.len().div_ceil(cores).max(1)) {
            opened.push((numbers, Vec::with_capacity(numbers.len())));
        }
        let (log, altered) = (&self.log, || CacheError::Altered(std::path::PathBuf::new()));
        let results: Vec<Result<(), CacheError>> = std::thread::scope(|scope| {
            let open = |(numbers, out): &mut (&[usize], Vec<Opened<R>>)| {
                for number in *numbers {
                    let frame = log.open_frame(*number)?;
                    let changes = read_changes(frame.expose(), read).ok_or_else(altered)?;
                    out.push((frame, changes));
                }
                Ok(())
            };
            let running: Vec<_> = opened.iter_mut().map(|part| scope.spawn(move || open(part))).collect();
            running.into_iter().map(|thread| thread.join().unwrap_or_else(|_| Err(altered()))).collect()
        });
        results.into_iter().collect::<Result<(), _>>()?;
        for (frame, changes) in opened.into_iter().flat_map(|(_, frames)| frames) {
            for change in changes {
                self.count(&change);
                take(change.with(frame.expose()));
            }
        }
        Ok(())
    }

    fn count<R>(&mut self, change: &Read<R>) {
        match change {
            Read::Put { id, words, body, row_length, .. } => {
                self.live.put(*id, weight(*row_length, words.len(), *body));
            }
            Read::Row { .. } => {}
            Read::Gone(id) => self.live.remove(*id),
        }
    }

    /// Opens a whole case.
    pub fn body(&self, place: BodyRef) -> Result<SecretBytes, CacheError> {
        let frame = self.log.open_frame(place.frame as usize)?;
        let range = place.offset as usize..place.offset as usize + place.length as usize;
        let bytes = frame.expose().get(range).map(<[u8]>::to_vec).unwrap_or_default();
        Ok(SecretBytes::new(bytes))
    }

    /// Writes changes; they last when this returns, and a crash before leaves each of them whole or not at all. Gives
    /// where each body stands.
    pub fn write(
        &mut self,
        puts: &[Put<'_>],
        gone: &[CaseId],
        rng: &dyn SecureRandom,
    ) -> Result<Vec<Option<BodyRef>>, CacheError> {
        let places = write_bodies(&mut self.log, puts.iter().map(|put| put.body), rng)?;
        let mut index = Vec::new();
        for (put, place) in puts.iter().zip(&places) {
            if index.len() >= INDEX_FRAME {
                self.log.append(Kind::Index, std::mem::take(&mut index), rng)?;
            }
            write_put(&mut index, put.id, put.row, place.map(|place| (put.words, place)));
            if let Some(place) = place {
                self.live.put(put.id, weight(put.row.len(), put.words.len(), *place));
            }
        }
        for id in gone {
            grow(&mut index, 17);
            index.extend_from_slice(id.as_bytes());
            index.push(GONE);
            self.live.remove(*id);
        }
        if !index.is_empty() {
            self.log.append(Kind::Index, index, rng)?;
        }
        self.log.keep()?;
        Ok(places)
    }

    /// Whether more than half of the file counts for nothing any more.
    pub fn is_wasteful(&self) -> bool {
        self.log.size() > 2 * self.live.total + BORNE
    }

    /// Writes the file anew with what counts. `puts` gives each case as it stands, with where its body is now; the answer
    /// tells where it is then, in the same order.
    pub fn compact<'a>(
        &mut self,
        puts: impl Iterator<Item = (CaseId, SecretBytes, &'a str, BodyRef)>,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<BodyRef>, CacheError> {
        let mut next = self.log.beside(rng)?;
        let (mut places, mut live) = (Vec::new(), Ledger::default());
        let mut puts = puts.peekable();
        while puts.peek().is_some() {
            let mut batch = Vec::new();
            let mut size = 0;
            while size < INDEX_FRAME
                && let Some((id, row, words, place)) = puts.next()
            {
                size += row.expose().len() + words.len();
                batch.push((id, row, words, self.body(place)?));
            }
            let written = write_bodies(&mut next, batch.iter().map(|(.., body)| Some(body.expose())), rng)?;
            let mut index = Vec::new();
            for ((id, row, words, _), place) in batch.iter().zip(written.into_iter().flatten()) {
                write_put(&mut index, *id, row.expose(), Some((words, place)));
                live.put(*id, weight(row.expose().len(), words.len(), place));
                places.push(place);
            }
            next.append(Kind::Index, index, rng)?;
        }
        self.log.replace(next)?;
        self.live = live;
        Ok(places)
    }
}

/// A case with its words and its body.
const PUT: u8 = 1;
/// A case's row alone.
const ROW: u8 = 2;
/// A case that is not shown any more.
const GONE: u8 = 3;

/// An index frame, and the changes in it.
type Opened<R> = (SecretBytes, Vec<Read<R>>);

/// A change whose words are a part of its frame.
enum Read<R> {
    Put { id: CaseId, row: R, row_length: usize, words: Range<usize>, body: BodyRef },
    Row { id: CaseId, row: R },
    Gone(CaseId),
}

impl<R> Read<R> {
    fn with(self, frame: &[u8]) -> Change<'_, R> {
        match self {
            Self::Put { id, row, words, body, .. } => {
                let words = std::str::from_utf8(&frame[words]).expect("it was UTF-8 when the change was read");
                Change::Put { id, row, words, body }
            }
            Self::Row { id, row } => Change::Row { id, row },
            Self::Gone(id) => Change::Gone(id),
        }
    }
}

fn write_bodies<'a>(
    log: &mut Log,
    bodies: impl Iterator<Item = Option<&'a [u8]>>,
    rng: &dyn SecureRandom,
) -> Result<Vec<Option<BodyRef>>, CacheError> {
    let (mut places, mut frame) = (Vec::new(), Vec::new());
    let mut begun = 0;
    for body in bodies {
        let Some(body) = body else {
            places.push(None);
            continue;
        };
        places.push(Some(BodyRef { frame: 0, offset: to_u32(frame.len()), length: to_u32(body.len()) }));
        grow(&mut frame, body.len());
        frame.extend_from_slice(body);
        if frame.len() >= BODY_FRAME {
            finish(log, &mut frame, &mut places[begun..], rng)?;
            begun = places.len();
        }
    }
    finish(log, &mut frame, &mut places[begun..], rng)?;
    Ok(places)
}

fn finish(
    log: &mut Log,
    frame: &mut Vec<u8>,
    places: &mut [Option<BodyRef>],
    rng: &dyn SecureRandom,
) -> Result<(), CacheError> {
    if frame.is_empty() {
        return Ok(());
    }
    let number = log.append(Kind::Body, std::mem::take(frame), rng)?;
    places.iter_mut().flatten().for_each(|place| place.frame = to_u32(number));
    Ok(())
}

fn write_put(index: &mut Vec<u8>, id: CaseId, row: &[u8], whole: Option<(&str, BodyRef)>) {
    grow(index, 64 + row.len() + whole.map_or(0, |(words, _)| words.len()));
    index.extend_from_slice(id.as_bytes());
    index.push(if whole.is_some() { PUT } else { ROW });
    write_bytes(index, row);
    if let Some((words, BodyRef { frame, offset, length })) = whole {
        write_bytes(index, words.as_bytes());
        for number in [frame, offset, length] {
            index.extend_from_slice(&number.to_be_bytes());
        }
    }
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(&to_u32(bytes.len()).to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Frames are bounded far below what does not fit.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Reads the changes of a frame; `None` when it is not made of whole changes.
fn read_changes<R>(frame: &[u8], read: &impl Fn(&[u8]) -> Option<R>) -> Option<Vec<Read<R>>> {
    let mut changes = Vec::new();
    let mut at = 0;
    while at < frame.len() {
        let id = CaseId(frame.get(at..at + 16)?.try_into().ok()?);
        let what = *frame.get(at + 16)?;
        at += 17;
        changes.push(match what {
            PUT => {
                let row = read_bytes(frame, &mut at)?;
                let words = read_bytes(frame, &mut at)?;
                std::str::from_utf8(&frame[words.clone()]).ok()?;
                let mut number = || read_u32(frame, &mut at);
                let body = BodyRef { frame: number()?, offset: number()?, length: number()? };
                Read::Put { id, row_length: row.len(), row: read(&frame[row])?, words, body }
            }
            ROW => Read::Row { id, row: read(&frame[read_bytes(frame, &mut at)?])? },
            GONE => Read::Gone(id),
            _ => return None,
        });
    }
    Some(changes)
}

fn read_u32(frame: &[u8], at: &mut usize) -> Option<u32> {
    let bytes = frame.get(*at..*at + 4)?.try_into().ok()?;
    *at += 4;
    Some(u32::from_be_bytes(bytes))
}

fn read_bytes(frame: &[u8], at: &mut usize) -> Option<Range<usize>> {
    let length = read_u32(frame, at)? as usize;
    let range = *at..at.checked_add(length)?;
    frame.get(range.clone())?;
    *at = range.end;
    Some(range)
}

#[cfg(test)]
mod tests;
