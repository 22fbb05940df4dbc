//! What happens at start and at night: stray files are collected, and traces of order are taken away.

use std::collections::HashSet;

use futures_util::TryStreamExt;

use super::{Intake, IntakeError, blocking};
use crate::clock::Day;
use crate::store::envelopes;

impl Intake {
    /// Removes attachments that no row names: what remained when the program was stopped in the middle of something.
    /// Returns how many there were.
    pub async fn collect(&self) -> Result<usize, IntakeError> {
        // Begun before the rows are read, so that what is stored meanwhile is spared.
        let collection = self.blobs.begin_collection();
        let referenced = self.referenced().await?;
        Ok(blocking(move || collection.finish(&referenced)).await?)
    }

    /// The nightly job: forgets the cases whose day has come and collects, then writes the attachments of `day` and the database anew in random order, so that
    /// nothing on the disk tells in which order cases came.
    pub async fn tidy(&self, day: Day) -> Result<(), IntakeError> {
        self.forget_due().await?;
        self.collect().await?;
        let (blobs, rng) = (self.blobs.clone(), self.rng.clone());
        blocking(move || blobs.reshuffle(blobs.of_day(day)?, &*rng)).await?;
        Ok(self.store.tidy().await?)
    }

    async fn referenced(&self) -> Result<HashSet<[u8; 32]>, IntakeError> {
        let mut read = self.store.read().await?;
        Ok(envelopes::blob_hashes(&mut read).try_collect().await?)
    }
}
