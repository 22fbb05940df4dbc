//! A clean copy, as pieces of the file and what stands between them.

use std::borrow::Cow;
use std::ops::Range;

use bytes::Bytes;

use super::found::{Result, check};

/// More pieces than any real image needs; a hostile one could ask for millions.
const PIECES_MAX: usize = 65536;

/// Zeros for the places where a clean copy has some.
const ZEROS: &[u8] = &[0; 1 << 16];

/// A piece of a clean copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// These bytes of the file.
    Keep(Range<usize>),
    /// Other bytes.
    Bytes(Vec<u8>),
    /// So many zeros.
    Zeros(usize),
}

impl Piece {
    /// Its bytes; `file` is the one that was cleaned.
    #[must_use]
    pub fn bytes<'a>(&'a self, file: &'a [u8]) -> Cow<'a, [u8]> {
        match self {
            Self::Keep(range) => Cow::Borrowed(file.get(range.clone()).unwrap_or_default()),
            Self::Bytes(bytes) => Cow::Borrowed(bytes),
            Self::Zeros(count) => Cow::Owned(vec![0; *count]),
        }
    }

    /// The same as shares of `file`, which copy none of it.
    pub fn shares(self, file: &Bytes) -> impl Iterator<Item = Bytes> + use<> {
        let (kept, zeros) = match self {
            Self::Keep(range) => (Some(file.slice(range)), 0),
            Self::Bytes(bytes) => (Some(bytes.into()), 0),
            Self::Zeros(count) => (None, count),
        };
        let some_zeros = move |at: usize| Bytes::from_static(&ZEROS[..ZEROS.len().min(zeros - at)]);
        kept.into_iter().chain((0..zeros).step_by(ZEROS.len()).map(some_zeros))
    }

    fn len(&self) -> usize {
        match self {
            Self::Keep(range) => range.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Zeros(count) => *count,
        }
    }
}

/// A clean copy while it is put together.
#[derive(Default)]
pub struct Pieces(Vec<Piece>);

impl Pieces {
    pub fn into_list(self) -> Vec<Piece> {
        self.0
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.0.iter().map(Piece::len).sum()
    }

    pub fn keep(&mut self, from: usize, to: usize) -> Result<()> {
        match self.0.last_mut() {
            Some(Piece::Keep(last)) if last.end == from && from <= to => last.end = to,
            _ => self.push(Piece::Keep(from..to))?,
        }
        Ok(())
    }

    pub fn bytes(&mut self, bytes: Vec<u8>) -> Result<()> {
        self.push(Piece::Bytes(bytes))
    }

    pub fn zeros(&mut self, count: usize) -> Result<()> {
        self.push(Piece::Zeros(count))
    }

    pub fn append(&mut self, other: Self) -> Result<()> {
        other.0.into_iter().try_for_each(|piece| match piece {
            Piece::Keep(range) => self.keep(range.start, range.end),
            piece => self.push(piece),
        })
    }

    /// Leaves a place that [`Pieces::fill`] fills later, and tells its number.
    pub fn reserve(&mut self) -> usize {
        self.0.push(Piece::Bytes(Vec::new()));
        self.0.len() - 1
    }

    pub fn fill(&mut self, place: usize, bytes: Vec<u8>) {
        self.0[place] = Piece::Bytes(bytes);
    }

    fn push(&mut self, piece: Piece) -> Result<()> {
        if piece.len() > 0 {
            self.0.push(piece);
        }
        check(self.0.len() <= PIECES_MAX)
    }
}
