//! What lists show of a case.

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::reading::Reading;
use super::seen::Seen;
use crate::clock::Day;
use crate::protocol::bytes::{CaseId, MemberId};
use crate::protocol::content::{Channel, Danger, Relation, Report, State, Urgency};
use crate::protocol::desk_case::Content;
use crate::secret::SecretBytes;

/// Characters of a report that lists show.
const FIRST_WORDS: usize = 160;

/// What a desk keeps of a case.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// Envelopes and grants together, as the server counted them when it was last opened.
    pub entries: u64,
    /// What was seen of it; `None` when it never opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// What became of it.
    pub what: What,
}

/// What became of a case.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum What {
    /// It is open, and everything in it holds.
    Case(Box<Row>),
    /// It does not open for this member and is not shown.
    Hidden,
    /// It is shown as a warning, with what is wrong.
    Problem(String),
}

/// What a case says of another: the relation, and how often that has changed.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub struct Half {
    /// The other case.
    pub other: CaseId,
    /// What it says.
    pub relation: Relation,
    /// How often that has changed.
    pub changes: u32,
}

/// A line of a list, and what lists are filtered and sorted by.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each answers a question that lists are filtered by")]
pub struct Row {
    /// The unit it was sent to.
    pub unit: String,
    /// The day it was filed.
    #[zeroize(skip)]
    pub day: Day,
    /// Members whom the reporter left out.
    #[zeroize(skip)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<MemberId>,
    /// The state it is in.
    #[zeroize(skip)]
    pub state: State,
    /// Since when.
    #[zeroize(skip)]
    pub state_day: Day,
    /// The day of the first answer or state: when its receipt was acknowledged.
    #[zeroize(skip)]
    pub acknowledged: Option<Day>,
    /// Kind of corruption.
    pub category: String,
    /// Language of the report.
    pub language: String,
    /// Which way it came.
    #[zeroize(skip)]
    pub channel: Channel,
    /// Is somebody in danger?
    #[zeroize(skip)]
    pub danger: Danger,
    /// Whether the reporter gave a name, sealed apart.
    pub is_confidential: bool,
    /// Whether the reporter has withdrawn.
    pub is_withdrawn: bool,
    /// Files the reporter sent.
    pub files: u32,
    /// The day on which reporter or authority last said something to the other.
    #[zeroize(skip)]
    pub last_word: Day,
    /// Whether it was the reporter, so that they wait for an answer.
    pub is_reporters_word: bool,
    /// The beginning of the report.
    pub first_words: String,
    /// Labels, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Who works on it, sorted.
    #[zeroize(skip)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assigned: Vec<MemberId>,
    /// How soon it has to be looked at.
    #[zeroize(skip)]
    #[serde(default)]
    pub urgency: Urgency,
    /// The authority's own name for where it stands.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sub_state: String,
    /// The day by which the next task is to be done.
    #[zeroize(skip)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_task: Option<Day>,
    /// What it says of other cases.
    #[zeroize(skip)]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub halves: Vec<Half>,
    /// Whether nobody has made a desk key that opens for this member.
    pub lacks_key: bool,
}

impl Row {
    /// Of a case as it is shown.
    pub fn of(id: CaseId, reading: &Reading) -> Self {
        let report = reading.report();
        let (state, state_day) = reading.state();
        let last = reading.entries.iter().rev().find_map(|entry| match &entry.content {
            Content::Report(report) => Some((report.day, true)),
            Content::Message(message) => Some((message.day, true)),
            Content::Answer(answer) => Some((answer.day, false)),
            _ => None,
        });
        let (last_word, is_reporters_word) = last.unwrap_or((reading.day, true));
        let acknowledged = reading.entries.iter().find_map(|entry| match &entry.content {
            Content::Answer(answer) => Some(answer.day),
            _ => None,
        });
        let work = reading.casework(id);
        let half = |other: &CaseId| {
            let (relation, changes) = work.half(*other);
            Half { other: *other, relation, changes }
        };
        Self {
            unit: reading.unit.clone(),
            day: reading.day,
            left_out: reading.left_out.clone(),
            state,
            state_day,
            acknowledged,
            category: report.category.clone(),
            language: report.language.clone(),
            channel: report.channel,
            danger: report.danger,
            is_confidential: report.confidential,
            is_withdrawn: reading.is_withdrawn(),
            files: u32::try_from(reading.attachments().count()).unwrap_or(u32::MAX),
            last_word,
            is_reporters_word,
            first_words: first_words(told(report), FIRST_WORDS),
            labels: work.labels.to_vec(),
            assigned: work.assigned.to_vec(),
            urgency: work.urgency,
            sub_state: work.sub_state.to_owned(),
            next_task: work.tasks.values().filter(|task| !task.done).filter_map(|task| task.due).min(),
            halves: work.links.keys().map(half).collect(),
            lacks_key: reading.lacks_key,
        }
    }

    /// What it says of `other`.
    pub fn half(&self, other: CaseId) -> (Relation, u32) {
        let half = self.halves.iter().find(|half| half.other == other);
        half.map_or((Relation::None, 0), |half| (half.relation, half.changes))
    }

    /// Whether whoever may read this case may read the other: the id of a case must never come before somebody who is to
    /// know nothing of it.
    pub fn has_readers_of(&self, other: &Self) -> bool {
        let sorted = |row: &Self| {
            let mut members = row.left_out.clone();
            members.sort_unstable();
            members
        };
        self.unit == other.unit && sorted(self) == sorted(other)
    }
}

impl Kept {
    /// As it is sealed into the cache.
    pub fn to_json(&self) -> SecretBytes {
        SecretBytes::new(serde_json::to_vec(self).expect("names are text"))
    }

    /// Out of the cache.
    pub fn from_json(json: &[u8]) -> Option<Self> {
        serde_json::from_slice(json).ok()
    }

    /// The row, when the case is open.
    pub fn row(&self) -> Option<&Row> {
        if let What::Case(row) = &self.what { Some(row) } else { None }
    }

    /// Whether there is something that the member has not looked at.
    pub fn is_new(&self) -> bool {
        self.row().is_some() && self.seen.is_some_and(|seen| seen.is_new())
    }
}

/// What a report tells first: what happened, else the first question that was answered.
pub fn told(report: &Report) -> &str {
    let first = report.fields.iter().map(|(_, answer)| answer).next().unwrap_or_default();
    Some(report.fields.get("what")).filter(|what| !what.is_empty()).unwrap_or(first)
}

/// Up to `length` characters of a text in one line, with an ellipsis where it goes on.
pub fn first_words(text: &str, length: usize) -> String {
    let mut out = String::with_capacity(length * 2);
    let mut count = 0;
    for word in text.split_whitespace() {
        for c in (count > 0).then_some(' ').into_iter().chain(word.chars()) {
            if count == length {
                out.push('…');
                return out;
            }
            out.push(c);
            count += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_stand_in_one_line() {
        assert_eq!(first_words(" one\n two\tthree ", 20), "one two three");
        assert_eq!(first_words("одно два", 6), "одно д…");
        assert_eq!(first_words("exactly", 7), "exactly");
        assert_eq!(first_words("", 7), "");
    }
}
