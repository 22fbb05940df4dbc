//! Writing a blob: a temporary file that becomes durable under its hash, or vanishes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use ring::rand::SecureRandom;

use super::{BlobError, Blobs, Hash, hex, sync_folder, times};
use crate::clock::Day;
use crate::protocol::seal::ChunkedHash;
use crate::secret::random_bytes;

/// A temporary file, removed when dropped unless it was renamed away.
pub(super) struct Temporary {
    blobs: Blobs,
    name: String,
    path: PathBuf,
    pub file: File,
    renamed: bool,
}

impl Temporary {
    pub fn new(blobs: &Blobs, rng: &dyn SecureRandom) -> Result<Self, BlobError> {
        Ok(Self::named(blobs, hex(&random_bytes::<16>(rng)?))?)
    }

    /// One whose name nobody else uses; what a killed program left under it is removed.
    pub fn named(blobs: &Blobs, name: String) -> io::Result<Self> {
        blobs.live().temporary.insert(name.clone());
        let path = blobs.temporary_folder().join(&name);
        let _ = fs::remove_file(&path);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(file) => Ok(Self { blobs: blobs.clone(), name, path, file, renamed: false }),
            Err(error) => {
                blobs.live().temporary.remove(&name);
                Err(error)
            }
        }
    }

    /// Gives a synced file its name among the blobs.
    pub fn rename_to(&mut self, hash: &Hash) -> io::Result<()> {
        fs::rename(&self.path, self.blobs.path(hash))?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // What cannot be removed now is collected later.
            let _ = fs::remove_file(&self.path);
        }
        times::floor(&self.blobs.temporary_folder());
        self.blobs.live().temporary.remove(&self.name);
    }
}

/// A blob that is being written; dropped without [`BlobWriter::finish`], it leaves nothing behind.
pub struct BlobWriter {
    temporary: Temporary,
    hash: ChunkedHash,
    size: u64,
}

impl BlobWriter {
    pub(super) fn new(blobs: &Blobs, rng: &dyn SecureRandom) -> Result<Self, BlobError> {
        Ok(Self { temporary: Temporary::new(blobs, rng)?, hash: ChunkedHash::new(), size: 0 })
    }

    /// Makes the blob durable under its hash, with `day` as its time. Storing the same bytes again is harmless.
    pub fn finish(self, day: Day) -> Result<PendingBlob, BlobError> {
        let Self { mut temporary, hash, size } = self;
        let hash = hash.finish();
        let blobs = temporary.blobs.clone();
        // Before the file can be seen: from here on no collection removes it.
        let pending = PendingBlob::new(blobs.clone(), hash, size);
        let folder = blobs.make_folder_of(&hash)?;
        times::set(&temporary.file, day)?;
        temporary.file.sync_all()?;
        temporary.rename_to(&hash)?;
        drop(temporary);
        times::set_folder(&folder, day);
        times::set_folder(&blobs.temporary_folder(), day);
        sync_folder(&folder)?;
        sync_folder(&blobs.temporary_folder())?;
        Ok(pending)
    }
}

impl Write for BlobWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.temporary.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A durable blob whose row is about to be committed. Keep it until the commit: meanwhile it is never removed.
#[must_use = "the blob may be collected once this is dropped"]
pub struct PendingBlob {
    blobs: Blobs,
    hash: Hash,
    size: u64,
}

impl PendingBlob {
    pub(super) fn new(blobs: Blobs, hash: Hash, size: u64) -> Self {
        let mut live = blobs.live();
        *live.pending.entry(hash).or_insert(0) += 1;
        for kept in live.collections.values_mut() {
            kept.insert(hash);
        }
        drop(live);
        Self { blobs, hash, size }
    }

    /// The chunked hash of its bytes, which is its name.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// Its length in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }
}

impl Drop for PendingBlob {
    fn drop(&mut self) {
        let mut live = self.blobs.live();
        if let Some(count) = live.pending.get_mut(&self.hash) {
            *count -= 1;
            if *count == 0 {
                live.pending.remove(&self.hash);
            }
        }
    }
}
