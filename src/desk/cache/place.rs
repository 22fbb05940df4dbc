//! How far the log had come: `cache.place.json`.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::frame::{SALT, TAG, Tag};
use crate::desk::pins::{self, PinError};
use crate::protocol::bytes::{from_hex, to_hex};

/// Why a cache is made anew although this desk had one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The file is not there any more.
    Gone,
    /// It is older than what this desk wrote last, or another one.
    Older,
    /// It does not open: damaged, or altered.
    Damaged,
}

impl Notice {
    /// What is told to the member.
    pub fn words(self) -> &'static str {
        match self {
            Self::Gone => {
                "this desk’s own copy of the cases is gone, so they were fetched anew from the server, and could not be \
                 compared with what this desk saw before"
            }
            Self::Older => {
                "this desk’s own copy of the cases was exchanged for an older one, so they were fetched anew from the \
                 server; somebody may have put back an old disk, or has been at this machine"
            }
            Self::Damaged => {
                "this desk’s own copy of the cases was damaged or altered, so they were fetched anew from the server; if \
                 it happens again, have the disk looked at, and think of who has been at this machine"
            }
        }
    }
}

/// A place in a log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The salt of its first session, which names the file.
    pub file: [u8; SALT],
    /// How many frames there are.
    pub frames: u64,
    /// The tag of the last of them.
    pub tag: Tag,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    file: String,
    frames: u64,
    tag: String,
}

/// The file: where the log was last, and where the one that takes its place will begin.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlaceFile {
    now: Written,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next: Option<Written>,
}

impl From<Place> for Written {
    fn from(place: Place) -> Self {
        Self { file: to_hex(&place.file), frames: place.frames, tag: to_hex(&place.tag) }
    }
}

impl Written {
    fn read(&self) -> Option<Place> {
        let (file, tag) = (from_hex::<SALT>(&self.file).ok()?, from_hex::<TAG>(&self.tag).ok()?);
        Some(Place { file, frames: self.frames, tag })
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join("cache.place.json")
}

/// The places of which one must be in the log; empty when this desk has written none.
pub fn read(folder: &Path) -> Result<Vec<Place>, PinError> {
    let path = path(folder);
    let Some(file) = pins::read::<PlaceFile>(&path)? else { return Ok(Vec::new()) };
    let places = [Some(&file.now), file.next.as_ref()].into_iter().flatten().map(Written::read);
    places.collect::<Option<_>>().ok_or(PinError::Damaged(path))
}

/// Keeps where the log is now, and where the file that is about to take its place will be.
pub fn write(folder: &Path, now: Place, next: Option<Place>) -> Result<(), PinError> {
    pins::write(&path(folder), &PlaceFile { now: now.into(), next: next.map(Into::into) })
}

/// Forgets it, with the log.
pub fn remove(folder: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path(folder)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
