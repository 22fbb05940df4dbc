//! Where a case stands, in the reporter's words.

use crate::protocol::content::State;

/// The id of a state's name.
#[must_use]
pub fn name_of(state: State) -> &'static str {
    match state {
        State::Received => "state-received",
        State::Acknowledged => "state-acknowledged",
        State::Open => "state-open",
        State::Closed => "state-closed",
    }
}

/// The id of the sentence that says what a state means.
#[must_use]
pub fn meaning_of(state: State) -> &'static str {
    match state {
        State::Received => "state-received-means",
        State::Acknowledged => "state-acknowledged-means",
        State::Open => "state-open-means",
        State::Closed => "state-closed-means",
    }
}
