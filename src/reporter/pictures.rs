//! Hidden data taken out of pictures as they are read. What a file is, its first bytes tell; a picture is kept in memory
//! until it is whole, every other file is handed on as it comes.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use zeroize::Zeroizing;

use crate::clean::{Cleaning, HEAD, Kind, Piece, clean, is_picture};

/// A file that was looked at while it came, and what is sealed of it.
pub enum Looked<R> {
    /// It is a picture, whole in memory.
    Picture(Zeroizing<Vec<u8>>, Cleaning),
    /// It is none, and begins with what was read of it.
    NoPicture(io::Chain<Cursor<Zeroizing<Vec<u8>>>, R>, Kind),
    /// It is one that is larger than what is cleaned, and begins with what was read of it.
    TooLarge(io::Chain<Cursor<Zeroizing<Vec<u8>>>, R>),
}

impl<R: Read> Looked<R> {
    /// Looks at what `content` gives; reads it to its end when it is a picture of at most `most` bytes.
    pub fn at(mut content: R, most: u64) -> io::Result<Self> {
        let mut begun = Zeroizing::new(Vec::with_capacity(HEAD));
        content.by_ref().take(HEAD as u64).read_to_end(&mut begun)?;
        if let Err(kind) = is_picture(&begun) {
            return Ok(Self::NoPicture(Cursor::new(begun).chain(content), kind));
        }
        // Room for all of it at once, and a byte more than is read, so that no copy is left behind in freed memory.
        let mut picture = Zeroizing::new(Vec::with_capacity(usize::try_from(most).unwrap_or(usize::MAX - 2) + 2));
        picture.extend_from_slice(&begun);
        content.by_ref().take((most + 1).saturating_sub(begun.len() as u64)).read_to_end(&mut picture)?;
        if picture.len() as u64 > most {
            return Ok(Self::TooLarge(Cursor::new(picture).chain(content)));
        }
        let cleaning = clean(&picture);
        Ok(Self::Picture(picture, cleaning))
    }
}

/// Reads a clean copy.
pub struct CleanCopy<'a> {
    file: &'a [u8],
    pieces: std::slice::Iter<'a, Piece>,
    piece: Cow<'a, [u8]>,
    read: usize,
}

impl<'a> CleanCopy<'a> {
    /// The clean copy of `file` that `pieces` make.
    #[must_use]
    pub fn new(file: &'a [u8], pieces: &'a [Piece]) -> Self {
        Self { file, pieces: pieces.iter(), piece: Cow::default(), read: 0 }
    }
}

impl Read for CleanCopy<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.read == self.piece.len() {
            let Some(piece) = self.pieces.next() else { return Ok(0) };
            (self.piece, self.read) = (piece.bytes(self.file), 0);
        }
        let length = (&self.piece[self.read..]).read(out)?;
        self.read += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked(file: &[u8], most: u64) -> (&'static str, Vec<u8>) {
        let mut out = Vec::new();
        let what = match Looked::at(file, most).unwrap() {
            Looked::Picture(picture, Cleaning::Cleaned { pieces, .. }) => {
                CleanCopy::new(&picture, &pieces).read_to_end(&mut out).unwrap();
                "cleaned"
            }
            Looked::Picture(picture, _) => {
                out.extend_from_slice(&picture);
                "as it is"
            }
            Looked::NoPicture(mut content, _) => {
                content.read_to_end(&mut out).unwrap();
                "no picture"
            }
            Looked::TooLarge(mut content) => {
                content.read_to_end(&mut out).unwrap();
                "too large"
            }
        };
        (what, out)
    }

    #[test]
    fn a_picture_is_cleaned_and_everything_else_comes_through_whole() {
        let photo = include_bytes!("../../tests/vectors/files/photo.jpg");
        let (what, clean) = looked(photo, 1 << 20);
        assert!(what == "cleaned" && clean.len() < photo.len());
        assert_eq!(looked(photo, 1000), ("too large", photo.to_vec()));
        let sound = [b"RIFF".as_slice(), &vec![7; 100_000]].concat();
        assert_eq!(looked(&sound, 1000), ("no picture", sound.clone()));
        assert_eq!(looked(b"", 1000), ("no picture", Vec::new()));
    }
}
