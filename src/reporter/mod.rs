//! The reporter's program without a browser, for those in most danger: the server that might be watched does not serve
//! it, so it cannot alter it either. `amparo report` and `amparo case` are its face, and so are the hotline's pages at the
//! desk, where somebody writes down what a caller says.
//!
//! | file | what |
//! | --- | --- |
//! | [`client`] | the requests of `docs/protocol.md`, section 12, and the work of section 13 |
//! | [`upload`] | ciphertext on its way in chunks, which goes on after a lost connection |
//! | [`authority`] | whose keys are sealed to: manifests checked against a fingerprint |
//! | [`filing`] | a report while it is made: its token, its files, its words |
//! | [`returning`] | a case opened with its token, and what is added to it |
//! | [`pictures`] | hidden data taken out of pictures as they are read |
//!
//! Everything here blocks. Sealing, opening and all checks are [`protocol`](crate::protocol)'s.

pub mod authority;
pub mod client;
pub mod filing;
pub mod pictures;
pub mod returning;
pub mod upload;
