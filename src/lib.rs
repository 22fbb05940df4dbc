//! Amparo: sealed intake of corruption reports.

pub mod clock;
pub mod protocol;
pub mod secret;
