//! Frames one after another in one file.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;

use super::frame::{self, Bound, HEAD, Kind, SALT, SessionKey, TAG, Tag};
use super::place::{self, Notice, Place};
use crate::desk::pins::{PinError, private};
use crate::secret::{NoRandomness, Secret, SecretBytes, random_bytes};

/// What the file begins with.
const MAGIC: &[u8] = b"amparo desk cache 1\n";

/// Why the cache cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// A file cannot be read or written.
    #[error("the desk's cache in {path} cannot be used ({error}); check the disk's free space and the folder's rights")]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The desk's own files.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// Another desk of this member has the cache open.
    #[error("another desk uses the cache in {0}; close it, or give this one a folder of its own")]
    Taken(PathBuf),
    /// A frame does not open: it was altered after it was written.
    #[error("the desk's cache in {0} was altered or damaged; lock the desk and unlock it again, which makes it anew")]
    Altered(PathBuf),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// A frame of the file.
#[derive(Clone, Copy)]
struct Known {
    offset: u64,
    length: usize,
    kind: Kind,
    before: Tag,
    session: usize,
}

/// The log, open for reading and appending by this program alone.
pub struct Log {
    folder: PathBuf,
    file: File,
    member: Secret<32>,
    sessions: Vec<SessionKey>,
    frames: Vec<Known>,
    first: [u8; SALT],
    tag: Tag,
    end: u64,
    /// Whether a session of this program has begun.
    is_begun: bool,
}

impl Log {
    /// Opens the log in `folder`, or begins one; tells when what was there is not what this desk left.
    pub fn open(
        folder: &Path,
        member: Secret<32>,
        rng: &dyn SecureRandom,
    ) -> Result<(Self, Option<Notice>), CacheError> {
        let places = place::read(folder)?;
        let path = path(folder);
        let file = match open_alone(&path, false) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let notice = (!places.is_empty()).then_some(Notice::Gone);
                return Ok((Self::create(folder, &path, member, rng)?, notice));
            }
            Err(error) => return Err(refused(folder, error)),
        };
        let read = Self::read(folder, file, member.clone()).map_err(|error| io_error(folder, error))?;
        let notice = match read {
            // A desk that was stopped before it wrote its first place has nothing to compare with.
            Some(mut log) => match places.iter().find(|place| log.passes(place)) {
                Some(place) => {
                    log.cut(place.frames)?;
                    return Ok((log, None));
                }
                None if places.is_empty() => {
                    log.cut(0)?;
                    return Ok((log, None));
                }
                None => Notice::Older,
            },
            None => Notice::Damaged,
        };
        fs::remove_file(&path).map_err(|error| io_error(folder, error))?;
        Ok((Self::create(folder, &path, member, rng)?, Some(notice)))
    }

    /// Begins a log that will take this one's place with [`Log::replace`].
    pub fn beside(&self, rng: &dyn SecureRandom) -> Result<Self, CacheError> {
        let path = self.folder.join(NEXT);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(io_error(&self.folder, error)),
            _ => Self::create(&self.folder, &path, self.member.clone(), rng),
        }
    }

    /// Puts `next` in this one's place. A crash leaves one or the other.
    pub fn replace(&mut self, next: Self) -> Result<(), CacheError> {
        let io = |error| io_error(&self.folder, error);
        next.file.sync_data().map_err(io)?;
        place::write(&self.folder, self.place(), Some(next.place()))?;
        fs::rename(self.folder.join(NEXT), path(&self.folder)).map_err(io)?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(io)?;
        place::write(&self.folder, next.place(), None)?;
        *self = next;
        Ok(())
    }

    fn create(folder: &Path, path: &Path, member: Secret<32>, rng: &dyn SecureRandom) -> Result<Self, CacheError> {
        let mut file = open_alone(path, true).map_err(|error| refused(folder, error))?;
        file.write_all(MAGIC).map_err(|error| io_error(folder, error))?;
        let mut log = Self::empty(folder, file, member);
        log.begin(rng)?;
        log.first = log.salt_of_first()?;
        Ok(log)
    }

    fn empty(folder: &Path, file: File, member: Secret<32>) -> Self {
        Self {
            folder: folder.to_owned(),
            file,
            member,
            sessions: Vec::new(),
            frames: Vec::new(),
            first: [0; SALT],
            tag: [0; TAG],
            end: MAGIC.len() as u64,
            is_begun: false,
        }
    }

    /// Walks the file from head to head up to the last whole frame. `None` when it is no log of this member.
    fn read(folder: &Path, file: File, member: Secret<32>) -> io::Result<Option<Self>> {
        let size = file.metadata()?.len();
        let mut log = Self::empty(folder, file, member);
        let mut reader = BufReader::new(&log.file);
        reader.seek(SeekFrom::Start(0))?;
        let mut magic = [0; MAGIC.len()];
        if size < log.end || reader.read_exact(&mut magic).is_err() || magic != *MAGIC {
            return Ok(None);
        }
        let (mut frames, mut sessions, mut tag, mut end) = (Vec::new(), Vec::new(), [0; TAG], log.end);
        let mut head = [0; HEAD];
        while end + (HEAD as u64) <= size {
            reader.read_exact(&mut head)?;
            let Some((length, kind)) = frame::read_head(head) else { break };
            let next = end + (HEAD + length) as u64;
            if next > size || (sessions.is_empty() && kind != Kind::Session) {
                break;
            }
            let before = tag;
            let mut salt = [0; SALT];
            if kind == Kind::Session {
                reader.read_exact(&mut salt)?;
            } else {
                reader.seek_relative(i64::try_from(length - TAG).unwrap_or(i64::MAX))?;
            }
            reader.read_exact(&mut tag)?;
            if kind == Kind::Session {
                let key = SessionKey::derive(&log.member, &salt);
                let bound = Bound { number: frames.len() as u64, kind, before };
                if key.open(&bound, tag.to_vec()).is_err() {
                    tag = before;
                    break;
                }
                if sessions.is_empty() {
                    log.first = salt;
                }
                sessions.push(key);
            }
            frames.push(Known { offset: end, length, kind, before, session: sessions.len() - 1 });
            end = next;
        }
        drop(reader);
        (log.frames, log.sessions, log.tag, log.end) = (frames, sessions, tag, end);
        Ok((!log.sessions.is_empty()).then_some(log))
    }

    fn salt_of_first(&self) -> Result<[u8; SALT], CacheError> {
        let mut salt = [0; SALT];
        let read = self.file.read_exact_at(&mut salt, (MAGIC.len() + HEAD) as u64);
        read.map(|()| salt).map_err(|error| io_error(&self.folder, error))
    }

    /// Whether `place` is in this log.
    fn passes(&self, place: &Place) -> bool {
        let Ok(frames) = usize::try_from(place.frames) else { return false };
        let tag = match frames.cmp(&self.frames.len()) {
            std::cmp::Ordering::Less => self.frames[frames].before,
            std::cmp::Ordering::Equal => self.tag,
            std::cmp::Ordering::Greater => return false,
        };
        place.file == self.first && place.tag == tag
    }

    /// Cuts off what a crash left: from the first frame on that does not open, of those from number `kept` on.
    fn cut(&mut self, kept: u64) -> Result<(), CacheError> {
        let kept = usize::try_from(kept).unwrap_or(usize::MAX);
        let is_broken =
            |number: &usize| self.frames[*number].kind != Kind::Session && self.open_frame(*number).is_err();
        if let Some(number) = (kept..self.frames.len()).find(is_broken) {
            (self.end, self.tag) = (self.frames[number].offset, self.frames[number].before);
            self.frames.truncate(number);
        }
        self.file.set_len(self.end).map_err(|error| io_error(&self.folder, error))
    }

    fn place(&self) -> Place {
        Place { file: self.first, frames: self.frames.len() as u64, tag: self.tag }
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.end
    }

    /// Numbers of the frames of a kind, in order.
    pub fn of_kind(&self, kind: Kind) -> Vec<usize> {
        (0..self.frames.len()).filter(|number| self.frames[*number].kind == kind).collect()
    }

    /// Opens a frame.
    pub fn open_frame(&self, number: usize) -> Result<SecretBytes, CacheError> {
        let altered = || CacheError::Altered(self.folder.clone());
        let known = self.frames.get(number).ok_or_else(altered)?;
        let mut sealed = vec![0; known.length];
        let read = self.file.read_exact_at(&mut sealed, known.offset + HEAD as u64);
        read.map_err(|error| io_error(&self.folder, error))?;
        let bound = Bound { number: number as u64, kind: known.kind, before: known.before };
        self.sessions[known.session].open(&bound, sealed).map_err(|_| altered())
    }

    /// Begins this program's session.
    fn begin(&mut self, rng: &dyn SecureRandom) -> Result<(), CacheError> {
        let salt = random_bytes::<SALT>(rng)?;
        let key = SessionKey::derive(&self.member, &salt);
        let bound = Bound { number: self.frames.len() as u64, kind: Kind::Session, before: self.tag };
        let tag = key.seal(&bound, &mut []);
        self.sessions.push(key);
        self.write(Kind::Session, &salt, tag)?;
        self.is_begun = true;
        Ok(())
    }

    /// Appends a frame and returns its number. It lasts once [`Log::keep`] was called.
    pub fn append(&mut self, kind: Kind, plain: Vec<u8>, rng: &dyn SecureRandom) -> Result<usize, CacheError> {
        if !self.is_begun {
            self.begin(rng)?;
        }
        let number = self.frames.len();
        let bound = Bound { number: number as u64, kind, before: self.tag };
        let mut sealed = plain;
        let key = self.sessions.last().expect("a session was begun");
        let tag = key.seal(&bound, &mut sealed);
        self.write(kind, &sealed, tag)?;
        Ok(number)
    }

    fn write(&mut self, kind: Kind, sealed: &[u8], tag: Tag) -> Result<(), CacheError> {
        let length = sealed.len() + TAG;
        let head = frame::head(length, kind);
        let written = (|| {
            self.file.write_all_at(&head, self.end)?;
            self.file.write_all_at(sealed, self.end + HEAD as u64)?;
            self.file.write_all_at(&tag, self.end + (HEAD + sealed.len()) as u64)
        })();
        written.map_err(|error| io_error(&self.folder, error))?;
        let (offset, before, session) = (self.end, self.tag, self.sessions.len() - 1);
        self.frames.push(Known { offset, length, kind, before, session });
        self.end += (HEAD + length) as u64;
        self.tag = tag;
        Ok(())
    }

    /// Makes what was appended last, and keeps how far the log has come.
    pub fn keep(&self) -> Result<(), CacheError> {
        self.file.sync_data().map_err(|error| io_error(&self.folder, error))?;
        Ok(place::write(&self.folder, self.place(), None)?)
    }
}

/// Removes a desk's copy of the cases from `folder`, and what tells of it. Refused while a desk uses it.
pub fn wipe(folder: &Path) -> Result<(), CacheError> {
    let path = path(folder);
    if path.exists() {
        drop(open_alone(&path, false).map_err(|error| refused(folder, error))?);
    }
    for path in [path, folder.join(NEXT)] {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io_error(folder, error)),
            _ => {}
        }
    }
    place::remove(folder).map_err(|error| io_error(folder, error))
}

/// The file that is about to take the log's place.
const NEXT: &str = "cache.amparo.new";

fn path(folder: &Path) -> PathBuf {
    folder.join("cache.amparo")
}

fn io_error(folder: &Path, error: io::Error) -> CacheError {
    CacheError::Io { path: folder.to_owned(), error }
}

fn refused(folder: &Path, error: io::Error) -> CacheError {
    if error.kind() == io::ErrorKind::WouldBlock {
        CacheError::Taken(folder.to_owned())
    } else {
        io_error(folder, error)
    }
}

/// Opens a file that no other program has open here; the lock goes with the file.
fn open_alone(path: &Path, is_new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    private(options.read(true).write(true).create_new(is_new));
    let file = options.open(path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}
