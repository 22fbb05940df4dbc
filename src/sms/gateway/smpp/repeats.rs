//! Which deliveries are a second try of the centre's.
//!
//! SMPP gives a delivery no identifier of its own. But a centre tries again only what it has not heard a response to:
//! so the same words from the same number are taken for a second try as long as it cannot be known that the response
//! arrived. It is known when the centre responds to a request of ours that was sent behind it. Whoever writes *SKIP*
//! twice is heard twice, because between the two the centre takes an answer.
//!
//! A response that went out late may have been given up by the centre before it came; such a delivery stays one that
//! may come again until its time is over.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash, RandomState};
use std::time::Duration;

/// How many deliveries may be remembered.
const MOST: usize = 4096;

/// How long one is remembered: as long as a conversation by default.
const TIME: Duration = Duration::from_mins(30);

/// How long a centre surely waits for a response.
const PATIENCE: Duration = Duration::from_secs(5);

/// A request of ours: the session, counted from the first, and its number in it.
pub type Request = (u64, u32);

/// A delivery, whichever of its tries it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id(u64);

impl Id {
    /// What it is called.
    #[must_use]
    pub fn name(self) -> String {
        format!("{:x}", self.0)
    }
}

struct Known {
    id: Id,
    hash: u64,
    since: Duration,
    /// The first request of ours behind the response, when that went out in time.
    responded: Option<Request>,
    /// Somebody hands the answers over, or has done so.
    is_answered: bool,
}

/// The deliveries of one centre whose responses may not have arrived, in memory only.
#[derive(Default)]
pub struct Repeats {
    /// Keyed, and the key dies with this.
    hasher: RandomState,
    /// Oldest first.
    known: VecDeque<Known>,
    last: u64,
}

impl Repeats {
    /// Names a delivery that comes at `now`, counted from any beginning.
    pub fn name(&mut self, delivery: &impl Hash, now: Duration) -> Id {
        while self.known.front().is_some_and(|oldest| now.saturating_sub(oldest.since) >= TIME) {
            self.known.pop_front();
        }
        let hash = self.hasher.hash_one(delivery);
        if let Some(known) = self.known.iter().find(|known| known.hash == hash) {
            return known.id;
        }
        if self.known.len() == MOST {
            self.known.pop_front();
        }
        self.last += 1;
        let id = Id(self.last);
        self.known.push_back(Known { id, hash, since: now, responded: None, is_answered: false });
        id
    }

    /// The response went out; `next` is the first request that stands behind it.
    pub fn responded(&mut self, id: Id, next: Request, now: Duration) {
        if let Some(known) = self.of(id)
            && now.saturating_sub(known.since) < PATIENCE
        {
            known.responded = Some(next);
        }
    }

    /// The centre responded to `request`: what went out before it has arrived.
    pub fn heard(&mut self, (session, sequence): Request) {
        let arrived = |(of, next): Request| of == session && next <= sequence;
        self.known.retain(|known| !known.responded.is_some_and(arrived));
    }

    /// Whether the answers are still to be handed over; whoever is told so does it.
    pub fn claim(&mut self, id: Id) -> bool {
        self.of(id).is_none_or(|known| !std::mem::replace(&mut known.is_answered, true))
    }

    /// The answers could not be handed over.
    pub fn dropped(&mut self, id: Id) {
        if let Some(known) = self.of(id) {
            known.is_answered = false;
        }
    }

    fn of(&mut self, id: Id) -> Option<&mut Known> {
        self.known.iter_mut().find(|known| known.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_is_the_same_until_the_response_is_known_to_have_arrived() {
        let mut repeats = Repeats::default();
        let first = repeats.name(&"SKIP", SECOND);
        assert_eq!(repeats.name(&"SKIP", 2 * SECOND), first);
        assert_ne!(repeats.name(&"skip", 2 * SECOND), first);
        repeats.responded(first, (1, 7), 3 * SECOND);
        assert_eq!(repeats.name(&"SKIP", 3 * SECOND), first);
        // To a request before the response, and to one of another session.
        repeats.heard((1, 6));
        repeats.heard((2, 9));
        assert_eq!(repeats.name(&"SKIP", 3 * SECOND), first);
        repeats.heard((1, 7));
        assert_ne!(repeats.name(&"SKIP", 3 * SECOND), first);
    }

    #[test]
    fn a_late_response_proves_nothing_and_time_ends_it() {
        let mut repeats = Repeats::default();
        let first = repeats.name(&"a", SECOND);
        repeats.responded(first, (1, 7), 6 * SECOND);
        repeats.heard((1, 8));
        assert_eq!(repeats.name(&"a", TIME), first);
        assert_ne!(repeats.name(&"a", TIME + SECOND), first);
    }

    #[test]
    fn one_of_several_tries_hands_the_answers_over() {
        let mut repeats = Repeats::default();
        let id = repeats.name(&"a", SECOND);
        assert!(repeats.claim(id) && !repeats.claim(id));
        repeats.dropped(id);
        assert!(repeats.claim(id));
    }

    #[test]
    fn memory_is_bounded() {
        let mut repeats = Repeats::default();
        let first = repeats.name(&0, SECOND);
        for other in 1..=MOST {
            repeats.name(&other, SECOND);
        }
        assert_eq!(repeats.known.len(), MOST);
        assert_ne!(repeats.name(&0, SECOND), first);
    }
}
