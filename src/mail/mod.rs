//! Letters: reports that come by e-mail, and the answers that go out.
//!
//! | file | what is there |
//! | --- | --- |
//! | [`message`] | a letter taken apart: MIME (RFC 2045–2047, 2231), bounded in size, depth and parts |
//! | [`reduce`] | what a report keeps of it; who sent it, and through whom, is thrown away |
//! | [`correspondent`] | whether it may be answered, and to whom |
//! | [`mailroom`] | a letter becomes a case |
//! | [`reply`] | the answer with the token, handed to an SMTP server |
//! | [`lmtp`] | the socket on which a mail server delivers (RFC 2033) |
//! | [`deliver`] | the other end of it, for `amparo receive-mail` |
//!
//! A letter is in memory only: until it is sealed, and its sender's address until the answer is handed over. What
//! cannot be handed over is dropped; the case stays. `docs/mail.md` says what remains with the mail servers.

pub mod correspondent;
pub mod deliver;
pub mod lmtp;
pub mod mailroom;
pub mod message;
pub mod reduce;
pub mod reply;

/// What an operator is told at every start.
pub const WARNING: &str = "reports by e-mail are taken: a letter can be read by its writer's provider and by every mail \
    server on the way, which log who wrote when; see docs/mail.md";
