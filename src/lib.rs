//! Amparo: sealed intake of corruption reports.

pub mod cli;
pub mod clock;
pub mod config;
pub mod folder;
pub mod log;
pub mod process;
pub mod secret;
