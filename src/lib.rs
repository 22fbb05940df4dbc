//! Amparo: sealed intake of corruption reports.

pub mod blobs;
pub mod clock;
pub mod folder;
pub mod intake;
pub mod protocol;
pub mod cli;
pub mod clock;
pub mod config;
pub mod log;
pub mod process;
pub mod secret;
pub mod store;
