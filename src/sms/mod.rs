//! Reports by text message.
//!
//! What a gateway hands over becomes an [`incoming::Incoming`]; the rest of this folder never sees a gateway's own
//! format. [`Service::handle`] answers it.
//!
//! | file | what |
//! | --- | --- |
//! | [`incoming`] | a text as it came, and the number type |
//! | [`text`] | how texts travel, and what they ask for |
//! | [`conversation`] | what is said, and what comes of it; pure |
//! | `live` | what is remembered of conversations under way, in memory |
//! | [`say`] | answers in six languages |
//! | [`service`] | conversations on real cases |
//!
//! The telephone company can read every text, both ways; what is said to people says so.

pub mod conversation;
pub mod gateway;
pub mod incoming;
mod live;
pub mod say;
pub mod service;
pub mod text;

pub use service::{NotTaken, Service, ServiceError};
