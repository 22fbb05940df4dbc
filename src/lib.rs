//! Amparo: sealed intake of corruption reports.

pub mod blobs;
pub mod clean;
pub mod cli;
pub mod clock;
pub mod config;
pub mod desk;
pub mod folder;
pub mod http;
pub mod intake;
pub mod keys_folder;
pub mod listener;
pub mod locale;
pub mod log;
pub mod mail;
pub mod process;
pub mod protocol;
pub mod questions;
pub mod remote;
pub mod reporter;
pub mod secret;
pub mod sms;
pub mod store;
pub mod style;
pub mod web_files;
