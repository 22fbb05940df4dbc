//! Padding, so that sizes say little.
//!
//! Text is `u32 length ‖ content ‖ zeros`, 4 KiB · 2^k in all: most messages look alike. Attachments are
//! `content ‖ zeros ‖ u64 length`, Padmé in all (Nikitin et al., *Reducing Metadata Leakage from Encrypted Files and
//! Communication with PURBs*, 2019): at most 12 % more, and only O(log log n) bits of the size leak. Their
//! length stands last because a file of unknown length must be sealed while it arrives.

use std::io::{self, Read, Write};

use zeroize::Zeroizing;

use super::bytes::Malformed;
use crate::secret::SecretBytes;

/// The smallest padded text, in bytes.
pub const BLOCK: usize = 4096;

/// The longest text that can be sealed, in bytes.
pub const TEXT_MAX: usize = 1 << 20;

/// The text is longer than [`TEXT_MAX`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text has {0} bytes, at most {TEXT_MAX} can be sealed; shorten it, or attach it as a file")]
pub struct TextTooLong(pub usize);

/// Size of a padded text whose content has `length` bytes.
#[must_use]
pub fn text_size(length: usize) -> usize {
    (length + 4).div_ceil(BLOCK).next_power_of_two() * BLOCK
}

/// Appends `content`, padded, to `out`.
pub fn pad_text(content: &[u8], out: &mut Vec<u8>) -> Result<(), TextTooLong> {
    let length = u32::try_from(content.len()).ok().filter(|_| content.len() <= TEXT_MAX);
    let end = out.len() + text_size(content.len());
    out.extend(length.ok_or(TextTooLong(content.len()))?.to_be_bytes());
    out.extend_from_slice(content);
    out.resize(end, 0);
    Ok(())
}

/// The content of a padded text.
pub fn unpad_text(padded: &[u8]) -> Result<&[u8], Malformed> {
    let wrong = || Malformed("padding");
    let (length, rest) = padded.split_first_chunk::<4>().ok_or_else(wrong)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| wrong())?;
    if length > TEXT_MAX || text_size(length) != padded.len() {
        return Err(wrong());
    }
    let (content, zeros) = rest.split_at_checked(length).ok_or_else(wrong)?;
    if zeros.iter().all(|&b| b == 0) { Ok(content) } else { Err(wrong()) }
}

/// Padmé: the size that a file of `length` bytes is padded to.
#[must_use]
pub fn padme(length: u64) -> u64 {
    if length < 2 {
        return length;
    }
    let exponent = length.ilog2();
    let significant = exponent.ilog2() + 1;
    let mask = (1_u64 << exponent.saturating_sub(significant)) - 1;
    length.saturating_add(mask) & !mask
}

/// Bytes of padding that follow a file of `length` bytes: zeros, then the length itself.
#[must_use]
pub fn file_size(length: u64) -> u64 {
    padme(length.saturating_add(8))
}

/// Writes what follows a file's content of `length` bytes.
pub fn finish_file(length: u64, out: &mut impl Write) -> io::Result<()> {
    let zeros = file_size(length) - 8 - length;
    io::copy(&mut io::repeat(0).take(zeros), out)?;
    out.write_all(&length.to_be_bytes())
}

/// Copies a padded file's content from `padded` to `out` in constant memory and returns its length.
///
/// Everything up to the padding has been written by the time the padding proves right or wrong, and some zeros with
/// it: on success the caller cuts `out` to the length returned, on failure it throws `out` away.
pub fn copy_unpadded(padded: &mut impl Read, out: &mut impl Write) -> io::Result<u64> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, Malformed("padding"));
    let mut buffer = Zeroizing::new(vec![0; 64 * 1024]);
    let mut tail = Zeroizing::new(Vec::with_capacity(buffer.len() + 8));
    let (mut total, mut end_of_content) = (0_u64, 0_u64);
    loop {
        let read = padded.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        tail.extend_from_slice(&buffer[..read]);
        total += read as u64;
        let ready = tail.len().saturating_sub(8);
        if let Some(last) = tail[..ready].iter().rposition(|&b| b != 0) {
            end_of_content = total - tail.len() as u64 + last as u64 + 1;
        }
        out.write_all(&tail[..ready])?;
        tail.drain(..ready);
    }
    let length = u64::from_be_bytes(tail.as_slice().try_into().map_err(|_| wrong())?);
    if length > total.saturating_sub(8) || file_size(length) != total || end_of_content > length {
        return Err(wrong());
    }
    Ok(length)
}

/// The content of a small padded file that is in memory already.
pub fn unpad_file(padded: &SecretBytes) -> Result<SecretBytes, Malformed> {
    let mut content = Vec::with_capacity(padded.expose().len());
    let length = copy_unpadded(&mut padded.expose(), &mut content).map_err(|_| Malformed("padding"))?;
    content.truncate(usize::try_from(length).map_err(|_| Malformed("padding"))?);
    Ok(SecretBytes::new(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out one byte less than asked, so that no read meets a boundary.
    struct Halting<'a>(&'a [u8]);

    impl Read for Halting<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().clamp(1, 4093);
            self.0.read(&mut buffer[..most])
        }
    }

    #[test]
    fn every_length_to_70_000_pads_right_as_text() {
        let content = vec![0xa5; 70_000];
        let mut padded = Vec::new();
        for length in 0..=70_000 {
            padded.clear();
            pad_text(&content[..length], &mut padded).unwrap();
            let blocks = padded.len() / BLOCK;
            assert!(padded.len().is_multiple_of(BLOCK) && blocks.is_power_of_two(), "{length}");
            assert!(blocks == 1 || padded.len() < 2 * (length + 4), "{length}");
            assert_eq!(unpad_text(&padded).unwrap().len(), length);
        }
    }

    #[test]
    fn every_length_to_70_000_pads_right_as_a_file() {
        for length in 0..=70_000_u64 {
            let total = file_size(length);
            assert!(total >= length + 8 && (total - length - 8) * 100 <= 12 * (length + 8), "{length}");
            assert!(total == padme(total), "{length}");
        }
        let content = vec![0; 70_000];
        for length in (0..=70_000).step_by(997).chain([1, 2, 7, 8, 9, 4092, 4093, 4096, 65_536]) {
            let mut padded = content[..length].to_vec();
            finish_file(length as u64, &mut padded).unwrap();
            assert_eq!(padded.len() as u64, file_size(length as u64));
            let mut out = Vec::new();
            assert_eq!(copy_unpadded(&mut Halting(&padded), &mut out).unwrap(), length as u64);
            assert!(out.len() >= length);
        }
    }

    #[test]
    fn padme_gives_the_values_of_its_paper() {
        for (length, padded) in [(0, 0), (1, 1), (8, 8), (9, 10), (100, 104), (1000, 1024), (1_000_000, 1_015_808)] {
            assert_eq!(padme(length), padded, "{length}");
        }
    }

    #[test]
    fn text_padding_that_is_not_zero_or_not_minimal_is_refused() {
        let mut padded = Vec::new();
        pad_text(b"abc", &mut padded).unwrap();
        for place in 7..padded.len() {
            padded[place] = 1;
            assert!(unpad_text(&padded).is_err());
            padded[place] = 0;
        }
        padded.resize(2 * BLOCK, 0);
        assert!(unpad_text(&padded).is_err());
        assert!(unpad_text(&padded[..BLOCK - 1]).is_err());
        assert!(unpad_text(&[0xff; BLOCK]).is_err());
        assert_eq!(pad_text(&vec![0; TEXT_MAX + 1], &mut Vec::new()), Err(TextTooLong(TEXT_MAX + 1)));
    }

    #[test]
    fn file_padding_that_is_not_zero_or_of_another_length_is_refused() {
        let mut padded = vec![1; 1000];
        finish_file(1000, &mut padded).unwrap();
        assert_eq!(padded.len(), 1024);
        for place in 1000..1024 {
            let mut wrong = padded.clone();
            wrong[place] ^= 0x80;
            assert!(copy_unpadded(&mut wrong.as_slice(), &mut Vec::new()).is_err(), "{place}");
        }
        assert!(copy_unpadded(&mut &padded[..1023], &mut Vec::new()).is_err());
        assert!(copy_unpadded(&mut [0_u8; 7].as_slice(), &mut Vec::new()).is_err());
        let opened = unpad_file(&SecretBytes::new(padded)).unwrap();
        assert_eq!(opened.expose(), [1; 1000]);
    }
}
