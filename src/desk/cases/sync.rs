//! Keeping up with the server: what is new is fetched, opened on all cores and put on the shelf.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

use super::{CasesError, Unlocked};
use crate::desk::book::{Filed, What};
use crate::desk::client::{ClientError, Waiting};
use crate::desk::whole::whole;
use crate::protocol::bytes::CaseId;
use crate::protocol::wire::sync::{CASES_AT_ONCE, Mark, PAGE_MAX, WAIT_MAX};
use crate::protocol::wire::{CaseBody, CaseSummary};

/// Cases that are put on the shelf, and made to last, together.
const FILED_AT_ONCE: usize = 512;

/// From how many cases on nobody waits for them, and how far it has come is shown instead.
const MANY: usize = 200;

/// How long a page waits for what is new.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long nothing is asked after the server did not answer.
const PAUSE: Duration = Duration::from_secs(3);

/// Desk keys that are made in one go.
const KEYS_AT_ONCE: usize = 32;

/// How far the desk has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Cases that were opened.
    pub done: usize,
    /// Cases that there are to open.
    pub total: usize,
}

/// What is remembered between two times of catching up.
#[derive(Default)]
pub struct State {
    turn: Turn,
    mark: Mutex<Option<Mark>>,
    is_anew: AtomicBool,
    done: AtomicUsize,
    total: AtomicUsize,
    changes: AtomicU64,
}

impl State {
    /// All cases are compared with the server's the next time.
    pub fn begin_anew(&self) {
        self.is_anew.store(true, Ordering::Relaxed);
    }

    /// Something on the shelf is another than before.
    pub fn has_changed(&self) {
        self.changes.fetch_add(1, Ordering::Relaxed);
    }

    fn progress(&self) -> Progress {
        Progress { done: self.done.load(Ordering::Relaxed), total: self.total.load(Ordering::Relaxed) }
    }
}

/// One at a time.
#[derive(Default)]
struct Turn {
    is_taken: Mutex<bool>,
    freed: Condvar,
}

struct TurnTaken<'a>(&'a Turn);

impl Turn {
    /// Waits for the turn for at most `patience`.
    fn take(&self, patience: Duration) -> Option<TurnTaken<'_>> {
        let waited = self.freed.wait_timeout_while(whole(&self.is_taken), patience, |is_taken| *is_taken);
        let (mut is_taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        (!std::mem::replace(&mut *is_taken, true)).then_some(TurnTaken(self))
    }
}

impl Drop for TurnTaken<'_> {
    fn drop(&mut self) {
        *whole(&self.0.is_taken) = false;
        self.0.freed.notify_one();
    }
}

/// Follows the server for as long as the desk is unlocked. Holds the key only while there is something to do with it, so
/// that locking wipes it at once.
pub fn follow(desk: &Weak<Unlocked>) {
    loop {
        let Some(unlocked) = desk.upgrade().filter(|unlocked| !unlocked.is_stopped()) else { return };
        if unlocked.catch_up_patiently(Duration::MAX).is_err() {
            drop(unlocked);
            std::thread::sleep(PAUSE);
            continue;
        }
        let mark = whole(&unlocked.sync.mark).clone();
        let client = Arc::clone(&unlocked.client);
        let waiting = unlocked.signed(|signer| client.sign_wait(signer, mark.as_ref(), WAIT_MAX));
        drop(unlocked);
        // Whatever it says, the desk catches up.
        if waiting.and_then(Waiting::send).is_err() {
            std::thread::sleep(PAUSE);
        }
    }
}

impl Unlocked {
    /// How far the desk has come, while it is opening so many cases that nobody waits for them.
    pub fn progress(&self) -> Option<Progress> {
        Some(self.sync.progress()).filter(|progress| progress.total.saturating_sub(progress.done) > MANY)
    }

    /// Counts how often something on the shelf became another.
    pub fn changes(&self) -> u64 {
        self.sync.changes.load(Ordering::Relaxed)
    }

    /// Asks the server what is new and opens it; what was opened before stays when it fails. When very much is being
    /// opened already, nobody waits for it.
    pub fn catch_up(&self) -> Result<(), CasesError> {
        if self.progress().is_some() { Ok(()) } else { self.catch_up_patiently(PATIENCE) }
    }

    fn catch_up_patiently(&self, patience: Duration) -> Result<(), CasesError> {
        let Some(_turn) = self.sync.turn.take(patience) else { return Ok(()) };
        let mark = whole(&self.sync.mark).clone();
        let changes = self.signed(|signer| self.client.changes(signer, mark.as_ref(), 0))?;
        self.follow_manifest()?;
        let is_anew = self.sync.is_anew.swap(false, Ordering::Relaxed);
        let done = if changes.restart || mark.is_none() || is_anew {
            self.compare_all()
        } else {
            let stale = self.stale(&changes.cases);
            self.open_all(&stale, &changes.gone)
        };
        if done.is_err() && is_anew {
            self.sync.begin_anew();
        }
        done?;
        *whole(&self.sync.mark) = Some(changes.now);
        self.complete_links();
        self.make_keys()
    }

    /// Lists every case, and opens those that are not as they were.
    fn compare_all(&self) -> Result<(), CasesError> {
        let mut stale = Vec::new();
        let mut known: BTreeSet<CaseId> = self.shelf().iter().map(|(_, place)| place.id).collect();
        let mut after = None;
        loop {
            let page = self.signed(|signer| self.client.cases_page(signer, after, PAGE_MAX))?;
            known.retain(|id| page.cases.binary_search_by_key(id, |summary| summary.id).is_err());
            stale.extend(self.stale(&page.cases));
            after = page.next;
            if after.is_none() || self.is_stopped() {
                break;
            }
        }
        if self.is_stopped() {
            return Ok(());
        }
        self.open_all(&stale, &known.into_iter().collect::<Vec<_>>())
    }

    /// Cases that are not on the shelf as the server has them, or did not hold.
    fn stale(&self, summaries: &[CaseSummary]) -> Vec<CaseId> {
        let shelf = self.shelf();
        let is_stale = |summary: &&CaseSummary| {
            let kept = shelf.get(summary.id).filter(|kept| !matches!(kept.what, What::Problem(_)));
            kept.is_none_or(|kept| kept.entries != summary.entries)
        };
        summaries.iter().filter(is_stale).map(|summary| summary.id).collect()
    }

    /// Fetches cases, opens them on all cores and puts them on the shelf; takes away those that are gone.
    fn open_all(&self, stale: &[CaseId], gone: &[CaseId]) -> Result<(), CasesError> {
        if !gone.is_empty() {
            self.file(Vec::new(), gone)?;
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // One more than there are cores, since one is always waiting for the server.
        let workers = (cores + 1).min(stale.len());
        let at_once = stale.len().div_ceil(workers.max(1)).clamp(1, CASES_AT_ONCE);
        self.sync.done.store(0, Ordering::Relaxed);
        self.sync.total.store(stale.len(), Ordering::Relaxed);
        let (queue, opened) = (Mutex::new(stale.chunks(at_once)), Mutex::new(Vec::new()));
        let work = || -> Result<(), CasesError> {
            loop {
                let Some(ids) = whole(&queue).next().filter(|_| !self.is_stopped()) else { return Ok(()) };
                self.open_some(ids.to_vec(), &opened)?;
            }
        };
        let worked: Vec<Result<(), CasesError>> = std::thread::scope(|scope| {
            let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            running.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        let rest = std::mem::take(&mut *whole(&opened));
        let filed = if rest.is_empty() { Ok(()) } else { self.file(rest, &[]) };
        self.sync.total.store(0, Ordering::Relaxed);
        filed?;
        worked.into_iter().collect()
    }

    fn open_some(&self, mut ids: Vec<CaseId>, opened: &Mutex<Vec<Filed>>) -> Result<(), CasesError> {
        while !ids.is_empty() && !self.is_stopped() {
            let (bodies, later) = match self.signed(|signer| self.client.bodies(signer, &ids)) {
                Ok(bodies) => (bodies.cases.into_iter().map(Ok).collect(), bodies.later),
                // One of them cannot be read; it must not stand in the way of the others.
                Err(error) if error.is_malformed() => (self.one_by_one(&ids)?, Vec::new()),
                Err(error) => return Err(error.into()),
            };
            let (mut filed, mut gone) = (Vec::new(), Vec::new());
            for (id, body) in ids.iter().zip(bodies) {
                let (entries, opened) = match body {
                    Ok(Some(body)) => self.open(body),
                    Ok(None) if later.contains(id) => continue,
                    Ok(None) => {
                        gone.push(*id);
                        continue;
                    }
                    Err(what) => (0, Err(What::Problem(what))),
                };
                filed.push(Filed::new(*id, entries, opened, self.seen(*id)));
            }
            self.sync.done.fetch_add(ids.len() - later.len(), Ordering::Relaxed);
            if !gone.is_empty() {
                self.file(Vec::new(), &gone)?;
            }
            let mut waiting = whole(opened);
            waiting.append(&mut filed);
            let full = (waiting.len() >= FILED_AT_ONCE).then(|| std::mem::take(&mut *waiting));
            drop(waiting);
            if let Some(full) = full {
                self.file(full, &[])?;
            }
            ids = later;
        }
        Ok(())
    }

    /// Cases asked for each on its own, each with what is wrong when it is not told in a form that can be read.
    fn one_by_one(&self, ids: &[CaseId]) -> Result<Vec<Result<Option<CaseBody>, String>>, CasesError> {
        let ask = |id: &CaseId| match self.signed(|signer| self.client.case(signer, *id)) {
            Ok(body) => Ok(Ok(Some(body))),
            Err(error) if error.is_malformed() => Ok(Err(error.to_string())),
            Err(ClientError::NotFound) => Ok(Ok(None)),
            Err(error) => Err(error.into()),
        };
        ids.iter().map(ask).collect()
    }

    /// Makes desk keys where nobody has made one, so that what reporters write from now on does not depend on the key
    /// that their device made.
    fn make_keys(&self) -> Result<(), CasesError> {
        let lacking: Vec<CaseId> = {
            let shelf = self.shelf();
            let lacking = shelf.rows().filter(|(.., row)| row.lacks_key && self.may_rekey(&row.unit));
            lacking.map(|(_, id, _)| id).take(KEYS_AT_ONCE).collect()
        };
        for id in lacking {
            if self.is_stopped() {
                break;
            }
            self.refetch(id)?;
        }
        Ok(())
    }
}
