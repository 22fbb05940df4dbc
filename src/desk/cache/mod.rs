//! What a desk knows of its cases, on disk: one file, sealed to the member, that the server can replace.
//!
//! | file | what |
//! | --- | --- |
//! | `log` | [`Log`](log::Log): sealed frames one after another, each bound to the one before it |
//! | `frame` | one frame as it stands in the file |
//! | `place` | the file beside it that tells how far the log had come, so that an older copy is noticed |
//! | `cases` | [`Cache`]: cases as frames, loaded on all cores; compaction |
//!
//! `cache.amparo` begins with a line of text and holds frames from there on. A frame is its length (`u32`, big-endian),
//! its kind (one byte) and its ciphertext: ChaCha20-Poly1305 (RFC 8439) with the frame's number as nonce, and number,
//! kind and the tag of the frame before as additional data, so that frames cannot be exchanged, moved or left out.
//! Every program that appends begins a session with a salt of its own and a key derived from it and from the member's
//! key: no nonce is used twice under one key, even where a crash has cut off a frame that somebody copied before.
//!
//! What follows the last whole frame is what a crash left, and is cut off. A log that ends before the place that
//! `cache.place.json` names was exchanged for an older one, which is told; then it is made anew from the server. Whoever
//! puts back both files is not noticed: see `docs/threats.md`.

pub mod cases;
mod frame;
mod log;
mod place;

pub use cases::{BodyRef, Cache, Change, Put};
pub use log::{CacheError, wipe};
pub use place::Notice;
