//! Removing the blobs that no row names: those of a submission that was never committed.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use super::{BlobError, Blobs, Hash, found, hash_of_name, sync_folder, times};
use crate::clock::Day;

impl Blobs {
    /// Begins a collection. **Begin it before reading which blobs the database names**: a blob that is committed
    /// between the two is then kept.
    #[must_use]
    pub fn begin_collection(&self) -> Collection {
        let mut live = self.live();
        let number = live.next_collection;
        live.next_collection += 1;
        let kept = live.pending.keys().copied().collect();
        live.collections.insert(number, kept);
        drop(live);
        Collection { blobs: self.clone(), number }
    }
}

impl Blobs {
    /// The blobs that were stored on `day`.
    pub fn of_day(&self, day: Day) -> Result<Vec<Hash>, BlobError> {
        let mut found = Vec::new();
        for folder in names(&self.0.folder)?.into_iter().filter(|folder| folder.len() == 2) {
            for name in names(&self.0.folder.join(&folder))? {
                let Some(hash) = hash_of_name(&name).filter(|_| name.starts_with(&folder)) else { continue };
                let stored = fs::metadata(self.0.folder.join(&folder).join(&name));
                if stored.is_ok_and(|stored| times::day_of(&stored) == Some(day)) {
                    found.push(hash);
                }
            }
        }
        Ok(found)
    }
}

/// A collection under way.
pub struct Collection {
    blobs: Blobs,
    number: u64,
}

impl Collection {
    /// Removes every blob that is neither in `referenced` nor was pending since the collection began, and temporary
    /// files that nobody writes. Returns how many files are gone.
    pub fn finish(self, referenced: &HashSet<Hash>) -> Result<usize, BlobError> {
        let mut removed = self.remove_stale_temporaries()?;
        for folder in names(&self.blobs.0.folder)? {
            if folder.len() != 2 {
                continue;
            }
            for name in names(&self.blobs.0.folder.join(&folder))? {
                let Some(hash) = hash_of_name(&name).filter(|_| name.starts_with(&folder)) else { continue };
                if !referenced.contains(&hash) && self.remove_unless_kept(&hash)? {
                    removed += 1;
                }
            }
        }
        Ok(removed)
    }

    fn remove_unless_kept(&self, hash: &Hash) -> Result<bool, BlobError> {
        let live = self.blobs.live();
        let kept = live.collections.get(&self.number).is_some_and(|kept| kept.contains(hash));
        if kept { Ok(false) } else { self.blobs.unlink(hash, &live) }
    }

    fn remove_stale_temporaries(&self) -> Result<usize, BlobError> {
        let folder = self.blobs.temporary_folder();
        let mut removed = 0;
        for name in names(&folder)? {
            // A name is listed before its file is made and taken off after it has gone.
            let live = self.blobs.live();
            if !live.temporary.contains(&name) && found(fs::remove_file(folder.join(&name)))?.is_some() {
                removed += 1;
            }
        }
        if removed > 0 {
            times::floor(&folder);
            sync_folder(&folder)?;
        }
        Ok(removed)
    }
}

impl Drop for Collection {
    fn drop(&mut self) {
        self.blobs.live().collections.remove(&self.number);
    }
}

/// The names in a folder that are text, all read before anything is removed; none when it is no folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Vec::new()),
        entries => entries?,
    };
    let names =
        entries.filter_map(|entry| entry.map(|entry| entry.file_name().into_string().ok()).transpose()).collect();
    // Listing a folder is an access.
    times::floor(folder);
    names
}
