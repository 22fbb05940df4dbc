//! The nightly rewriting of a day's blobs.
//!
//! A thief of the disk could read from inode numbers, places on the disk and the times a file system sets by itself in
//! which order, and at which minute, a day's attachments came. Written anew in a random order, they all bear the
//! night's time and an order that means nothing.

use std::fs::File;
use std::io::{self, Read, Write};

use ring::rand::SecureRandom;

use super::writer::Temporary;
use super::{BlobError, Blobs, Hash, found, sync_folder, times};
use crate::secret::{NoRandomness, random_bytes};

const BUFFER: usize = 1 << 18;

impl Blobs {
    /// Writes those blobs anew in an order drawn from `rng`, each durable before the next; their days stay. Blobs that
    /// are gone meanwhile stay gone. Returns how many were rewritten. Interrupted, it leaves every blob whole.
    pub fn reshuffle(&self, mut hashes: Vec<Hash>, rng: &dyn SecureRandom) -> Result<usize, BlobError> {
        shuffle(&mut hashes, rng)?;
        let mut buffer = vec![0; BUFFER];
        let mut rewritten = 0;
        for hash in &hashes {
            rewritten += usize::from(self.rewrite(hash, &mut buffer, rng)?);
        }
        Ok(rewritten)
    }

    fn rewrite(&self, hash: &Hash, buffer: &mut [u8], rng: &dyn SecureRandom) -> Result<bool, BlobError> {
        let Some(mut old) = found(times::open_quietly(&self.path(hash)))? else { return Ok(false) };
        let mut new = Temporary::new(self, rng)?;
        copy(&mut old, &mut new.file, buffer)?;
        times::set_like(&new.file, &old.metadata()?)?;
        new.file.sync_all()?;
        let live = self.live();
        // Removed while it was copied: it must not come back.
        if !self.path(hash).try_exists()? {
            drop(live);
            return Ok(false);
        }
        let renamed = new.rename_to(hash);
        drop(live);
        renamed?;
        drop(new);
        for folder in [self.folder_of(hash), self.temporary_folder()] {
            times::floor(&folder);
            sync_folder(&folder)?;
        }
        Ok(true)
    }
}

/// Copies by reading and writing: `std::io::copy` lets some file systems share the old file's blocks.
fn copy(from: &mut File, to: &mut File, buffer: &mut [u8]) -> io::Result<()> {
    loop {
        match from.read(buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => to.write_all(&buffer[..length])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Fisher and Yates's shuffle; every order is equally likely.
fn shuffle<T>(items: &mut [T], rng: &dyn SecureRandom) -> Result<(), NoRandomness> {
    for last in (1..items.len()).rev() {
        items.swap(last, below(last + 1, rng)?);
    }
    Ok(())
}

/// A uniform number below `bound`, by rejection.
fn below(bound: usize, rng: &dyn SecureRandom) -> Result<usize, NoRandomness> {
    let bound = bound as u64;
    let limit = u64::MAX - u64::MAX % bound;
    loop {
        let drawn = u64::from_be_bytes(random_bytes(rng)?);
        if drawn < limit {
            return Ok(usize::try_from(drawn % bound).expect("it is less than a usize"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_gives_every_order_about_equally_often() {
        let rng = ring::rand::SystemRandom::new();
        let mut counts = std::collections::HashMap::new();
        for _ in 0..6000 {
            let mut items = [1, 2, 3];
            shuffle(&mut items, &rng).unwrap();
            *counts.entry(items).or_insert(0) += 1;
        }
        // 1000 each; the standard deviation is 29.
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| (800..1200).contains(count)), "{counts:?}");
    }
}
