//! The challenges that members sign under: in bounded memory, and gone with the program.
//!
//! Anybody can ask for a challenge, so those not yet used have a place of their own, where a flood evicts at random
//! only what is as unused. Only a member's signature moves one to the bound challenges.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::rand::SecureRandom;
use tokio::time::Instant;

use crate::protocol::bytes::MemberId;
use crate::secret::{NoRandomness, random_bytes};

/// 32 random bytes.
pub type Challenge = [u8; 32];

/// How many challenges there may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Not yet used.
    pub unbound: usize,
    /// In use by one member, on one machine or several.
    pub bound_each: usize,
    /// How long one lasts without use.
    pub idle: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unbound: 4096, bound_each: 16, idle: Duration::from_mins(10) }
    }
}

/// All challenges of the server.
pub struct Challenges {
    limits: Limits,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    /// When each was given.
    unbound: BTreeMap<Challenge, Instant>,
    /// There are at most as many members as have ever been in the manifest.
    bound: BTreeMap<MemberId, BTreeMap<Challenge, Use>>,
}

#[derive(Clone, Copy)]
struct Use {
    sequence: u64,
    last: Instant,
}

impl Challenges {
    /// None yet.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, open: Mutex::default() }
    }

    /// A new challenge.
    pub fn give(&self, rng: &dyn SecureRandom, now: Instant) -> Result<Challenge, NoRandomness> {
        let challenge = random_bytes(rng)?;
        let victim: Challenge = random_bytes(rng)?;
        let mut open = self.open();
        if open.unbound.len() >= self.limits.unbound {
            // The keys are random, so the next one after a random place is a random one.
            let next = open.unbound.range(victim..).next().or_else(|| open.unbound.iter().next());
            if let Some(next) = next.map(|(challenge, _)| *challenge) {
                open.unbound.remove(&next);
            }
        }
        open.unbound.insert(challenge, now);
        Ok(challenge)
    }

    /// Whether `member` might still use it: worth reading a body for.
    #[must_use]
    pub fn may_use(&self, challenge: &Challenge, member: MemberId, now: Instant) -> bool {
        let open = self.open();
        let bound = open.bound.get(&member).and_then(|bound| bound.get(challenge)).map(|used| used.last);
        bound.or_else(|| open.unbound.get(challenge).copied()).is_some_and(|last| self.is_live(last, now))
    }

    /// Uses it for a request whose signature holds; the first use binds it to `member`. `false` when it is void, bound
    /// to another member, or `sequence` is not above the last one.
    pub fn redeem(&self, challenge: &Challenge, member: MemberId, sequence: u64, now: Instant) -> bool {
        let mut open = self.open();
        if let Some(used) = open.bound.get_mut(&member).and_then(|bound| bound.get_mut(challenge)) {
            let holds = self.is_live(used.last, now) && sequence > used.sequence;
            if holds {
                *used = Use { sequence, last: now };
            }
            return holds;
        }
        let Some(given) = open.unbound.remove(challenge) else { return false };
        if !self.is_live(given, now) {
            return false;
        }
        let bound = open.bound.entry(member).or_default();
        if bound.len() >= self.limits.bound_each {
            let oldest = bound.iter().min_by_key(|(_, used)| used.last).map(|(challenge, _)| *challenge);
            oldest.map(|challenge| bound.remove(&challenge));
        }
        bound.insert(*challenge, Use { sequence, last: now });
        true
    }

    fn is_live(&self, last: Instant, now: Instant) -> bool {
        now.saturating_duration_since(last) < self.limits.idle
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Each change is one insertion or removal, so a panic leaves nothing half done.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    const ANA: MemberId = MemberId([1; 8]);
    const BEN: MemberId = MemberId([2; 8]);

    fn challenges() -> (Challenges, SystemRandom, Instant) {
        let limits = Limits { unbound: 8, bound_each: 2, ..Limits::default() };
        (Challenges::new(limits), SystemRandom::new(), Instant::now())
    }

    #[test]
    fn the_sequence_rises_and_the_first_use_binds() {
        let (challenges, rng, now) = challenges();
        let challenge = challenges.give(&rng, now).unwrap();
        assert!(!challenges.redeem(&[0; 32], ANA, 1, now));
        assert!(challenges.redeem(&challenge, ANA, 0, now));
        assert!(!challenges.redeem(&challenge, ANA, 0, now));
        assert!(challenges.redeem(&challenge, ANA, 5, now));
        assert!(!challenges.redeem(&challenge, ANA, 4, now));
        assert!(!challenges.redeem(&challenge, BEN, 6, now));
        assert!(challenges.may_use(&challenge, ANA, now) && !challenges.may_use(&challenge, BEN, now));
        assert!(challenges.redeem(&challenge, ANA, u64::MAX, now));
        assert!(!challenges.redeem(&challenge, ANA, u64::MAX, now));
    }

    #[test]
    fn ten_idle_minutes_void_a_challenge_and_use_keeps_it() {
        let (challenges, rng, mut now) = challenges();
        let (used, unused) = (challenges.give(&rng, now).unwrap(), challenges.give(&rng, now).unwrap());
        for sequence in 0..3 {
            now += Duration::from_secs(599);
            assert!(challenges.redeem(&used, ANA, sequence, now));
        }
        assert!(!challenges.redeem(&unused, ANA, 0, now));
        now += Duration::from_mins(10);
        assert!(!challenges.may_use(&used, ANA, now));
        assert!(!challenges.redeem(&used, ANA, 9, now));
    }

    #[test]
    fn a_flood_takes_no_more_than_its_place_and_no_bound_challenge() {
        let (challenges, rng, now) = challenges();
        let bound = challenges.give(&rng, now).unwrap();
        assert!(challenges.redeem(&bound, ANA, 1, now));
        let flood: Vec<_> = (0..1000).map(|_| challenges.give(&rng, now).unwrap()).collect();
        assert!(challenges.redeem(&bound, ANA, 2, now));
        assert_eq!(flood.iter().filter(|challenge| challenges.may_use(challenge, BEN, now)).count(), 8);
        assert!(challenges.may_use(&flood[999], BEN, now));
    }

    #[test]
    fn a_member_keeps_the_challenges_used_last() {
        let (challenges, rng, mut now) = challenges();
        let all = [(); 3].map(|()| challenges.give(&rng, now).unwrap());
        for (challenge, sequence) in [(all[0], 1), (all[1], 1), (all[0], 2), (all[2], 1)] {
            now += Duration::from_secs(1);
            assert!(challenges.redeem(&challenge, ANA, sequence, now));
        }
        assert_eq!(all.map(|challenge| challenges.may_use(&challenge, ANA, now)), [true, false, true]);
    }
}
