//! PNG (third edition).

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;

use super::bytes::{size_be, take};
use super::exif::{read_exif, read_xmp};
use super::found::{Finds, Found, Result, Stop, check};
use super::icc::{PROFILE_MAX, clean_profile};
use super::pieces::Pieces;

/// How much there can be of a chunk that a picture is drawn from, in bytes (section 11); `None` for all others.
fn most_of(kind: &[u8]) -> Option<usize> {
    Some(match kind {
        b"IDAT" | b"fdAT" => usize::MAX,
        b"IHDR" => 13,
        b"PLTE" => 768,
        b"IEND" => 0,
        b"tRNS" => 256,
        b"gAMA" | b"sBIT" | b"cICP" => 4,
        b"cHRM" => 32,
        b"sRGB" => 1,
        b"bKGD" => 6,
        b"pHYs" => 9,
        b"hIST" => 512,
        b"acTL" | b"cLLI" => 8,
        b"fcTL" => 26,
        b"mDCV" => 24,
        _ => return None,
    })
}

/// A PNG with only the chunks it is drawn from, up to its end; of Exif the orientation stays.
pub fn clean_png(file: &[u8], found: &mut Finds) -> Result<Pieces> {
    let mut out = Pieces::default();
    out.keep(0, 8)?;
    let mut at = 8;
    let (mut exif, mut profiled, mut drawn) = (false, false, false);
    loop {
        let (length, kind) = (size_be(file, at)?, take(file, at + 4, 4)?);
        let content = take(file, at + 8, length)?;
        let end = at + 8 + length + 4;
        let is_named = kind.iter().all(u8::is_ascii_alphabetic);
        check(is_named && end <= file.len() && (at == 8) == (kind == b"IHDR"))?;
        match kind {
            _ if most_of(kind).is_some_and(|most| length <= most) => out.keep(at, end)?,
            b"iCCP" => {
                let fits = !profiled && length <= PROFILE_MAX;
                let clean = if fits { clean_profile_chunk(content) } else { None };
                if clean.as_deref() != Some(content) {
                    found.insert(Found::ColorProfile);
                }
                if let Some(clean) = clean {
                    out.bytes(chunk(kind, &clean))?;
                }
                profiled = true;
            }
            b"eXIf" => match read_exif(content, found) {
                Some(minimal) if !exif => {
                    exif = true;
                    out.bytes(chunk(kind, &minimal))?;
                }
                Some(_) => drop(found.insert(Found::Other)),
                None => {}
            },
            _ if kind[0].is_ascii_lowercase() => note(kind, content, found),
            _ => return Err(Stop::Damaged),
        }
        at = end;
        drawn |= kind == b"IDAT";
        if kind == b"IEND" {
            break;
        }
    }
    check(drawn)?;
    if at < file.len() {
        found.insert(Found::AfterEnd);
    }
    Ok(out)
}

/// Notes what a chunk that is dropped told.
fn note(kind: &[u8], content: &[u8], found: &mut Finds) {
    let told = match kind {
        b"tIME" => Found::Time,
        b"tEXt" | b"zTXt" | b"iTXt" => {
            let head = &content[..content.len().min(80)];
            let keyword = head.iter().position(|byte| *byte == 0).map_or(&b""[..], |end| &head[..end]);
            match keyword {
                b"XML:com.adobe.xmp" => return read_xmp(content, found),
                b"Author" | b"Copyright" => Found::Owner,
                b"Software" => Found::Software,
                b"Source" => Found::Camera,
                b"Creation Time" => Found::Time,
                _ => Found::Comment,
            }
        }
        b"caBX" => Found::History,
        _ => Found::Other,
    };
    found.insert(told);
}

/// A colour profile's chunk without its name and descriptions; nothing when there is no profile in it.
fn clean_profile_chunk(content: &[u8]) -> Option<Vec<u8>> {
    let end = content.iter().position(|byte| *byte == 0).filter(|end| (1..=79).contains(end))?;
    let stream = content.get(end + 1..)?.strip_prefix(b"\0")?;
    let profile = decompress_to_vec_zlib_with_limit(stream, PROFILE_MAX).ok()?;
    Some([b"icc\0\0", stored(&clean_profile(&profile)?).as_slice()].concat())
}

fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap_or_default();
    let named = [kind, content].concat();
    [&length.to_be_bytes(), named.as_slice(), &crc32(&named).to_be_bytes()].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 })
    })
}

/// A zlib stream (RFC 1950) of stored blocks: the same bytes as in a browser.
fn stored(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(65535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap_or_default();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (a, b) = data.iter().fold((1, 0), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65521;
        (a, (b + a) % 65521)
    });
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}
