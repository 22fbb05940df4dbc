//! Made-up cases for the demonstration, tests and benches: as many as are asked for, in six languages, sealed by the
//! real protocol with throwaway keys.
//!
//! | file | what |
//! | --- | --- |
//! | `dice` | chance that falls the same way for the same seed |
//! | `words`, `words/` | what is said in each language |
//! | `facts` | what a report is about, and how it is told |
//! | `files` | attachments |
//! | `life` | what happens to a case: [`Life`], given by a [`Recipe`] |
//! | `seal` | a life sealed, and written to the store |
//! | `record` | which cases a demonstration's folder holds |
//!
//! **What is the same for the same seed**: every text, file, name, day, state, who answers and who is left out; also
//! that case 7 of a hundred is case 7 of a hundred thousand. **What is not**: keys, tokens, case ids, and with them all
//! sealed bytes. They come from the system's generator as they do for a real report; a seed never makes a key.
//!
//! Cases after the first [`WITH_TOKEN`] have author keys that no token gives, because a token's derivation is made to
//! be slow.
//!
//! ```
//! use amparo::cli::demo::cases::{self, Place, Recipe};
//! # use std::sync::Arc;
//! # use amparo::{blobs::Blobs, protocol::example, store::Store};
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! # let folder = tempfile::tempdir().unwrap();
//! let today: amparo::clock::Day = "2026-05-04".parse().unwrap();
//! let rng: amparo::secret::Rng = Arc::new(ring::rand::SystemRandom::new());
//! let authority = example::large_authority_since(today.plus(-cases::SPAN).unwrap(), today, &*rng);
//! let store = Store::open(&folder.path().join("data/amparo.db")).await.unwrap();
//! let blobs = Blobs::open(&folder.path().join("data/blobs")).unwrap();
//!
//! let recipe = Recipe::new(1, today, authority.history.current());
//! let place = Place::new(store, blobs, authority.history, authority.members).unwrap();
//! let tokens = cases::fill(place, recipe, 0..10, rng, |_| Ok(())).await.unwrap();
//! assert_eq!(tokens.len(), 5);
//! # });
//! ```

mod dice;
mod facts;
mod files;
mod life;
pub(super) mod record;
mod seal;
mod words;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

pub use files::File;
pub use life::{Event, Life, Recipe, SPAN, Step, WITH_TOKEN};
pub use words::LANGUAGES;

use crate::blobs::{BlobError, Blobs};
use crate::clock::Day;
use crate::protocol::desk_case::DeskCaseError;
use crate::protocol::manifest::{History, HistoryError};
use crate::protocol::member::MemberKey;
use crate::protocol::own_case::OwnCaseError;
use crate::protocol::report::DraftError;
use crate::protocol::sealed::SealingError;
use crate::protocol::token::Token;
use crate::secret::{NoRandomness, Rng};
use crate::store::{Store, StoreError};

/// Cases that are written in one transaction.
const BATCH: u64 = 500;

/// Sealed cases that may wait to be written.
const WAITING: usize = 64;

/// Why cases cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// The authority is younger than the cases would be.
    #[error(
        "the authority in this folder has existed since {since} only, and the cases are of two years; make them in a new \
         folder (--dir), or delete this one"
    )]
    Young {
        /// The day of its first manifest.
        since: Day,
    },
    /// The folder holds cases of another seed.
    #[error(
        "this folder holds cases of seed {found}; go on with --seed {found}, or make others in a new folder (--dir)"
    )]
    OtherSeed {
        /// The seed of those that are there.
        found: u64,
    },
    /// A unit's member has no key here.
    #[error("the key of a member of {0:?} is missing; begin with a new folder")]
    NoKey(String),
    /// What the folder holds cannot be told.
    #[error("{0} cannot be read or written ({1}); make the cases in a new folder (--dir)")]
    Record(&'static str, #[source] std::io::Error),
    /// The manifests do not hold.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// A report cannot be sealed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// Something else cannot be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// A desk does not open what was sealed for it.
    #[error(transparent)]
    Desk(#[from] DeskCaseError),
    /// A reporter does not open their case.
    #[error(transparent)]
    Own(#[from] OwnCaseError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The folder of attachments failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// A thread has panicked, and said so.
    #[error("a part of the program stopped; what was made so far is there, so start it again")]
    Stopped,
    /// No randomness.
    #[error("{0}; start the machine again")]
    Randomness(#[from] NoRandomness),
}

/// Where cases go, and the keys of everybody who writes in them.
pub struct Place {
    store: Store,
    blobs: Blobs,
    history: Arc<History>,
    /// The manifests as they stood at each time, oldest first.
    past: Vec<Arc<History>>,
    keys: Vec<MemberKey>,
}

impl Place {
    /// Cases for the authority of `history`, written with its members' `keys`.
    pub fn new(store: Store, blobs: Blobs, history: Arc<History>, keys: Vec<MemberKey>) -> Result<Self, CasesError> {
        let past = seal::past_of(&history)?;
        Ok(Self { store, blobs, history, past, keys })
    }

    /// The manifests as they stood on `day`, and a day on which they were valid: `day`, unless nothing was.
    fn history_on(&self, day: Day) -> (&History, Day) {
        let issued = |history: &&Arc<History>| history.current().issued <= day;
        let history = self.past.iter().rev().find(issued).unwrap_or(&self.past[0]);
        let manifest = history.current();
        (history, day.clamp(manifest.issued, manifest.expires))
    }

    /// The keys of a unit's investigators, in the manifest's order.
    fn investigators(&self, unit: &str) -> Result<Vec<&MemberKey>, CasesError> {
        let manifest = self.history.current();
        let members = manifest.unit(unit).into_iter().flat_map(|unit| manifest.investigators(unit));
        let key_of = |id| self.keys.iter().find(|key| key.id == id).ok_or_else(|| CasesError::NoKey(unit.to_owned()));
        members.map(|member| key_of(member.id)).collect()
    }
}

/// A number of cases that is about to be committed.
pub struct Batch<'a> {
    /// How many there are with it.
    pub made: u64,
    /// The id of one of them, by which it is found out whether they were committed.
    pub case: [u8; 16],
    /// The tokens of those in this batch that have one.
    pub tokens: &'a [Token],
}

/// Makes the cases of `recipe` with those numbers, on all cores, and gives the tokens of the first.
///
/// They are written by hundreds; `before_commit` is called for each of these batches, and an error of it ends the work
/// without the batch.
pub async fn fill(
    place: Place,
    recipe: Recipe,
    numbers: Range<u64>,
    rng: Rng,
    mut before_commit: impl FnMut(&Batch<'_>) -> Result<(), CasesError>,
) -> Result<Vec<Token>, CasesError> {
    let since = place.past[0].current().issued;
    if since > recipe.first_day() {
        return Err(CasesError::Young { since });
    }
    let store = place.store.clone();
    let work = Arc::new((place, recipe, rng, AtomicU64::new(numbers.start)));
    let (send, mut sealed) = mpsc::channel(WAITING);
    // More threads than cores, because some wait until a file is on disk.
    let threads = 2 * std::thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..threads {
        let (work, send, end) = (Arc::clone(&work), send.clone(), numbers.end);
        tokio::task::spawn_blocking(move || {
            let (place, recipe, rng, next) = &*work;
            let mut sealer = seal::Sealer::new(place, rng);
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                // Nobody listens any more once something has gone wrong.
                if number >= end || send.blocking_send((number, sealer.seal(recipe.life(number)))).is_err() {
                    return;
                }
            }
        });
    }
    drop(send);
    let (mut early, mut tokens) = (BTreeMap::new(), Vec::new());
    let mut at = numbers.start;
    while at < numbers.end {
        let until = numbers.end.min(at + BATCH);
        let mut tx = store.begin("made-up cases").await?;
        let mut last = [0; 16];
        let (mut kept, known) = (Vec::new(), tokens.len());
        while at < until {
            let case = match early.remove(&at) {
                Some(case) => case,
                None => match sealed.recv().await {
                    Some((number, case)) if number == at => case?,
                    Some((number, case)) => {
                        early.insert(number, case?);
                        continue;
                    }
                    None => return Err(CasesError::Stopped),
                },
            };
            case.store(&mut tx).await?;
            last = case.id();
            tokens.extend(case.token.clone());
            kept.push(case);
            at += 1;
        }
        before_commit(&Batch { made: at, case: last, tokens: &tokens[known..] })?;
        tx.commit().await?;
        drop(kept);
    }
    Ok(tokens)
}
