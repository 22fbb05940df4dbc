//! Files on their way in, sealed elsewhere: chunk by chunk, over as many connections as it takes.
//!
//! An upload is a place for the files of one report or message. Its name is a secret of whoever made it; on the disk
//! stands only a hash of it. A chunk streams to the disk in pieces and counts once it is whole; when its connection is
//! lost and the client comes again, the newcomer takes the place of the one that stalls. Uploads outlive a restart:
//! what is there is then hashed anew when somebody first asks. One that nobody touches for a while is dropped.

mod chunk;
mod claim;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, watch};
use tokio::time::Instant;

pub use chunk::ChunkUpload;
pub(super) use claim::Claim;

use super::{Intake, IntakeError, blocking};
pub use crate::blobs::chunks::CHUNK;
use crate::blobs::chunks::{UploadName, Uploaded};
use crate::blobs::{BlobError, Blobs};
use crate::clock::Day;
use crate::config::limits;
use crate::protocol::bytes::{Hash, hash_of};
use crate::protocol::padding;
use crate::protocol::wire::reporter::UploadId;
use crate::secret::random_bytes;

/// How much uploads may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one file's ciphertext.
    pub file: u64,
    /// Files of one upload.
    pub files: usize,
    /// Bytes of one upload's ciphertexts.
    pub upload: u64,
    /// Bytes of all uploads.
    pub total: u64,
    /// How many uploads there may be.
    pub count: usize,
    /// How long one may lie untouched.
    pub idle: Duration,
}

impl From<&limits::Limits> for Limits {
    fn from(limits: &limits::Limits) -> Self {
        let files = limits.files_per_submission;
        let submission = limits.submission_bytes.bytes();
        Self {
            file: sealed_size(padding::file_size(limits.file_bytes.bytes())),
            files,
            // Padmé adds less than an eighth to each file, and a few kilobytes to the smallest.
            upload: sealed_size(submission.saturating_add(submission / 8))
                .saturating_add(sealed_size(0) * files as u64),
            total: limits.upload_bytes.bytes(),
            count: limits.uploads,
            idle: Duration::from_hours(1),
        }
    }
}

/// The most bytes of a ciphertext of `padded` bytes: binding and salt, an age header, and 16 bytes for each 64 KiB.
fn sealed_size(padded: u64) -> u64 {
    padded.saturating_add(padded / (64 << 10) * 16).saturating_add(8 << 10)
}

/// All uploads.
pub(super) struct Uploads {
    blobs: Blobs,
    limits: Limits,
    known: Mutex<HashMap<UploadName, Arc<Place>>>,
    used: Arc<AtomicU64>,
}

/// An upload as the list of uploads knows it.
struct Place {
    name: UploadName,
    contents: Arc<tokio::sync::Mutex<Contents>>,
    touched: Mutex<Instant>,
    /// Who came last, and for which file.
    newcomers: watch::Sender<(u64, usize)>,
}

/// What an upload holds. Whoever has it locked may change it.
struct Contents {
    files: Vec<Uploaded>,
    /// Whether `files` is what lies on the disk; not yet after a restart.
    loaded: bool,
    /// Whether the upload has been dropped or taken.
    gone: bool,
    room: Room,
}

/// Bytes of the total that are spoken for, given back when dropped.
struct Room {
    used: Arc<AtomicU64>,
    bytes: u64,
}

impl Room {
    /// Room for `bytes`; [`IntakeError::Busy`] when there is none.
    fn take(used: &Arc<AtomicU64>, bytes: u64, total: u64) -> Result<Self, IntakeError> {
        let more = |used: u64| used.checked_add(bytes).filter(|used| *used <= total);
        used.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).map_err(|_| IntakeError::Busy)?;
        Ok(Self { used: Arc::clone(used), bytes })
    }

    /// Takes over so many bytes of `other`; what `other` has beyond is given back when it is dropped.
    fn take_over(&mut self, other: &mut Self, bytes: u64) {
        let moved = bytes.min(other.bytes);
        other.bytes -= moved;
        self.bytes += moved;
    }

    /// Gives so many bytes back.
    fn give_back(&mut self, bytes: u64) {
        let back = bytes.min(self.bytes);
        self.bytes -= back;
        self.used.fetch_sub(back, Ordering::SeqCst);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

impl Uploads {
    pub fn new(blobs: Blobs, limits: Limits) -> Self {
        Self { blobs, limits, known: Mutex::default(), used: Arc::default() }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<UploadName, Arc<Place>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_place(&self, name: UploadName, loaded: bool, bytes: u64) -> Arc<Place> {
        self.used.fetch_add(bytes, Ordering::SeqCst);
        let room = Room { used: Arc::clone(&self.used), bytes };
        Arc::new(Place {
            name,
            contents: Arc::new(tokio::sync::Mutex::new(Contents { files: Vec::new(), loaded, gone: false, room })),
            touched: Mutex::new(Instant::now()),
            newcomers: watch::channel((0, 0)).0,
        })
    }

    fn place(&self, upload: UploadId) -> Result<Arc<Place>, IntakeError> {
        let place = self.known().get(&name_of(upload)).cloned().ok_or(IntakeError::NotFound)?;
        place.touch();
        Ok(place)
    }

    /// Waits for its turn at an upload, and reads what is there when nobody has since the start.
    async fn lock(&self, place: &Place, day: Day) -> Result<OwnedMutexGuard<Contents>, IntakeError> {
        let mut contents = Arc::clone(&place.contents).lock_owned().await;
        place.touch();
        if contents.gone {
            return Err(IntakeError::NotFound);
        }
        if !contents.loaded {
            let (blobs, name, files) = (self.blobs.clone(), place.name, self.limits.files);
            // The lock travels along, so that nobody else begins when this request is given up.
            contents = blocking(move || {
                contents.files = blobs.load_upload(&name, files, day)?;
                let there = contents.files.iter().map(Uploaded::size).sum();
                let beyond = contents.room.bytes.saturating_sub(there);
                contents.room.give_back(beyond);
                contents.loaded = true;
                Ok::<_, BlobError>(contents)
            })
            .await?;
        }
        Ok(contents)
    }

    /// Removes an upload whose lock is held.
    fn remove(&self, place: &Place, mut contents: OwnedMutexGuard<Contents>, day: Day) -> Result<(), BlobError> {
        contents.gone = true;
        self.known().remove(&place.name);
        let removed = self.blobs.remove_upload(&place.name, day);
        let all = contents.room.bytes;
        contents.room.give_back(all);
        removed
    }
}

impl Place {
    fn touch(&self) {
        *self.touched.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Tells whoever still sends the same file that its client has come again.
    fn announce(&self, file: usize) -> u64 {
        let mut number = 0;
        self.newcomers.send_modify(|newest| {
            *newest = (newest.0 + 1, file);
            number = newest.0;
        });
        number
    }

    fn idle(&self) -> Duration {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// What an upload is called on the disk, from which its secret name cannot be found.
fn name_of(upload: UploadId) -> UploadName {
    let Hash(hash) = hash_of(&[b"amparo upload", &upload.0]);
    let mut name = UploadName::default();
    name.copy_from_slice(&hash[..16]);
    name
}

impl Intake {
    /// Knows again the uploads that lie on the disk; for the start. Returns how many there are.
    pub async fn resume_uploads(&self) -> Result<usize, IntakeError> {
        let blobs = self.blobs.clone();
        let found = blocking(move || blobs.uploads()).await?;
        for (name, bytes) in &found {
            let place = self.uploads.new_place(*name, false, *bytes);
            self.uploads.known().entry(*name).or_insert(place);
        }
        Ok(found.len())
    }

    /// Drops the uploads that nobody has touched for an hour. Returns how many there were.
    pub async fn drop_idle_uploads(&self) -> Result<usize, IntakeError> {
        let idle: Vec<_> =
            self.uploads.known().values().filter(|place| place.idle() >= self.uploads.limits.idle).cloned().collect();
        let mut dropped = 0;
        for place in idle {
            // One that is locked is being worked on.
            if let Ok(contents) = Arc::clone(&place.contents).try_lock_owned() {
                let (uploads, day) = (Arc::clone(&self.uploads), self.clock.today());
                blocking(move || uploads.remove(&place, contents, day)).await?;
                dropped += 1;
            }
        }
        Ok(dropped)
    }

    /// Makes a place for the files of one report or message; [`IntakeError::Busy`] when there are too many.
    pub async fn new_upload(&self) -> Result<UploadId, IntakeError> {
        self.check_space()?;
        let upload = UploadId(random_bytes(&*self.rng)?);
        if self.uploads.known().len() >= self.uploads.limits.count {
            self.drop_idle_uploads().await?;
        }
        let name = name_of(upload);
        let place = self.uploads.new_place(name, true, 0);
        {
            let mut known = self.uploads.known();
            if known.len() >= self.uploads.limits.count {
                return Err(IntakeError::Busy);
            }
            known.insert(name, place);
        }
        let (blobs, day) = (self.blobs.clone(), self.clock.today());
        blocking(move || blobs.create_upload(&name, day)).await.inspect_err(|_| {
            self.uploads.known().remove(&name);
        })?;
        Ok(upload)
    }

    /// Whether there is such an upload.
    #[must_use]
    pub fn knows_upload(&self, upload: UploadId) -> bool {
        self.uploads.place(upload).is_ok()
    }

    /// How many chunks of each file are there.
    pub async fn uploaded(&self, upload: UploadId) -> Result<Vec<u64>, IntakeError> {
        let place = self.uploads.place(upload)?;
        let contents = self.uploads.lock(&place, self.clock.today()).await?;
        Ok(contents.files.iter().map(Uploaded::chunks).collect())
    }

    /// Drops the bytes of a file, which can then come anew.
    pub async fn drop_uploaded(&self, upload: UploadId, file: usize) -> Result<(), IntakeError> {
        let day = self.clock.today();
        let place = self.uploads.place(upload)?;
        place.announce(file);
        let mut contents = self.uploads.lock(&place, day).await?;
        let blobs = self.blobs.clone();
        blocking(move || {
            blobs.remove_uploaded(&place.name, file, day)?;
            if let Some(uploaded) = contents.files.get_mut(file) {
                let size = std::mem::take(uploaded).size();
                contents.room.give_back(size);
            }
            Ok(())
        })
        .await
    }
}
