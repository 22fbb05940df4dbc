//! Memory for what clients send, shared by all requests of a listener.
//!
//! The first [`FREE`] bytes of a request are always there, which is enough for an ordinary report or message: nobody's
//! short words wait for anybody's long ones. What is longer takes from one budget as it grows, first come, first
//! served, and waits while that is spent; whoever has waited for too long gives all of it back. So what is read at once
//! takes at most the budget and [`FREE`] for each connection, however slowly it comes.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes of each request that need no budget.
pub const FREE: usize = 64 << 10;

/// Bytes that are given out together.
const UNIT: usize = 4 << 10;

/// The budget; cheap to clone.
#[derive(Clone)]
pub struct Budget {
    units: Arc<Semaphore>,
    patience: Duration,
}

/// The budget is spent, and nothing was given back for as long as one waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spent;

impl Budget {
    /// `bytes` in all; a request waits for `patience` when they are spent.
    #[must_use]
    pub fn new(bytes: usize, patience: Duration) -> Self {
        Self { units: Arc::new(Semaphore::new(bytes / UNIT)), patience }
    }

    /// What one request holds: nothing yet.
    #[must_use]
    pub fn share(&self) -> Share {
        Share { budget: self.clone(), bytes: FREE, held: Vec::new() }
    }
}

/// What one request holds of a budget; given back when dropped.
pub struct Share {
    budget: Budget,
    bytes: usize,
    held: Vec<OwnedSemaphorePermit>,
}

impl Share {
    /// Makes sure that it is for `bytes` in all; waits for what is missing.
    pub async fn grow_to(&mut self, bytes: usize) -> Result<(), Spent> {
        let units = bytes.saturating_sub(self.bytes).div_ceil(UNIT);
        if units == 0 {
            return Ok(());
        }
        let more = Arc::clone(&self.budget.units).acquire_many_owned(u32::try_from(units).map_err(|_| Spent)?);
        let more = tokio::time::timeout(self.budget.patience, more).await;
        self.held.push(more.map_err(|_| Spent)?.map_err(|_| Spent)?);
        self.bytes += units * UNIT;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    #[tokio::test(start_paused = true)]
    async fn what_is_short_never_waits_and_what_is_long_waits_its_turn() {
        let budget = Budget::new(8 * UNIT, PATIENCE);
        let mut first = budget.share();
        first.grow_to(FREE + 5 * UNIT - 1).await.unwrap();
        first.grow_to(FREE + 5 * UNIT).await.unwrap();
        let mut short: Vec<_> = (0..100).map(|_| budget.share()).collect();
        for share in &mut short {
            share.grow_to(FREE).await.unwrap();
        }
        let mut second = budget.share();
        second.grow_to(FREE + 3 * UNIT).await.unwrap();
        assert_eq!(budget.share().grow_to(FREE + 1).await, Err(Spent));
        let third = tokio::spawn({
            let mut third = budget.share();
            async move { third.grow_to(FREE + 4 * UNIT).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        assert_eq!(third.await.unwrap(), Ok(()));
        assert_eq!(budget.share().grow_to(FREE + 9 * UNIT).await, Err(Spent), "more than there is");
        drop(second);
        assert_eq!(budget.units.available_permits(), 8);
    }
}
