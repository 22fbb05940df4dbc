//! Deriving token keys on the server: as many at once as there are arenas, the others wait their turn.
//!
//! Each derivation takes 16 MiB; fixed arenas keep a flood of guesses from taking all memory, and the fair queue keeps
//! one from starving the rest.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::IntakeError;
use crate::protocol::bytes::AuthorityId;
use crate::protocol::token::{Token, TokenArena, TokenKeys};

/// How many may wait for an arena before newcomers are told to come back.
const WAITING_MAX: usize = 256;

/// The arenas, handed out first come, first served.
pub struct Derivations {
    arenas: Mutex<Vec<TokenArena>>,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl Derivations {
    /// At most `count` derivations at once. Memory is taken with the first use of each arena.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self { arenas: Mutex::default(), turns: Arc::new(Semaphore::new(count)), waiting: AtomicUsize::new(0) }
    }

    /// The keys of `token`.
    pub async fn derive(&self, token: &Token, authority: &AuthorityId) -> Result<TokenKeys, IntakeError> {
        let waiting = Waiting::enter(&self.waiting)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| IntakeError::Busy)?;
        drop(waiting);
        let mut arena = self.lock().pop().unwrap_or_default();
        let (token, authority) = (token.clone(), *authority);
        let derived = tokio::task::spawn_blocking(move || {
            let keys = TokenKeys::derive(&token, &authority, &mut arena);
            drop(turn);
            (keys, arena)
        });
        let (keys, arena) = derived.await.map_err(|_| IntakeError::Failed("derivation"))?;
        self.lock().push(arena);
        Ok(keys)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<TokenArena>> {
        self.arenas.lock().unwrap_or_else(PoisonError::into_inner)
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
