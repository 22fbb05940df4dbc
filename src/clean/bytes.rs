//! Reading and writing at places that a file names, which may lie anywhere.

use super::found::{Result, Stop};

/// The bytes from `from` to `to`.
pub fn part(bytes: &[u8], from: usize, to: usize) -> Result<&[u8]> {
    bytes.get(from..to).ok_or(Stop::Damaged)
}

/// `length` bytes from `at` on.
pub fn take(bytes: &[u8], at: usize, length: usize) -> Result<&[u8]> {
    part(bytes, at, at.checked_add(length).ok_or(Stop::Damaged)?)
}

/// The same as an array.
pub fn array<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N]> {
    take(bytes, at, N)?.try_into().map_err(|_| Stop::Damaged)
}

pub fn u16_be(bytes: &[u8], at: usize) -> Result<u16> {
    array(bytes, at).map(u16::from_be_bytes)
}

/// A length or place.
pub fn size_be(bytes: &[u8], at: usize) -> Result<usize> {
    array(bytes, at).map(|four| u32::from_be_bytes(four) as usize)
}

/// A length or place.
pub fn size_le(bytes: &[u8], at: usize) -> Result<usize> {
    array(bytes, at).map(|four| u32::from_le_bytes(four) as usize)
}

/// A length or place of eight bytes.
pub fn long_size_be(bytes: &[u8], at: usize) -> Result<usize> {
    usize::try_from(u64::from_be_bytes(array(bytes, at)?)).map_err(|_| Stop::Damaged)
}

/// Whether every byte is zero.
pub fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// Whether `text` stands anywhere in the first MiB.
pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes[..bytes.len().min(1 << 20)].windows(text.len()).any(|window| window == text.as_bytes())
}
