//! The protocol: how a report is sealed, kept, read and answered. `docs/protocol.md` is its specification.
//!
//! Pure: no network, no database, no clock of its own. Every way in and out of Amparo (web form, text message, hotline,
//! desk, command line) calls the same few operations:
//!
//! | who | what | where |
//! | --- | --- | --- |
//! | a reporter files | token keys and a unit become cards, grants and envelopes | [`report`] |
//! | the holder of a token comes back | answers are read, messages sealed | [`own_case`] |
//! | a server takes what a device sealed | everything is checked that can be seen from outside | [`submission`] |
//! | a member works on a case | everything is checked and opened, answers and notes sealed | [`desk_case`] |
//!
//! Below them, from the plainest up: [`bytes`], [`sign`], [`padding`], [`recipient`], [`seal`] (age files), [`token`],
//! [`fingerprint`] (what people compare), [`manifest`], [`member`] (key files), [`card`], [`sealed`] (what stands inside a sealed file), [`grant`],
//! [`envelope`] (chains, the timeline, moves to another token), [`content`], [`casework`] (what desk entries come to), [`share`], [`keys`], [`files`], and
//! [`work`] (what a flood is asked for).
//!
//! Whatever comes from outside is `Untrusted…`; verifying it yields another type, so that unchecked data cannot be used
//! by mistake. To add a kind of envelope, give it a number in [`sealed::Kind`], a struct in [`content`], and a place in
//! the specification.
//!
//! ```
//! use std::sync::Arc;
//! use amparo::clock::Day;
//! use amparo::protocol::content::{Answers, Channel, Danger};
//! use amparo::protocol::{example, own_case::OwnCase, report::{Draft, Story}};
//! use amparo::protocol::token::{Token, TokenArena, TokenKeys};
//!
//! let rng = ring::rand::SystemRandom::new();
//! let authority = example::authority(&rng);
//! let today: Day = example::DAY.parse().unwrap();
//!
//! let token = Token::generate(&rng).unwrap();
//! let keys = TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new());
//! let mut fields = Answers::default();
//! fields.insert("what", "The contract was signed before the tender.".to_owned());
//! let draft = Draft::begin(&authority.history, "works", &[], &keys, today, &rng).unwrap();
//! let story = Story {
//!     channel: Channel::Web,
//!     assisted: true,
//!     language: "en".to_owned(),
//!     category: "procurement".to_owned(),
//!     fields,
//!     danger: Danger::No,
//! };
//! let filed = draft.finish(story, None, &rng).unwrap();
//!
//! let case = example::desk_case(&authority, 0, &filed.card, &filed.grants, &filed.envelopes).unwrap();
//! assert_eq!(case.report().fields.get("what"), "The contract was signed before the tender.");
//! ```

/// Version of the protocol (`docs/protocol.md`).
pub const VERSION: u32 = 1;

pub mod bytes;
pub mod card;
pub mod casework;
pub mod content;
pub mod desk_case;
pub mod envelope;
pub mod example;
pub mod files;
pub mod fingerprint;
pub mod grant;
mod json;
pub mod keys;
pub mod manifest;
pub mod member;
pub mod own_case;
pub mod padding;
pub mod readers;
pub mod recipient;
pub mod report;
pub mod seal;
pub mod sealed;
pub mod share;
pub mod sign;
pub mod submission;
pub mod token;
pub mod wire;
pub mod work;
