//! A whole case as it is shown.

use serde::{Deserialize, Serialize};

use crate::clock::Day;
use crate::protocol::bytes::{CaseId, MemberId};
use crate::protocol::casework::Casework;
use crate::protocol::content::{Attachment, DeskBody, Report, State};
use crate::protocol::desk_case::{Content, DeskCase, OpenEntry};
use crate::secret::SecretBytes;

/// What was said in a case and what is known of it, without its keys: nothing can be written or saved with it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The unit it was sent to.
    pub unit: String,
    /// The day it was filed.
    pub day: Day,
    /// Members whom the reporter left out.
    pub left_out: Vec<MemberId>,
    /// Whether nobody has made a desk key that opens for this member.
    pub lacks_key: bool,
    /// Everything that was said, oldest first; a report is among it.
    pub entries: Vec<OpenEntry>,
}

impl Reading {
    /// Of an opened case.
    pub fn of(case: DeskCase) -> Self {
        let card = case.card().card();
        let (unit, day, left_out) = (card.unit.clone(), card.day, case.left_out().to_vec());
        Self { unit, day, left_out, lacks_key: !case.has_desk_key(), entries: case.into_entries() }
    }

    /// As it is sealed into the cache.
    pub fn to_json(&self) -> SecretBytes {
        SecretBytes::new(serde_json::to_vec(self).expect("names are text"))
    }

    /// Out of the cache.
    pub fn from_json(json: &SecretBytes) -> Option<Self> {
        let reading: Self = serde_json::from_slice(json.expose()).ok()?;
        reading.first().map(|_| ())?;
        Some(reading)
    }

    fn first(&self) -> Option<&Report> {
        self.entries.iter().find_map(|entry| match &entry.content {
            Content::Report(report) => Some(report),
            _ => None,
        })
    }

    /// The report.
    ///
    /// # Panics
    /// Never: a case that opened has one, and what comes out of the cache is looked at before.
    pub fn report(&self) -> &Report {
        self.first().expect("a reading is only made with a report")
    }

    /// Every file of the reporter, in the order in which reports and messages list them.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.entries.iter().flat_map(|entry| match &entry.content {
            Content::Report(report) => report.attachments.as_slice(),
            Content::Message(message) => message.attachments.as_slice(),
            _ => &[],
        })
    }

    /// The state it is in by its signed answers, and since when.
    pub fn state(&self) -> (State, Day) {
        state_of(&self.entries, self.day)
    }

    /// What the members have made of it among themselves.
    pub fn casework(&self, id: CaseId) -> Casework<'_> {
        let entries = self.entries.iter().filter_map(|entry| match &entry.content {
            Content::Desk(entry) => Some(entry),
            _ => None,
        });
        Casework::of(id, entries)
    }

    /// Whether the reporter has withdrawn.
    pub fn is_withdrawn(&self) -> bool {
        self.entries.iter().any(|entry| matches!(entry.content, Content::Forget))
    }

    /// Everything that can be looked for, as it was written: first what the reporter wrote, then the rest.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let of = |is_reporter: bool| {
            let entries = self.entries.iter().filter(move |entry| entry.member.is_none() == is_reporter);
            entries.flat_map(|entry| texts_of(&entry.content))
        };
        of(true).chain(of(false))
    }

    /// What the reporter wrote, in order.
    pub fn reporters_words(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|entry| match &entry.content {
            Content::Report(report) => report.fields.iter().map(|(_, answer)| answer).collect(),
            Content::Message(message) => vec![message.text.as_str()],
            _ => Vec::new(),
        })
    }
}

/// The state that entries of a case filed on `day` leave it in, and since when.
pub fn state_of(entries: &[OpenEntry], day: Day) -> (State, Day) {
    let newest = entries.iter().rev().find_map(|entry| match &entry.content {
        Content::Answer(answer) => answer.state.map(|state| (state, answer.day)),
        _ => None,
    });
    newest.unwrap_or((State::Received, day))
}

/// What an entry says, and the names of its files.
pub(super) fn texts_of(content: &Content) -> Box<dyn Iterator<Item = &str> + '_> {
    fn names(files: &[Attachment]) -> impl Iterator<Item = &str> {
        files.iter().map(|file| file.name.as_str())
    }
    match content {
        Content::Report(report) => {
            Box::new(report.fields.iter().map(|(_, answer)| answer).chain(names(&report.attachments)))
        }
        Content::Message(message) => Box::new(std::iter::once(&*message.text).chain(names(&message.attachments))),
        Content::Answer(answer) => Box::new(std::iter::once(&*answer.text)),
        Content::Desk(entry) => match &entry.body {
            DeskBody::Note { text } | DeskBody::Assign { text, .. } | DeskBody::SubState { text } => {
                Box::new(std::iter::once(&**text))
            }
            DeskBody::Labels { labels } => Box::new(labels.iter().map(String::as_str)),
            DeskBody::Task(task) => Box::new(std::iter::once(&*task.text)),
            DeskBody::Link(link) => Box::new(std::iter::once(&*link.why)),
            DeskBody::Access(access) => Box::new([&*access.what, &*access.why].into_iter()),
            DeskBody::Urgency(_) | DeskBody::Newer => Box::new(std::iter::empty()),
        },
        _ => Box::new(std::iter::empty()),
    }
}
