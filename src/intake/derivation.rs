//! Deriving token keys on the server: as many at once as there are arenas, the others wait their turn.
//!
//! Each derivation takes 16 MiB; fixed arenas keep a flood of guesses from taking all memory, and the fair queue keeps
//! one from starving the rest. Arenas that nobody has used for a while are given back, since most of the time there is
//! nothing to derive.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::IntakeError;
use crate::protocol::bytes::AuthorityId;
use crate::protocol::token::{Token, TokenArena, TokenKeys};
use crate::secret::on_wiped_stack;

/// How many may wait for an arena before newcomers are told to come back.
const WAITING_MAX: usize = 256;

/// How long after the last derivation the memory is kept for the next one.
const KEPT: Duration = Duration::from_secs(3);

/// The arenas, handed out first come, first served.
pub struct Derivations {
    pool: Arc<Pool>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Derivations {
    /// At most `count` derivations at once. Memory is taken with the first use of each arena.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { pool: Arc::default(), turns: Arc::new(Semaphore::new(count)), waiting: AtomicUsize::new(0) }
    }

    /// The keys of `token`.
    pub async fn derive(&self, token: &Token, authority: &AuthorityId) -> Result<TokenKeys, IntakeError> {
        let waiting = Waiting::enter(&self.waiting)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| IntakeError::Busy)?;
        drop(waiting);
        let mut arena = self.pool.lock().pop().unwrap_or_default();
        let (token, authority) = (token.clone(), *authority);
        let derived = tokio::task::spawn_blocking(move || {
            let keys = on_wiped_stack(|| TokenKeys::derive(&token, &authority, &mut arena));
            drop(turn);
            (keys, arena)
        });
        let (keys, arena) = derived.await.map_err(|_| IntakeError::Failed("derivation"))?;
        self.pool.put(arena);
        Ok(keys)
    }
}

/// Arenas that no derivation uses at the moment.
#[derive(Default)]
struct Pool {
    arenas: Mutex<Vec<TokenArena>>,
    /// Counts the arenas that came back, to tell whether any did during a pause.
    returned: AtomicUsize,
    /// Whether a task waits to empty the pool.
    watched: AtomicBool,
}

impl Pool {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<TokenArena>> {
        self.arenas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an arena back, and sees to it that the pool is emptied when nobody comes for it.
    fn put(self: &Arc<Self>, arena: TokenArena) {
        self.lock().push(arena);
        self.returned.fetch_add(1, Ordering::SeqCst);
        if !self.watched.swap(true, Ordering::SeqCst) {
            tokio::spawn(Arc::clone(self).empty_when_idle());
        }
    }

    async fn empty_when_idle(self: Arc<Self>) {
        loop {
            let before = self.returned.load(Ordering::SeqCst);
            tokio::time::sleep(KEPT).await;
            if self.returned.load(Ordering::SeqCst) == before {
                // In this order: whoever still sees a watcher has put its arena where it is about to be freed.
                self.watched.store(false, Ordering::SeqCst);
                self.lock().clear();
                return;
            }
        }
    }
}

/// One who waits; leaves the queue when dropped, also when the client has gone.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(count: &'a AtomicUsize) -> Result<Self, IntakeError> {
        let waiting = Self(count);
        if count.fetch_add(1, Ordering::Relaxed) < WAITING_MAX { Ok(waiting) } else { Err(IntakeError::Busy) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[tokio::test]
    async fn memory_is_kept_between_derivations_and_given_back_after_a_pause() {
        let derivations = Derivations::new(1);
        let token = Token::generate(&SystemRandom::new()).unwrap();
        let derive = || derivations.derive(&token, &AuthorityId([7; 32]));
        let kept = || derivations.pool.lock().len();
        for _ in 0..2 {
            let first = derive().await.unwrap();
            assert!(first.locator_hash() == derive().await.unwrap().locator_hash());
            assert_eq!(kept(), 1);
            tokio::time::pause();
            tokio::time::sleep(KEPT * 2 + Duration::from_millis(1)).await;
            tokio::time::resume();
            assert_eq!(kept(), 0);
        }
    }
}
