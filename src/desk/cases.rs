//! The cases an unlocked desk has opened: fetched, checked, kept until the desk is locked.

mod joined;

pub use joined::{JoinError, Likely, Links};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ring::rand::SecureRandom;
use tokio::sync::Notify;

use super::client::{Client, ClientError, Signer};
use super::hotline::Hotline;
use super::pins::{Cards, PinError, check_history};
use crate::clock::{Clock, Day};
use crate::protocol::bytes::{CaseId, MemberId};
use crate::protocol::content::State;
use crate::protocol::desk_case::{Content, DeskCase, DeskCaseError, Entries};
use crate::protocol::fingerprint::TypedFingerprint;
use crate::protocol::manifest::History;
use crate::protocol::member::MemberKey;
use crate::protocol::sealed::SealingError;
use crate::protocol::wire::{CaseSummary, NewEntries};
use crate::secret::Rng;

/// How often a write is tried again when somebody else wrote at the same moment.
const TRIES: usize = 3;

/// Why cases cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// The server.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The manifests or the desk's own files.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// Sealing a new desk key failed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

/// What became of a case.
#[derive(Clone)]
pub enum Opened {
    /// It is open, and everything in it holds.
    Case(Arc<DeskCase>),
    /// It does not open for this member and is not shown.
    Hidden,
    /// It is shown as a warning, with what is wrong.
    Problem(String),
}

struct Known {
    /// Envelopes and grants when this was opened; `None` when it is to be fetched again in any case.
    entries: Option<u64>,
    opened: Opened,
    /// Of an open case, what it is compared with others by.
    compared: Option<joined::Compared>,
}

/// What changes while the desk is unlocked.
struct Book {
    history: Arc<History>,
    cards: Cards,
    known: BTreeMap<CaseId, Known>,
}

/// An unlocked desk. Dropping it wipes the key and everything that was opened.
pub struct Unlocked {
    key: MemberKey,
    /// Speaks to the server.
    pub client: Client,
    /// Speaks for callers.
    pub hotline: Hotline,
    folder: PathBuf,
    fingerprint: Option<TypedFingerprint>,
    clock: Clock,
    rng: Rng,
    book: Mutex<Book>,
    refreshing: Mutex<()>,
    locked: AtomicBool,
    stopping: Notify,
}

/// A case with what the desk keeps about it.
pub struct Listed {
    /// The case.
    pub id: CaseId,
    /// What became of it.
    pub opened: Opened,
    /// Whether there is something the member has not looked at.
    pub is_new: bool,
}

impl Unlocked {
    /// Fetches and checks the manifests; everything else follows with [`Unlocked::refresh`].
    pub fn connect(
        key: MemberKey,
        client: Client,
        hotline: Hotline,
        folder: PathBuf,
        fingerprint: Option<TypedFingerprint>,
        clock: Clock,
        rng: Rng,
    ) -> Result<Self, CasesError> {
        let history = fetch_history(&client, &folder, fingerprint)?;
        let cards = Cards::read(&folder)?;
        let book = Mutex::new(Book { history, cards, known: BTreeMap::new() });
        let (refreshing, locked, stopping) = (Mutex::new(()), AtomicBool::new(false), Notify::new());
        Ok(Self { key, client, hotline, folder, fingerprint, clock, rng, book, refreshing, locked, stopping })
    }

    /// The member.
    pub fn member(&self) -> MemberId {
        self.key.id
    }

    /// The manifests as last checked.
    pub fn history(&self) -> Arc<History> {
        Arc::clone(&self.book().history)
    }

    /// Today.
    pub fn today(&self) -> Day {
        self.clock.today()
    }

    /// Randomness.
    pub fn rng(&self) -> &dyn SecureRandom {
        &*self.rng
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

    /// All cases that are shown: open ones and those with something wrong.
    pub fn listed(&self) -> Vec<Listed> {
        let book = self.book();
        let listed = book.known.iter().filter(|(_, known)| !matches!(known.opened, Opened::Hidden));
        let list = |(id, known): (&CaseId, &Known)| {
            let is_new = matches!(&known.opened, Opened::Case(case) if book.cards.looked(*id) < entries_of(case));
            Listed { id: *id, opened: known.opened.clone(), is_new }
        };
        listed.map(list).collect()
    }

    /// One case; hidden and unknown ones are the same.
    pub fn opened(&self, id: CaseId) -> Opened {
        self.book().known.get(&id).map_or(Opened::Hidden, |known| known.opened.clone())
    }

    /// Remembers that the member has seen everything in a case.
    pub fn look(&self, id: CaseId) -> Result<(), PinError> {
        let mut book = self.book();
        if book.cards.look(id) { book.cards.save() } else { Ok(()) }
    }

    /// Asks the server what there is, and opens what is new or has changed on all cores. What was opened before stays
    /// when it fails.
    pub fn refresh(&self) -> Result<(), CasesError> {
        let _one_at_a_time = self.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        let list = self.signed(|signer| self.client.cases(signer))?;
        self.follow_manifest()?;
        {
            let mut book = self.book();
            book.known.retain(|id, _| list.cases.iter().any(|summary| summary.id == *id));
        }
        let is_stale = |summary: &&CaseSummary| {
            self.book().known.get(&summary.id).is_none_or(|known| known.entries != Some(summary.entries))
        };
        let stale: Vec<&CaseSummary> = list.cases.iter().filter(is_stale).collect();
        let queue = Mutex::new(stale.into_iter());
        let failure = Mutex::new(None);
        let work = || {
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(summary) = next.filter(|_| !self.is_stopped()) else { return };
                match self.reopen(summary.id) {
                    Ok(()) => {}
                    Err(error) => {
                        *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                        return;
                    }
                }
            }
        };
        let workers = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(work);
            }
        });
        self.complete_links();
        self.book().cards.save()?;
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// Fetches one case again.
    pub fn reload(&self, id: CaseId) -> Result<(), CasesError> {
        self.follow_manifest()?;
        self.reopen(id)?;
        self.complete_links();
        Ok(self.book().cards.save()?)
    }

    /// Takes over newer manifests when the server has announced some. Cases are opened anew under them.
    fn follow_manifest(&self) -> Result<(), CasesError> {
        let history = self.history();
        let known = (history.current().serial, history.current_hash());
        if self.client.announced().is_none_or(|announced| announced == known) {
            return Ok(());
        }
        let history = fetch_history(&self.client, &self.folder, self.fingerprint)?;
        let mut book = self.book();
        book.history = history;
        book.known.clear();
        Ok(())
    }

    /// Fetches one case and opens it. Only what stands in the way of all cases is an error.
    fn reopen(&self, id: CaseId) -> Result<(), CasesError> {
        let (entries, opened) = match self.fetch(id) {
            Ok((entries, opened)) => (Some(entries), opened),
            Err(CasesError::Client(ClientError::NotFound)) => (None, Opened::Hidden),
            Err(CasesError::Client(error)) if error.is_unreachable() || matches!(error, ClientError::Challenge) => {
                return Err(error.into());
            }
            Err(error) => (None, Opened::Problem(error.to_string())),
        };
        let compared = if let Opened::Case(case) = &opened { Some(joined::Compared::of(case)) } else { None };
        self.book().known.insert(id, Known { entries, opened, compared });
        Ok(())
    }

    /// Opens a case as the server shows it now, and makes its desk key when there is none.
    fn fetch(&self, id: CaseId) -> Result<(u64, Opened), CasesError> {
        for _ in 0..TRIES {
            let (card, grants, envelopes) = self.signed(|signer| self.client.case(signer, id))?.into_untrusted();
            let entries = (grants.len() + envelopes.len()) as u64;
            let case = match DeskCase::open(self.history(), &self.key, &card, &grants, envelopes) {
                Ok(case) => case,
                Err(DeskCaseError::NotGranted) => return Ok((entries, Opened::Hidden)),
                Err(error) => return Ok((entries, Opened::Problem(error.to_string()))),
            };
            if case.card().card().case != id {
                let problem = "the server shows another case in its place".to_owned();
                return Ok((entries, Opened::Problem(problem)));
            }
            self.book().cards.check(id, case.card().hash(), &case.reporters_chain(), entries_of(&case))?;
            if case.has_desk_key() || !self.may_rekey(&case) {
                return Ok((entries, Opened::Case(Arc::new(case))));
            }
            let entries = case.rekey(&self.key, self.today(), &*self.rng)?;
            match self.signed(|signer| self.client.add(signer, id, &NewEntries::from(&entries))) {
                // Fetched again: with the new key, or with the one that a colleague made meanwhile.
                Ok(()) | Err(ClientError::Moved) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(ClientError::Moved.into())
    }

    /// Whether a desk key made now would open for this member too.
    fn may_rekey(&self, case: &DeskCase) -> bool {
        let history = self.history();
        let manifest = history.current();
        let unit = manifest.unit(&case.card().card().unit);
        unit.is_some_and(|unit| manifest.investigators(unit).any(|member| member.id == self.key.id))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        // Nothing panics while it holds this lock with the book half changed.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn fetch_history(
    client: &Client,
    folder: &std::path::Path,
    expected: Option<TypedFingerprint>,
) -> Result<Arc<History>, CasesError> {
    let history = History::verify(client.manifests()?).map_err(PinError::from)?;
    check_history(&history, folder, expected)?;
    Ok(Arc::new(history))
}

/// Entries of the timeline.
pub fn entries_of(case: &DeskCase) -> u64 {
    case.entries().len() as u64
}

/// The state a case is in by its signed answers, and since when.
pub fn state_of(case: &DeskCase) -> (State, Day) {
    let newest = case.entries().iter().rev().find_map(|entry| match &entry.content {
        Content::Answer(answer) => answer.state.map(|state| (state, answer.day)),
        _ => None,
    });
    newest.unwrap_or((State::Received, case.card().card().day))
}

/// Whether the reporter has withdrawn.
pub fn is_withdrawn(case: &DeskCase) -> bool {
    case.entries().iter().any(|entry| matches!(entry.content, Content::Forget))
}

/// What a member does in a case.
pub enum Act<'a> {
    /// Says that the report was read, with a word to the reporter or without.
    Acknowledge(&'a str),
    /// Writes to the reporter.
    Answer(&'a str),
    /// Writes to colleagues.
    Note(&'a str),
    /// Sets a state.
    Set(State),
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The case is not open.
    #[error("this case is not open at this desk; go back to the list")]
    NotOpen,
    /// Something has come that the member has not seen.
    #[error("something new has come in this case since you opened the page; read it, then send again")]
    Changed,
    /// The case cannot go there from where it is.
    #[error("the case is already in that state, or has gone past it")]
    State,
    /// There is nothing to say.
    #[error("there is nothing to send yet; write something first")]
    Empty,
    /// It cannot be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// It cannot be sent, or the case cannot be fetched.
    #[error(transparent)]
    Cases(#[from] CasesError),
}

impl Unlocked {
    /// Does `act` in the case as it is now. `seen` is how many entries the member has seen.
    pub fn act(&self, id: CaseId, act: &Act, seen: u64) -> Result<(), ActError> {
        self.write(id, |case| {
            let is_note = matches!(act, Act::Note(_));
            if !is_note && entries_of(case) != seen {
                return Err(ActError::Changed);
            }
            let may = |next| if state_of(case).0.may_become(next) { Ok(Some(next)) } else { Err(ActError::State) };
            let (key, day, rng) = (&self.key, self.today(), &*self.rng);
            Ok(Some(match act {
                Act::Answer(text) | Act::Note(text) if text.trim().is_empty() => return Err(ActError::Empty),
                Act::Acknowledge(text) => case.answer(key, text, may(State::Acknowledged)?, day, rng)?,
                Act::Answer(text) => case.answer(key, text, None, day, rng)?,
                Act::Note(text) => case.note(key, text, day, rng)?,
                Act::Set(state) => case.answer(key, "", may(*state)?, day, rng)?,
            }))
        })
    }

    /// Adds what `seal` makes of the case as it is now; sealed anew when somebody else wrote at the same moment. `None` is
    /// nothing to write.
    fn write(&self, id: CaseId, seal: impl Fn(&DeskCase) -> Result<Option<Entries>, ActError>) -> Result<(), ActError> {
        for _ in 0..TRIES {
            self.reopen(id)?;
            let Opened::Case(case) = self.opened(id) else { return Err(ActError::NotOpen) };
            let Some(entries) = seal(&case)? else { return Ok(()) };
            match self.signed(|signer| self.client.add(signer, id, &NewEntries::from(&entries))) {
                Ok(()) => {
                    self.follow_own(id, entries_of(&case) + entries.envelopes.len() as u64);
                    return Ok(());
                }
                Err(ClientError::Moved) => {}
                Err(error) => return Err(CasesError::from(error).into()),
            }
        }
        Err(CasesError::from(ClientError::Moved).into())
    }

    /// Fetches a case that this desk wrote in; if that fails, the next look at it does. When `now` entries stand in it and
    /// all but the member's own had been looked at, nothing in it is new.
    fn follow_own(&self, id: CaseId, now: u64) {
        let looked = self.book().cards.looked(id);
        let before = if let Opened::Case(case) = self.opened(id) { entries_of(&case) } else { u64::MAX };
        if self.reopen(id).is_ok()
            && looked >= before
            && matches!(self.opened(id), Opened::Case(case) if entries_of(&case) == now)
        {
            // A pin that cannot be written is told by the list, which writes it too.
            let _ = self.look(id);
        }
    }
}
