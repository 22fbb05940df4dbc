//! The case as its reporter sees it: state, timeline, and the forms to add to it or forget it.

use std::borrow::Cow;

use askama::Template;

use super::{FileLimits, Page, Queued, Refusals, name_of};
use crate::clock::Day;
use crate::protocol::content::State;
use crate::questions::meaning_of;
use crate::secret::SecretText;

/// A day written out, or nothing.
fn day_of(page: &Page<'_>, day: Option<Day>) -> String {
    day.map_or_else(String::new, |day| page.day(&day))
}

/// How many files came along, or nothing.
fn files_of(page: &Page<'_>, files: u64) -> Cow<'static, str> {
    if files == 0 { Cow::default() } else { page.text_with("files", "count", files) }
}

/// The sentence that says which state was told, or nothing.
fn told_of(page: &Page<'_>, state: Option<State>) -> Cow<'static, str> {
    state.map_or_else(Cow::default, |state| page.text_with("timeline-state", "state", &*page.text(name_of(state))))
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
    /// The case was moved to the token that opens it now.
    Moved,
    /// A member answered, and the signature is good.
    Answer {
        /// The member's office title in the reader's language.
        office: &'a str,
        /// The answer; may be empty when it only tells a state.
        text: SecretText,
        /// The state it tells.
        state: Option<State>,
    },
    /// A member signed it, but it does not open.
    Unreadable,
}

/// What was typed and ticked in the form for a message.
#[derive(Default)]
pub struct TypedMessage {
    /// The words.
    pub text: SecretText,
    /// Whether originals are to be sealed beside their clean copies.
    pub originals: bool,
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
    /// Whether opening it has called off a *forget*.
    pub is_called_off: bool,
    /// The timeline, oldest first.
    pub timeline: Vec<Entry<'a>>,
    /// The message as typed, when its form came back.
    pub typed: &'a TypedMessage,
    /// The queue before a message, when there is one.
    pub queued: Option<Queued>,
    /// Why the message came back.
    pub refusals: Refusals,
    /// What a message may carry.
    pub limits: FileLimits,
}
