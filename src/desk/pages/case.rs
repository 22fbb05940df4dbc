//! `GET /case/{id}`: everything in a case, and the forms to add to it.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;

use super::entry::{EntryView, OtherCase, Side};
use super::frame::{Frame, Open, problem, respond};
use super::link::{LikelyView, LinkView, Linking};
use super::write::Draft;
use super::{entry, link, list, words};
use crate::clock::Day;
use crate::desk::Desk;
use crate::desk::book::Reading;
use crate::desk::cases::{Shown, Unlocked};
use crate::desk::due::Due;
use crate::protocol::bytes::CaseId;
use crate::protocol::content::State as CaseState;

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
    /// The case that this one was joined to.
    main: Option<OtherCase>,
    links: Vec<LinkView>,
    likely: Vec<LikelyView>,
    linking: Linking,
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

    /// Whether the form for links is unfolded: something was typed into it, or there is something to choose.
    fn is_linking(&self) -> bool {
        !self.likely.is_empty() || self.linking.error.is_some()
    }

    fn has_error(&self, act: &str) -> bool {
        self.error.is_some() && self.draft.is_some_and(|draft| draft.act.as_str() == act)
    }
}

/// Fetches the case again and shows it.
pub async fn show(frame: Frame, Open(unlocked): Open, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<CaseId>() else { return not_shown(frame) };
    render(frame, unlocked, id, Typed::default()).await
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
    render(frame, unlocked, id, Typed { draft: Some(draft), error, linking: Linking::default() }).await
}

/// Shows the case with what was chosen before in the form for links, and why nothing was linked.
pub async fn with_linking(frame: Frame, unlocked: Arc<Unlocked>, id: CaseId, linking: Linking) -> Response {
    render(frame, unlocked, id, Typed { linking, ..Typed::default() }).await
}

/// What comes back in the forms of the page, and why.
#[derive(Default)]
struct Typed {
    draft: Option<Draft>,
    error: Option<String>,
    linking: Linking,
}

async fn render(frame: Frame, unlocked: Arc<Unlocked>, id: CaseId, typed: Typed) -> Response {
    let work = tokio::task::spawn_blocking(move || {
        // What was opened before is shown even when the server does not answer now, and why is said.
        let fetched = unlocked.reload(id).err().map(|error| error.to_string());
        let shown = unlocked.shown(id).unwrap_or_else(|error| Shown::Problem(error.to_string()));
        match shown {
            Shown::Case(case) => {
                let typed = Typed { error: typed.error.or(fetched), ..typed };
                let is_refused = typed.error.is_some() || typed.linking.error.is_some();
                let status = if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
                let draft = typed.draft.as_ref();
                let response = respond(status, &view(&unlocked, &frame, id, &case, draft, typed.linking, typed.error));
                if !frame.is_by_script {
                    // What cannot be written to the desk's own disk is told by the list, which writes it too.
                    let _ = unlocked.look(id);
                }
                response
            }
            Shown::Problem(what) => problem(StatusCode::OK, frame, format!("Case {id} is not shown: {what}.")),
            Shown::Hidden => match fetched {
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
    case: &'a Reading,
    draft: Option<&'a Draft>,
    linking: Linking,
    error: Option<String>,
) -> CasePage<'a> {
    let history = unlocked.history();
    let report = case.report();
    let (state, state_day) = case.state();
    let links = unlocked.links();
    CasePage {
        frame,
        id,
        heading: words::category(&report.category),
        unit: list::unit_name(unlocked, &case.unit),
        day: case.day,
        state,
        state_day,
        due: Due::of(case.day, state, unlocked.today()),
        channel: words::channel(report.channel, report.assisted),
        record: report.record.map(words::record),
        language: &report.language,
        danger: words::danger(report.danger),
        is_confidential: report.confidential,
        left_out: case.left_out.iter().map(|member| words::title(&history, *member)).collect(),
        is_withdrawn: case.is_withdrawn(),
        entries: case.entries.iter().filter_map(|entry| entry::view(unlocked, entry)).collect(),
        seen: case.entries.len() as u64,
        main: links.main_of(id).and_then(|main| OtherCase::of(unlocked, main)),
        likely: link::likely(unlocked, &links, id),
        links: link::views(unlocked, &links, id),
        linking,
        draft,
        error,
    }
}
