//! What can happen to a case: one use case per file, on the store, the blobs and the manifests.
//!
//! | file | what |
//! | --- | --- |
//! | [`read`] | a member lists cases, reads one, fetches an attachment |
//! | [`entries`] | a member adds answers, notes and grants |
//!
//! Whoever calls (a page, an endpoint, a text message) is not known here. **To add a use case**: a file with an
//! `impl Intake`, a line in the table above, and what can go wrong as variants of [`IntakeError`], which the map in
//! `http/problem.rs` then asks for. Check first and without a transaction, then write everything in one.
//!
//! ```
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! use std::sync::Arc;
//! use amparo::{blobs::Blobs, clock::Clock, store::Store};
//! use amparo::intake::{Intake, Limits};
//! use amparo::protocol::example;
//! use ring::rand::SystemRandom;
//!
//! let folder = tempfile::tempdir().unwrap();
//! let store = Store::open(&folder.path().join("data/amparo.db")).await.unwrap();
//! let blobs = Blobs::open(&folder.path().join("blobs")).unwrap();
//! let authority = example::authority(&SystemRandom::new());
//! let clock = Clock::fixed(example::DAY.parse().unwrap());
//! let rng = Arc::new(SystemRandom::new());
//! let intake = Intake::new(store, blobs, Arc::clone(&authority.history), clock, rng, Limits::default());
//!
//! let list = intake.list_cases(authority.members[0].id).await.unwrap();
//! assert!(list.cases.is_empty());
//! # });
//! ```

pub mod entries;
pub mod read;

use std::sync::{Arc, PoisonError, RwLock};

use ring::rand::SecureRandom;

use crate::blobs::{BlobError, Blobs};
use crate::clock::Clock;
use crate::protocol::manifest::{History, HistoryError};
use crate::secret::NoRandomness;
use crate::store::{Store, StoreError};

/// Randomness that threads share.
pub type Rng = Arc<dyn SecureRandom + Send + Sync>;

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

/// Everything a use case works with.
pub struct Intake {
    pub(crate) store: Store,
    pub(crate) blobs: Blobs,
    history: RwLock<Arc<History>>,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) limits: Limits,
}

impl Intake {
    /// An intake for the authority of `history`.
    #[must_use]
    pub fn new(store: Store, blobs: Blobs, history: Arc<History>, clock: Clock, rng: Rng, limits: Limits) -> Self {
        Self { store, blobs, history: RwLock::new(history), clock, rng, limits }
    }

    /// The manifests as they are now; take them once per request, so that it sees one state of them.
    #[must_use]
    pub fn history(&self) -> Arc<History> {
        // A pointer is whole whatever panicked while it was held.
        Arc::clone(&self.history.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes new manifests over without a restart; refused when they are of another authority or older.
    pub fn adopt(&self, history: Arc<History>) -> Result<(), HistoryError> {
        let mut current = self.history.write().unwrap_or_else(PoisonError::into_inner);
        history.check_pin(&current.pin())?;
        *current = history;
        Ok(())
    }

    /// Proves that the database can commit.
    pub async fn healthy(&self) -> Result<(), IntakeError> {
        Ok(self.store.healthy().await?)
    }
}

/// Why something did not happen; nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// There is no such case, or it is not for whoever asks; both read the same.
    #[error("there is no such case for you; look at the list of cases again")]
    NotFound,
    /// Somebody else was faster.
    #[error("the case has moved on meanwhile; read it again and decide anew")]
    Conflict,
    /// It breaks a rule, which the text tells with what to do.
    #[error("{0}")]
    Refused(String),
    /// It is signed by somebody who may not do this.
    #[error("this was not written by the member who sends it; write it with your current key")]
    NotAllowed,
    /// It is larger than allowed.
    #[error("this is larger than allowed; make it shorter, or send it in parts")]
    TooLarge,
    /// The disk is full.
    #[error("the server has no space left; try again later, and tell its operator")]
    Full,
    /// The database has no time.
    #[error("the server is busy; try again in a minute")]
    Busy,
    /// What is stored contradicts itself.
    #[error("{0} is damaged or missing on the server; have its operator restore it from a backup")]
    Damaged(&'static str),
    /// The database failed.
    #[error(transparent)]
    Store(StoreError),
    /// The attachments' folder failed.
    #[error(transparent)]
    Blobs(BlobError),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl From<StoreError> for IntakeError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::Full,
            StoreError::Busy => Self::Busy,
            StoreError::Conflict { .. } => Self::Conflict,
            StoreError::TooLarge(_) => Self::TooLarge,
            other => Self::Store(other),
        }
    }
}

impl From<BlobError> for IntakeError {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Full => Self::Full,
            other => Self::Blobs(other),
        }
    }
}

/// Runs work that blocks or computes for long, so that other requests go on meanwhile.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        // Blocking work that has begun is never cancelled, so this is a panic of its own.
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}
