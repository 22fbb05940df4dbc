//! What has changed in a member's units since they last asked, and waiting for the next change.
//!
//! What is known stands in memory ([`store::changes`](crate::store::changes)). While somebody waits, no connection of
//! the database and no lock is held.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

use super::read::{summary, units_of};
use super::{Intake, IntakeError};
use crate::protocol::bytes::{CaseId, Hash, MemberId, fields, hash};
use crate::protocol::wire::sync::{Changes, Mark};
use crate::secret::random_bytes;
use crate::store::cases;
use crate::store::changes::{KEPT, Since};

/// How many may wait at once: half of the connections that members have.
const WAITING_MAX: usize = 32;

/// How many of one member's desks may.
const WAITING_EACH: usize = 4;

/// How long to go on listening once there is something to tell, so that many changes are told in few answers.
const GATHER: Duration = Duration::from_millis(100);

/// Who waits, in which run of the server.
#[derive(Default)]
pub(super) struct Followers {
    /// Random, once somebody has asked.
    run: Mutex<Option<[u8; 32]>>,
    waiting: Mutex<BTreeMap<MemberId, usize>>,
    /// The server stops, and nobody waits any more.
    ended: AtomicBool,
}

impl Intake {
    /// What has changed in the member's units since the mark, by then or within `wait`. Without a mark, or with one of
    /// another member, of other units or of another run of the server, the desk is told to begin anew.
    ///
    /// [`IntakeError::Busy`] when too many wait already, this member's desks or all. New manifests end the waiting.
    pub async fn changes(
        &self,
        member: MemberId,
        since: Option<&Mark>,
        wait: Duration,
    ) -> Result<Changes, IntakeError> {
        let history = self.history();
        let units = units_of(history.current(), member);
        let epoch = self.epoch(member, &units)?;
        let seen = since.filter(|mark| mark.epoch == epoch).map(|mark| &mark.seen[..]);
        let log = self.store.changes();
        let mut woken = log.hear();
        let mut found = log.since(&units, seen);
        if found.is_nothing() && !wait.is_zero() {
            let _place = self.followers.enter(member)?;
            let until = Instant::now() + wait;
            let is_over = || self.followers.ended.load(Ordering::SeqCst) || !Arc::ptr_eq(&history, &self.history());
            while found.is_nothing() && !is_over() {
                tokio::select! {
                    _ = woken.changed() => found = log.since(&units, seen),
                    () = sleep_until(until) => break,
                }
            }
            if !found.is_nothing() {
                sleep(GATHER).await;
                found = log.since(&units, seen);
            }
        }
        let now = Mark { epoch, seen: found.now };
        let Some(ids) = found.cases.filter(|cases| cases.len() <= KEPT) else {
            return Ok(Changes { now, restart: true, cases: Vec::new(), gone: Vec::new() });
        };
        let mut changed = Vec::new();
        if !ids.is_empty() {
            changed = cases::summaries(&mut self.store.read().await?, &ids).await?;
            // Of today: a unit that the member has left meanwhile is not told.
            let units = units_of(self.history().current(), member);
            changed.retain(|case| units.contains(&case.unit));
            changed.sort_unstable_by_key(|case| case.id);
        }
        let there: HashSet<_> = changed.iter().map(|case| case.id).collect();
        let gone = ids.into_iter().filter(|id| !there.contains(id)).map(CaseId).collect();
        Ok(Changes { now, restart: false, cases: changed.into_iter().map(summary).collect(), gone })
    }

    /// Answers everybody who waits; nobody waits from now on. For when the server stops.
    pub fn end_waiting(&self) {
        self.followers.ended.store(true, Ordering::SeqCst);
        self.store.changes().wake();
    }

    /// What a mark is good for, without saying it: it tells neither the units nor how often the server was started.
    fn epoch(&self, member: MemberId, units: &[String]) -> Result<[u8; 16], IntakeError> {
        let run = {
            let mut run = lock(&self.followers.run);
            match *run {
                Some(run) => run,
                None => *run.insert(random_bytes(&*self.rng)?),
            }
        };
        let mut of = vec![&b"amparo changes"[..], &run, member.as_bytes()];
        of.extend(units.iter().map(String::as_bytes));
        let Hash(hash) = hash(&fields(&of));
        let mut epoch = [0; 16];
        epoch.copy_from_slice(&hash[..16]);
        Ok(epoch)
    }
}

impl Since {
    /// Nothing has changed.
    fn is_nothing(&self) -> bool {
        self.cases.as_ref().is_some_and(Vec::is_empty)
    }
}

impl Followers {
    fn enter(&self, member: MemberId) -> Result<Waiting<'_>, IntakeError> {
        let mut waiting = lock(&self.waiting);
        let all: usize = waiting.values().sum();
        let own = waiting.get(&member).copied().unwrap_or_default();
        if all >= WAITING_MAX || own >= WAITING_EACH {
            return Err(IntakeError::Busy);
        }
        waiting.insert(member, own + 1);
        Ok(Waiting { followers: self, member })
    }
}

/// One who waits; leaves when dropped, also when the client has gone.
struct Waiting<'a> {
    followers: &'a Followers,
    member: MemberId,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waiting = lock(&self.followers.waiting);
        if let Some(own) = waiting.get_mut(&self.member) {
            *own -= 1;
            if *own == 0 {
                waiting.remove(&self.member);
            }
        }
    }
}

/// A poisoned lock here guards a plain value that is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_and_all_together_have_so_many_places_and_give_them_back() {
        let followers = Followers::default();
        let member = |n: usize| MemberId([u8::try_from(n).unwrap(); 8]);
        let mut places: Vec<_> = (0..WAITING_EACH).map(|_| followers.enter(member(0)).unwrap()).collect();
        assert!(matches!(followers.enter(member(0)), Err(IntakeError::Busy)));
        for n in 1..WAITING_MAX / WAITING_EACH {
            places.extend((0..WAITING_EACH).map(|_| followers.enter(member(n)).unwrap()));
        }
        assert!(matches!(followers.enter(member(99)), Err(IntakeError::Busy)));
        places.pop();
        drop(followers.enter(member(99)).unwrap());
        places.clear();
        assert!(followers.waiting.lock().unwrap().is_empty());
    }
}
