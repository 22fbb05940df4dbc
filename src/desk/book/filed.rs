//! An opened case made ready for the shelf.

use super::reading::{Reading, texts_of};
use super::row::{Kept, Row, What};
use super::seen::Seen;
use crate::desk::search::fold;
use crate::protocol::bytes::CaseId;
use crate::protocol::desk_case::DeskCase;
use crate::secret::{SecretBytes, SecretText};

/// A case with its row, its words and its body.
pub struct Filed {
    /// The case.
    pub id: CaseId,
    /// What is kept of it in memory.
    pub kept: Kept,
    /// Its words, folded, a line for each thing that was said.
    pub words: SecretText,
    /// All of it.
    pub body: SecretBytes,
}

impl Filed {
    /// What was opened, as the server counted `entries` of it. `before` is what was seen of the case until now.
    pub fn new(id: CaseId, entries: u64, opened: Result<DeskCase, What>, before: Option<Seen>) -> Self {
        let bare = |seen, what| {
            let kept = Kept { entries, seen, what };
            Self { id, kept, words: SecretText::default(), body: SecretBytes::default() }
        };
        let case = match opened {
            Ok(case) => case,
            Err(what) => return bare(before, what),
        };
        let seen = match Seen::of(id, &case, before.as_ref()) {
            Ok(seen) => seen,
            Err(error) => return bare(before, What::Problem(error.to_string())),
        };
        let reading = Reading::of(case);
        let kept = Kept { entries, seen: Some(seen), what: What::Case(Box::new(Row::of(id, &reading))) };
        Self { id, kept, words: words(id, &reading), body: reading.to_json() }
    }
}

/// What stands between the reporter's words and everybody else's; no folded text has it.
pub(super) const REPORTER_ENDS: char = '\u{c}';

/// Everything that can be looked for in a case: first what the reporter wrote, then the rest and the case's number.
fn words(id: CaseId, reading: &Reading) -> SecretText {
    let length: usize = reading.entries.iter().map(|entry| texts_of(&entry.content).map(str::len).sum::<usize>()).sum();
    let mut folded = String::with_capacity(2 * length + 256);
    for is_reporter in [true, false] {
        let entries = reading.entries.iter().filter(|entry| entry.member.is_none() == is_reporter);
        for text in entries.flat_map(|entry| texts_of(&entry.content)) {
            fold(text, &mut folded);
            folded.push('\n');
        }
        if is_reporter {
            folded.push(REPORTER_ENDS);
        }
    }
    folded.push_str(&id.to_string());
    SecretText::new(folded)
}
