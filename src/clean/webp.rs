//! WebP (RFC 9649).

use super::bytes::{part, size_le, take};
use super::exif::{read_exif, read_xmp};
use super::found::{Finds, Found, Result, Stop, check};
use super::icc::clean_profile;
use super::pieces::Pieces;

const FRAME_HEAD: usize = 16;
const HAS_EXIF: u8 = 8;
const HAS_PROFILE: u8 = 32;
const HAS_ALPHA_OR_MOVES: u8 = 18;

fn is_drawn(kind: &[u8]) -> bool {
    matches!(kind, b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM")
}

/// A chunk: where it begins, what it is, where its content stands.
struct Chunk<'a> {
    kind: &'a [u8],
    at: usize,
    from: usize,
    to: usize,
}

/// The chunk at `at` of what ends at `end`, and where the next one stands (section 2.3).
fn read_chunk<'a>(file: &'a [u8], at: usize, end: usize, found: &mut Finds) -> Result<(Chunk<'a>, usize)> {
    let within = part(file, 0, end)?;
    let (kind, length) = (take(within, at, 4)?, size_le(within, at + 4)?);
    let to = at + 8 + length;
    check(to <= end)?;
    let padded = length % 2 == 1;
    if padded && within.get(to).is_some_and(|byte| *byte != 0) {
        found.insert(Found::Other);
    }
    Ok((Chunk { kind, at, from: at + 8, to }, to + usize::from(padded)))
}

/// A chunk with its padding byte.
fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or_default();
    [kind, &length.to_le_bytes(), content, &[0][..content.len() % 2]].concat()
}

/// Keeps a chunk, with a padding byte that is zero.
fn keep(out: &mut Pieces, chunk: &Chunk<'_>) -> Result<()> {
    out.keep(chunk.at, chunk.to)?;
    out.bytes(vec![0; (chunk.to - chunk.at) % 2])
}

/// A WebP with only the chunks it is drawn from, flags and sizes right; of Exif the orientation stays.
pub fn clean_webp(file: &[u8], found: &mut Finds) -> Result<Pieces> {
    let end = 8 + size_le(file, 4)?;
    check(end >= 12 && end <= file.len())?;
    let mut body = Pieces::default();
    let mut extended: Option<(usize, Vec<u8>)> = None;
    let (mut flags, mut drawn) = (0, false);
    let mut at = 12;
    while at < end {
        let (one, next) = read_chunk(file, at, end, found)?;
        let content = part(file, one.from, one.to)?;
        check(at > 12 || matches!(one.kind, b"VP8X" | b"VP8 " | b"VP8L"))?;
        match one.kind {
            b"VP8X" => {
                check(at == 12 && content.len() == 10)?;
                flags = content[0] & HAS_ALPHA_OR_MOVES;
                extended = Some((body.reserve(), chunk(one.kind, content)));
            }
            kind if is_drawn(kind) => keep(&mut body, &one)?,
            b"ANMF" => body.append(clean_frame(file, &one, found)?)?,
            b"ICCP" if extended.is_some() => {
                let clean = if flags & HAS_PROFILE == 0 { clean_profile(content) } else { None };
                if clean.as_deref() != Some(content) {
                    found.insert(Found::ColorProfile);
                }
                if let Some(clean) = clean {
                    body.bytes(chunk(one.kind, &clean))?;
                    flags |= HAS_PROFILE;
                }
            }
            b"EXIF" => {
                let bare = content.strip_prefix(b"Exif\0\0");
                match read_exif(bare.unwrap_or(content), found) {
                    Some(minimal) if extended.is_some() && flags & HAS_EXIF == 0 => {
                        body.bytes(chunk(one.kind, &minimal))?;
                        flags |= HAS_EXIF;
                    }
                    Some(_) => drop(found.insert(Found::Other)),
                    None => {}
                }
                if bare.is_some() && found.is_empty() {
                    found.insert(Found::Other);
                }
            }
            b"XMP " => read_xmp(content, found),
            _ => drop(found.insert(Found::Other)),
        }
        drawn |= matches!(one.kind, b"VP8 " | b"VP8L" | b"ANMF");
        at = next;
    }
    check(drawn)?;
    if let Some((place, mut bytes)) = extended {
        if bytes[8] & !flags != 0 && found.is_empty() {
            found.insert(Found::Other);
        }
        bytes[8..12].copy_from_slice(&[flags, 0, 0, 0]);
        body.fill(place, bytes);
    }
    if end < file.len() {
        found.insert(Found::AfterEnd);
    }
    let size = u32::try_from(body.len() + 4).map_err(|_| Stop::Damaged)?;
    let mut out = Pieces::default();
    out.bytes([b"RIFF", &size.to_le_bytes()[..], b"WEBP"].concat())?;
    out.append(body)?;
    Ok(out)
}

/// A frame of an animation, which holds chunks of its own.
fn clean_frame(file: &[u8], frame: &Chunk<'_>, found: &mut Finds) -> Result<Pieces> {
    let mut inside = Pieces::default();
    let mut at = frame.from + FRAME_HEAD;
    check(at <= frame.to)?;
    inside.keep(frame.from, at)?;
    while at < frame.to {
        let (one, next) = read_chunk(file, at, frame.to, found)?;
        if is_drawn(one.kind) {
            keep(&mut inside, &one)?;
        } else {
            found.insert(Found::Other);
        }
        at = next;
    }
    let size = u32::try_from(inside.len()).map_err(|_| Stop::Damaged)?;
    let mut out = Pieces::default();
    out.bytes([b"ANMF", &size.to_le_bytes()[..]].concat())?;
    out.append(inside)?;
    Ok(out)
}
