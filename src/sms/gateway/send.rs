//! Answers for a gateway that does not take them in its response: a request of ours for each.
//!
//! Nothing is kept of an answer that could not be handed over. The gateway is then told that its message was not
//! taken; when it brings that again, as gateways do, the answer is tried again.

use crate::remote::{Method, Remote};
use crate::secret::SecretText;

/// A request that sends one text.
pub struct Outgoing {
    /// Where at the server.
    pub path: &'static str,
    /// Its headers, credentials among them.
    pub headers: Vec<(&'static str, SecretText)>,
    /// Its body.
    pub body: SecretText,
}

/// The gateway could not be asked, or refused to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSent;

/// Hands over one after the other, and stops at the first that the gateway does not take. Blocks. What the gateway
/// says is thrown away, since it may name whom the text is for.
pub fn send(remote: &Remote, texts: &[Outgoing]) -> Result<(), NotSent> {
    texts.iter().try_for_each(|outgoing| {
        let own = outgoing.headers.iter().map(|(name, value)| (*name, value.expose()));
        // One that stays open keeps number and text in its buffers, for as long as nothing else is sent.
        let headers: Vec<(&str, &str)> = own.chain([("connection", "close")]).collect();
        let sent = remote.send_body(&Method::POST, outgoing.path, &headers, outgoing.body.expose().as_bytes());
        sent.map(drop).map_err(|_| NotSent)
    })
}
