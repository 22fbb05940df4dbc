//! Takes hidden data out of pictures, for reports that arrive without a script.
//!
//! Segments, chunks and tags are dropped or overwritten; pixels are never encoded anew. `web/src/clean/` does the same
//! on the reporter's own device, and both are held to `tests/vectors/files/`. What a picture is drawn from is listed;
//! what is not on the list goes, so that a kind of hidden data that nobody has heard of yet goes too.
//!
//! Of Exif the orientation stays. Of a colour profile the colours stay, since pictures of wide gamut look wrong
//! without them, but no word: the profile of a screen, which screenshots carry, can name the screen's serial number.
//! Not looked into: the compressed data itself (marks in the pixels, an encoder's notes in a HEVC stream, segments of
//! a JPEG inside a TIFF's strips).
//!
//! A picture that is damaged, or that contradicts itself, is left as it is and said to be so.

mod bytes;
mod exif;
mod found;
mod heif;
mod icc;
mod jpeg;
mod kind;
mod pieces;
mod png;
mod tiff;
mod webp;

use std::collections::BTreeSet;

pub use found::{Found, Kind};
use found::{Picture, Stop};
pub use kind::HEAD;
pub use pieces::Piece;

/// What came of cleaning a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cleaning {
    /// There is a clean copy.
    Cleaned {
        /// The copy, piece by piece; see [`Piece::bytes`].
        pieces: Vec<Piece>,
        /// What was in the file and is not in the copy; never empty, in the order of [`Found::ALL`].
        found: Vec<Found>,
    },
    /// It is a picture of a known kind, with nothing to take out.
    Nothing,
    /// Files of this kind are not cleaned.
    Cannot(Kind),
    /// It begins as a picture of a known kind and is broken.
    Damaged,
}

/// Whether a file that begins with `head`, at most its first [`HEAD`] bytes, is one that [`clean`] may clean; else its
/// kind.
pub fn is_picture(head: &[u8]) -> Result<(), Kind> {
    kind::kind_of(head).map(|_| ())
}

/// Cleans a whole file. Takes time and memory that are linear in its length, whatever it holds.
#[must_use]
pub fn clean(file: &[u8]) -> Cleaning {
    let cleaner = match kind::kind_of(file) {
        Ok(Picture::Jpeg) => jpeg::clean_jpeg,
        Ok(Picture::Png) => png::clean_png,
        Ok(Picture::Webp) => webp::clean_webp,
        Ok(Picture::Tiff) => tiff::clean_tiff,
        Ok(Picture::Heif) => heif::clean_heif,
        Err(kind) => return Cleaning::Cannot(kind),
    };
    let mut found = BTreeSet::new();
    match cleaner(file, &mut found) {
        Ok(_) if found.is_empty() => Cleaning::Nothing,
        Ok(pieces) => Cleaning::Cleaned { pieces: pieces.into_list(), found: found.into_iter().collect() },
        Err(Stop::Damaged) => Cleaning::Damaged,
        Err(Stop::Cannot(kind)) => Cleaning::Cannot(kind),
    }
}
