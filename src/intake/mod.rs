//! What can happen to a case, one use case a file, on the store, the blobs and the manifests.
//!
//! | file | what happens |
//! | --- | --- |
//! | `submit` | a report is filed in the assisted path |
//! | `returning` | a reporter comes back, adds to the case, has it forgotten |
//! | `forget_later` | a case is forgotten a week later, unless its token is used before |
//! | `sealed` | the same for what was sealed on the reporter's own device |
//! | [`uploads`] | files that arrive sealed, in chunks |
//! | [`read`] | a member lists cases, reads one or many, fetches an attachment |
//! | `changes` | a member follows what changes |
//! | `moving` | a case moves to another token |
//! | `tail` | where a reporter's chain ends, for what is added to it |
//! | [`entries`] | a member adds answers, notes and grants |
//! | [`derivation`] | token keys are made, a few at a time |
//! | [`upload`] | a file is sealed while it arrives |
//! | [`once`] | a form is answered once, however often its button is pressed |
//! | [`upkeep`] | what happens at start and at night |
//! | `rows` | sealed pieces as the store keeps them |
//!
//! Whoever calls (a page, an endpoint, a text message) is not known here. To add a use case: a file with an
//! `impl Intake`, a line in the table above, and what can go wrong as variants of [`IntakeError`], which the maps in
//! `http` then ask for. What changed is told by the store with every commit. Check first and without a transaction, then write everything in one.

mod changes;
pub mod derivation;
pub mod entries;
mod forget_later;
mod moving;
pub mod once;
pub mod read;
mod returning;
pub(crate) mod rows;
mod sealed;
mod submit;
mod tail;
pub mod upkeep;
pub mod upload;
pub mod uploads;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use ring::rand::SecureRandom;
use tokio::sync::Semaphore;

pub use forget_later::FORGOTTEN_AFTER;
pub use returning::Returned;
pub use submit::{Filing, Receipt};
pub use upload::TakesFiles;

use crate::blobs::{BlobError, Blobs};
use crate::clock::Clock;
use crate::protocol::manifest::{History, HistoryError};
use crate::protocol::report::DraftError;
use crate::protocol::seal::SealError;
use crate::protocol::sealed::SealingError;
use crate::secret::{NoRandomness, Rng, on_wiped_stack};
use crate::store::{Store, StoreError};

/// Why something did not happen. What was refused left nothing behind; what was acknowledged is never undone.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// There is no such case, or not for whoever asks.
    #[error("there is no such case here; look whether the token or case id is right")]
    NotFound,
    /// The token or locator is one from before the case moved to another.
    #[error("this case has moved to another token; open it with that one")]
    Moved,
    /// The case has moved on meanwhile.
    #[error("the case has changed meanwhile; read it again and repeat")]
    Conflict,
    /// It breaks a rule.
    #[error("{0}")]
    Refused(String),
    /// It is signed by somebody who may not do this.
    #[error("this was not written by the member who sends it; write it with your current key")]
    NotAllowed,
    /// It is larger than allowed.
    #[error("this is larger than allowed; make it shorter, or send it in parts")]
    TooLarge,
    /// Too much is under way.
    #[error("too much is under way at this moment; try again in a minute")]
    Busy,
    /// The disk is full or nearly so.
    #[error("the disk is full; free some space, nothing that was acknowledged is lost")]
    Full,
    /// A stored case does not pass its own checks.
    #[error("{0} is damaged or missing on the server; have its operator restore it from a backup")]
    Damaged(&'static str),
    /// Nothing can be filed.
    #[error(transparent)]
    Draft(DraftError),
    /// Sealing failed.
    #[error(transparent)]
    Sealing(SealingError),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// The folder of attachments failed.
    #[error(transparent)]
    Blob(BlobError),
    /// A part of the program stopped.
    #[error("a part of the program stopped ({0}); try again, and tell the operator when it happens once more")]
    Failed(&'static str),
}

impl From<StoreError> for IntakeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            StoreError::Busy => Self::Busy,
            StoreError::Conflict { .. } => Self::Conflict,
            StoreError::TooLarge(_) => Self::TooLarge,
            error => Self::Store(error),
        }
    }
}

impl From<BlobError> for IntakeError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full => Self::Full,
            error => Self::Blob(error),
        }
    }
}

impl From<DraftError> for IntakeError {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Sealing(error) => error.into(),
            error => Self::Draft(error),
        }
    }
}

impl From<SealingError> for IntakeError {
    fn from(error: SealingError) -> Self {
        match error {
            SealingError::Seal(error) => error.into(),
            error => Self::Sealing(error),
        }
    }
}

impl From<SealError> for IntakeError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::Io(error) => BlobError::from(error).into(),
            error => Self::Sealing(error.into()),
        }
    }
}

impl From<NoRandomness> for IntakeError {
    fn from(error: NoRandomness) -> Self {
        Self::Sealing(error.into())
    }
}

/// How much a case may hold.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Bytes of one text's ciphertext: 1 MiB of text is padded to 2 MiB, and sealing adds a few kilobytes.
    pub text: usize,
    /// Bytes of one grant's ciphertext.
    pub grant: usize,
    /// Envelopes that come in one request.
    pub envelopes_at_once: usize,
    /// Grants that come in one request; a rekey brings one for every investigator of the unit.
    pub grants_at_once: usize,
    /// Envelopes of a case after which members add no more.
    pub envelopes_of_case: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            text: (2 << 20) + (64 << 10),
            grant: 16 << 10,
            envelopes_at_once: 16,
            grants_at_once: 1024,
            envelopes_of_case: 10_000,
        }
    }
}

/// What intake is set up with.
pub struct Settings {
    /// The data folder, whose free space is watched.
    pub data: PathBuf,
    /// Free bytes below which nothing new is taken.
    pub spare_disk_bytes: u64,
    /// How many token derivations run at once, each in 16 MiB, and how much is sealed or opened at once: as many as
    /// there are cores.
    pub cores: usize,
    /// How much a case may hold.
    pub limits: Limits,
    /// How much uploads may take.
    pub uploads: uploads::Limits,
}

impl Settings {
    /// The defaults for a data folder.
    #[must_use]
    pub fn new(data: PathBuf) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let uploads = uploads::Limits::from(&crate::config::limits::Limits::default());
        Self { data, spare_disk_bytes: 0, cores, limits: Limits::default(), uploads }
    }
}

/// Everything the use cases work with.
pub struct Intake {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    history: RwLock<Arc<History>>,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    derivations: derivation::Derivations,
    /// Turns at sealing and opening, which keep a core busy.
    cores: Arc<Semaphore>,
    uploads: Arc<uploads::Uploads>,
    followers: changes::Followers,
    settings: Settings,
}

impl Intake {
    /// Puts the parts together.
    #[must_use]
    pub fn new(store: Store, blobs: Blobs, history: Arc<History>, clock: Clock, rng: Rng, settings: Settings) -> Self {
        let derivations = derivation::Derivations::new(settings.cores);
        let cores = Arc::new(Semaphore::new(settings.cores));
        let uploads = Arc::new(uploads::Uploads::new(blobs.clone(), settings.uploads.clone()));
        let (history, followers) = (RwLock::new(history), changes::Followers::default());
        Self { store, blobs, history, clock, rng, derivations, cores, uploads, followers, settings }
    }

    /// The authority's manifests as they are in force now.
    pub fn history(&self) -> Arc<History> {
        Arc::clone(&self.history.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes new manifests over without a restart, and tells those who wait for changes; refused when they are of another
    /// authority or older.
    pub fn adopt(&self, history: Arc<History>) -> Result<(), HistoryError> {
        let mut current = self.history.write().unwrap_or_else(PoisonError::into_inner);
        history.check_pin(&current.pin())?;
        *current = history;
        drop(current);
        self.store.changes().wake();
        Ok(())
    }

    /// Closes the database once nothing is under way any more.
    pub async fn close(&self) -> Result<(), IntakeError> {
        Ok(self.store.clone().close().await?)
    }

    /// Today's date.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Where randomness comes from.
    pub fn rng(&self) -> &(dyn SecureRandom + Send + Sync) {
        &*self.rng
    }

    /// Proves that the database can commit.
    pub async fn healthy(&self) -> Result<(), IntakeError> {
        Ok(self.store.healthy().await?)
    }

    /// Seals or opens something: as much at once as there are cores, first come, first served.
    async fn computing<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, IntakeError> {
        let turn = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| IntakeError::Failed("cores"))?;
        Ok(blocking(move || {
            let value = work();
            drop(turn);
            value
        })
        .await)
    }

    /// Refuses what is new while the disk is nearly full, so that the database can always write.
    fn check_space(&self) -> Result<(), IntakeError> {
        let free = rustix::fs::statvfs(&self.settings.data).map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
        match free {
            Ok(free) if free < self.settings.spare_disk_bytes => Err(IntakeError::Full),
            _ => Ok(()),
        }
    }
}

/// Runs work that blocks or computes for long, so that other requests go on meanwhile, and leaves nothing of it on the
/// stack.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(|| on_wiped_stack(work)).await {
        Ok(value) => value,
        // Blocking work that has begun is never cancelled, so this is a panic of its own.
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
