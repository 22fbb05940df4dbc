//! `GET /case/{id}`: everything in a case, and the forms to add to it.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::frame::{Frame, Open, problem, respond};
use super::write::Draft;
use super::{list, words};
use crate::clock::Day;
use crate::desk::Desk;
use crate::desk::cases::{Opened, Unlocked, entries_of, is_withdrawn, state_of};
use crate::desk::due::Due;
use crate::protocol::bytes::{CaseId, Hash};
use crate::protocol::content::{Attachment, Report, State as CaseState};
use crate::protocol::desk_case::{Content, DeskCase, OpenEntry};
use crate::protocol::manifest::History;

/// Whose words an entry holds, and who reads them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The reporter's.
    Reporter,
    /// The authority's, to the reporter.
    Answer,
    /// The authority's, among colleagues.
    Note,
}

struct FileView<'a> {
    hash: Hash,
    name: &'a str,
    media_type: &'a str,
    size: String,
}

struct EntryView<'a> {
    side: Side,
    title: &'static str,
    who: String,
    day: Option<Day>,
    text: &'a str,
    fields: Vec<(&'a str, &'a str)>,
    files: Vec<FileView<'a>>,
    state: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "desk/case.html")]
struct CasePage<'a> {
    frame: &'a Frame,
    id: CaseId,
    heading: &'a str,
    unit: String,
    day: Day,
    state: CaseState,
    state_day: Day,
    due: Due,
    channel: &'static str,
    record: Option<&'static str>,
    language: &'a str,
    danger: Option<&'static str>,
    is_confidential: bool,
    left_out: Vec<String>,
    is_withdrawn: bool,
    entries: Vec<EntryView<'a>>,
    seen: u64,
    draft: Option<&'a Draft>,
    error: Option<String>,
}

impl CasePage<'_> {
    fn state_name(&self) -> &'static str {
        words::state(self.state)
    }

    fn due_words(&self) -> String {
        words::due(self.due).into_owned()
    }

    fn is_overdue(&self) -> bool {
        matches!(self.due, Due::Overdue(_))
    }

    fn may(&self, next: &str) -> bool {
        next.parse::<CaseState>().is_ok_and(|next| self.state.may_become(next))
    }

    /// What was typed for this form before, when it comes back.
    fn typed(&self, act: &str) -> &str {
        self.draft.filter(|draft| draft.act.as_str() == act).map_or("", |draft| draft.text.expose())
    }

    fn has_error(&self, act: &str) -> bool {
        self.error.is_some() && self.draft.is_some_and(|draft| draft.act.as_str() == act)
    }
}

/// Fetches the case again and shows it.
pub async fn show(frame: Frame, Open(unlocked): Open, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<CaseId>() else { return not_shown(frame) };
    render(frame, unlocked, id, None, None).await
}

/// Shows the case with what was typed before in its form.
pub async fn with_draft(
    desk: &Desk,
    frame: &Frame,
    unlocked: Arc<Unlocked>,
    draft: Draft,
    error: Option<String>,
) -> Response {
    let frame = Frame::of(desk, frame.form.clone());
    let id = draft.case;
    render(frame, unlocked, id, Some(draft), error).await
}

async fn render(
    frame: Frame,
    unlocked: Arc<Unlocked>,
    id: CaseId,
    draft: Option<Draft>,
    error: Option<String>,
) -> Response {
    let work = tokio::task::spawn_blocking(move || {
        // What was opened before is shown even when the server does not answer now, and why is said.
        let fetched = unlocked.reload(id).err().map(|error| error.to_string());
        let opened = unlocked.opened(id);
        match opened {
            Opened::Case(case) => {
                let error = error.or(fetched);
                let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
                let response = respond(status, &view(&unlocked, &frame, id, &case, draft.as_ref(), error));
                // A pin that cannot be written is told by the list, which writes it too.
                let _ = unlocked.look(id);
                response
            }
            Opened::Problem(what) => problem(StatusCode::OK, frame, format!("Case {id} is not shown: {what}.")),
            Opened::Hidden => match fetched {
                Some(why) => problem(StatusCode::BAD_GATEWAY, frame, why),
                None => not_shown(frame),
            },
        }
    });
    work.await.unwrap_or_else(|_| axum::response::IntoResponse::into_response(StatusCode::INTERNAL_SERVER_ERROR))
}

fn not_shown(frame: Frame) -> Response {
    problem(StatusCode::NOT_FOUND, frame, "There is no such case for you; go back to the list.".to_owned())
}

fn view<'a>(
    unlocked: &Unlocked,
    frame: &'a Frame,
    id: CaseId,
    case: &'a DeskCase,
    draft: Option<&'a Draft>,
    error: Option<String>,
) -> CasePage<'a> {
    let history = unlocked.history();
    let card = case.card().card();
    let report = case.report();
    let (state, state_day) = state_of(case);
    CasePage {
        frame,
        id,
        heading: words::category(&report.category),
        unit: list::unit_name(unlocked, &card.unit),
        day: card.day,
        state,
        state_day,
        due: Due::of(card.day, state, unlocked.today()),
        channel: words::channel(report.channel, report.assisted),
        record: report.record.map(words::record),
        language: &report.language,
        danger: words::danger(report.danger),
        is_confidential: report.confidential,
        left_out: case.left_out().iter().map(|member| words::title(&history, *member)).collect(),
        is_withdrawn: is_withdrawn(case),
        entries: case.entries().iter().filter_map(|entry| entry_view(&history, entry)).collect(),
        seen: entries_of(case),
        draft,
        error,
    }
}

/// What the timeline shows of an entry; keys and files on their own are not shown.
fn entry_view<'a>(history: &History, entry: &'a OpenEntry) -> Option<EntryView<'a>> {
    let who = entry.member.map_or_else(|| "Reporter".to_owned(), |member| words::title(history, member));
    let blank = |side, title, day| EntryView {
        side,
        title,
        who,
        day,
        text: "",
        fields: Vec::new(),
        files: Vec::new(),
        state: None,
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
            state: answer.state.map(words::state),
            ..blank(Side::Answer, "To the reporter", Some(answer.day))
        },
        Content::Desk(note) => EntryView { text: &note.text, ..blank(Side::Note, "Internal note", Some(note.day)) },
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
