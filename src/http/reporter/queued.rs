//! What a form says of the queue.

use super::Later;
use crate::protocol::bytes::to_hex;

/// What a form says of the queue for what the server seals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queued {
    /// About how long it takes.
    pub minutes: u64,
    /// The ticket that keeps the place, in hex.
    pub ticket: Option<String>,
    /// Whether the form was sent already and came back.
    pub came_back: bool,
}

impl From<Later> for Queued {
    fn from(later: Later) -> Self {
        Self { minutes: later.minutes, ticket: later.ticket.map(|ticket| to_hex(&ticket)), came_back: true }
    }
}
