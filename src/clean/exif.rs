//! TIFF directories, and what Exif and XMP tell.

use super::bytes::{array, contains, take};
use super::found::{Finds, Found, Result, Stop, check};

/// Bytes of one value, by type (TIFF 6.0, section 2).
const VALUE_SIZE: [usize; 14] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4];

const ORIENTATION: u16 = 274;
const EXIF_IFD: u16 = 34665;
const GPS_IFD: u16 = 34853;

/// What a tag tells of a person, a device or a place (Exif 3.0, sections 4.6.4 to 4.6.6).
fn told_by(tag: u16) -> Option<Found> {
    Some(match tag {
        270 | 37510 | 33723 | 40091 | 40092 | 40094 | 40095 => Found::Comment,
        271 | 272 | 42035 | 42036 => Found::Camera,
        305 | 316 => Found::Software,
        306 | 36867 | 36868 => Found::Time,
        315 | 33432 | 40093 | 42032 => Found::Owner,
        330 => Found::Thumbnail,
        700 | 34377 => Found::History,
        37500 => Found::MakerNote,
        42016 | 42033 | 42037 => Found::Serial,
        _ => return None,
    })
}

/// A TIFF structure and its byte order.
#[derive(Clone, Copy)]
pub struct Tiff<'a> {
    pub bytes: &'a [u8],
    pub little: bool,
}

/// An entry of a directory.
#[derive(Clone, Copy)]
pub struct Entry {
    pub tag: u16,
    pub kind: u16,
    pub count: usize,
    /// Bytes of its value; 0 for a kind that is not known.
    pub size: usize,
    /// Where its value stands.
    pub at: usize,
    /// Whether that is in the entry itself.
    pub inline: bool,
}

/// A directory.
pub struct Ifd {
    pub at: usize,
    pub entries: Vec<Entry>,
    /// Where the one after it stands; 0 for nowhere.
    pub next: usize,
}

impl Ifd {
    pub fn find(&self, tag: u16) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.tag == tag)
    }
}

impl<'a> Tiff<'a> {
    /// Reads the header; the number is where the first directory stands.
    pub fn new(bytes: &'a [u8]) -> Result<(Self, usize)> {
        let little = match take(bytes, 0, 2)? {
            b"II" => true,
            b"MM" => false,
            _ => return Err(Stop::Damaged),
        };
        let tiff = Self { bytes, little };
        check(tiff.short(2)? == 42)?;
        Ok((tiff, tiff.long(4)?))
    }

    pub fn short(&self, at: usize) -> Result<u16> {
        let two = array(self.bytes, at)?;
        Ok(if self.little { u16::from_le_bytes(two) } else { u16::from_be_bytes(two) })
    }

    pub fn long(&self, at: usize) -> Result<usize> {
        let four = array(self.bytes, at)?;
        Ok((if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }) as usize)
    }

    pub fn ifd(&self, at: usize) -> Result<Ifd> {
        let count = usize::from(self.short(at)?);
        let from = at + 2;
        take(self.bytes, from, count * 12 + 4)?;
        let entries = (0..count).map(|index| self.entry(from + index * 12)).collect::<Result<_>>()?;
        Ok(Ifd { at, entries, next: self.long(from + count * 12)? })
    }

    fn entry(&self, at: usize) -> Result<Entry> {
        let (tag, kind, count) = (self.short(at)?, self.short(at + 2)?, self.long(at + 4)?);
        let value = VALUE_SIZE.get(usize::from(kind)).copied().unwrap_or(0);
        let size = value.checked_mul(count).ok_or(Stop::Damaged)?;
        let inline = size <= 4;
        let at = if inline { at + 8 } else { self.long(at + 8)? };
        Ok(Entry { tag, kind, count, size, at, inline })
    }

    /// A value of one short or long.
    pub fn number(&self, entry: &Entry) -> Result<usize> {
        check(entry.count >= 1)?;
        match entry.kind {
            3 => self.short(entry.at).map(usize::from),
            4 => self.long(entry.at),
            _ => Err(Stop::Damaged),
        }
    }

    /// Notes what entries tell, and follows the first of each kind to the directories of camera and place.
    pub fn note(&self, entries: &[Entry], found: &mut Finds) {
        // A pointer to nowhere hides nothing more than itself.
        let follow = |tag| {
            let entry = entries.iter().find(|one| one.tag == tag)?;
            self.number(entry).and_then(|at| self.ifd(at)).ok()
        };
        let camera = follow(EXIF_IFD).map_or_else(Vec::new, |ifd| ifd.entries);
        found.extend(entries.iter().chain(&camera).filter_map(|one| told_by(one.tag)));
        if follow(GPS_IFD).is_some_and(|ifd| ifd.entries.iter().any(|one| one.tag != 0)) {
            found.insert(Found::Place);
        }
    }
}

/// An Exif block with nothing but the orientation.
fn minimal_exif(orientation: u8) -> Vec<u8> {
    let mut bytes = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0".to_vec();
    bytes[19] = orientation;
    bytes
}

/// Reads an Exif block (a TIFF structure) that will be dropped: notes what it told, and returns what shall stand in its
/// place, if anything. One that cannot be read is dropped too.
pub fn read_exif(bytes: &[u8], found: &mut Finds) -> Option<Vec<u8>> {
    let (mut seen, mut orientation) = (Finds::new(), 1);
    let _ = read_block(bytes, &mut seen, &mut orientation);
    let minimal = u8::try_from(orientation).ok().filter(|value| (2..=8).contains(value)).map(minimal_exif);
    if minimal.as_deref() != Some(bytes) {
        if seen.is_empty() {
            seen.insert(Found::Other);
        }
        found.append(&mut seen);
    }
    minimal
}

fn read_block(bytes: &[u8], seen: &mut Finds, orientation: &mut usize) -> Result<()> {
    let (tiff, first) = Tiff::new(bytes)?;
    let ifd = tiff.ifd(first)?;
    tiff.note(&ifd.entries, seen);
    if let Some(entry) = ifd.find(ORIENTATION) {
        *orientation = tiff.number(entry)?;
    }
    if ifd.next != 0 {
        seen.insert(Found::Thumbnail);
    }
    Ok(())
}

/// Notes what an XMP packet tells, by the names of its properties.
pub fn read_xmp(bytes: &[u8], found: &mut Finds) {
    found.insert(Found::History);
    let names = [
        ("GPSL", Found::Place),
        ("Date", Found::Time),
        ("tiff:M", Found::Camera),
        ("SerialNumber", Found::Serial),
        ("creator", Found::Owner),
        ("OwnerName", Found::Owner),
        ("CreatorTool", Found::Software),
    ];
    found.extend(names.into_iter().filter(|(name, _)| contains(bytes, name)).map(|(_, tells)| tells));
}
