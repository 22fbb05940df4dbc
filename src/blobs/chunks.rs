//! Ciphertexts that arrive in chunks, over more than one connection and across restarts, before any row names them.
//!
//! An upload is a folder `uploads/<random name>/` with a file for each file of a report or message. Each chunk is
//! appended whole or not at all: what is there beyond whole chunks of 1 MiB was cut off in the middle and is removed
//! when the upload is loaded. A shorter last chunk is whole as well once its file has been renamed from `3` to `3.end`.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::writer::Temporary;
use super::{BlobError, Blobs, Hash, PendingBlob, found, sync_folder, times};
use crate::clock::Day;
use crate::protocol::bytes::{hash, hash_of};

/// Bytes of every chunk but a file's last, which may be shorter: those of the chunked hash.
pub const CHUNK: u64 = 1 << 20;

/// The name of an upload's folder.
pub type UploadName = [u8; 16];

/// A file of an upload, as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Uploaded {
    /// SHA-256 of each chunk.
    chunks: Vec<Hash>,
    /// Bytes.
    size: u64,
}

impl Uploaded {
    /// How many chunks are there.
    #[must_use]
    pub fn chunks(&self) -> u64 {
        self.chunks.len() as u64
    }

    /// The SHA-256 of a chunk that is there.
    #[must_use]
    pub fn chunk(&self, number: u64) -> Option<Hash> {
        self.chunks.get(usize::try_from(number).ok()?).copied()
    }

    /// Bytes that are there.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Whether a chunk shorter than others has ended it.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        !self.size.is_multiple_of(CHUNK)
    }

    /// The chunked hash of all that is there.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let parts: Vec<&[u8]> = self.chunks.iter().map(|chunk| &chunk[..]).collect();
        hash_of(&parts).0
    }

    /// Takes in a chunk that was appended.
    pub fn push(&mut self, chunk: Hash, size: u64) {
        self.chunks.push(chunk);
        self.size += size;
    }
}

impl Blobs {
    /// The uploads that lie in the folder, each with its size in bytes.
    pub fn uploads(&self) -> Result<Vec<(UploadName, u64)>, BlobError> {
        let mut uploads = Vec::new();
        for entry in found(fs::read_dir(self.uploads_folder()))?.into_iter().flatten() {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().and_then(|name| crate::protocol::bytes::from_hex(name).ok())
            else {
                continue;
            };
            let mut size = 0;
            for file in fs::read_dir(entry.path())? {
                size += file?.metadata()?.len();
            }
            uploads.push((name, size));
        }
        Ok(uploads)
    }

    /// Makes an empty upload.
    pub fn create_upload(&self, name: &UploadName, day: Day) -> Result<(), BlobError> {
        let folder = self.uploads_folder();
        DirBuilder::new().mode(0o700).recursive(true).create(&folder)?;
        DirBuilder::new().mode(0o700).create(self.upload_folder(name))?;
        for folder in [&self.upload_folder(name), &folder, &self.0.folder] {
            times::set_folder(folder, day);
        }
        Ok(())
    }

    /// What is there of each file of an upload, read to its end; a chunk that did not come whole is removed.
    pub fn load_upload(&self, name: &UploadName, files: usize, day: Day) -> Result<Vec<Uploaded>, BlobError> {
        let mut loaded = Vec::new();
        for number in 0..files {
            loaded.push(self.load_file(name, number, day)?);
        }
        while loaded.last().is_some_and(|file| file.size == 0) {
            loaded.pop();
        }
        times::set_folder(&self.upload_folder(name), day);
        Ok(loaded)
    }

    fn load_file(&self, name: &UploadName, number: usize, day: Day) -> Result<Uploaded, BlobError> {
        let mut uploaded = Uploaded::default();
        let ended = found(times::open_quietly(&self.ended_path(name, number)))?;
        let mut file = if let Some(file) = ended {
            file
        } else {
            let open = OpenOptions::new().read(true).write(true).open(self.open_path(name, number));
            let Some(file) = found(open)? else { return Ok(uploaded) };
            let size = file.metadata()?.len();
            file.set_len(size - size % CHUNK)?;
            file
        };
        let mut chunk = Vec::new();
        loop {
            chunk.clear();
            if Read::by_ref(&mut file).take(CHUNK).read_to_end(&mut chunk)? == 0 {
                times::set(&file, day)?;
                return Ok(uploaded);
            }
            uploaded.push(hash(&chunk).0, chunk.len() as u64);
        }
    }

    /// Begins the next chunk of a file.
    pub fn begin_chunk(&self, name: &UploadName, number: usize, so_far: &Uploaded) -> Result<ChunkWriter, BlobError> {
        let path = self.open_path(name, number);
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
        file.set_len(so_far.size)?;
        file.seek(SeekFrom::End(0))?;
        Ok(ChunkWriter { file, path, ended: self.ended_path(name, number), start: so_far.size, size: 0, whole: false })
    }

    /// Gives a file of an upload its name among the blobs as well, durable and with `day` as its time. It stays in the
    /// upload, so that nothing is lost when no row comes to name it. Where the file system has no hard links (exFAT, some
    /// of those over a network), the blob is a copy.
    pub fn keep_uploaded(
        &self,
        name: &UploadName,
        number: usize,
        uploaded: &Uploaded,
        day: Day,
    ) -> Result<PendingBlob, BlobError> {
        let hash = uploaded.hash();
        let path = if uploaded.has_ended() { self.ended_path(name, number) } else { self.open_path(name, number) };
        // Before the file can be seen: from here on no collection removes it.
        let pending = PendingBlob::new(self.clone(), hash, uploaded.size);
        let folder = self.make_folder_of(&hash)?;
        let file = File::open(&path)?;
        times::set(&file, day)?;
        file.sync_all()?;
        match (self.0.link)(&path, &self.path(&hash)) {
            Err(error) if has_no_links(&error) => {
                self.copy_uploaded(file, &hash, &format!("{}-{number}", super::hex(name)), day)?;
            }
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
        times::set_folder(&folder, day);
        sync_folder(&folder)?;
        Ok(pending)
    }

    /// Copies an upload's file by way of `tmp/`, where it is called `name` meanwhile, to its place among the blobs.
    fn copy_uploaded(&self, mut file: File, hash: &Hash, name: &str, day: Day) -> Result<(), BlobError> {
        if fs::exists(self.path(hash))? {
            return Ok(());
        }
        let mut copy = Temporary::named(self, name.to_owned())?;
        io::copy(&mut file, &mut copy.file)?;
        times::set(&copy.file, day)?;
        copy.file.sync_all()?;
        copy.rename_to(hash)?;
        drop(copy);
        sync_folder(&self.temporary_folder())?;
        Ok(())
    }

    /// Removes a file of an upload, so that it can come anew.
    pub fn remove_uploaded(&self, name: &UploadName, number: usize, day: Day) -> Result<(), BlobError> {
        for path in [self.open_path(name, number), self.ended_path(name, number)] {
            found(fs::remove_file(path))?;
        }
        times::set_folder(&self.upload_folder(name), day);
        Ok(())
    }

    /// Removes an upload and all that is in it.
    pub fn remove_upload(&self, name: &UploadName, day: Day) -> Result<(), BlobError> {
        found(fs::remove_dir_all(self.upload_folder(name)))?;
        times::set_folder(&self.uploads_folder(), day);
        Ok(())
    }

    fn uploads_folder(&self) -> PathBuf {
        self.0.folder.join("uploads")
    }

    fn upload_folder(&self, name: &UploadName) -> PathBuf {
        self.uploads_folder().join(super::hex(name))
    }

    fn open_path(&self, name: &UploadName, number: usize) -> PathBuf {
        self.upload_folder(name).join(number.to_string())
    }

    fn ended_path(&self, name: &UploadName, number: usize) -> PathBuf {
        self.upload_folder(name).join(format!("{number}.end"))
    }
}

/// Whether a file system refused a hard link because it makes none, or no more of this file.
fn has_no_links(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let refusals = [Errno::PERM, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NOSYS, Errno::MLINK, Errno::XDEV];
    refusals.iter().any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// A chunk that is being appended; dropped before [`ChunkWriter::finish`], it leaves nothing behind.
pub struct ChunkWriter {
    file: File,
    path: PathBuf,
    ended: PathBuf,
    start: u64,
    size: u64,
    whole: bool,
}

impl ChunkWriter {
    /// Keeps the chunk; one shorter than others ends the file.
    pub fn finish(mut self, day: Day) -> Result<(), BlobError> {
        self.file.flush()?;
        times::set(&self.file, day)?;
        if self.size < CHUNK {
            fs::rename(&self.path, &self.ended)?;
        }
        self.whole = true;
        self.path.parent().into_iter().for_each(|folder: &Path| times::set_folder(folder, day));
        Ok(())
    }
}

impl Write for ChunkWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for ChunkWriter {
    fn drop(&mut self) {
        if !self.whole {
            // What cannot be cut off now is when the next chunk begins, or the upload is loaded.
            let _ = self.file.set_len(self.start);
            let _ = self.file.metadata().and_then(|found| times::set_like(&self.file, &found));
            self.path.parent().into_iter().for_each(times::floor);
        }
    }
}
