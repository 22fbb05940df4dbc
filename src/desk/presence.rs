//! Whether anybody is still at the desk. A machine that slept counts as left, however short it was awake.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::clock::{Clock, Day};

/// Goes on while the machine sleeps, as `CLOCK_MONOTONIC` does not on Linux (`clock_gettime(2)`).
#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

/// Time since the machine started, asleep or awake.
fn since_boot() -> Duration {
    let time = clock_gettime(CLOCK);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

/// When somebody was last there.
#[derive(Clone, Copy)]
struct Seen {
    at: Duration,
    day: Day,
}

/// Who is there stays so for a while, and then has to come back.
pub struct Presence {
    idle: Duration,
    clock: Clock,
    since_boot: Box<dyn Fn() -> Duration + Send + Sync>,
    seen: Mutex<Seen>,
}

impl Presence {
    /// Over after `idle`, or when the day on `clock` has jumped: a virtual machine that was halted has noticed nothing
    /// else.
    pub fn new(idle: Duration, clock: Clock) -> Self {
        Self::with(idle, clock, since_boot)
    }

    fn with(idle: Duration, clock: Clock, since_boot: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        let seen = Mutex::new(Seen { at: since_boot(), day: clock.today() });
        Self { idle, clock, since_boot: Box::new(since_boot), seen }
    }

    /// How long it lasts if nobody comes; `None` when it is over.
    pub fn left(&self) -> Option<Duration> {
        self.left_at(*self.seen(), self.now())
    }

    /// Somebody has come. Whether that was in time.
    pub fn renew(&self) -> bool {
        let mut seen = self.seen();
        let now = self.now();
        let is_in_time = self.left_at(*seen, now).is_some();
        *seen = now;
        is_in_time
    }

    fn now(&self) -> Seen {
        Seen { at: (self.since_boot)(), day: self.clock.today() }
    }

    fn left_at(&self, seen: Seen, now: Seen) -> Option<Duration> {
        let gone = now.at.checked_sub(seen.at)?;
        let midnights = u64::try_from(now.day.days_since(seen.day)).ok()?;
        let has_jumped = midnights > gone.as_secs() / 86_400 + 1;
        self.idle.checked_sub(gone).filter(|left| !left.is_zero() && !has_jumped)
    }

    /// A poisoned lock guards a value that is whole at every moment.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

    const MINUTE: u64 = 60;

    /// A presence of ten minutes, its seconds since boot, and its days.
    fn presence() -> (Presence, Arc<AtomicU64>, Arc<AtomicI64>) {
        let (seconds, days) = (Arc::new(AtomicU64::new(1000)), Arc::new(AtomicI64::new(20_000)));
        let (s, d) = (Arc::clone(&seconds), Arc::clone(&days));
        let clock = Clock::from_fn(move || Day::from_unix_days(d.load(Ordering::Relaxed)).unwrap());
        let since_boot = move || Duration::from_secs(s.load(Ordering::Relaxed));
        (Presence::with(Duration::from_mins(10), clock, since_boot), seconds, days)
    }

    #[test]
    fn whoever_comes_too_late_is_told_so_even_when_nobody_looked_meanwhile() {
        let (presence, seconds, _) = presence();
        seconds.fetch_add(9 * MINUTE, Ordering::Relaxed);
        assert_eq!(presence.left(), Some(Duration::from_mins(1)));
        assert!(presence.renew());
        seconds.fetch_add(10 * MINUTE, Ordering::Relaxed);
        assert_eq!(presence.left(), None);
        assert!(!presence.renew());
        assert!(presence.renew() && presence.left() == Some(Duration::from_mins(10)));
    }

    #[test]
    fn midnight_is_no_jump_but_days_forth_or_back_are() {
        let (presence, seconds, days) = presence();
        seconds.fetch_add(MINUTE, Ordering::Relaxed);
        days.fetch_add(1, Ordering::Relaxed);
        assert!(presence.renew());
        for jump in [2, -1, 400, -400] {
            days.fetch_add(jump, Ordering::Relaxed);
            assert_eq!(presence.left(), None, "{jump}");
            assert!(!presence.renew(), "{jump}");
        }
    }

    #[test]
    fn the_machine_s_own_clock_runs() {
        let before = since_boot();
        std::thread::sleep(Duration::from_millis(5));
        assert!(!before.is_zero() && since_boot() >= before + Duration::from_millis(5));
    }
}
