//! Memory for pictures while hidden data is taken out of them: wiped, and bounded for all reporters together.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroize;

use super::Later;
use crate::config::size::ByteSize;

/// The largest picture that the server cleans, in bytes. Cleaning one needs the whole of it.
pub const PICTURE_MAX: u64 = 32 << 20;

/// What memory is counted in.
const UNIT: u64 = 1 << 10;

/// Address space of each picture. What is smaller than 32 MiB, glibc may keep for itself when it is freed, so that many
/// pictures one after another would take more than the memory for them; pages that nobody has written take none.
const ROOM: usize = 33 << 20;

/// The memory; cheap to clone.
#[derive(Clone)]
pub(super) struct Pictures(Arc<Semaphore>);

/// A picture on its way in, in memory that never moves; what it needs is claimed once, so that no two pictures can
/// wait for each other.
pub(super) struct Picture {
    bytes: Vec<u8>,
    most: usize,
    /// Given back after the bytes are wiped.
    _claim: OwnedSemaphorePermit,
}

impl Pictures {
    pub fn new(bytes: ByteSize) -> Self {
        let units = usize::try_from(bytes.bytes() / UNIT).unwrap_or(usize::MAX);
        Self(Arc::new(Semaphore::new(units.min(Semaphore::MAX_PERMITS))))
    }

    /// Memory for a picture of at most `most` bytes, first come, first served. Whoever gets none within `patience` has
    /// to come again: a picture that was meant to be cleaned is not sealed as it is because others came first.
    pub async fn claim(&self, most: u64, patience: Duration) -> Result<Picture, Later> {
        let most = most.min(PICTURE_MAX);
        let units = u32::try_from(most.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let claim = tokio::time::timeout(patience, Arc::clone(&self.0).acquire_many_owned(units)).await;
        let Ok(Ok(claim)) = claim else { return Err(Later { ticket: None, minutes: 1 }) };
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(ROOM);
        Ok(Picture { bytes: Vec::with_capacity(ROOM), most, _claim: claim })
    }
}

impl Picture {
    /// Adds `piece`, unless there is no room for it; tells whether there was.
    #[must_use]
    pub fn push(&mut self, piece: &[u8]) -> bool {
        let fits = piece.len() <= self.most - self.bytes.len();
        if fits {
            self.bytes.extend_from_slice(piece);
        }
        fits
    }

    /// The picture to be shared in parts: once the last of them is gone it is wiped, and its memory is free again.
    pub fn share(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // What was written, and no more: wiping all of the room would take all of its pages.
        self.bytes.as_mut_slice().zeroize();
    }
}

impl AsRef<[u8]> for Picture {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn memory_is_claimed_once_and_given_back_with_the_last_part() {
        let pictures = Pictures::new(ByteSize::kib(8));
        let mut first = pictures.claim(5000, PATIENCE).await.ok().unwrap();
        assert!(first.push(&[1; 4000]) && !first.push(&[2; 1001]) && first.push(&[3; 1000]));
        let second = pictures.claim(3000, PATIENCE).await.ok().unwrap();
        let refused = pictures.claim(1, PATIENCE).await.err().unwrap();
        assert_eq!(refused, Later { ticket: None, minutes: 1 });
        let part = first.share().slice(3999..4001);
        assert!(pictures.claim(5000, PATIENCE).await.is_err());
        assert_eq!(part, [1, 3][..]);
        let waiting = tokio::spawn({
            let pictures = pictures.clone();
            async move { pictures.claim(5000, PATIENCE).await.is_ok() }
        });
        tokio::task::yield_now().await;
        drop(part);
        assert!(waiting.await.unwrap());
        drop(second);
    }

    #[tokio::test]
    async fn no_picture_gets_more_than_the_largest_may_have() {
        let pictures = Pictures::new(ByteSize::new(PICTURE_MAX));
        let picture = pictures.claim(u64::MAX, PATIENCE).await.ok().unwrap();
        assert_eq!(picture.most as u64, PICTURE_MAX);
    }
}
