//! The gate before sealed submissions: what they cost at the moment, and whether it was paid (`docs/protocol.md`,
//! section 13).
//!
//! **The price** is a number of zero bits for each of 16 puzzles, from two measures of load that are added:
//!
//! - *Rate.* A leaky bucket: each admission fills it by one calm interval (a minute divided by the submissions that
//!   count as calm), and it leaks a second in each second. The first minute in it is free, and each further 15 seconds
//!   ask one bit: `⌈(filled − 60 s) / 15 s⌉`. The price stands still where what is admitted equals the calm rate, so
//!   work that doubles is met by one more bit; and since the bucket holds no more than 14 bits ask, it is calm again
//!   3½ minutes after the last submission, however long the flood was.
//! - *Occupation.* Up to half of the places in flight are free; from there to all places the bits go from 0 to 14:
//!   `⌈14 · (2 · in flight − places) / places⌉`. The room for uploads counts in the same way, from when one is made
//!   until it is named or dropped, and the fuller of the two is asked for. So a flood that comes slowly and stays pays
//!   too.
//!
//! **Nobody is ever refused without a way in**: a refusal carries a new challenge at the present price, which is never
//! above 14 bits. A challenge that was used is remembered until it expires. When there is no more room for that, the
//! oldest are forgotten and every challenge as old as they is void: its holder gets a new one. The room is for
//! [`SPENT_MAX`], so with a thousand admissions in a second, more than a disk commits, a challenge still lives for two
//! minutes.
//!
//! Time is a parameter: how long the server has run.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::rand::SecureRandom;

use crate::intake::uploads::Load;
use crate::protocol::work::{Asked, Challenge, MAX_BITS, Work, WorkKey};
use crate::secret::NoRandomness;

/// How long a challenge is good, in seconds.
const GOOD_FOR: u32 = 600;

/// How many bits below the present price a challenge may be.
const MAY_LAG: u8 = 2;

/// How many used challenges are remembered, each in about 40 bytes.
pub const SPENT_MAX: usize = 1 << 17;

/// How full the bucket may be before anything is asked.
const FREE: Duration = Duration::from_mins(1);

/// What fills the bucket by one more bit.
const STEP: Duration = Duration::from_secs(15);

/// The gate; one for all endpoints that ask for work.
pub struct Gate {
    key: WorkKey,
    interval: Duration,
    places: usize,
    spent_max: usize,
    in_flight: Arc<AtomicUsize>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the bucket is empty again.
    empty_at: Duration,
    /// The used challenges that are still good: when they were issued, and what sets them apart.
    spent: BTreeSet<(u32, Challenge)>,
    /// Challenges issued before this second are void.
    void_before: u32,
}

/// One who was let in; a place in flight is theirs until this is dropped.
#[derive(Debug)]
pub struct Admission(Arc<AtomicUsize>);

impl Admission {
    fn enter(in_flight: &Arc<AtomicUsize>) -> Self {
        in_flight.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(in_flight))
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Why somebody is not let in; each is answered with a new challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpaid {
    /// There is no work, or none that this server could have asked for.
    Missing,
    /// The challenge is too old, or was used before.
    Spent,
    /// The price has risen since.
    Cheap,
    /// A puzzle is not solved.
    Unsolved,
}

impl Gate {
    /// Open and calm. `calm` is the number of submissions a minute that cost nothing, `places` how many may be in
    /// flight at the highest price.
    pub fn new(calm: u32, places: usize, rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self {
            key: WorkKey::generate(rng)?,
            interval: Duration::from_mins(1) / calm.max(1),
            places: places.max(1),
            spent_max: SPENT_MAX,
            in_flight: Arc::default(),
            state: Mutex::default(),
        })
    }

    /// A new challenge at the present price.
    pub fn ask(&self, now: Duration, uploads: Load, rng: &dyn SecureRandom) -> Result<Asked, NoRandomness> {
        let bits = self.price(now, uploads);
        Ok(Asked { challenge: Challenge::issue(&self.key, second(now), bits, rng)?, bits })
    }

    /// Lets one in who has paid, or whoever comes while the price is 0.
    pub fn admit(&self, work: Option<&Work>, now: Duration, uploads: Load) -> Result<Admission, Unpaid> {
        let price = self.price(now, uploads);
        if price == 0 {
            self.state().fill(self.interval, now);
            return Ok(Admission::enter(&self.in_flight));
        }
        // From the cheapest check to the dearest; the set is touched last, by those only who have worked.
        let work = work.filter(|work| work.challenge.is_authentic(&self.key)).ok_or(Unpaid::Missing)?;
        if work.challenge.bits() + MAY_LAG < price {
            return Err(Unpaid::Cheap);
        }
        let age = second(now).saturating_sub(work.challenge.second());
        if age > GOOD_FOR {
            return Err(Unpaid::Spent);
        }
        if !work.is_done() {
            return Err(Unpaid::Unsolved);
        }
        let mut state = self.state();
        if !state.spend(work.challenge, self.spent_max, now) {
            return Err(Unpaid::Spent);
        }
        state.fill(self.interval, now);
        Ok(Admission::enter(&self.in_flight))
    }

    /// Lets in what was paid for with its upload; it has a place in flight like any other.
    pub fn admit_paid(&self) -> Admission {
        Admission::enter(&self.in_flight)
    }

    /// The bits that each puzzle asks at present, at most [`MAX_BITS`].
    #[must_use]
    pub fn price(&self, now: Duration, uploads: Load) -> u8 {
        let filled = self.state().empty_at.saturating_sub(now);
        let rate = filled.saturating_sub(FREE).as_micros().div_ceil(STEP.as_micros());
        let occupation = occupation(self.in_flight.load(Ordering::Relaxed), self.places)
            .max(occupation(usize::from(uploads.0), usize::from(Load::FULL.0)));
        let bits = rate.saturating_add(occupation as u128);
        u8::try_from(bits).map_or(MAX_BITS, |bits| bits.min(MAX_BITS))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// One more was let in.
    fn fill(&mut self, interval: Duration, now: Duration) {
        let most = now + FREE + STEP * u32::from(MAX_BITS);
        self.empty_at = (self.empty_at.max(now) + interval).min(most);
    }

    /// Uses a challenge; `false` when it was used before or is void.
    fn spend(&mut self, challenge: Challenge, most: usize, now: Duration) -> bool {
        let expired = second(now).saturating_sub(GOOD_FOR);
        while self.spent.first().is_some_and(|(issued, _)| *issued < expired) {
            self.spent.pop_first();
        }
        if challenge.second() < self.void_before || !self.spent.insert((challenge.second(), challenge)) {
            return false;
        }
        if self.spent.len() > most
            && let Some((issued, _)) = self.spent.pop_first()
        {
            self.void_before = issued + 1;
        }
        true
    }
}

/// The bits for so many places that are taken.
fn occupation(taken: usize, places: usize) -> usize {
    let over = (2 * taken).saturating_sub(places);
    (usize::from(MAX_BITS) * over).div_ceil(places)
}

/// Whole seconds that the server has run; they last for 136 years.
fn second(now: Duration) -> u32 {
    u32::try_from(now.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    const EMPTY: Load = Load(0);

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn gate(calm: u32) -> (Gate, SystemRandom) {
        let rng = SystemRandom::new();
        (Gate::new(calm, 64, &rng).unwrap(), rng)
    }

    /// Fills the bucket until the price is `bits`.
    fn raise(gate: &Gate, bits: u8, now: Duration) {
        while gate.price(now, EMPTY) < bits {
            gate.state().fill(gate.interval, now);
        }
    }

    fn pay(gate: &Gate, now: Duration, rng: &SystemRandom) -> Work {
        Work::solve(gate.ask(now, EMPTY, rng).unwrap().challenge).unwrap()
    }

    #[test]
    fn the_price_is_nothing_when_calm_rises_with_the_rate_and_falls_again() {
        let (gate, _) = gate(60);
        for minute in 0..10 {
            for count in 0..60 {
                assert!(gate.admit(None, at(60 * minute + count), EMPTY).is_ok());
            }
        }
        // A burst of a minute's worth is free on top; 15 more ask one bit, and so on to the most.
        let now = at(600);
        let mut prices = Vec::new();
        for _ in 0..400 {
            prices.push(gate.price(now, EMPTY));
            gate.state().fill(gate.interval, now);
        }
        assert_eq!((prices[0], prices[59], prices[62], prices[77], prices[399]), (0, 0, 1, 2, 14));
        assert!(prices.is_sorted());
        let falling = [0, 15, 30, 195, 210].map(|later| gate.price(now + at(later), EMPTY));
        assert_eq!(falling, [14, 13, 12, 1, 0]);
    }

    #[test]
    fn submissions_that_stay_raise_the_price_and_leaving_lowers_it() {
        let (gate, _) = gate(60_000);
        let mut inside: Vec<_> = (0..32).map(|_| gate.admit(None, at(0), EMPTY).unwrap()).collect();
        assert_eq!(gate.price(at(0), EMPTY), 0);
        inside.extend((0..16).map(|_| Admission::enter(&gate.in_flight)));
        assert_eq!(gate.price(at(0), EMPTY), 7);
        inside.extend((0..16).map(|_| Admission::enter(&gate.in_flight)));
        assert_eq!(gate.price(at(0), EMPTY), 14);
        inside.extend((0..500).map(|_| Admission::enter(&gate.in_flight)));
        assert_eq!(gate.price(at(0), EMPTY), 14);
        drop(inside);
        assert_eq!(gate.price(at(0), EMPTY), 0);
    }

    #[test]
    fn uploads_that_stay_raise_the_price_as_well() {
        let (gate, _) = gate(60_000);
        assert_eq!([0, 500, 501, 750, 1000].map(|load| gate.price(at(0), Load(load))), [0, 0, 1, 7, 14]);
        let _inside: Vec<_> = (0..48).map(|_| gate.admit_paid()).collect();
        assert_eq!([0, 750, 1000].map(|load| gate.price(at(0), Load(load))), [7, 7, 14]);
    }

    #[test]
    fn work_lets_in_once() {
        let (gate, rng) = gate(60);
        let now = at(5);
        raise(&gate, 3, now);
        assert_eq!(gate.admit(None, now, EMPTY).unwrap_err(), Unpaid::Missing);
        let work = pay(&gate, now, &rng);
        assert!(gate.admit(Some(&work), now, EMPTY).is_ok());
        assert_eq!(gate.admit(Some(&work), now, EMPTY).unwrap_err(), Unpaid::Spent);
        let mut other = pay(&gate, now, &rng);
        other.numbers[15] = other.numbers[15].checked_sub(1).unwrap_or(u32::MAX);
        assert_eq!(gate.admit(Some(&other), now, EMPTY).unwrap_err(), Unpaid::Unsolved);
        let foreign = Gate::new(60, 64, &rng).unwrap();
        raise(&foreign, 3, now);
        assert_eq!(gate.admit(Some(&pay(&foreign, now, &rng)), now, EMPTY).unwrap_err(), Unpaid::Missing);
    }

    #[test]
    fn what_was_hoarded_while_it_was_cheap_buys_nothing_when_it_is_dear() {
        let (gate, rng) = gate(60);
        let hoard: Vec<Work> = (0..20).map(|_| pay(&gate, at(0), &rng)).collect();
        raise(&gate, 2, at(1));
        assert!(gate.admit(Some(&hoard[0]), at(1), EMPTY).is_ok());
        raise(&gate, 3, at(1));
        for work in &hoard[1..] {
            assert_eq!(gate.admit(Some(work), at(1), EMPTY).unwrap_err(), Unpaid::Cheap);
        }
    }

    #[test]
    fn a_challenge_is_good_for_ten_minutes() {
        let (gate, rng) = gate(60);
        raise(&gate, 4, at(0));
        let works = [(); 2].map(|()| pay(&gate, at(0), &rng));
        raise(&gate, 4, at(600));
        assert!(gate.admit(Some(&works[0]), at(600), EMPTY).is_ok());
        assert_eq!(gate.admit(Some(&works[1]), at(601), EMPTY).unwrap_err(), Unpaid::Spent);
        // What has expired is forgotten with the next one.
        raise(&gate, 4, at(1300));
        assert!(gate.admit(Some(&pay(&gate, at(1300), &rng)), at(1300), EMPTY).is_ok());
        assert_eq!(gate.state().spent.len(), 1);
    }

    #[test]
    fn a_full_set_forgets_the_oldest_lets_none_of_them_in_again_and_refuses_no_fresh_one() {
        let (mut gate, rng) = gate(60);
        gate.spent_max = 8;
        raise(&gate, 2, at(0));
        let early = pay(&gate, at(0), &rng);
        let mut spent = Vec::new();
        for now in 0..40 {
            raise(&gate, 2, at(now));
            let work = pay(&gate, at(now), &rng);
            assert!(gate.admit(Some(&work), at(now), EMPTY).is_ok(), "{now}");
            spent.push(work);
        }
        assert_eq!(gate.state().spent.len(), 8);
        for work in spent.iter().chain([&early]) {
            assert_eq!(gate.admit(Some(work), at(39), EMPTY).unwrap_err(), Unpaid::Spent);
        }
    }
}
