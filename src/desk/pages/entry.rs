//! What the timeline of a case shows of each entry.

use super::words;
use crate::clock::Day;
use crate::desk::cases::Unlocked;
use crate::protocol::bytes::{CaseId, Hash};
use crate::protocol::content::{AccessKind, Attachment, DeskBody, DeskEntry, Link, Relation, Report, Task};
use crate::protocol::desk_case::{Content, OpenEntry};
use crate::protocol::manifest::History;

/// Whose words an entry holds, and who reads them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The reporter's.
    Reporter,
    /// The authority's, to the reporter.
    Answer,
    /// The authority's, among colleagues.
    Note,
}

/// A file in the list under an entry.
pub struct FileView<'a> {
    /// Names it.
    pub hash: Hash,
    /// As the reporter's device gave it.
    pub name: &'a str,
    /// As the reporter's device gave it.
    pub media_type: &'a str,
    /// In words.
    pub size: String,
}

/// Another case that is open here, as a link to it shows it.
pub struct OtherCase {
    /// Which one.
    pub id: CaseId,
    /// Its category.
    pub heading: String,
    /// The day it was filed.
    pub day: Day,
    /// The first digits of its number.
    pub digits: String,
}

impl OtherCase {
    /// `None` when it is not open here: then nothing of it is shown, not even its number.
    pub fn of(unlocked: &Unlocked, id: CaseId) -> Option<Self> {
        let row = unlocked.row(id)?;
        Some(Self {
            id,
            heading: words::category(&row.category).to_owned(),
            day: row.day,
            digits: id.to_string()[..8].to_owned(),
        })
    }
}

/// An entry as the timeline shows it.
pub struct EntryView<'a> {
    /// Whose words.
    pub side: Side,
    /// What it is.
    pub title: &'static str,
    /// Who wrote it.
    pub who: String,
    /// The day that it tells.
    pub day: Option<Day>,
    /// The words.
    pub text: &'a str,
    /// Questions and answers.
    pub fields: Vec<(&'a str, &'a str)>,
    /// The files it lists.
    pub files: Vec<FileView<'a>>,
    /// What it sets: a name and a value.
    pub set: Option<(&'static str, String)>,
    /// The case that it speaks of.
    pub other: Option<OtherCase>,
}

/// What the timeline shows of an entry; keys and files on their own are not shown.
pub fn view<'a>(unlocked: &Unlocked, entry: &'a OpenEntry) -> Option<EntryView<'a>> {
    let history = unlocked.history();
    let who = entry.member.map_or_else(|| "Reporter".to_owned(), |member| words::title(&history, member));
    let blank = |side, title, day| EntryView {
        side,
        title,
        who,
        day,
        text: "",
        fields: Vec::new(),
        files: Vec::new(),
        set: None,
        other: None,
    };
    Some(match &entry.content {
        Content::Report(report) => EntryView {
            fields: fields(report),
            files: files(&report.attachments),
            ..blank(Side::Reporter, "Report", Some(report.day))
        },
        Content::Message(message) => EntryView {
            text: &message.text,
            files: files(&message.attachments),
            ..blank(Side::Reporter, "Message from the reporter", Some(message.day))
        },
        Content::Answer(answer) => EntryView {
            text: &answer.text,
            set: answer.state.map(|state| ("State set to", words::state(state).to_owned())),
            ..blank(Side::Answer, "To the reporter", Some(answer.day))
        },
        Content::Desk(entry) => said(unlocked, &history, entry, |title| blank(Side::Note, title, Some(entry.day))),
        Content::Forget => blank(Side::Reporter, "The reporter has withdrawn", None),
        Content::Moved => blank(Side::Reporter, "The reporter moved this case to a token of their own", None),
        Content::Unreadable => EntryView {
            text: "It was signed by its author, but sealed so that this desk cannot open it. Ask a colleague who works on \
                   the case whether they can.",
            ..blank(
                if entry.member.is_some() { Side::Note } else { Side::Reporter },
                "An entry that cannot be read here",
                None,
            )
        },
        Content::Attachment | Content::Identity | Content::Rekey(_) => return None,
    })
}

/// What members say among themselves.
fn said<'a>(
    unlocked: &Unlocked,
    history: &History,
    entry: &'a DeskEntry,
    blank: impl FnOnce(&'static str) -> EntryView<'a>,
) -> EntryView<'a> {
    let or_none = |text: String| if text.is_empty() { "none".to_owned() } else { text };
    match &entry.body {
        DeskBody::Note { text } => EntryView { text, ..blank("Internal note") },
        DeskBody::Link(link) => linked(unlocked, link, blank),
        DeskBody::Labels { labels } => {
            EntryView { set: Some(("Labels:", or_none(labels.join(", ")))), ..blank("Labels changed") }
        }
        DeskBody::Assign { members, text } => {
            let titles: Vec<_> = members.iter().map(|member| words::title(history, *member)).collect();
            EntryView { text, set: Some(("Assigned to", or_none(titles.join("; ")))), ..blank("Assignment") }
        }
        DeskBody::Urgency(urgency) => {
            EntryView { set: Some(("Urgency set to", words::urgency(*urgency).to_owned())), ..blank("Urgency") }
        }
        DeskBody::SubState { text } => {
            EntryView { set: Some(("Now:", or_none(text.clone()))), ..blank("Where it stands, among ourselves") }
        }
        DeskBody::Task(task) => EntryView { text: &task.text, set: due(task), ..blank(task_title(task)) },
        DeskBody::Access(access) => {
            let title = match access.kind {
                AccessKind::Opened => "Opened",
                AccessKind::Exported => "Exported",
                AccessKind::Disclosed => "Disclosed",
                AccessKind::Saved => "Saved to a disk",
            };
            EntryView { text: &access.why, set: Some(("What:", access.what.clone())), ..blank(title) }
        }
        DeskBody::Newer => EntryView {
            text: "It was written by a newer version of the desk. Update this one to read it.",
            ..blank("An entry of a newer version")
        },
    }
}

fn linked<'a>(unlocked: &Unlocked, link: &'a Link, blank: impl FnOnce(&'static str) -> EntryView<'a>) -> EntryView<'a> {
    let title = match link.relation {
        Relation::Same => "Joined: the same report as another",
        Relation::Related => "Linked to a related case",
        Relation::None => "No longer linked to another case",
    };
    let other = OtherCase::of(unlocked, link.case);
    let set = other.is_none().then(|| ("The other case", "is not open to you".to_owned()));
    EntryView { text: &link.why, set, other, ..blank(title) }
}

fn task_title(task: &Task) -> &'static str {
    if task.done { "Task done" } else { "Task" }
}

fn due(task: &Task) -> Option<(&'static str, String)> {
    task.due.filter(|_| !task.done).map(|day| ("To be done by", day.to_string()))
}

/// The answers in the form's order, then any this desk has no label for.
fn fields(report: &Report) -> Vec<(&str, &str)> {
    let known = words::QUESTIONS.iter().map(|(id, label)| (*label, report.fields.get(id)));
    let others = report.fields.iter().filter(|(id, _)| words::QUESTIONS.iter().all(|(known, _)| known != id));
    known.chain(others).filter(|(_, answer)| !answer.is_empty()).collect()
}

fn files<'a>(attachments: &'a [Attachment]) -> Vec<FileView<'a>> {
    let view = |file: &'a Attachment| {
        let Attachment { hash, name, media_type, size } = file;
        FileView { hash: *hash, name, media_type, size: words::size(*size) }
    };
    attachments.iter().map(view).collect()
}
