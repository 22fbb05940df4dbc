//! TIFF 6.0.

use std::collections::BTreeSet;

use super::bytes::{is_blank, part, take};
use super::exif::{Entry, Ifd, Tiff};
use super::found::{Finds, Found, Kind, Result, Stop, check};
use super::icc::{PROFILE_MAX, clean_profile};
use super::pieces::Pieces;

/// Directories in one file; each is a page.
const IFDS_MAX: usize = 1024;
/// Entries of all directories, and strips or tiles of all pages.
const ENTRIES_MAX: usize = 1 << 17;
const STRIPS_MAX: usize = 1 << 20;

const ASCII: u16 = 2;
const REDUCED: u16 = 254;
const COMPRESSION: u16 = 259;
const PHOTOMETRIC: u16 = 262;
const PROFILE: u16 = 34675;
const DNG_VERSION: u16 = 50706;
const OLD_JPEG: usize = 6;

/// Compressions and colours of raw photos, which need their makers' own tags to be developed.
const RAW_COMPRESSIONS: [usize; 4] = [32767, 34713, 65000, 65535];
const RAW_COLORS: [usize; 2] = [32803, 34892];

/// Where the picture's data stands: offsets and lengths of strips, and of tiles.
const DATA: [(u16, u16); 2] = [(273, 279), (324, 325)];

/// Whether a picture is drawn from a tag (TIFF 6.0 and its supplements).
fn is_drawn(tag: u16) -> bool {
    matches!(
        tag,
        254..=259 | 262..=266 | 273 | 274 | 277..=284 | 286 | 287 | 290..=293 | 296 | 297 | 301 | 317..=325 | 332 | 334
            | 336 | 338..=342 | 347 | 529..=532 | PROFILE | 50674
    )
}

/// What is kept of the file, with other bytes in its place where they change.
struct Kept {
    from: usize,
    to: usize,
    bytes: Option<Vec<u8>>,
}

/// A TIFF with only the tags and data it is drawn from, each where it was, zeros between them, and nothing after the
/// last. Reduced copies of a page are left out with all that hangs below a page.
pub fn clean_tiff(file: &[u8], found: &mut Finds) -> Result<Pieces> {
    let (tiff, first) = Tiff::new(file)?;
    // Canon's raw photos say so after the header.
    if first >= 12 && take(file, 8, 2)? == b"CR" {
        return Err(Stop::Cannot(Kind::Image));
    }
    let (mut pages, mut seen): (Vec<Ifd>, _) = (Vec::new(), BTreeSet::new());
    let (mut at, mut entries) = (first, 0);
    while at != 0 {
        check(seen.len() < IFDS_MAX && seen.insert(at))?;
        let ifd = tiff.ifd(at)?;
        entries += ifd.entries.len();
        check(entries <= ENTRIES_MAX)?;
        refuse_others(tiff, &ifd)?;
        at = ifd.next;
        if !pages.is_empty() && number(tiff, &ifd, REDUCED)? & 1 == 1 {
            found.insert(Found::Thumbnail);
        } else {
            pages.push(ifd);
        }
    }
    check(!pages.is_empty())?;
    let mut kept = vec![Kept { from: 0, to: 8, bytes: None }];
    let mut left = Left { strips: STRIPS_MAX, profile: file.len() };
    let nexts = pages.iter().skip(1).map(|page| page.at).chain([0]);
    for (page, next) in pages.iter().zip(nexts) {
        keep_ifd(tiff, page, next, &mut left, &mut kept, found)?;
    }
    blank_rest(file, kept, found)
}

fn number(tiff: Tiff<'_>, ifd: &Ifd, tag: u16) -> Result<usize> {
    ifd.find(tag).map_or(Ok(0), |entry| tiff.number(entry))
}

/// Refuses raw photos and old ways of putting JPEG into TIFF, which need more than the tags kept here.
fn refuse_others(tiff: Tiff<'_>, ifd: &Ifd) -> Result<()> {
    let (compression, color) = (number(tiff, ifd, COMPRESSION)?, number(tiff, ifd, PHOTOMETRIC)?);
    let raw = RAW_COMPRESSIONS.contains(&compression) || RAW_COLORS.contains(&color);
    if raw || ifd.find(DNG_VERSION).is_some() || compression == OLD_JPEG {
        return Err(Stop::Cannot(Kind::Image));
    }
    Ok(())
}

fn numbers(tiff: Tiff<'_>, entry: &Entry) -> Result<Vec<usize>> {
    check(matches!(entry.kind, 3 | 4))?;
    take(tiff.bytes, entry.at, entry.size)?;
    let read = |index: usize| match entry.kind {
        3 => tiff.short(entry.at + index * 2).map(usize::from),
        _ => tiff.long(entry.at + index * 4),
    };
    (0..entry.count).map(read).collect()
}

/// What may still be read of the file: strips, and bytes of colour profiles.
struct Left {
    strips: usize,
    profile: usize,
}

/// Takes `count` from what is left of something.
fn spend(left: &mut usize, count: usize) -> Result<()> {
    *left = left.checked_sub(count).ok_or(Stop::Damaged)?;
    Ok(())
}

/// Adds what is kept of a directory; `next` is where the one that follows it will stand.
fn keep_ifd(
    tiff: Tiff<'_>,
    ifd: &Ifd,
    next: usize,
    left: &mut Left,
    kept: &mut Vec<Kept>,
    found: &mut Finds,
) -> Result<()> {
    let file = tiff.bytes;
    let (mut table, mut dropped) = (vec![0; 2], Vec::new());
    for (index, entry) in ifd.entries.iter().enumerate() {
        if !is_drawn(entry.tag) || entry.size == 0 || entry.kind == ASCII {
            dropped.push(*entry);
            continue;
        }
        let value = take(file, entry.at, entry.size)?;
        let (from, to) = (entry.at, entry.at + entry.size);
        if entry.tag == PROFILE {
            let fits = entry.size <= PROFILE_MAX && !entry.inline;
            spend(&mut left.profile, if fits { entry.size } else { 0 })?;
            let clean = if fits { clean_profile(value) } else { None };
            if clean.as_deref() != Some(value) {
                found.insert(Found::ColorProfile);
            }
            if clean.is_none() {
                continue;
            }
            kept.push(Kept { from, to, bytes: clean });
        } else if !entry.inline {
            kept.push(Kept { from, to, bytes: None });
        }
        let mut bytes = take(file, ifd.at + 2 + index * 12, 12)?.to_vec();
        if entry.inline {
            // What an entry's four bytes hold beyond its value.
            let beyond = &mut bytes[8 + entry.size..];
            if !is_blank(beyond) {
                found.insert(Found::Other);
            }
            beyond.fill(0);
        }
        table.extend(bytes);
    }
    let mut told = Finds::new();
    tiff.note(&dropped, &mut told);
    if !dropped.is_empty() && told.is_empty() {
        told.insert(Found::Other);
    }
    found.append(&mut told);
    let (count, next) = (table.len() / 12, u32::try_from(next).map_err(|_| Stop::Damaged)?);
    let count = u16::try_from(count).map_err(|_| Stop::Damaged)?;
    let (count, next) =
        if tiff.little { (count.to_le_bytes(), next.to_le_bytes()) } else { (count.to_be_bytes(), next.to_be_bytes()) };
    table[..2].copy_from_slice(&count);
    table.extend(next);
    let length = 2 + ifd.entries.len() * 12 + 4;
    table.resize(length, 0);
    kept.push(Kept { from: ifd.at, to: ifd.at + length, bytes: Some(table) });
    for (offsets, lengths) in DATA {
        let (offsets, lengths) = match (ifd.find(offsets), ifd.find(lengths)) {
            (Some(offsets), Some(lengths)) => (offsets, lengths),
            (None, None) => continue,
            _ => return Err(Stop::Damaged),
        };
        check(offsets.count == lengths.count)?;
        spend(&mut left.strips, offsets.count)?;
        for (from, length) in numbers(tiff, offsets)?.into_iter().zip(numbers(tiff, lengths)?) {
            // The last strip is often said to be longer than the file.
            if from < file.len() {
                kept.push(Kept { from, to: file.len().min(from + length), bytes: None });
            }
        }
    }
    Ok(())
}

/// The file with zeros wherever nothing is kept.
fn blank_rest(file: &[u8], mut kept: Vec<Kept>, found: &mut Finds) -> Result<Pieces> {
    kept.sort_by_key(|one| (one.from, one.to));
    let mut out = Pieces::default();
    let (mut at, mut changed) = (0, 0);
    for Kept { from, to, bytes } in kept {
        // Bytes that change belong to nothing else.
        check(from >= if bytes.is_some() { at } else { changed })?;
        if from > at {
            if found.is_empty() && !is_blank(part(file, at, from)?) {
                found.insert(Found::Other);
            }
            out.zeros(from - at)?;
        }
        if let Some(bytes) = bytes {
            out.bytes(bytes)?;
            changed = to;
        } else if to > at {
            out.keep(from.max(at), to)?;
        }
        at = at.max(to);
    }
    if !is_blank(part(file, at, file.len())?) {
        found.insert(Found::AfterEnd);
    }
    Ok(out)
}
