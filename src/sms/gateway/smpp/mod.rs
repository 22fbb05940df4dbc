//! SMPP 3.4 (Short Message Peer to Peer Protocol Specification v3.4, 1999): this program connects to a telephone
//! company's message centre as an ESME, takes what it delivers and submits the answers.
//!
//! | file | what |
//! | --- | --- |
//! | [`pdu`] | frames: what is written, and the head of what is read; pure |
//! | [`delivery`] | a text out of `deliver_sm` or `data_sm`; pure |
//! | [`coding`] | octets and text by data coding; pure |
//! | [`submission`] | an answer as one `submit_sm` or several; pure |
//! | [`repeats`] | which deliveries are a second try of the centre's; pure |
//! | `transport` | the connection, with TLS |
//! | `session` | one bound session: requests, responses, and whether the other side still answers |
//! | `centre` | a message centre for as long as the program runs: bound again when the session is lost |
//! | `text` | what becomes of one delivered text: its response, and its answers |
//!
//! A `deliver_sm` is responded to when the report is committed. When that failed, or too many are under way, the
//! response is one after which the centre tries again. Answers are kept in memory alone, and only while it is tried to
//! hand them over. What holds a number or words here is wiped; the buffers of TLS and of the system are not ours.
//!
//! The frames are those of the crate `rusmpp-core`. Optional parameters are walked here: for one that is off, it would
//! refuse the whole message, and with it what somebody wrote.

mod centre;
pub mod coding;
pub mod delivery;
pub mod pdu;
pub mod repeats;
mod session;
pub mod submission;
mod text;
mod transport;

pub use centre::Centre;
pub use transport::CentreError;
