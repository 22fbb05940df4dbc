//! Writing age files: a header with one stanza, then the content in chunks of 64 KiB.
//!
//! Source: <https://c2sp.org/age>. The file key is random and used for this one file, which is what makes the counting
//! nonces of the chunks safe.

use std::io::{self, Write};

use age::EncryptError;
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::primitives::hkdf;
use age_core::secrecy::ExposeSecret;
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use chacha20poly1305::aead::AeadInPlace;
use chacha20poly1305::{ChaCha20Poly1305, Key, KeyInit};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::{Zeroize, Zeroizing};

use super::SealError;
use crate::protocol::recipient::Recipient;
use crate::secret::{NoRandomness, random_bytes};

/// Bytes of content in a chunk; only the last one holds less, and none is empty unless the content is.
const CHUNK: usize = 64 * 1024;
/// Bytes by which a chunk grows.
const TAG: usize = 16;
/// Columns of a stanza's body; its last line is shorter, and empty when need be.
const COLUMNS: usize = 64;

/// Seals `plaintext` to `to`, as a binary age file.
pub fn seal(to: &Recipient, plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut sealer = Sealer::new(to, Vec::with_capacity(plaintext.len() + plaintext.len() / CHUNK * TAG + 2048))?;
    sealer.write_all(plaintext)?;
    sealer.finish()
}

/// Seals what is written to it, as it comes, and writes a binary age file to `W`. It holds at most 64 KiB of content,
/// and wipes it. Without [`Self::finish`] the file is cut, and will be refused when it is opened.
///
/// ```
/// use std::io::{Read, Write};
/// use amparo::protocol::recipient::Identity;
/// use amparo::protocol::seal::{Opener, Sealer};
/// let identity = Identity::generate_hybrid(&ring::rand::SystemRandom::new()).unwrap();
/// let mut sealer = Sealer::new(&identity.recipient(), Vec::new()).unwrap();
/// sealer.write_all(b"a long file").unwrap();
/// let file = sealer.finish().unwrap();
/// let mut content = String::new();
/// Opener::new(&identity, &file[..]).unwrap().read_to_string(&mut content).unwrap();
/// assert_eq!(content, "a long file");
/// ```
pub struct Sealer<W: Write> {
    cipher: ChaCha20Poly1305,
    counter: u64,
    /// Content that is not sealed yet; never grows beyond what it was made with, so no copy is left behind.
    chunk: Zeroizing<Vec<u8>>,
    inner: W,
}

impl<W: Write> Sealer<W> {
    /// Writes the header at once.
    pub fn new(to: &Recipient, inner: W) -> Result<Self, SealError> {
        Self::start(to, inner)
    }

    /// The same for whatever can wrap a file key in exactly one stanza.
    pub(super) fn start(to: &dyn age::Recipient, mut inner: W) -> Result<Self, SealError> {
        let file_key = FileKey::try_init_with_mut(|key| SystemRandom::new().fill(key)).map_err(|_| NoRandomness)?;
        let nonce: [u8; FILE_KEY_BYTES] = random_bytes(&SystemRandom::new())?;
        let (stanzas, _) = to.wrap_file_key(&file_key).map_err(|error| match error {
            EncryptError::Io(error) => SealError::Io(error),
            other => SealError::Io(io::Error::other(other.to_string())),
        })?;
        inner.write_all(&header(&stanzas, &file_key)).map_err(SealError::Io)?;
        inner.write_all(&nonce).map_err(SealError::Io)?;

        let mut key = hkdf(&nonce, b"payload", file_key.expose_secret());
        let cipher = ChaCha20Poly1305::new(Key::from_slice(&key));
        key.zeroize();
        Ok(Self { cipher, counter: 0, chunk: Zeroizing::new(Vec::with_capacity(CHUNK + TAG)), inner })
    }

    /// Writes the last chunk and gives `W` back, unflushed.
    pub fn finish(mut self) -> Result<W, SealError> {
        self.seal_chunk(true).map_err(SealError::Io)?;
        Ok(self.inner)
    }

    fn seal_chunk(&mut self, last: bool) -> io::Result<()> {
        // Eleven bytes of counter, one that marks the last chunk.
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.counter.to_be_bytes());
        nonce[11] = u8::from(last);
        // Counted on before anything can fail: a nonce never serves twice.
        self.counter = self.counter.checked_add(1).ok_or_else(|| io::Error::other("the file is too long"))?;
        self.cipher
            .encrypt_in_place(&nonce.into(), &[], &mut *self.chunk)
            .map_err(|_| io::Error::other("a chunk could not be sealed"))?;
        let written = self.inner.write_all(&self.chunk);
        self.chunk.clear();
        written
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        // A full chunk waits until more comes, since the last one is marked.
        if self.chunk.len() == CHUNK && !content.is_empty() {
            self.seal_chunk(false)?;
        }
        let taken = content.len().min(CHUNK - self.chunk.len());
        self.chunk.extend_from_slice(&content[..taken]);
        Ok(taken)
    }

    /// Flushes what has been sealed; a chunk that is not full stays.
    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn header(stanzas: &[Stanza], file_key: &FileKey) -> Vec<u8> {
    let mut text = String::from("age-encryption.org/v1\n");
    for stanza in stanzas {
        text.push_str("->");
        for word in std::iter::once(&stanza.tag).chain(&stanza.args) {
            text.push(' ');
            text.push_str(word);
        }
        let mut body = BASE64_STANDARD_NO_PAD.encode(&stanza.body);
        while body.len() >= COLUMNS {
            let rest = body.split_off(COLUMNS);
            text.push('\n');
            text.push_str(&body);
            body = rest;
        }
        text.push('\n');
        text.push_str(&body);
        text.push('\n');
    }
    text.push_str("---");
    let mut key = hkdf(&[], b"header", file_key.expose_secret());
    let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), text.as_bytes());
    key.zeroize();
    text.push(' ');
    text.push_str(&BASE64_STANDARD_NO_PAD.encode(mac));
    text.push('\n');
    text.into_bytes()
}
