//! `[limits]`: how much is taken, so that memory and disk stay bounded whatever arrives.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Problem;
use super::size::ByteSize;

/// The limits in force. Whoever exceeds one is told which, and what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// The largest attachment, 1 byte to 16 GiB.
    pub file_bytes: ByteSize,
    /// The most attachments of one report or message, 0 to 200.
    pub files_per_submission: usize,
    /// The most bytes of one report or message, attachments and all; at least `file_bytes`.
    pub submission_bytes: ByteSize,
    /// The most bytes of text in one report or message, all its fields together; 1 KiB to 512 KiB, because the
    /// sealed content, at most 1 MiB, also holds the attachments' names and escapes.
    pub text_bytes: ByteSize,
    /// Memory for pictures while the server takes hidden data out of them, of all reporters together, 32 MiB to 1 TiB;
    /// the largest that is cleaned takes 32 MiB.
    pub picture_bytes: ByteSize,
    /// Submissions taken at the same time, 1 to 1024; each needs a few hundred KiB of memory.
    pub concurrent_submissions: usize,
    /// Sealed submissions in a minute that cost no work, 1 to 60000; what comes faster pays with computing time.
    pub calm_submissions: u32,
    /// Files that are being uploaded sealed, of all reporters together; at least `submission_bytes`.
    pub upload_bytes: ByteSize,
    /// Reports and messages whose files are being uploaded sealed, 1 to 65536.
    pub uploads: usize,
    /// Open connections at each listener, 1 to 65536.
    pub connections: usize,
    /// How long a client may take to send a request's head, in seconds, 1 to 600.
    pub header_seconds: u32,
    /// How long a client may send nothing, or take nothing, in seconds, 1 to 600.
    pub stall_seconds: u32,
    /// How long one request may take in all, in seconds, at least `stall_seconds`. A slow phone needs an hour for a
    /// large file.
    pub request_seconds: u32,
    /// How long what a form without a script was answered with is kept in memory, the token too, for whoever presses the
    /// button again because nothing came back; in seconds, 1 to 600.
    pub answer_seconds: u32,
    /// Free disk space below which no new submission is taken, so that the database can still write.
    pub spare_disk_bytes: ByteSize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: ByteSize::mib(100),
            files_per_submission: 20,
            submission_bytes: ByteSize::mib(1024),
            text_bytes: ByteSize::kib(256),
            picture_bytes: ByteSize::mib(256),
            concurrent_submissions: 64,
            calm_submissions: 60,
            upload_bytes: ByteSize::mib(10 << 10),
            uploads: 1000,
            connections: 512,
            header_seconds: 10,
            stall_seconds: 30,
            request_seconds: 7200,
            answer_seconds: 120,
            spare_disk_bytes: ByteSize::mib(512),
        }
    }
}

impl Limits {
    /// `header_seconds`.
    #[must_use]
    pub fn header_time(&self) -> Duration {
        Duration::from_secs(self.header_seconds.into())
    }

    /// `stall_seconds`.
    #[must_use]
    pub fn stall_time(&self) -> Duration {
        Duration::from_secs(self.stall_seconds.into())
    }

    /// `request_seconds`.
    #[must_use]
    pub fn request_time(&self) -> Duration {
        Duration::from_secs(self.request_seconds.into())
    }

    /// `answer_seconds`.
    #[must_use]
    pub fn answer_time(&self) -> Duration {
        Duration::from_secs(self.answer_seconds.into())
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        size("limits.file_bytes", self.file_bytes, ByteSize::new(1), ByteSize::mib(16 << 10))?;
        count("limits.files_per_submission", self.files_per_submission, 0, 200)?;
        size("limits.submission_bytes", self.submission_bytes, self.file_bytes, ByteSize::new(u64::MAX))?;
        size("limits.text_bytes", self.text_bytes, ByteSize::kib(1), ByteSize::kib(512))?;
        size("limits.picture_bytes", self.picture_bytes, ByteSize::mib(32), ByteSize::mib(1 << 20))?;
        count("limits.concurrent_submissions", self.concurrent_submissions, 1, 1024)?;
        count("limits.calm_submissions", self.calm_submissions, 1, 60_000)?;
        size("limits.upload_bytes", self.upload_bytes, self.submission_bytes, ByteSize::new(u64::MAX))?;
        count("limits.uploads", self.uploads, 1, 65_536)?;
        count("limits.connections", self.connections, 1, 65_536)?;
        count("limits.header_seconds", self.header_seconds, 1, 600)?;
        count("limits.stall_seconds", self.stall_seconds, 1, 600)?;
        count("limits.answer_seconds", self.answer_seconds, 1, 600)?;
        count("limits.request_seconds", self.request_seconds, self.stall_seconds, 86_400)
    }
}

fn size(key: &'static str, value: ByteSize, least: ByteSize, most: ByteSize) -> Result<(), Problem> {
    if value < least {
        return Err(Problem::new(key, format!("{value} is too small"), format!("write {least} or more")));
    }
    count(key, value, least, most)
}

pub(super) fn count<T: Copy + PartialOrd + std::fmt::Display>(
    key: &'static str,
    value: T,
    least: T,
    most: T,
) -> Result<(), Problem> {
    if least <= value && value <= most {
        return Ok(());
    }
    Err(Problem::new(key, format!("{value} is out of range"), format!("write {least} to {most}")))
}
