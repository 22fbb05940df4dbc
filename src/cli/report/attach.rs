//! Files of a report or message: sealed as they are read, in constant memory.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;

use crate::cli::files::{FileError, PRIVATE, folder_of};
use crate::protocol::bytes::{Hash, to_hex};
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::seal::ChunkedHash;
use crate::protocol::sealed::{SealedFile, SealingError};
use crate::protocol::wire::file::write_length;
use crate::protocol::wire::reporter::UploadId;
use crate::reporter::client::{Client, ReporterError};
use crate::reporter::upload::{SendError, Uploading};
use crate::secret::random_bytes;

/// What a file is called whose type nobody told.
const MEDIA_TYPE: &str = "application/octet-stream";

/// Why a file is not attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is too large, or there are too many.
    #[error("{0}")]
    Limit(String),
    /// It was changed after it was looked at.
    #[error("{} was changed meanwhile, so it was not sealed; try again", .0.display())]
    Changed(PathBuf),
    /// Sealing failed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// It cannot be sent.
    #[error(transparent)]
    Client(#[from] ReporterError),
}

/// Where sealed files go.
pub enum Sink<'a> {
    /// To the server, as they are sealed.
    Server(Uploading<'a>),
    /// To a file without a name, until the report that lists them is sealed as well.
    Disk(Parked),
}

impl<'a> Sink<'a> {
    /// To `client`'s server.
    #[must_use]
    pub fn server(client: &'a Client) -> Self {
        Self::Server(Uploading::new(client))
    }

    /// The place on the server, when files were sent to one.
    #[must_use]
    pub fn upload(&self) -> Option<UploadId> {
        if let Self::Server(uploading) = self { uploading.upload() } else { None }
    }
}

/// Sealed files on disk: the length and ciphertext of each.
pub struct Parked {
    file: File,
    path: PathBuf,
}

impl Parked {
    /// An empty one on the disk of `path`; it vanishes with this program.
    pub fn beside(path: &Path, rng: &dyn SecureRandom) -> Result<Self, AttachError> {
        let random: [u8; 8] = random_bytes(rng).map_err(FileError::from)?;
        let name = folder_of(path).join(format!(".{}", to_hex(&random)));
        let unwritable = |source| FileError::Unwritable { path: path.to_owned(), source };
        let open = OpenOptions::new().read(true).write(true).create_new(true).mode(PRIVATE).open(&name);
        let file = open.map_err(unwritable)?;
        fs::remove_file(&name).map_err(unwritable)?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Everything in it, from its beginning.
    pub fn contents(mut self) -> Result<File, AttachError> {
        self.file.seek(SeekFrom::Start(0)).map_err(|source| self.unwritable(source))?;
        Ok(self.file)
    }

    fn unwritable(&self, source: io::Error) -> FileError {
        FileError::Unwritable { path: self.path.clone(), source }
    }

    fn seal(&mut self, content: &mut dyn Read, place: &FilePlace, rng: &dyn SecureRandom) -> io::Result<Sealed> {
        let start = self.file.stream_position()?;
        write_length(&mut self.file, 0).map_err(io::Error::other)?;
        let hashed = Hashed { out: &mut self.file, hash: ChunkedHash::new(), size: 0 };
        let mut sealer = place.sealer(hashed, rng).map_err(io::Error::other)?;
        io::copy(content, &mut sealer)?;
        let (Hashed { hash, size, .. }, sealed) = sealer.finish().map_err(io::Error::other)?;
        self.file.seek(SeekFrom::Start(start))?;
        write_length(&mut self.file, size).map_err(io::Error::other)?;
        self.file.seek(SeekFrom::End(0))?;
        Ok((sealed, Hash(hash.finish()), size))
    }
}

/// What sealing gives, with the chunked hash and the length of the ciphertext.
type Sealed = (SealedFile, Hash, u64);

/// Hashes and counts what is written through it.
struct Hashed<W> {
    out: W,
    hash: ChunkedHash,
    size: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Where files are attached.
pub struct Attaching<'a, 's> {
    /// What they are sealed to.
    pub place: &'a FilePlace,
    /// Their list.
    pub files: &'a mut Files,
    /// Where they go.
    pub sink: &'a mut Sink<'s>,
    /// For their keys.
    pub rng: &'a dyn SecureRandom,
}

impl Attaching<'_, '_> {
    /// Seals `content`, which comes from the file at `path`, and lists it under `name`.
    pub fn seal(&mut self, content: &mut dyn Read, path: &Path, name: String) -> Result<(), AttachError> {
        let Self { place, files, sink, rng } = self;
        match sink {
            Sink::Disk(parked) => {
                let (sealed, hash, size) =
                    parked.seal(content, place, *rng).map_err(|source| parked.unwritable(source))?;
                files.add(sealed, hash, size, name, MEDIA_TYPE.to_owned());
                Ok(())
            }
            Sink::Server(uploading) => {
                let label = (name, MEDIA_TYPE.to_owned());
                uploading.seal(content, place, files, label, *rng).map_err(|error| match error {
                    SendError::Client(error) => AttachError::Client(error),
                    SendError::Sealing(error) => AttachError::Sealing(error),
                    SendError::Read(source) => FileError::Unreadable { path: path.to_owned(), source }.into(),
                })
            }
        }
    }
}
