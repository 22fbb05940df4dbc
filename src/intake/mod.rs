//! What can happen to a case, one use case a file. Every channel calls the same ones.
//!
//! | file | what happens |
//! | --- | --- |
//! | `submit` | a report is filed in the assisted path |
//! | `returning` | a reporter comes back, adds to the case, has it forgotten |
//! | [`derivation`] | token keys are made, a few at a time |
//! | [`upload`] | a file is sealed while it arrives |
//! | [`once`] | a form is answered once, however often its button is pressed |
//! | [`upkeep`] | what happens at start and at night |
//! | `rows` | sealed pieces as the store keeps them |

pub mod derivation;
pub mod once;
mod returning;
mod rows;
mod submit;
pub mod upkeep;
pub mod upload;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use ring::rand::SecureRandom;

pub use returning::Returned;
pub use submit::{Filing, Receipt};

use crate::blobs::{BlobError, Blobs};
use crate::clock::Clock;
use crate::protocol::manifest::History;
use crate::protocol::report::DraftError;
use crate::protocol::seal::SealError;
use crate::protocol::sealed::SealingError;
use crate::secret::NoRandomness;
use crate::store::{Store, StoreError};

/// Why something did not happen. What was refused left nothing behind; what was acknowledged is never undone.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// There is no such case, or not for whoever asks.
    #[error("there is no such case here; look whether the token or case id is right")]
    NotFound,
    /// The case has moved on meanwhile.
    #[error("the case has changed meanwhile; read it again and repeat")]
    Conflict,
    /// It breaks a rule.
    #[error("{0}")]
    Refused(String),
    /// Too much is under way.
    #[error("too much is under way at this moment; try again in a minute")]
    Busy,
    /// The disk is full or nearly so.
    #[error("the disk is full; free some space, nothing that was acknowledged is lost")]
    Full,
    /// A stored case does not pass its own checks.
    #[error("what is stored of this case is damaged or was altered; restore it from a backup")]
    Damaged,
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

/// What intake is set up with.
pub struct Settings {
    /// The data folder, whose free space is watched.
    pub data: PathBuf,
    /// Free bytes below which nothing new is taken.
    pub spare_disk_bytes: u64,
    /// How many token derivations run at once, each in 16 MiB: as many as there are cores.
    pub derivations: usize,
}

/// Everything the use cases work with.
pub struct Intake {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    history: RwLock<Arc<History>>,
    clock: Clock,
    rng: Arc<dyn SecureRandom + Send + Sync>,
    derivations: derivation::Derivations,
    settings: Settings,
}

impl Intake {
    /// Puts the parts together.
    #[must_use]
    pub fn new(
        store: Store,
        blobs: Blobs,
        history: Arc<History>,
        clock: Clock,
        rng: Arc<dyn SecureRandom + Send + Sync>,
        settings: Settings,
    ) -> Self {
        let derivations = derivation::Derivations::new(settings.derivations);
        Self { store, blobs, history: RwLock::new(history), clock, rng, derivations, settings }
    }

    /// The authority's manifests as they are in force now.
    pub fn history(&self) -> Arc<History> {
        Arc::clone(&self.history.read().unwrap_or_else(PoisonError::into_inner))
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

    /// Refuses what is new while the disk is nearly full, so that the database can always write.
    fn check_space(&self) -> Result<(), IntakeError> {
        let free = rustix::fs::statvfs(&self.settings.data).map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
        match free {
            Ok(free) if free < self.settings.spare_disk_bytes => Err(IntakeError::Full),
            _ => Ok(()),
        }
    }
}
