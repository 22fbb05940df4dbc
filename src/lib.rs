//! Amparo: sealed intake of corruption reports.

pub mod blobs;
pub mod clock;
pub mod folder;
pub mod http;
pub mod intake;
pub mod protocol;
pub mod secret;
pub mod store;
