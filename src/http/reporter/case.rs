//! The case as its reporter sees it: state, timeline, and the forms to add to it or forget it.

use askama::Template;

use super::{FileLimits, Page, Refusals};
use crate::clock::Day;
use crate::secret::SecretText;

/// Where a case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Stored; nobody at the authority has confirmed it.
    Received,
    /// Confirmed by the unit.
    Acknowledged,
    /// Being worked on.
    Open,
    /// Ended.
    Closed,
}

impl State {
    /// Its id in the protocol, which is also its style class.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Acknowledged => "acknowledged",
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }

    /// The id of its name.
    #[must_use]
    pub fn text_id(self) -> &'static str {
        match self {
            Self::Received => "state-received",
            Self::Acknowledged => "state-acknowledged",
            Self::Open => "state-open",
            Self::Closed => "state-closed",
        }
    }

    /// The id of the sentence that says what it means.
    #[must_use]
    pub fn meaning_id(self) -> &'static str {
        match self {
            Self::Received => "state-received-means",
            Self::Acknowledged => "state-acknowledged-means",
            Self::Open => "state-open-means",
            Self::Closed => "state-closed-means",
        }
    }
}

/// One entry of the timeline.
pub struct Entry<'a> {
    /// Its day; none for what the reporter sent, whose day only the desk can read.
    pub day: Option<Day>,
    /// What happened.
    pub what: What<'a>,
}

/// What an entry of the timeline is.
pub enum What<'a> {
    /// The report was filed.
    Filed {
        /// How many files came with it.
        files: u64,
    },
    /// The reporter sent a message.
    Sent {
        /// How many files came with it.
        files: u64,
    },
    /// A member answered, and the signature is good.
    Answer {
        /// The member's office title in the reader's language.
        office: &'a str,
        /// The answer; may be empty when it only tells a state.
        text: SecretText,
        /// The state it tells.
        state: Option<State>,
    },
    /// An answer whose signature is not good; its text is not shown.
    Unchecked,
}

/// The answer to a token that opens a case.
#[derive(Template)]
#[template(path = "reporter/case.html")]
pub struct CasePage<'a> {
    /// Frame; no path, for this page is an answer to a form.
    pub page: Page<'a>,
    /// The token, which the forms carry in their bodies.
    pub token: &'a str,
    /// The one-time number of the message form.
    pub form: &'a str,
    /// The unit's name.
    pub unit: &'a str,
    /// When the report was filed.
    pub filed: Day,
    /// Where the case stands.
    pub state: State,
    /// Since when.
    pub state_day: Day,
    /// The timeline, oldest first.
    pub timeline: Vec<Entry<'a>>,
    /// The message as typed, when its form came back.
    pub typed: &'a str,
    /// Why the message came back.
    pub refusals: Refusals,
    /// What a message may carry.
    pub limits: FileLimits,
}
