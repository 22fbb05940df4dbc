//! Files of a report or message: sealed as they are read, in constant memory.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use ring::rand::SecureRandom;

use crate::cli::files::FileError;
use crate::protocol::bytes::Hash;
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::sealed::SealingError;
use crate::protocol::wire::{UploadId, WireLimits};
use crate::reporter::client::{Client, ReporterError};
use crate::reporter::upload::Sending;

/// Why a file is not attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is too large, or there are too many.
    #[error("{0}")]
    Limit(String),
    /// Sealing failed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// It cannot be sent.
    #[error(transparent)]
    Client(#[from] ReporterError),
}

/// A file to attach.
pub struct Attached {
    /// Its path.
    pub path: PathBuf,
    /// What the desk sees of it.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
}
