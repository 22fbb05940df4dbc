//! Reading age files: a header of bounded size with one recipient, then the content chunk by chunk.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};

use age::stream::StreamReader;
use age::{DecryptError, Decryptor};
use age_core::format::{FileKey, Stanza};

use super::SealError;
use crate::protocol::recipient::Identity;
use crate::secret::SecretBytes;

/// Longest header, in bytes. A hybrid one has about 1,650, and other programs add up to 250 of grease.
const LONGEST_HEADER: usize = 4096;
/// Bytes between the header and the first chunk.
const NONCE: usize = 16;
/// Columns of a full line of a stanza's body.
const COLUMNS: usize = 64;

/// A reader that gives the header it has already read once more, and then goes on.
pub(super) type Rewound<R> = Chain<Cursor<Vec<u8>>, BufReader<R>>;

/// Opens a whole file that was sealed to `identity` alone.
pub fn open(identity: &Identity, ciphertext: &[u8]) -> Result<SecretBytes, SealError> {
    read_all(Opener::new(identity, ciphertext)?, ciphertext.len())
}

/// Reads to the end into memory that does not move, so that no copy of the content is left behind.
pub(super) fn read_all(mut content: impl Read, at_most: usize) -> Result<SecretBytes, SealError> {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(at_most));
    content.read_to_end(&mut bytes)?;
    Ok(SecretBytes::new(std::mem::take(&mut *bytes)))
}

/// Opens a file as it is read, in constant memory (about 200 KiB).
///
/// What has been read is what was sealed, but only the end of the stream (`Ok(0)`) says that it is all of it: use
/// nothing before that. A file that was changed or cut gives an error of kind `InvalidData` or `UnexpectedEof`.
pub struct Opener<R: Read>(StreamReader<Rewound<R>>);

impl<R: Read> Opener<R> {
    /// Reads the header, which must be for `identity` and nobody else. `inner` is buffered here.
    pub fn new(identity: &Identity, inner: R) -> Result<Self, SealError> {
        let only = OnlyRecipient { identity, others: Cell::new(false) };
        let found = read_header(inner)?.decrypt(std::iter::once(&only as &dyn age::Identity));
        if only.others.get() {
            return Err(SealError::SeveralRecipients);
        }
        Ok(Self(found?))
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, content: &mut [u8]) -> io::Result<usize> {
        self.0.read(content)
    }
}

/// Refuses a header in which anybody but the owner of `identity` could be meant.
struct OnlyRecipient<'a> {
    identity: &'a Identity,
    others: Cell<bool>,
}

impl age::Identity for OnlyRecipient<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        self.identity.unwrap_stanza(stanza)
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, DecryptError>> {
        let mut meant = stanzas.iter().filter(|stanza| !is_grease(stanza));
        let only = meant.next()?;
        if meant.next().is_some() {
            self.others.set(true);
            return None;
        }
        self.unwrap_stanza(only)
    }
}

/// Stanzas for nobody, which some programs add so that readers stay able to skip what they do not know.
fn is_grease(stanza: &Stanza) -> bool {
    stanza.tag == "grease" || stanza.tag.ends_with("-grease")
}

/// Reads the header and checks its form, without reading more than its longest.
pub(super) fn read_header<R: Read>(inner: R) -> Result<Decryptor<Rewound<R>>, SealError> {
    let mut inner = BufReader::new(inner);
    let mut header = Vec::new();
    let mut in_body = false;
    loop {
        let start = header.len();
        let left = u64::try_from(LONGEST_HEADER - start).unwrap_or(0);
        let read = inner.by_ref().take(left).read_until(b'\n', &mut header).map_err(from_source)?;
        if read == 0 || header.last() != Some(&b'\n') {
            return Err(SealError::Malformed);
        }
        // The crate also reads the form of early versions, in which a body could do without its short last line.
        let line = &header[start..header.len() - 1];
        match line {
            [b'-', ..] if in_body => return Err(SealError::Malformed),
            [b'-', b'-', b'-', ..] => break,
            [b'-', ..] => in_body = true,
            _ => in_body &= line.len() == COLUMNS,
        }
    }
    if inner.by_ref().take(NONCE as u64).read_to_end(&mut header).map_err(from_source)? < NONCE {
        return Err(SealError::Malformed);
    }
    // Parsed alone first: the parser would read on without bound for a header that it finds incomplete.
    Decryptor::new_buffered(header.as_slice()).map_err(|_| SealError::Malformed)?;
    Ok(Decryptor::new_buffered(Cursor::new(header).chain(inner))?)
}

/// A failure of the reader underneath, from which a damaged file cannot be told here.
fn from_source(error: io::Error) -> SealError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => SealError::Malformed,
        _ => SealError::Io(error),
    }
}
