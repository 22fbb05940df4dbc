//! Sealed attachments, each a file named by the hash of its bytes.
//!
//! | file | what it does |
//! | --- | --- |
//! | `writer` | takes a ciphertext as it arrives, and makes it durable |
//! | [`chunks`] | takes a ciphertext that comes in chunks, over several connections and across restarts |
//! | `collect` | removes what no row names |
//! | `reshuffle` | the nightly rewriting that hides in which order a day's blobs came |
//! | `times` | sets the times of files and folders to a day |
//!
//! Everything here blocks: call it from `spawn_blocking`. One running program may have a folder open, because it alone
//! knows which of its files are being written.
//!
//! ```
//! # use std::io::{Read, Write};
//! # let place = tempfile::tempdir().unwrap();
//! use amparo::blobs::Blobs;
//! let blobs = Blobs::open(&place.path().join("blobs"))?;
//! let mut writer = blobs.create(&ring::rand::SystemRandom::new())?;
//! writer.write_all(b"ciphertext")?;
//! let pending = writer.finish("2026-05-04".parse().unwrap())?;
//! // … commit a row that names pending.hash(), then:
//! let hash = pending.hash();
//! drop(pending);
//! let (mut file, size) = blobs.open_blob(&hash)?.expect("it was just stored");
//! let mut bytes = Vec::new();
//! file.read_to_end(&mut bytes)?;
//! assert_eq!((bytes.as_slice(), size), (&b"ciphertext"[..], 10));
//! # Ok::<(), amparo::blobs::BlobError>(())
//! ```
//!
//! A blob is written to `tmp/`, synced, given the day as its time, renamed to `ab/abcdef…`, and both folders are synced;
//! only then may a row name it. Blobs that no row names (the program was killed in between) are collected.
//!
//! **What remains on disk.** A file system keeps the times of creation and of the last change of attributes, which no
//! program can set. [`Blobs::reshuffle`] makes those of all a day's blobs the night's.

pub mod chunks;
mod collect;
mod reshuffle;
mod times;
mod writer;

use std::collections::{HashMap, HashSet};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ring::rand::SecureRandom;

pub use collect::Collection;
pub use writer::{BlobWriter, PendingBlob};

use crate::folder::{self, FolderError};

/// The chunked hash of a ciphertext, which names it.
pub type Hash = [u8; 32];

/// A blob could not be stored, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No space is left; what was being written is gone.
    #[error("the disk that holds the attachments is full; free some space or move the data to a larger disk")]
    Full,
    /// The folder is unusable.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The system has no random bytes for a file name.
    #[error("{0}; restart the machine, and have its system checked if this comes again")]
    NoRandomness(#[from] crate::secret::NoRandomness),
    /// Anything else.
    #[error(
        "an attachment could not be read or written ({0}); see whether the disk works and its files can be written"
    )]
    Io(#[source] io::Error),
}

impl From<io::Error> for BlobError {
    /// Tells a full disk apart; also for errors of a [`BlobWriter`] that came through `std::io::Write`.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error),
        }
    }
}

/// The folder of sealed attachments; cheap to clone.
#[derive(Clone)]
pub struct Blobs(Arc<Shared>);

struct Shared {
    folder: PathBuf,
    /// How a file gets a second name; a test puts one here that refuses.
    link: fn(&Path, &Path) -> io::Result<()>,
    live: Mutex<Live>,
}

/// What must not be removed.
#[derive(Default)]
struct Live {
    /// Names in `tmp/` of files that are being written.
    temporary: HashSet<String>,
    /// How many guards each blob has whose row is about to be committed.
    pending: HashMap<Hash, usize>,
    /// For each collection under way, the blobs that were pending at some time since it began.
    collections: HashMap<u64, HashSet<Hash>>,
    next_collection: u64,
}

impl Blobs {
    /// Opens the folder of blobs, and makes it (mode 0700) when it is not there.
    pub fn open(folder: &Path) -> Result<Self, BlobError> {
        Self::open_with(folder, |from, to| fs::hard_link(from, to))
    }

    fn open_with(folder: &Path, link: fn(&Path, &Path) -> io::Result<()>) -> Result<Self, BlobError> {
        let folder = std::path::absolute(folder)?;
        folder::private(&folder)?;
        folder::private(&folder.join("tmp"))?;
        sync_folder(&folder)?;
        Ok(Self(Arc::new(Shared { folder, link, live: Mutex::default() })))
    }

    /// Begins a new blob; `rng` names its temporary file.
    pub fn create(&self, rng: &dyn SecureRandom) -> Result<BlobWriter, BlobError> {
        BlobWriter::new(self, rng)
    }

    /// The blob of that hash, open for reading, and its size in bytes; `None` when there is none.
    pub fn open_blob(&self, hash: &Hash) -> Result<Option<(File, u64)>, BlobError> {
        let Some(file) = found(times::open_quietly(&self.path(hash)))? else { return Ok(None) };
        let size = file.metadata()?.len();
        Ok(Some((file, size)))
    }

    /// Removes the blob of that hash for good; `false` when there is none, or when a row that names it is about to be
    /// committed.
    pub fn remove(&self, hash: &Hash) -> Result<bool, BlobError> {
        let live = self.live();
        if live.pending.contains_key(hash) {
            return Ok(false);
        }
        self.unlink(hash, &live)
    }

    /// Removes a file under the lock, so that nobody is about to name it meanwhile.
    fn unlink(&self, hash: &Hash, _live: &MutexGuard<'_, Live>) -> Result<bool, BlobError> {
        let path = self.path(hash);
        if found(fs::remove_file(&path))?.is_none() {
            return Ok(false);
        }
        let folder = self.folder_of(hash);
        times::floor(&folder);
        sync_folder(&folder)?;
        Ok(true)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        // The sets are whole after each statement, so a panic elsewhere leaves nothing half done.
        self.0.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn temporary_folder(&self) -> PathBuf {
        self.0.folder.join("tmp")
    }

    fn folder_of(&self, hash: &Hash) -> PathBuf {
        self.0.folder.join(hex(&hash[..1]))
    }

    fn path(&self, hash: &Hash) -> PathBuf {
        self.folder_of(hash).join(hex(hash))
    }

    /// Makes the folder of a blob when it is the first there.
    fn make_folder_of(&self, hash: &Hash) -> Result<PathBuf, BlobError> {
        let folder = self.folder_of(hash);
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => {
                times::floor(&self.0.folder);
                sync_folder(&self.0.folder)?;
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
        Ok(folder)
    }
}

/// Makes a folder's entries durable.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// `None` for what is not there.
fn found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The inverse of [`hex`] for names of blobs.
fn hash_of_name(name: &str) -> Option<Hash> {
    let mut hash = [0; 32];
    if name.len() != 64 || !name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (byte, pair) in hash.iter_mut().zip(name.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests;
