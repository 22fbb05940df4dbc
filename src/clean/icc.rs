//! Colour profiles without words.

use super::bytes::{size_be, take};

/// The largest colour profile that is kept, in bytes.
pub const PROFILE_MAX: usize = 4 * 1024 * 1024;

const TAGS_MAX: usize = 64;
const TABLE: usize = 132;

/// The tags that colours are computed from (ICC.1:2022, section 9).
const COLORS: [&[u8; 4]; 28] = [
    b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"wtpt", b"bkpt", b"chad", b"cicp", b"gamt",
    b"A2B0", b"A2B1", b"A2B2", b"A2B3", b"B2A0", b"B2A1", b"B2A2", b"B2A3", b"D2B0", b"D2B1", b"D2B2", b"D2B3",
    b"B2D0", b"B2D1", b"B2D2", b"B2D3",
];

/// Tags that every profile must have; they stay, empty.
const REQUIRED: [&[u8; 4]; 2] = [b"desc", b"cprt"];

/// The first day of the century, at midnight, in place of when the profile was made.
const DAY: [u8; 12] = [0x07, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];

/// The same colours without a word on the device. As long as before; `None` for what is no profile.
pub fn clean_profile(profile: &[u8]) -> Option<Vec<u8>> {
    let (size, count) = (size_be(profile, 0).ok()?, size_be(profile, 128).ok()?);
    if profile.len() > PROFILE_MAX || profile.get(36..40)? != b"acsp" || size > profile.len() || count > TAGS_MAX {
        return None;
    }
    let data = TABLE + count * 12;
    if data > size {
        return None;
    }
    let mut clean = vec![0; profile.len()];
    // Size; version, class and colour spaces; the mark; flags; attributes, intent and illuminant.
    for (from, to) in [(0, 4), (8, 24), (36, 40), (44, 48), (56, 80)] {
        clean[from..to].copy_from_slice(&profile[from..to]);
    }
    clean[24..36].copy_from_slice(&DAY);
    let mut kept = 0_u32;
    for entry in profile[TABLE..data].chunks_exact(12) {
        let name: &[u8; 4] = entry.first_chunk()?;
        let (from, length) = (size_be(entry, 4).ok()?, size_be(entry, 8).ok()?);
        if from < data || from + length > size {
            return None;
        }
        if COLORS.contains(&name) {
            clean[from..from + length].copy_from_slice(&profile[from..from + length]);
        } else if REQUIRED.contains(&name) && length >= 16 {
            let kind = take(profile, from, 4).ok()?;
            clean[from..from + 4].copy_from_slice(kind);
            if kind == b"mluc" {
                clean[from + 12..from + 16].copy_from_slice(&12_u32.to_be_bytes());
            }
        } else {
            continue;
        }
        let place = TABLE + kept as usize * 12;
        clean[place..place + 12].copy_from_slice(entry);
        kept += 1;
    }
    clean[128..TABLE].copy_from_slice(&kept.to_be_bytes());
    Some(clean)
}
