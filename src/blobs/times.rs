//! File times no finer than a day.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{Timespec, Timestamps, futimens};

use crate::clock::Day;

const SECONDS_A_DAY: i64 = 86_400;

/// Sets both times of an open file or folder to the start of `day`, UTC.
pub(super) fn set(file: impl AsFd, day: Day) -> io::Result<()> {
    set_seconds(file, day.unix_days() * SECONDS_A_DAY)
}

/// Sets both times of an open file to the start of the day on which `like` says it was changed.
pub(super) fn set_like(file: impl AsFd, like: &fs::Metadata) -> io::Result<()> {
    set_seconds(file, like.mtime().div_euclid(SECONDS_A_DAY) * SECONDS_A_DAY)
}

/// The day on which a file was changed.
pub(super) fn day_of(metadata: &fs::Metadata) -> Option<Day> {
    Day::from_unix_days(metadata.mtime().div_euclid(SECONDS_A_DAY))
}

/// Takes the time of day off a folder's times after a change in it; a file system that cannot is no reason to fail.
pub(super) fn floor(folder: &Path) {
    let _ = File::open(folder).and_then(|open| set_like(&open, &open.metadata()?));
}

/// The same, to the start of `day`.
pub(super) fn set_folder(folder: &Path, day: Day) {
    let _ = File::open(folder).and_then(|open| set(&open, day));
}

/// Opens a file for reading without leaving the time of the access.
pub(super) fn open_quietly(path: &Path) -> io::Result<File> {
    let quiet = rustix::fs::OFlags::NOATIME.bits().cast_signed();
    match OpenOptions::new().read(true).custom_flags(quiet).open(path) {
        // Only a file's owner may ask for that; others can still read.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => File::open(path),
        opened => opened,
    }
}

fn set_seconds(file: impl AsFd, seconds: i64) -> io::Result<()> {
    let time = Timespec { tv_sec: seconds, tv_nsec: 0 };
    Ok(futimens(file, &Timestamps { last_access: time, last_modification: time })?)
}
