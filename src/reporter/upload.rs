//! Ciphertext on its way to the server: chunks of 1 MiB, one after another, in constant memory.

use std::io::{self, Read, Write};

use ring::rand::SecureRandom;

use super::client::{Client, ReporterError};
use crate::protocol::bytes::Hash;
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::seal::{CHUNK_SIZE, ChunkedHash, SealError};
use crate::protocol::sealed::SealingError;
use crate::protocol::wire::reporter::UploadId;

/// One file of an upload: what is written to it is sent. A chunk is kept until the server has acknowledged it, so that
/// it can be sent again when the connection breaks.
pub struct Sending<'a> {
    client: &'a Client,
    upload: UploadId,
    file: usize,
    chunk: Vec<u8>,
    sent: u64,
    hash: ChunkedHash,
    size: u64,
}

impl<'a> Sending<'a> {
    /// Starts file number `file` of `upload`.
    #[must_use]
    pub fn new(client: &'a Client, upload: UploadId, file: usize) -> Self {
        let chunk = Vec::with_capacity(CHUNK_SIZE);
        Self { client, upload, file, chunk, sent: 0, hash: ChunkedHash::new(), size: 0 }
    }

    /// Sends the rest; gives the chunked hash of what was sent, and its length in bytes.
    pub fn finish(mut self) -> Result<(Hash, u64), ReporterError> {
        if !self.chunk.is_empty() {
            self.send()?;
        }
        Ok((Hash(self.hash.finish()), self.size))
    }

    fn send(&mut self) -> Result<(), ReporterError> {
        self.client.put_chunk(self.upload, self.file, self.sent, &self.chunk)?;
        self.sent += 1;
        self.chunk.clear();
        Ok(())
    }
}

impl Write for Sending<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(CHUNK_SIZE - self.chunk.len());
        self.chunk.extend_from_slice(&bytes[..taken]);
        self.hash.update(&bytes[..taken]);
        self.size += taken as u64;
        if self.chunk.len() == CHUNK_SIZE {
            self.send().map_err(io::Error::other)?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The files of one report or message on their way: sealed as they are read, in constant memory.
pub struct Uploading<'a> {
    client: &'a Client,
    upload: Option<UploadId>,
}

impl<'a> Uploading<'a> {
    /// To `client`'s server, which is asked for a place when the first file comes.
    #[must_use]
    pub fn new(client: &'a Client) -> Self {
        Self { client, upload: None }
    }

    /// The server.
    #[must_use]
    pub fn client(&self) -> &'a Client {
        self.client
    }

    /// The place there, once there is one.
    #[must_use]
    pub fn upload(&self) -> Option<UploadId> {
        self.upload
    }

    /// Seals and sends `content`, and lists it in `files`.
    pub fn seal(
        &mut self,
        content: &mut dyn Read,
        place: &FilePlace,
        files: &mut Files,
        (name, media_type): (String, String),
        rng: &dyn SecureRandom,
    ) -> Result<(), SendError> {
        let upload = match self.upload {
            Some(upload) => upload,
            None => *self.upload.insert(self.client.new_upload()?),
        };
        let mut sealer = place.sealer(Sending::new(self.client, upload, files.len()), rng)?;
        io::copy(content, &mut sealer)?;
        let (sending, sealed) = sealer.finish().map_err(|error| match error {
            SealError::Io(error) => SendError::from(error),
            error => SendError::Sealing(error.into()),
        })?;
        let (hash, size) = sending.finish()?;
        files.add(sealed, hash, size, name, media_type);
        Ok(())
    }
}

/// Sends ciphertext that is there already.
pub fn send(client: &Client, upload: UploadId, file: usize, ciphertext: &mut impl Read) -> Result<u64, SendError> {
    let mut sending = Sending::new(client, upload, file);
    io::copy(ciphertext, &mut sending)?;
    Ok(sending.finish()?.1)
}

/// Why ciphertext did not reach the server.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// It cannot be read.
    #[error("the file cannot be read ({0}); check the disk")]
    Read(io::Error),
    /// It cannot be sent.
    #[error(transparent)]
    Client(#[from] ReporterError),
    /// It cannot be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

impl From<io::Error> for SendError {
    /// What [`Sending`] fails with stands inside an error of the system's kind.
    fn from(error: io::Error) -> Self {
        error.downcast().map_or_else(Self::Read, Self::Client)
    }
}
