//! An unlocked desk: the member's key, the manifests, and every case that is open to them.

mod act;
mod joined;
mod sync;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use ring::rand::SecureRandom;
use tokio::sync::Notify;

pub use act::{Act, ActError};
pub use joined::{JoinError, Likely, Links};
pub use sync::{Progress, follow};

use super::book::{Filed, Lists, Reading, Row, Seen, Shelf, What};
use super::cache::{CacheError, Notice};
use super::client::{Client, ClientError, Signer};
use super::hotline::Hotline;
use super::pins::{PinError, check_history};
use crate::clock::{Clock, Day};
use crate::protocol::bytes::{CaseId, MemberId};
use crate::protocol::desk_case::{DeskCase, DeskCaseError};
use crate::protocol::fingerprint::TypedFingerprint;
use crate::protocol::manifest::History;
use crate::protocol::member::MemberKey;
use crate::protocol::sealed::SealingError;
use crate::protocol::wire::{CaseBody, NewEntries};
use crate::secret::Rng;

/// How often a write is tried again when somebody else wrote at the same moment.
const TRIES: usize = 3;

/// How long, and how many times, it is waited for another to let go of the copy of the cases.
const LET_GO: Duration = Duration::from_millis(100);
const LETS_GO: usize = 50;

/// Why cases cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// The server.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The manifests or the desk's own files.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// The desk's own copy of the cases.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// Sealing a new desk key failed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

/// A case as it is shown.
pub enum Shown {
    /// It is open, and everything in it holds.
    Case(Reading),
    /// It is not open to this member, or there is none.
    Hidden,
    /// It is not shown, with what is wrong.
    Problem(String),
}

/// An unlocked desk. Dropping it wipes the key and everything that was opened.
pub struct Unlocked {
    key: MemberKey,
    /// Speaks to the server.
    pub client: Arc<Client>,
    /// Speaks for callers.
    pub hotline: Hotline,
    folder: PathBuf,
    fingerprint: Option<TypedFingerprint>,
    clock: Clock,
    rng: Rng,
    history: RwLock<Arc<History>>,
    shelf: RwLock<Shelf>,
    notice: Option<Notice>,
    /// What was asked of the list.
    pub lists: Lists,
    sync: sync::State,
    locked: AtomicBool,
    stopping: Notify,
}

impl Unlocked {
    /// Fetches and checks the manifests, and opens the desk's own copy of the cases; what has changed since follows with
    /// [`Unlocked::catch_up`]. `None` when the authority does not know the key.
    pub fn connect(
        key: MemberKey,
        client: Client,
        hotline: Hotline,
        folder: PathBuf,
        fingerprint: Option<TypedFingerprint>,
        clock: Clock,
        rng: Rng,
    ) -> Result<Option<Self>, CasesError> {
        let history = fetch_history(&client, &folder, fingerprint)?;
        let member = history.member_of_key(&key.signing().verifying_key());
        if member.is_none_or(|member| member.id != key.id) {
            return Ok(None);
        }
        let (shelf, notice) = open_shelf(&folder, &key, &*rng)?;
        Ok(Some(Self {
            key,
            client: Arc::new(client),
            hotline,
            folder,
            fingerprint,
            clock,
            rng,
            history: RwLock::new(history),
            shelf: RwLock::new(shelf),
            notice,
            lists: Lists::default(),
            sync: sync::State::default(),
            locked: AtomicBool::new(false),
            stopping: Notify::new(),
        }))
    }

    /// The member.
    pub fn member(&self) -> MemberId {
        self.key.id
    }

    /// The manifests as last checked.
    pub fn history(&self) -> Arc<History> {
        Arc::clone(&self.history.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Today.
    pub fn today(&self) -> Day {
        self.clock.today()
    }

    /// Randomness.
    pub fn rng(&self) -> &dyn SecureRandom {
        &*self.rng
    }

    /// What was wrong with the desk's own copy of the cases when it was unlocked.
    pub fn notice(&self) -> Option<Notice> {
        self.notice
    }

    /// Lets work that is still going on stop at the next case, or in the middle of a file.
    pub fn stop(&self) {
        self.locked.store(true, Ordering::SeqCst);
        self.stopping.notify_waiters();
    }

    /// Waits until the desk is locked.
    pub async fn stopped(&self) {
        let mut stopping = std::pin::pin!(self.stopping.notified());
        stopping.as_mut().enable();
        if !self.is_stopped() {
            stopping.await;
        }
    }

    /// Whether the desk was locked, so that whatever is still going on with this has to end.
    pub fn is_stopped(&self) -> bool {
        self.locked.load(Ordering::SeqCst)
    }

    /// Runs `ask` with what signs requests.
    pub fn signed<T>(&self, ask: impl FnOnce(Signer) -> T) -> T {
        let history = self.history();
        ask(Signer { key: &self.key, authority: history.authority() })
    }

    /// All cases that the desk knows.
    pub fn shelf(&self) -> RwLockReadGuard<'_, Shelf> {
        // Nothing panics while it holds this lock with the shelf half changed.
        self.shelf.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn shelf_mut(&self) -> RwLockWriteGuard<'_, Shelf> {
        self.shelf.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// What lists show of a case that is open.
    pub fn row(&self, id: CaseId) -> Option<Row> {
        self.shelf().row(id).cloned()
    }

    /// A case as the desk knows it.
    pub fn shown(&self, id: CaseId) -> Result<Shown, CasesError> {
        let shelf = self.shelf();
        Ok(match shelf.get(id).map(|kept| &kept.what) {
            Some(What::Problem(what)) => Shown::Problem(what.clone()),
            Some(What::Case(_)) => shelf.reading(id)?.map_or(Shown::Hidden, Shown::Case),
            Some(What::Hidden) | None => Shown::Hidden,
        })
    }

    /// Remembers that the member has seen everything in a case.
    pub fn look(&self, id: CaseId) -> Result<(), CasesError> {
        let is_new = self.shelf().get(id).is_some_and(|kept| kept.seen.is_some_and(|seen| seen.is_new()));
        if is_new { Ok(self.shelf_mut().look(id, self.rng())?) } else { Ok(()) }
    }

    /// Fetches a case again, and makes its desk key when there is none.
    pub fn reload(&self, id: CaseId) -> Result<(), CasesError> {
        self.follow_manifest()?;
        self.refetch(id)?;
        self.complete_links();
        Ok(())
    }

    fn refetch(&self, id: CaseId) -> Result<(), CasesError> {
        let Some((entries, case)) = self.fetch(id)? else { return Ok(()) };
        let before = self.seen(id);
        Ok(self.file(vec![Filed::new(id, entries, Ok(case), before)], &[])?)
    }

    /// Opens a case as the server shows it now; when there is no desk key that opens for the member, makes one. `None`
    /// when it cannot be shown: then the shelf says so too.
    pub fn fetch(&self, id: CaseId) -> Result<Option<(u64, DeskCase)>, CasesError> {
        for _ in 0..TRIES {
            let body = match self.signed(|signer| self.client.case(signer, id)) {
                Err(ClientError::NotFound) => {
                    self.file(Vec::new(), &[id])?;
                    return Ok(None);
                }
                other => other?,
            };
            let (entries, opened) = self.open(body);
            let before = self.seen(id);
            let whole = opened.and_then(|case| match Seen::of(id, &case, before.as_ref()) {
                Ok(_) => Ok(case),
                Err(error) => Err(What::Problem(error.to_string())),
            });
            let case = match whole {
                Ok(case) => case,
                Err(what) => {
                    self.file(vec![Filed::new(id, entries, Err(what), before)], &[])?;
                    return Ok(None);
                }
            };
            if case.has_desk_key() || !self.may_rekey(&case.card().card().unit) {
                return Ok(Some((entries, case)));
            }
            let rekey = case.rekey(&self.key, self.today(), &*self.rng)?;
            match self.signed(|signer| self.client.add(signer, id, &NewEntries::from(&rekey))) {
                // Fetched again: with the new key, or with the one that a colleague made meanwhile.
                Ok(()) | Err(ClientError::Moved) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ClientError::Moved.into())
    }

    /// Opens what the server sent of a case, and counts it as the server does.
    fn open(&self, body: CaseBody) -> (u64, Result<DeskCase, What>) {
        let (card, grants, envelopes) = body.into_untrusted();
        let entries = (grants.len() + envelopes.len()) as u64;
        let opened = DeskCase::open(self.history(), &self.key, &card, &grants, envelopes);
        let opened = opened.map_err(|error| match error {
            DeskCaseError::NotGranted => What::Hidden,
            error => What::Problem(error.to_string()),
        });
        (entries, opened)
    }

    fn seen(&self, id: CaseId) -> Option<Seen> {
        self.shelf().get(id).and_then(|kept| kept.seen)
    }

    fn file(&self, filed: Vec<Filed>, gone: &[CaseId]) -> Result<(), CacheError> {
        let result = self.shelf_mut().file(filed, gone, self.rng());
        self.sync.has_changed();
        result
    }

    /// Whether a desk key made now would open for this member too.
    fn may_rekey(&self, unit: &str) -> bool {
        let history = self.history();
        let manifest = history.current();
        let unit = manifest.unit(unit);
        unit.is_some_and(|unit| manifest.investigators(unit).any(|member| member.id == self.key.id))
    }

    /// Takes over newer manifests when the server has announced some.
    fn follow_manifest(&self) -> Result<(), CasesError> {
        let history = self.history();
        let known = (history.current().serial, history.current_hash());
        if self.client.announced().is_none_or(|announced| announced == known) {
            return Ok(());
        }
        let history = fetch_history(&self.client, &self.folder, self.fingerprint)?;
        *self.history.write().unwrap_or_else(PoisonError::into_inner) = history;
        // What was not shown, or did not hold, may be so now.
        self.sync.begin_anew();
        Ok(())
    }
}

/// Opens the desk's own copy of the cases. Where this desk was locked a moment ago, something may still hold it.
fn open_shelf(folder: &Path, key: &MemberKey, rng: &dyn SecureRandom) -> Result<(Shelf, Option<Notice>), CacheError> {
    for _ in 0..LETS_GO {
        match Shelf::open(folder, &key.cache_key(), rng) {
            Err(CacheError::Taken(_)) => std::thread::sleep(LET_GO),
            other => return other,
        }
    }
    Shelf::open(folder, &key.cache_key(), rng)
}

fn fetch_history(
    client: &Client,
    folder: &Path,
    expected: Option<TypedFingerprint>,
) -> Result<Arc<History>, CasesError> {
    let history = History::verify(client.manifests()?).map_err(PinError::from)?;
    check_history(&history, folder, expected)?;
    Ok(Arc::new(history))
}
