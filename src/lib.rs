//! Amparo: sealed intake of corruption reports.

pub mod clock;
pub mod secret;
