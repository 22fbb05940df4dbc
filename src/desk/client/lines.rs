//! Lines to the server: a challenge each, under which one request after another is signed.
//!
//! The numbers under a challenge must rise as they arrive, so a line is held from signing until the answer begins. As
//! many requests are under way at once as there are lines.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// One challenge and how often it was used.
pub(super) struct Line {
    pub challenge: [u8; 32],
    pub last: u64,
}

/// A bounded number of lines, each opened when it is first needed.
pub(super) struct Lines {
    most: usize,
    idle: Mutex<Idle>,
    returned: Condvar,
}

struct Idle {
    lines: Vec<Line>,
    held: usize,
}

/// A line that nobody else has; it goes back when dropped.
pub(super) struct Held<'a> {
    lines: &'a Lines,
    /// Nothing when it has yet to be opened, or its challenge is void.
    pub line: Option<Line>,
}

impl Lines {
    /// At most so many at once.
    pub fn new(most: usize) -> Self {
        Self { most, idle: Mutex::new(Idle { lines: Vec::new(), held: 0 }), returned: Condvar::new() }
    }

    /// Takes the line that was used last, which needs no new challenge; waits while all are held.
    pub fn take(&self) -> Held<'_> {
        let mut idle = self.idle();
        while idle.held >= self.most {
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
        }
        idle.held += 1;
        Held { lines: self, line: idle.lines.pop() }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        // Whole at every moment that something could panic.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut idle = self.lines.idle();
        idle.held -= 1;
        idle.lines.extend(self.line.take());
        drop(idle);
        self.lines.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn a_line_is_never_held_twice_and_no_more_are_opened_than_allowed() {
        const MOST: usize = 3;
        let lines = Lines::new(MOST);
        let (opened, under_way) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = || {
            for _ in 0..200 {
                let mut held = lines.take();
                assert!(under_way.fetch_add(1, Ordering::SeqCst) < MOST);
                let line = held.line.get_or_insert_with(|| {
                    let number = u8::try_from(opened.fetch_add(1, Ordering::SeqCst)).unwrap();
                    Line { challenge: [number; 32], last: 0 }
                });
                line.last += 1;
                std::thread::yield_now();
                under_way.fetch_sub(1, Ordering::SeqCst);
            }
        };
        std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(work))));
        let idle = lines.idle.into_inner().unwrap();
        assert_eq!((idle.held, idle.lines.len()), (0, opened.into_inner()));
        assert!(idle.lines.len() <= MOST);
        assert_eq!(idle.lines.iter().map(|line| line.last).sum::<u64>(), 8 * 200);
    }

    #[test]
    fn a_line_whose_holder_panics_comes_back() {
        let lines = Lines::new(1);
        let holder = std::panic::AssertUnwindSafe(|| {
            let _held = lines.take();
            panic!("in the middle of a request");
        });
        assert!(std::panic::catch_unwind(holder).is_err());
        assert!(lines.take().line.is_none());
    }
}
