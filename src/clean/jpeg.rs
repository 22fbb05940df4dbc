//! JPEG (ITU-T T.81, annex B).

use super::bytes::{part, size_be, u16_be};
use super::exif::{read_exif, read_xmp};
use super::found::{Finds, Found, Result, check};
use super::icc::{PROFILE_MAX, clean_profile};
use super::pieces::Pieces;

const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const COM: u8 = 0xfe;
const PROFILE: &[u8] = b"ICC_PROFILE\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";

fn is_restart(code: u8) -> bool {
    (0xd0..=0xd7).contains(&code)
}

/// A JPEG without what no picture needs. Segments are dropped or shortened; the compressed data is copied as it is.
/// Kept of the applications' segments: JFIF without its thumbnail, Adobe's colour transform, the colour profile without
/// its descriptions, and of Exif the orientation. It ends at its end marker.
pub fn clean_jpeg(file: &[u8], found: &mut Finds) -> Result<Pieces> {
    let mut segments = Segments { file, found, out: Pieces::default(), profile: Vec::new(), jfif: false, exif: false };
    segments.walk()?;
    segments.finish_profile();
    Ok(segments.out)
}

/// A part of a colour profile: where it goes, its number of how many, its segment, and where in it the data begins.
struct ProfilePart<'a> {
    place: usize,
    number: usize,
    of: usize,
    segment: &'a [u8],
    cut: usize,
}

struct Segments<'a, 'f> {
    file: &'a [u8],
    found: &'f mut Finds,
    out: Pieces,
    profile: Vec<ProfilePart<'a>>,
    jfif: bool,
    exif: bool,
}

impl Segments<'_, '_> {
    fn walk(&mut self) -> Result<()> {
        self.out.keep(0, 2)?;
        let (mut at, mut scans) = (2, 0);
        loop {
            let Some(marker) = self.find_marker(at, false) else {
                // A picture that was cut off still shows its beginning.
                check(scans > 0)?;
                if at < self.file.len() {
                    self.found.insert(Found::Other);
                }
                return Ok(());
            };
            // Fill bytes may stand before a marker; anything else is no part of the picture.
            if self.file[at..marker].iter().any(|byte| *byte != 0xff) {
                self.found.insert(Found::Other);
            }
            let code = self.file[marker + 1];
            at = marker + 2;
            if code == EOI {
                check(scans > 0)?;
                self.out.keep(marker, at)?;
                if at < self.file.len() {
                    self.found.insert(Found::AfterEnd);
                }
                return Ok(());
            }
            if is_restart(code) || code == 1 {
                self.found.insert(Found::Other);
                continue;
            }
            check(code >= 0xc0 && code != 0xc8 && code != 0xd8 && (code < 0xf0 || code == COM))?;
            let length = usize::from(u16_be(self.file, at)?);
            let end = at + length;
            check(length >= 2 && end <= self.file.len())?;
            match code {
                COM => drop(self.found.insert(Found::Comment)),
                0xe0.. => self.application(code, marker, end)?,
                _ => self.out.keep(marker, end)?,
            }
            at = end;
            if code == SOS {
                scans += 1;
                at = self.find_marker(end, true).unwrap_or(self.file.len());
                self.out.keep(end, at)?;
            }
        }
    }

    /// Where the next marker's 0xFF stands from `at` on; inside a scan, restart markers belong to the data.
    fn find_marker(&self, at: usize, scan: bool) -> Option<usize> {
        let is_marker = |code: u8| code != 0 && code != 0xff && !(scan && is_restart(code));
        let pairs = self.file.get(at..)?.windows(2);
        pairs.enumerate().find(|(_, pair)| pair[0] == 0xff && is_marker(pair[1])).map(|(index, _)| at + index)
    }

    /// What to do with an application segment from its marker at `at` to `to`.
    fn application(&mut self, code: u8, at: usize, to: usize) -> Result<()> {
        let segment = part(self.file, at, to)?;
        let content = &segment[4..];
        match code {
            0xe0 if content.starts_with(b"JFIF\0") && content.len() >= 14 && !self.jfif => {
                self.jfif = true;
                let blank = content[12] == 0 || content[13] == 0;
                if blank && content.len() == 14 {
                    return self.out.keep(at, to);
                }
                self.found.insert(Found::Thumbnail);
                self.out.bytes([b"\xff\xe0\0\x10", &content[..12], b"\0\0"].concat())
            }
            0xe0 => self.told(if content.starts_with(b"JF") { Found::Thumbnail } else { Found::Other }),
            0xee if content.starts_with(b"Adobe") && content.len() >= 12 => {
                if content.len() == 12 {
                    return self.out.keep(at, to);
                }
                self.found.insert(Found::Other);
                self.out.bytes([b"\xff\xee\0\x0e", &content[..12]].concat())
            }
            0xe2 if content.starts_with(PROFILE) && content.len() >= 14 => {
                let held: usize = self.profile.iter().map(|one| one.segment.len()).sum();
                check(held + segment.len() <= 2 * PROFILE_MAX && self.profile.len() < 255)?;
                let cut = 4 + PROFILE.len() + 2;
                let (number, of) = (usize::from(segment[cut - 2]), usize::from(segment[cut - 1]));
                let place = self.out.reserve();
                self.profile.push(ProfilePart { place, number, of, segment, cut });
                Ok(())
            }
            0xe1 if content.starts_with(b"Exif\0") => {
                let minimal = read_exif(content.get(6..).unwrap_or_default(), self.found);
                match minimal {
                    Some(minimal) if !self.exif => {
                        self.exif = true;
                        self.out.bytes([b"\xff\xe1\0\x22Exif\0\0", minimal.as_slice()].concat())
                    }
                    Some(_) => self.told(Found::Other),
                    None => Ok(()),
                }
            }
            0xe1 if content.starts_with(b"http://ns.adobe.com/x") => {
                read_xmp(content, self.found);
                Ok(())
            }
            0xed if content.starts_with(PHOTOSHOP) => {
                read_photoshop(content, self.found);
                Ok(())
            }
            0xe2 if content.starts_with(b"MPF\0") => self.told(Found::Picture),
            0xeb => self.told(Found::History),
            _ => self.told(Found::Other),
        }
    }

    #[allow(clippy::unnecessary_wraps, reason = "it ends the arms of a match that can fail")]
    fn told(&mut self, found: Found) -> Result<()> {
        self.found.insert(found);
        Ok(())
    }

    /// Fills in what is left of a colour profile that is spread over segments (ICC.1:2022, annex B.4).
    fn finish_profile(&mut self) {
        if self.profile.is_empty() {
            return;
        }
        self.profile.sort_by_key(|one| one.number);
        let of = self.profile.len();
        let whole = self.profile.iter().enumerate().all(|(index, one)| one.number == index + 1 && one.of == of);
        let profile = self.profile.iter().map(|one| &one.segment[one.cut..]).collect::<Vec<_>>().concat();
        let clean = if whole { clean_profile(&profile) } else { None };
        if clean.as_ref() != Some(&profile) {
            self.found.insert(Found::ColorProfile);
        }
        let Some(mut rest) = clean.as_deref() else { return };
        for one in &self.profile {
            let (data, after) = rest.split_at(one.segment.len() - one.cut);
            self.out.fill(one.place, [&one.segment[..one.cut], data].concat());
            rest = after;
        }
    }
}

/// Notes what Photoshop's blocks hold (Adobe, *Photoshop File Formats*, image resource blocks).
fn read_photoshop(content: &[u8], found: &mut Finds) {
    found.insert(Found::History);
    let mut at = PHOTOSHOP.len();
    while at + 12 <= content.len() && content[at..].starts_with(b"8BIM") {
        let name = usize::from(content[at + 6]) + 1;
        let length = at + 6 + name + name % 2;
        let (Ok(id), Ok(size)) = (u16_be(content, at + 4), size_be(content, length)) else { return };
        match id {
            0x0404 => drop(found.insert(Found::Comment)),
            0x0409 | 0x040c => drop(found.insert(Found::Thumbnail)),
            _ => {}
        }
        at = length + 4 + size + size % 2;
    }
}
