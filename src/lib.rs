//! Amparo: sealed intake of corruption reports.

pub mod cli;
pub mod clock;
pub mod keys_folder;
pub mod protocol;
pub mod secret;
