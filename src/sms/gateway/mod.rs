//! The gateways that bring text messages: each reader takes the parts of a request, says whether it comes from the
//! gateway, and only then what it says.
//!
//! | file | gateway | what proves where a request comes from | how it is answered |
//! | --- | --- | --- | --- |
//! | [`kannel`] | Kannel's smsbox | a user and a password in the query | in the response |
//! | [`twilio`] | Twilio | HMAC-SHA1 over address and fields | in the response |
//! | [`africas_talking`] | Africa's Talking | a secret in the query | by a request of ours |
//! | [`android`] | a phone with SMS Gateway for Android | HMAC-SHA256 over body and time | by a request of ours |
//! | [`generic`] | any other | HMAC-SHA256 over time and body | in the response |
//!
//! One more asks nothing: [`smpp`] connects to a telephone company's message centre, proves by a password who it is, and
//! knows by TLS whom it speaks to.
//!
//! [`configured`] holds those that are set up. What they share: [`fields`] takes forms apart, [`charset`] makes text of
//! bytes, [`signed`] checks signatures with a time in them, [`send`] hands an answer to a gateway that does not take it
//! in the response.
//!
//! **To add a gateway**: a file with its `read`, its row above, its key in
//! [`config::sms_gateways`](crate::config::sms_gateways) and in [`configured`], its route in `http/sms`, its fuzz target,
//! and its section in `docs/sms.md`.

pub mod africas_talking;
pub mod android;
pub mod charset;
pub mod configured;
pub mod fields;
pub mod generic;
pub mod kannel;
pub mod send;
pub mod signed;
pub mod smpp;
pub mod twilio;

use crate::secret::SecretText;

/// The longest identifier of a message that is taken, in bytes.
const LONGEST_ID: usize = 256;

/// Why a request was not taken. What is told of it to whoever sent it names nothing that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Without the gateway's credentials or signature, or with wrong ones.
    #[error("the request does not prove that it comes from the gateway; compare the secret on both sides")]
    Unproven,
    /// Signed longer ago than is allowed, or in the future.
    #[error("the request was signed more than five minutes ago or ahead; set both clocks, and sign it again")]
    Stale,
    /// Signed rightly, and taken already.
    #[error("this very request was taken already; sign it again, with the time of now, to try again")]
    Replayed,
    /// More signed requests came than can be remembered.
    #[error("too many requests came in the last minutes; try again later")]
    Crowded,
    /// It comes from the gateway, and says nothing that can be taken.
    #[error("the request has no usable {0}; see docs/sms.md")]
    Malformed(&'static str),
    /// It comes from the gateway, and tells of something else than a text message.
    #[error("this is no text message, and nothing was done")]
    NoMessage,
}

/// What the gateway is given back for a text that was taken.
pub struct Answer {
    /// The response's media type.
    pub content_type: &'static str,
    /// Further headers.
    pub headers: &'static [(&'static str, &'static str)],
    /// The response's body; empty when there is nothing to say.
    pub body: SecretText,
}

impl Answer {
    /// A response that says nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self { content_type: "text/plain; charset=utf-8", headers: &[], body: SecretText::default() }
    }
}

/// A message's identifier as the gateway gave it; none when it gave an empty one.
fn id(text: Option<&str>) -> Result<Option<String>, Refused> {
    match text.filter(|id| !id.is_empty()) {
        Some(id) if id.len() > LONGEST_ID => Err(Refused::Malformed("identifier")),
        id => Ok(id.map(str::to_owned)),
    }
}
