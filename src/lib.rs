//! Amparo: sealed intake of corruption reports.

pub mod clock;
pub mod http;
pub mod locale;
pub mod secret;
pub mod style;
