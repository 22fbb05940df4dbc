//! Files on their way in, sealed elsewhere: chunk by chunk, over as many connections as it takes.
//!
//! An upload is a place for the files of one report or message. Its name is a secret of whoever made it; on the disk
//! stands only a hash of it. A chunk streams to the disk in pieces and counts once it is whole; when its connection is
//! lost and the client comes again, the newcomer takes the place of the one that stalls. Uploads outlive a restart:
//! what is there is then hashed anew when somebody first asks.
//!
//! An upload holds its place and its bytes from when it is made until its files are named by a report or message, or it
//! is dropped (`room`): after an hour in which it did not grow, sooner the fuller it is, and at once when there is no
//! room for another and it is the one that has not grown for the longest. So whoever fills all places shuts the door to
//! nobody: those who come next take the places of those who send nothing.

mod chunk;
mod claim;
mod room;

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, watch};

pub use chunk::ChunkUpload;
pub(super) use claim::Claim;
pub use room::Load;
use room::{Growth, Room};

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
    growth: Mutex<Growth>,
    /// Who came last, and for which file; for none in particular when the upload is to give way.
    newcomers: watch::Sender<(u64, Option<usize>)>,
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

impl Uploads {
    pub fn new(blobs: Blobs, limits: Limits) -> Self {
        Self { blobs, limits, known: Mutex::default(), used: Arc::default() }
    }

    fn known(&self) -> MutexGuard<'_, HashMap<UploadName, Arc<Place>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_place(&self, name: UploadName, loaded: bool, bytes: u64) -> Arc<Place> {
        let room = Room::taken(&self.used, bytes);
        Arc::new(Place {
            name,
            contents: Arc::new(tokio::sync::Mutex::new(Contents { files: Vec::new(), loaded, gone: false, room })),
            growth: Mutex::new(Growth::now()),
            newcomers: watch::channel((0, None)).0,
        })
    }

    fn place(&self, upload: UploadId) -> Result<Arc<Place>, IntakeError> {
        self.known().get(&name_of(upload)).cloned().ok_or(IntakeError::NotFound)
    }

    /// Waits for its turn at an upload, and reads what is there when nobody has since the start.
    async fn lock(&self, place: &Place, day: Day) -> Result<OwnedMutexGuard<Contents>, IntakeError> {
        let mut contents = Arc::clone(&place.contents).lock_owned().await;
        if contents.gone {
            return Err(IntakeError::NotFound);
        }
        if !contents.loaded {
            let (blobs, name, files) = (self.blobs.clone(), place.name, self.limits.files);
            // The lock travels along, so that nobody else begins when this request is given up.
            contents = blocking(move || {
                contents.files = blobs.load_upload(&name, files, day)?;
                let there = contents.files.iter().map(Uploaded::size).sum();
                let beyond = contents.room.bytes().saturating_sub(there);
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
        let all = contents.room.bytes();
        contents.room.give_back(all);
        removed
    }
}

impl Place {
    fn growth(&self) -> MutexGuard<'_, Growth> {
        self.growth.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever still sends the same file that its client has come again, or whoever sends any that the upload gives
    /// way.
    fn announce(&self, file: Option<usize>) -> u64 {
        let mut number = 0;
        self.newcomers.send_modify(|newest| {
            *newest = (newest.0 + 1, file);
            number = newest.0;
        });
        number
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

    /// Makes a place for the files of one report or message. When there are as many as there may be, the one that has
    /// not grown for the longest gives way; [`IntakeError::Busy`] only when every one of them is being written to.
    pub async fn new_upload(&self) -> Result<UploadId, IntakeError> {
        self.check_space()?;
        let upload = UploadId(random_bytes(&*self.rng)?);
        let (name, day) = (name_of(upload), self.clock.today());
        let place = self.uploads.new_place(name, true, 0);
        // Until it is made, it does not give way to others.
        let _made = place.contents.lock().await;
        while !self.uploads.admit(&place) {
            if !self.uploads.drop_stalest(None, day).await? {
                return Err(IntakeError::Busy);
            }
        }
        let blobs = self.blobs.clone();
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
        place.announce(Some(file));
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
