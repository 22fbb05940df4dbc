//! Locks over values that are whole at every moment, so that a holder who panicked has left nothing half changed.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes such a lock.
pub fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
