//! Hidden data taken out of pictures as they are read. What a file is, its first bytes tell; a picture is kept in memory
//! until it is whole, every other file is handed on as it comes.

use std::borrow::Cow;
use std::io::{self, Cursor, Read};

use zeroize::Zeroizing;

use crate::clean::{Cleaning, HEAD, Piece, clean, is_picture};

/// Room that is made for a picture of a length that nobody told, in bytes; it grows as the picture comes.
const FIRST_ROOM: usize = 1 << 20;

/// The most room that is made because of a length that was told, which may be wrong; it grows as well.
const MOST_ROOM: usize = 64 << 20;

/// A file that was looked at while it came, and what is sealed of it.
pub enum Looked<R> {
    /// It is a picture, whole in memory.
    Picture(Zeroizing<Vec<u8>>, Cleaning),
    /// It is none, and begins with what was read of it; the cleaning says what it is.
    NoPicture(io::Chain<Cursor<Zeroizing<Vec<u8>>>, R>, Cleaning),
    /// It is one that is larger than what is cleaned, and begins with what was read of it.
    TooLarge(io::Chain<Cursor<Zeroizing<Vec<u8>>>, R>),
}

impl<R: Read> Looked<R> {
    /// Looks at what `content` gives, which has `length` bytes where that is known; reads it to its end when it is a
    /// picture of at most `most` bytes. No more memory is taken, and wiped later, than twice what was read.
    pub fn at(mut content: R, length: Option<u64>, most: u64) -> io::Result<Self> {
        let mut begun = Zeroizing::new(Vec::with_capacity(HEAD));
        content.by_ref().take(HEAD as u64).read_to_end(&mut begun)?;
        if let Err(kind) = is_picture(&begun) {
            return Ok(Self::NoPicture(Cursor::new(begun).chain(content), Cleaning::Cannot(kind)));
        }
        if length.is_some_and(|length| length > most) {
            return Ok(Self::TooLarge(Cursor::new(begun).chain(content)));
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(isize::MAX.unsigned_abs() - 2);
        let length = length.map_or(FIRST_ROOM, |length| usize::try_from(length).unwrap_or(most));
        let picture = read_on(begun, &mut content, length, most)?;
        if picture.len() > most {
            return Ok(Self::TooLarge(Cursor::new(picture).chain(content)));
        }
        let cleaning = clean(&picture);
        Ok(Self::Picture(picture, cleaning))
    }

    /// What came of cleaning it; `None` when it is too large for that.
    pub fn cleaning(&self) -> Option<&Cleaning> {
        match self {
            Self::Picture(_, cleaning) | Self::NoPicture(_, cleaning) => Some(cleaning),
            Self::TooLarge(_) => None,
        }
    }

    /// Hands on what is to be sealed: the clean copy of a picture, then its original (`true`) where that is wanted; of
    /// anything else the file as it is.
    pub fn seal<E>(self, original: bool, mut seal: impl FnMut(&mut dyn Read, bool) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Picture(picture, Cleaning::Cleaned { pieces, .. }) => {
                seal(&mut CleanCopy::new(&picture, &pieces), false)?;
                if original { seal(&mut &picture[..], true) } else { Ok(()) }
            }
            Self::Picture(picture, _) => seal(&mut &picture[..], false),
            Self::NoPicture(mut content, _) | Self::TooLarge(mut content) => seal(&mut content, false),
        }
    }
}

/// Reads on after what was `begun`, to the end or to one byte more than `most`; first in room for `length` bytes, as far
/// as that is believed, then in twice as much each time, and what is left behind is wiped.
fn read_on(
    begun: Zeroizing<Vec<u8>>,
    content: &mut impl Read,
    length: usize,
    most: usize,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut picture = begun;
    let mut room = length.min(MOST_ROOM).max(picture.len()).min(most) + 2;
    loop {
        let mut larger = Zeroizing::new(Vec::with_capacity(room));
        larger.extend_from_slice(&picture);
        picture = larger;
        // A byte less than there is room for: reading would move the memory to look whether there is more.
        let free = room.saturating_sub(picture.len() + 1);
        let read = content.by_ref().take(free as u64).read_to_end(&mut picture)?;
        if read < free || picture.len() > most {
            return Ok(picture);
        }
        room = room.saturating_mul(2).min(most + 2);
    }
}

/// Reads a clean copy.
struct CleanCopy<'a> {
    file: &'a [u8],
    pieces: std::slice::Iter<'a, Piece>,
    piece: Cow<'a, [u8]>,
    read: usize,
}

impl<'a> CleanCopy<'a> {
    /// The clean copy of `file` that `pieces` make.
    fn new(file: &'a [u8], pieces: &'a [Piece]) -> Self {
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

    const PHOTO: &[u8] = include_bytes!("../../tests/vectors/files/photo.jpg");

    /// What was found, and all that is sealed of it.
    fn looked(file: &[u8], length: Option<u64>, most: u64) -> (&'static str, Vec<Vec<u8>>) {
        let looked = Looked::at(file, length, most).unwrap();
        let what = match looked.cleaning() {
            Some(Cleaning::Cleaned { .. }) => "cleaned",
            Some(Cleaning::Cannot(_)) => "no picture",
            Some(_) => "as it is",
            None => "too large",
        };
        let mut sealed = Vec::new();
        let seal = |content: &mut dyn Read, is_original| {
            assert_eq!(is_original, !sealed.is_empty());
            let mut out = Vec::new();
            content.read_to_end(&mut out)?;
            sealed.push(out);
            Ok::<_, io::Error>(())
        };
        looked.seal(true, seal).unwrap();
        (what, sealed)
    }

    #[test]
    fn a_picture_is_cleaned_and_everything_else_comes_through_whole() {
        for length in [None, Some(PHOTO.len() as u64), Some(1), Some(u64::MAX / 2)] {
            let (what, sealed) = looked(PHOTO, length, u64::MAX / 2);
            assert!(what == "cleaned" && sealed[0].len() < PHOTO.len() && sealed[1] == PHOTO, "{length:?}");
        }
        let sound = [b"RIFF".as_slice(), &vec![7; 100_000]].concat();
        assert_eq!(looked(&sound, None, 1000), ("no picture", vec![sound.clone()]));
        assert_eq!(looked(b"", None, 1000), ("no picture", vec![Vec::new()]));
    }

    #[test]
    fn a_picture_of_just_the_most_is_cleaned_and_one_byte_more_is_too_large() {
        let length = PHOTO.len() as u64;
        for told in [None, Some(length), Some(1)] {
            assert_eq!(looked(PHOTO, told, length).0, "cleaned", "{told:?}");
            for most in [length - 1, 1000, 1] {
                assert_eq!(looked(PHOTO, told, most), ("too large", vec![PHOTO.to_vec()]), "{told:?} {most}");
            }
        }
        // What is not there cannot be asked for: the length alone says enough.
        assert_eq!(looked(&PHOTO[..1000], Some(length), 2000).0, "too large");
    }

    #[test]
    fn memory_grows_with_what_comes() {
        let file = [&PHOTO[..HEAD], &vec![1; 3 << 20]].concat();
        let begun = || Zeroizing::new(file[..HEAD].to_vec());
        let read = |length, most| read_on(begun(), &mut &file[HEAD..], length, most).unwrap();
        assert!(read(FIRST_ROOM, 512 << 20).capacity() <= 2 * file.len() && *read(FIRST_ROOM, 512 << 20) == file);
        assert!(read(file.len(), 512 << 20).capacity() <= file.len() + 2);
        assert_eq!(read(FIRST_ROOM, 2 << 20).len(), (2 << 20) + 1);
    }
}
