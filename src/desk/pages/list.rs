//! `GET /`: the cases, the most urgent first.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::frame::{Frame, Who, respond};
use super::{lock, words};
use crate::clock::Day;
use crate::desk::Desk;
use crate::desk::cases::{Links, Opened, Unlocked, is_withdrawn, state_of};
use crate::desk::due::Due;
use crate::protocol::bytes::CaseId;
use crate::protocol::content::{Danger, State as CaseState};
use crate::protocol::desk_case::DeskCase;

/// Characters of a report that the list shows.
const FIRST_WORDS: usize = 140;

/// What the address chooses.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    state: String,
    order: String,
}

struct Row {
    id: CaseId,
    day: Day,
    unit: String,
    state: CaseState,
    category: String,
    first_words: String,
    danger: Danger,
    due: Due,
    is_new: bool,
    is_withdrawn: bool,
    /// How many reports were joined into this case, itself among them.
    reports: usize,
}

impl Row {
    fn state_name(&self) -> &'static str {
        words::state(self.state)
    }

    fn danger_words(&self) -> Option<&'static str> {
        words::danger(self.danger)
    }

    fn due_words(&self) -> String {
        words::due(self.due).into_owned()
    }

    fn is_overdue(&self) -> bool {
        matches!(self.due, Due::Overdue(_))
    }
}

/// One tab above the list.
struct Tab {
    name: &'static str,
    value: &'static str,
    count: usize,
    is_current: bool,
}

#[derive(Template)]
#[template(path = "desk/list.html")]
struct ListPage {
    frame: Frame,
    tabs: Vec<Tab>,
    state: String,
    is_newest_first: bool,
    rows: Vec<Row>,
    problems: Vec<(CaseId, String)>,
    error: Option<String>,
}

impl ListPage {
    fn is_operator(&self) -> bool {
        self.frame.who.as_ref().is_some_and(Who::is_operator)
    }

    /// Why there is nothing for this member, whatever is filed; cases that they were granted once are shown all the same.
    fn why_empty(&self) -> Option<&'static str> {
        let reads = self.frame.who.as_ref().is_none_or(Who::reads_cases);
        if reads || !self.rows.is_empty() || !self.state.is_empty() {
            return None;
        }
        Some(if self.is_operator() {
            "No case is listed: reports are sealed for the investigators and leads of a unit, and the authority’s manifest \
             does not name you as one. What you write down for callers you cannot open again."
        } else {
            "No case is listed: reports are sealed for the investigators and leads of a unit, and the authority’s manifest \
             does not name you as one."
        })
    }
}

/// Asks the server what there is and shows it; what was opened before is shown even when it does not answer.
pub async fn show(State(desk): State<Arc<Desk>>, frame: Frame, Query(choice): Query<Choice>) -> Response {
    let Some(unlocked) = desk.session.current() else {
        return lock::ask(&desk, frame, None, None);
    };
    let gathered = tokio::task::spawn_blocking(move || {
        let error = unlocked.refresh().err().map(|error| error.to_string());
        let (rows, problems) = gather(&unlocked);
        (error, rows, problems)
    });
    let (error, mut rows, problems) = gathered.await.unwrap_or_else(|_| {
        (Some("the cases could not be opened; lock the desk and unlock it again".to_owned()), Vec::new(), Vec::new())
    });
    let tabs = tabs(&rows, &choice.state);
    let is_newest_first = choice.order == "newest";
    rows.retain(|row| choice.state.is_empty() || row.state.as_str() == choice.state);
    rows.sort_by_key(|row| {
        let urgency = if is_newest_first { 0 } else { row.due.urgency() };
        (urgency, std::cmp::Reverse(row.day), row.id)
    });
    let state = if choice.state.parse::<CaseState>().is_ok() { choice.state } else { String::new() };
    respond(StatusCode::OK, &ListPage { frame, tabs, state, is_newest_first, rows, problems, error })
}

fn gather(unlocked: &Unlocked) -> (Vec<Row>, Vec<(CaseId, String)>) {
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for listed in unlocked.listed() {
        match listed.opened {
            Opened::Case(case) => rows.push(row(unlocked, listed.id, &case, listed.is_new)),
            Opened::Problem(problem) => problems.push((listed.id, problem)),
            Opened::Hidden => {}
        }
    }
    (joined(rows, &unlocked.links()), problems)
}

/// One row for all that is the same report: that of the case that stays, with what is most pressing in any of them.
fn joined(rows: Vec<Row>, links: &Links) -> Vec<Row> {
    let (mut kept, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| links.main_of(row.id).is_none());
    for other in others {
        let Some(row) = kept.iter_mut().find(|row| links.main_of(other.id) == Some(row.id)) else { continue };
        row.reports += 1;
        row.is_new |= other.is_new;
        if other.danger == Danger::Yes || row.danger == Danger::No {
            row.danger = other.danger;
        }
        if other.due.urgency() < row.due.urgency() {
            row.due = other.due;
        }
    }
    kept
}

fn row(unlocked: &Unlocked, id: CaseId, case: &DeskCase, is_new: bool) -> Row {
    let card = case.card().card();
    let report = case.report();
    let (state, _) = state_of(case);
    Row {
        id,
        day: card.day,
        unit: unit_name(unlocked, &card.unit),
        state,
        category: words::category(&report.category).to_owned(),
        first_words: words::first_words(words::told(report), FIRST_WORDS),
        danger: report.danger,
        due: Due::of(card.day, state, unlocked.today()),
        is_new,
        is_withdrawn: is_withdrawn(case),
        reports: 1,
    }
}

/// A unit's name as the newest manifest has it, else its id.
pub fn unit_name(unlocked: &Unlocked, id: &str) -> String {
    unlocked.history().current().unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.get("en").to_owned())
}

fn tabs(rows: &[Row], current: &str) -> Vec<Tab> {
    use CaseState::{Acknowledged, Closed, Open, Received};
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    let states = [Received, Acknowledged, Open, Closed];
    let mut tabs = vec![Tab { name: "All", value: "", count: rows.len(), is_current: false }];
    tabs.extend(states.map(|state| Tab {
        name: words::state(state),
        value: state.as_str(),
        count: count(state),
        is_current: false,
    }));
    let place = tabs.iter().position(|tab| tab.value == current).unwrap_or(0);
    tabs[place].is_current = true;
    tabs
}
