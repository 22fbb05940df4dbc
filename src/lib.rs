//! Amparo: sealed intake of corruption reports.

pub mod clock;
pub mod desk;
pub mod protocol;
pub mod secret;
