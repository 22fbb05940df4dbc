//! HTTP: what the two listeners serve, and how they bear slow, broken and hostile clients; connections themselves are
//! held by [`listener`](crate::listener).
//!
//! | file | what |
//! | --- | --- |
//! | [`body`] | reading what a client sends, within a size and without waiting for ever |
//! | [`budget`] | memory for what clients send, shared by all |
//! | [`problem`] | the one map from error to response |
//! | [`health`] | `GET /healthz`, on both listeners |
//! | [`reporter`] | the pages, on the reporters' listener |
//! | [`member`] | what desks ask for, on the member listener |
//! | [`sms`] | what gateways ask for, on the listener for text messages |
//!
//! Nothing here logs an address, a user agent, a path or a time.

pub mod body;
pub mod budget;
pub mod health;
pub mod member;
pub mod problem;
pub mod reporter;
pub mod sms;
