//! How much room uploads take, how full that is, and which of them gives way when there is no more.
//!
//! An upload *grows* when it is made, and with each [`STEP`] of new bytes. Nothing else counts, so that asking what is
//! there, or sending one byte now and then, keeps no place. Somebody who sends has grown a moment ago; those who took
//! places and send nothing come first in the row of those who give way, in the order in which they came.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Place, Uploads};
use crate::clock::Day;
use crate::intake::{Intake, IntakeError, blocking};

/// New bytes by which an upload has grown: less than a second of a slow phone's.
const STEP: u64 = 16 << 10;

/// How long one is kept that does not grow, when all room is taken.
const IDLE_LEAST: Duration = Duration::from_mins(1);

/// How long somebody may be at work on an upload that does not grow, when others need its room.
const STALLED: Duration = Duration::from_secs(30);

/// How long it may take them to let go of it.
const LETTING_GO: Duration = Duration::from_secs(1);

/// How full the room for uploads is: the larger of the shares of places and of bytes that are taken, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Load(pub u16);

impl Load {
    /// All of it.
    pub const FULL: Self = Self(1000);

    fn of(taken: u64, all: u64) -> Self {
        let share = u128::from(taken) * 1000 / u128::from(all.max(1));
        u16::try_from(share).map_or(Self::FULL, |share| Self(share).min(Self::FULL))
    }

    /// How long an upload is kept that does not grow: `longest` up to half of the room, then less and less, and a
    /// minute when all is taken.
    fn patience(self, longest: Duration) -> Duration {
        let over = u32::from(self.0).saturating_sub(500) * 2;
        longest.saturating_sub(longest.saturating_sub(IDLE_LEAST) * over / 1000)
    }
}

/// When an upload has last grown.
pub(super) struct Growth {
    at: Instant,
    /// Bytes that came since.
    since: u64,
}

impl Growth {
    pub fn now() -> Self {
        Self { at: Instant::now(), since: 0 }
    }

    /// So many new bytes have come.
    pub fn add(&mut self, bytes: u64) {
        self.since += bytes;
        if self.since >= STEP {
            *self = Self::now();
        }
    }
}

/// Bytes of the total that are spoken for, given back when dropped.
pub(super) struct Room {
    used: Arc<AtomicU64>,
    bytes: u64,
}

impl Room {
    /// Room that is taken already, whatever the total.
    pub fn taken(used: &Arc<AtomicU64>, bytes: u64) -> Self {
        used.fetch_add(bytes, Ordering::SeqCst);
        Self { used: Arc::clone(used), bytes }
    }

    /// Room for `bytes`; `None` when there is none.
    fn take(used: &Arc<AtomicU64>, bytes: u64, total: u64) -> Option<Self> {
        let more = |used: u64| used.checked_add(bytes).filter(|used| *used <= total);
        used.fetch_update(Ordering::SeqCst, Ordering::SeqCst, more).ok()?;
        Some(Self { used: Arc::clone(used), bytes })
    }

    /// How many bytes it is for.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes over so many bytes of `other`; what `other` has beyond is given back when it is dropped.
    pub fn take_over(&mut self, other: &mut Self, bytes: u64) {
        let moved = bytes.min(other.bytes);
        other.bytes -= moved;
        self.bytes += moved;
    }

    /// Gives so many bytes back.
    pub fn give_back(&mut self, bytes: u64) {
        let back = bytes.min(self.bytes);
        self.bytes -= back;
        self.used.fetch_sub(back, Ordering::SeqCst);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::SeqCst);
    }
}

impl Uploads {
    /// How full it is.
    fn load(&self) -> Load {
        let places = Load::of(self.known().len() as u64, self.limits.count as u64);
        places.max(Load::of(self.used.load(Ordering::SeqCst), self.limits.total))
    }

    /// Gives a new upload its place; `false` when there is none.
    pub(super) fn admit(&self, place: &Arc<Place>) -> bool {
        let mut known = self.known();
        let room = known.len() < self.limits.count;
        if room {
            known.insert(place.name, Arc::clone(place));
        }
        room
    }

    /// Room for `bytes` of the upload `by`, for which others give way when it must be.
    pub(super) async fn room(self: &Arc<Self>, by: &Place, bytes: u64, day: Day) -> Result<Room, IntakeError> {
        loop {
            if let Some(room) = Room::take(&self.used, bytes, self.limits.total) {
                return Ok(room);
            }
            if !self.drop_stalest(Some(by), day).await? {
                return Err(IntakeError::Busy);
            }
        }
    }

    /// Drops the upload, other than `spared`, that has not grown for the longest and that nobody is at work on; `false`
    /// when there is none.
    pub(super) async fn drop_stalest(self: &Arc<Self>, spared: Option<&Place>, day: Day) -> Result<bool, IntakeError> {
        let mut places: Vec<_> = self.known().values().cloned().map(|place| (place.grown_at(), place)).collect();
        places.sort_unstable_by_key(|(grown, _)| Reverse(*grown));
        while let Some((_, place)) = places.pop() {
            if spared.is_none_or(|spared| spared.name != place.name) && self.drop_idle(place, day).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Drops an upload; `false` when somebody is at work on it, unless it trickles in.
    async fn drop_idle(self: &Arc<Self>, place: Arc<Place>, day: Day) -> Result<bool, IntakeError> {
        let contents = match Arc::clone(&place.contents).try_lock_owned() {
            Ok(contents) => contents,
            Err(_) if place.grown_at().elapsed() < STALLED => return Ok(false),
            Err(_) => {
                place.announce(None);
                match timeout(LETTING_GO, Arc::clone(&place.contents).lock_owned()).await {
                    Ok(contents) => contents,
                    Err(_) => return Ok(false),
                }
            }
        };
        if contents.gone {
            return Ok(false);
        }
        let uploads = Arc::clone(self);
        blocking(move || uploads.remove(&place, contents, day)).await?;
        Ok(true)
    }
}

impl Place {
    fn grown_at(&self) -> Instant {
        self.growth().at
    }
}

impl Intake {
    /// How full the room for uploads is.
    #[must_use]
    pub fn upload_load(&self) -> Load {
        self.uploads.load()
    }

    /// Drops the uploads that have not grown for as long as one is kept at present: an hour, less when there are many.
    /// Returns how many there were.
    pub async fn drop_idle_uploads(&self) -> Result<usize, IntakeError> {
        let patience = self.uploads.load().patience(self.uploads.limits.idle);
        let idle = |place: &&Arc<Place>| place.grown_at().elapsed() >= patience;
        let idle: Vec<_> = self.uploads.known().values().filter(idle).cloned().collect();
        let mut dropped = 0;
        for place in idle {
            dropped += usize::from(self.uploads.drop_idle(place, self.clock.today()).await?);
        }
        Ok(dropped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_hours(1);

    #[test]
    fn one_that_does_not_grow_is_kept_for_an_hour_and_less_where_room_is_short() {
        let minutes = [0, 500, 750, 1000].map(|load| Load(load).patience(HOUR).as_secs());
        assert_eq!(minutes, [3600, 3600, 1830, 60]);
        assert_eq!(Load::FULL.patience(Duration::from_secs(5)).as_secs(), 5);
        assert_eq!([Load::of(1, 3), Load::of(7, 3), Load::of(0, 0)], [Load(333), Load::FULL, Load(0)]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_byte_now_and_then_is_no_growth() {
        let mut growth = Growth::now();
        let start = growth.at;
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(1)).await;
            growth.add(1);
        }
        assert_eq!(growth.at, start);
        growth.add(STEP - 100);
        assert_eq!(growth.at, Instant::now());
    }

    #[test]
    fn room_is_given_back() {
        let used = Arc::new(AtomicU64::new(0));
        let mut whole = Room::take(&used, 6, 10).unwrap();
        assert!(Room::take(&used, 5, 10).is_none());
        let mut chunk = Room::take(&used, 4, 10).unwrap();
        whole.take_over(&mut chunk, 3);
        drop(chunk);
        assert_eq!((whole.bytes(), used.load(Ordering::SeqCst)), (9, 9));
        whole.give_back(20);
        assert_eq!(used.load(Ordering::SeqCst), 0);
        drop(Room::taken(&used, 99));
        assert_eq!(used.load(Ordering::SeqCst), 0);
    }
}
