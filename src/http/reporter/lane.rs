//! The lane of what the server itself seals: so many at once, the others first come, first served.
//!
//! Who has waited as long as a browser should be kept waiting is sent back with a [`Ticket`], which keeps the place in
//! the queue. A place goes to the first of those who are *there*: tickets of people who are away hold nobody up, and
//! whoever comes back with one stands before all that came later. So a pile of tickets is worth no more than the
//! connections that wait with them.
//!
//! Memory is bounded: those who wait have a connection each, and there are at most [`TICKETS_MAX`] tickets, each kept
//! for [`KEPT`]. With 512 connections that each wait 30 seconds for one, no more are given out in that time.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::rand::SecureRandom;
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::secret::random_bytes;

/// A one-time number that stands for a place in the queue.
pub type Ticket = [u8; 16];

/// How long a ticket is kept.
pub const KEPT: Duration = Duration::from_mins(30);

/// How many tickets are kept, each in about 100 bytes.
pub const TICKETS_MAX: usize = 1 << 15;

/// What one place is thought to be held for before anything was measured.
const FIRST_GUESS: Duration = Duration::from_secs(5);

/// The longest wait that is told, in minutes.
const TOLD_MAX: u64 = 120;

/// The lane; cheap to clone.
#[derive(Clone)]
pub struct Lane {
    places: u32,
    queue: Arc<Mutex<Queue>>,
}

struct Queue {
    /// Places that nobody has; none while somebody waits.
    free: u32,
    /// The number of the next newcomer.
    next: u64,
    /// Those who are there, by number.
    waiting: BTreeMap<u64, oneshot::Sender<()>>,
    /// The numbers of those who were sent back.
    tickets: HashMap<Ticket, u64>,
    /// When tickets are forgotten, soonest first; some may be used up already.
    until: VecDeque<(Instant, Ticket)>,
    /// How long a place was held lately: a mean in which each new one counts an eighth.
    held: Duration,
}

/// A place in the lane, until dropped.
pub struct Place {
    queue: Arc<Mutex<Queue>>,
    since: Instant,
}

/// The turn has not come yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Later {
    /// Keeps the place; none when there are too many already.
    pub ticket: Option<Ticket>,
    /// How long it will take, judged by how fast the lane moved lately; at least 1.
    pub minutes: u64,
}

impl Lane {
    /// Empty, for `places` at once.
    #[must_use]
    pub fn new(places: usize) -> Self {
        let places = u32::try_from(places).unwrap_or(u32::MAX).max(1);
        let queue = Queue {
            free: places,
            next: 0,
            waiting: BTreeMap::new(),
            tickets: HashMap::new(),
            until: VecDeque::new(),
            held: FIRST_GUESS,
        };
        Self { places, queue: Arc::new(Mutex::new(queue)) }
    }

    /// A place, when the turn comes within `patience`; behind all who are there and came before, where a ticket counts
    /// from when its holder came first.
    pub async fn enter(
        &self,
        ticket: Option<Ticket>,
        patience: Duration,
        rng: &(dyn SecureRandom + Sync),
    ) -> Result<Place, Later> {
        let mut turn = {
            let mut queue = lock(&self.queue);
            queue.forget_expired();
            let kept = ticket.and_then(|ticket| queue.tickets.remove(&ticket).map(|number| (ticket, number)));
            let (ticket, number) = match kept {
                Some((ticket, number)) => (Some(ticket), number),
                None => (None, queue.newcomer()),
            };
            if queue.free > 0 {
                queue.free -= 1;
                return Ok(self.place());
            }
            let (sender, called) = oneshot::channel();
            queue.waiting.insert(number, sender);
            Turn { queue: &self.queue, number, ticket, called, over: false }
        };
        if let Ok(Ok(())) = tokio::time::timeout(patience, &mut turn.called).await {
            turn.over = true;
            return Ok(self.place());
        }
        let mut queue = lock(&self.queue);
        if queue.waiting.remove(&turn.number).is_none() {
            // Called in the very moment that patience ended.
            turn.over = true;
            return Ok(self.place());
        }
        turn.over = true;
        let minutes = queue.minutes_behind(turn.number, self.places);
        let ticket = random_bytes(rng).ok().filter(|ticket| queue.keep(*ticket, turn.number));
        Err(Later { ticket, minutes })
    }

    /// In how many minutes a newcomer's turn comes; `None` when nobody waits.
    #[must_use]
    pub fn minutes(&self) -> Option<u64> {
        let mut queue = lock(&self.queue);
        queue.forget_expired();
        (queue.free == 0 && !queue.waiting.is_empty()).then(|| queue.minutes_behind(queue.next, self.places))
    }

    fn place(&self) -> Place {
        Place { queue: Arc::clone(&self.queue), since: Instant::now() }
    }
}

impl Queue {
    fn newcomer(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    fn forget_expired(&mut self) {
        let now = Instant::now();
        while self.until.front().is_some_and(|(until, _)| *until <= now) {
            if let Some((_, ticket)) = self.until.pop_front() {
                self.tickets.remove(&ticket);
            }
        }
    }

    /// Keeps a ticket; `false` when there are too many.
    fn keep(&mut self, ticket: Ticket, number: u64) -> bool {
        let room = self.until.len() < TICKETS_MAX;
        if room {
            self.until.push_back((Instant::now() + KEPT, ticket));
            self.tickets.insert(ticket, number);
        }
        room
    }

    /// How long it takes until all before `number` have had their turn, if all of them come back.
    fn minutes_behind(&self, number: u64, places: u32) -> u64 {
        let before = self.waiting.range(..number).count();
        let before = before + self.tickets.values().filter(|other| **other < number).count();
        let turns = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
        (self.held / places).saturating_mul(turns).as_secs().div_ceil(60).clamp(1, TOLD_MAX)
    }

    /// Gives a place to the first who is there, or back.
    fn hand_on(&mut self) {
        while let Some((_, first)) = self.waiting.pop_first() {
            if first.send(()).is_ok() {
                return;
            }
        }
        self.free += 1;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut queue = lock(&self.queue);
        queue.held = (queue.held * 7 + self.since.elapsed()) / 8;
        queue.hand_on();
    }
}

/// One who waits. When their connection breaks, they leave the queue, and a ticket that they brought is good again.
struct Turn<'a> {
    queue: &'a Arc<Mutex<Queue>>,
    number: u64,
    ticket: Option<Ticket>,
    called: oneshot::Receiver<()>,
    over: bool,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let mut queue = lock(self.queue);
        if queue.waiting.remove(&self.number).is_none() && self.called.try_recv().is_ok() {
            queue.hand_on();
        }
        if let Some(ticket) = self.ticket {
            queue.keep(ticket, self.number);
        }
    }
}

fn lock(queue: &Mutex<Queue>) -> MutexGuard<'_, Queue> {
    // Nothing in here panics half way through a change.
    queue.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    const PATIENCE: Duration = Duration::from_secs(30);

    async fn enter(lane: &Lane, ticket: Option<Ticket>) -> Result<Place, Later> {
        lane.enter(ticket, PATIENCE, &SystemRandom::new()).await
    }

    fn spawn(lane: &Lane, ticket: Option<Ticket>) -> tokio::task::JoinHandle<Result<Place, Later>> {
        let lane = lane.clone();
        tokio::spawn(async move { enter(&lane, ticket).await })
    }

    #[tokio::test(start_paused = true)]
    async fn a_ticket_stands_before_all_who_came_later_and_counts_once() {
        let lane = Lane::new(1);
        let Ok(place) = enter(&lane, None).await else { panic!("the lane is empty") };
        let Err(Later { ticket: Some(ticket), .. }) = enter(&lane, None).await else { panic!("the lane is full") };
        let later = spawn(&lane, None);
        tokio::task::yield_now().await;
        let back = spawn(&lane, Some(ticket));
        tokio::task::yield_now().await;
        drop(place);
        let Ok(Ok(place)) = back.await else { panic!("the ticket's holder is the first") };
        assert!(!later.is_finished());
        let again = spawn(&lane, Some(ticket));
        tokio::task::yield_now().await;
        drop(place);
        let Ok(Ok(_place)) = later.await else { panic!("a ticket counts once") };
        assert!(!again.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_is_away_holds_nobody_up() {
        let lane = Lane::new(1);
        let Ok(place) = enter(&lane, None).await else { panic!("the lane is empty") };
        for _ in 0..5 {
            assert!(enter(&lane, None).await.is_err_and(|later| later.ticket.is_some()));
        }
        let there = spawn(&lane, None);
        tokio::task::yield_now().await;
        drop(place);
        assert!(there.await.is_ok_and(|entered| entered.is_ok()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_breaks_off_loses_neither_the_place_nor_the_ticket() {
        let lane = Lane::new(1);
        let Ok(place) = enter(&lane, None).await else { panic!("the lane is empty") };
        let Err(Later { ticket: Some(ticket), .. }) = enter(&lane, None).await else { panic!("the lane is full") };
        let back = spawn(&lane, Some(ticket));
        tokio::task::yield_now().await;
        back.abort();
        assert!(back.await.is_err());
        assert!(lock(&lane.queue).waiting.is_empty() && lock(&lane.queue).tickets.contains_key(&ticket));
        // One who breaks off after they were called gives the place back.
        let called = spawn(&lane, Some(ticket));
        tokio::task::yield_now().await;
        drop(place);
        called.abort();
        drop(called.await);
        assert_eq!(lock(&lane.queue).free, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn tickets_expire_and_are_bounded() {
        let lane = Lane::new(1);
        let Ok(_place) = enter(&lane, None).await else { panic!("the lane is empty") };
        assert!(enter(&lane, None).await.is_err());
        {
            let mut queue = lock(&lane.queue);
            let kept = (1..=TICKETS_MAX as u128).filter(|n| queue.keep(n.to_be_bytes(), 1)).count();
            assert_eq!(kept, TICKETS_MAX - 1);
        }
        assert!(enter(&lane, None).await.is_err_and(|later| later.ticket.is_none()));
        tokio::time::advance(KEPT).await;
        assert!(enter(&lane, None).await.is_err_and(|later| later.ticket.is_some()));
        assert_eq!(lock(&lane.queue).tickets.len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn the_wait_is_told_by_how_fast_the_lane_moved() {
        let lane = Lane::new(2);
        assert_eq!(lane.minutes(), None);
        for _ in 0..40 {
            let place = enter(&lane, None).await;
            tokio::time::advance(Duration::from_mins(4)).await;
            drop(place);
        }
        let _places = (enter(&lane, None).await.ok(), enter(&lane, None).await.ok());
        assert_eq!(lane.minutes(), None);
        // Four minutes a place and two places: each one before takes two minutes.
        let minutes =
            [enter(&lane, None).await, enter(&lane, None).await].map(|entered| entered.err().unwrap().minutes);
        assert_eq!(minutes, [2, 4]);
        let _there = spawn(&lane, None);
        tokio::task::yield_now().await;
        assert_eq!(lane.minutes(), Some(8));
    }
}
