//! Memory for pictures while hidden data is taken out of them: wiped, and bounded for all reporters together.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use memmap2::MmapMut;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroize;

use super::Later;
use crate::config::size::ByteSize;

/// The largest picture that the server cleans, in bytes. Cleaning one needs the whole of it.
pub const PICTURE_MAX: u64 = 32 << 20;

/// What memory is counted in.
const UNIT: u64 = 1 << 10;

/// The memory; cheap to clone.
#[derive(Clone)]
pub(super) struct Pictures(Arc<Semaphore>);

/// A picture on its way in, in memory that never moves; what it needs is claimed once, so that no two pictures can
/// wait for each other. The memory is mapped for it alone: pages that nobody has written take none, and none is kept
/// when it is unmapped, as the heap would, so that many pictures one after another take no more than is for them.
pub(super) struct Picture {
    map: MmapMut,
    /// Bytes written.
    size: usize,
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
        let map = usize::try_from(most).ok().and_then(|most| MmapMut::map_anon(most).ok());
        let (Ok(Ok(claim)), Some(map)) = (claim, map) else { return Err(Later { ticket: None, minutes: 1 }) };
        Ok(Picture { map, size: 0, _claim: claim })
    }
}

impl Picture {
    /// Adds `piece`, unless there is no room for it; tells whether there was.
    #[must_use]
    pub fn push(&mut self, piece: &[u8]) -> bool {
        let Some(room) = self.map[self.size..].get_mut(..piece.len()) else { return false };
        room.copy_from_slice(piece);
        self.size += piece.len();
        true
    }

    /// The picture to be shared in parts: once the last of them is gone it is wiped, and its memory is free again.
    pub fn share(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        // What was written, and no more: wiping all of the room would take all of its pages.
        self.map[..self.size].zeroize();
    }
}

impl AsRef<[u8]> for Picture {
    fn as_ref(&self) -> &[u8] {
        &self.map[..self.size]
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
        assert_eq!(picture.map.len() as u64, PICTURE_MAX);
    }
}
