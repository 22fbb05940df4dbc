//! The reporter's program without a browser, for those in most danger: the server that might be watched does not serve
//! it, so it cannot alter it either. `amparo report` and `amparo case` are its face.
//!
//! | file | what |
//! | --- | --- |
//! | [`client`] | the requests of `docs/protocol.md`, section 12, and the work of section 13 |
//! | [`upload`] | ciphertext on its way in chunks, which goes on after a lost connection |
//! | [`authority`] | whose keys are sealed to: manifests checked against a fingerprint |
//!
//! Everything here blocks. Sealing, opening and all checks are [`protocol`](crate::protocol)'s.

pub mod authority;
pub mod client;
pub mod upload;
