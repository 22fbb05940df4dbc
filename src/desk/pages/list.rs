//! `GET /`: the cases that are asked for, a page at a time.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{Redirect, Response};
use serde::Deserialize;

use super::frame::{Frame, Open, Posted, Who, respond};
use super::{lock, words};
use crate::clock::Day;
use crate::desk::Desk;
use crate::desk::book::{
    Asked, Filter, Order, Place, Reader, Row as BookRow, Selection, Shelf, View, Wanted, What, first_words,
};
use crate::desk::cache::Notice;
use crate::desk::cases::{Links, Progress, Unlocked};
use crate::desk::due::Due;
use crate::desk::search::{Piece as Part, Query as Words, excerpt};
use crate::protocol::bytes::CaseId;
use crate::protocol::content::{Channel, Danger, State as CaseState};
use crate::secret::SecretText;

/// Characters of a report that the list shows.
const FIRST_WORDS: usize = 140;

/// Cases on one page.
const AT_ONCE: usize = 50;

/// What the address chooses. Words and filters stand under the number of a list, and in no address.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Address {
    list: String,
    view: String,
    order: String,
    page: String,
}

impl Address {
    fn view(&self) -> View {
        View::parse(&self.view).unwrap_or_default()
    }

    /// The order asked for, when there is something by which to tell what fits best.
    fn order(&self, has_words: bool) -> Order {
        let fits = Order::parse(&self.order).filter(|order| *order != Order::Fit || has_words);
        fits.unwrap_or(if has_words { Order::Fit } else { Order::Due })
    }

    fn page(&self) -> usize {
        self.page.parse().unwrap_or(1).max(1)
    }

    /// The address of another view or page of the same list.
    fn of(&self, view: View, page: usize) -> String {
        let mut address = format!("?view={}", view.as_str());
        for (name, value) in [
            ("list", self.list.parse::<u64>().map(|list| list.to_string()).ok()),
            ("order", Order::parse(&self.order).map(|order| order.as_str().to_owned())),
        ] {
            if let Some(value) = value {
                let _ = write!(address, "&{name}={value}");
            }
        }
        if page > 1 {
            let _ = write!(address, "&page={page}");
        }
        address
    }
}

/// What the form asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Find {
    /// The list that is replaced, while somebody types.
    list: String,
    view: String,
    order: String,
    q: String,
    unit: String,
    state: String,
    category: String,
    language: String,
    channel: String,
    label: String,
    assigned: String,
    danger: String,
    files: String,
}

impl Find {
    fn filter(&self) -> Filter {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Filter {
            unit: text(&self.unit),
            state: self.state.parse().ok(),
            category: text(&self.category),
            language: text(&self.language),
            channel: CHANNELS.into_iter().find(|(id, ..)| *id == self.channel).map(|(_, channel, _)| channel),
            label: text(&self.label),
            assigned: self.assigned.parse().ok(),
            danger: !self.danger.is_empty(),
            files: !self.files.is_empty(),
        }
    }
}

/// Keeps what is looked for, and goes to its list.
pub async fn find(frame: Frame, Open(unlocked): Open, Posted(find): Posted<Find>) -> Redirect {
    let filter = find.filter();
    let address = Address { view: find.view, order: find.order, ..Address::default() };
    let view = address.view();
    let words = SecretText::new(find.q);
    let list = if words.expose().trim().is_empty() && filter.is_empty() {
        String::new()
    } else {
        unlocked.lists.keep(find.list.parse().ok(), Wanted { words, filter }).to_string()
    };
    Redirect::to(&format!("{}/{}", frame.base, Address { list, ..address }.of(view, 1)))
}

/// Ways in, as addresses and people name them.
const CHANNELS: [(&str, Channel, &str); 5] = [
    ("web", Channel::Web, "Web form"),
    ("sms", Channel::Sms, "Text messages"),
    ("hotline", Channel::Hotline, "Hotline"),
    ("mail", Channel::Mail, "E-mail"),
    ("cli", Channel::Cli, "Command line"),
];

/// A part of what a row shows of a report.
struct Piece {
    text: String,
    is_match: bool,
}

struct Row {
    id: CaseId,
    day: Day,
    unit: String,
    state: CaseState,
    category: String,
    pieces: Vec<Piece>,
    danger: Danger,
    due: Due,
    is_new: bool,
    is_withdrawn: bool,
    labels: Vec<String>,
    assigned: String,
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

/// One view above the list.
struct Tab {
    name: &'static str,
    address: String,
    count: usize,
    is_current: bool,
}

/// A choice in a filter.
struct Chosen {
    value: String,
    name: String,
    is_current: bool,
}

/// A filter and what it offers.
struct Offer {
    name: &'static str,
    label: &'static str,
    choices: Vec<Chosen>,
}

#[derive(Template)]
#[template(path = "desk/list.html")]
struct ListPage {
    frame: Frame,
    wanted: Arc<Wanted>,
    list: String,
    view: &'static str,
    tabs: Vec<Tab>,
    offers: Vec<Offer>,
    orders: Vec<Chosen>,
    rows: Vec<Row>,
    /// Places of the first and last row that is shown, and how many there are in all.
    shown: (usize, usize, usize),
    earlier: Option<String>,
    later: Option<String>,
    problems: Vec<(CaseId, String)>,
    progress: Option<Progress>,
    notice: Option<&'static str>,
    error: Option<String>,
}

impl ListPage {
    fn is_operator(&self) -> bool {
        self.frame.who.as_ref().is_some_and(Who::is_operator)
    }

    fn words(&self) -> &str {
        self.wanted.words.expose()
    }

    fn is_filtered(&self) -> bool {
        !self.wanted.filter.is_empty()
    }

    /// Whether nothing was asked for but the list.
    fn is_plain(&self) -> bool {
        !self.is_filtered() && self.words().trim().is_empty()
    }

    /// Whether no view has any case.
    fn has_nothing(&self) -> bool {
        self.tabs.iter().all(|tab| tab.count == 0)
    }

    /// Why there is nothing for this member, whatever is filed; cases that they were granted once are shown all the same.
    fn why_empty(&self) -> Option<&'static str> {
        let reads = self.frame.who.as_ref().is_none_or(Who::reads_cases);
        if reads || !self.is_plain() || !self.has_nothing() {
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

/// Asks the server what is new and shows what is asked for; what was opened before is shown even when it does not answer.
pub async fn show(State(desk): State<Arc<Desk>>, frame: Frame, Query(address): Query<Address>) -> Response {
    let Some(unlocked) = desk.session.current() else {
        return lock::ask(&desk, frame, None, None);
    };
    let gathered = tokio::task::spawn_blocking(move || {
        let error = unlocked.catch_up().err().map(|error| error.to_string());
        respond(StatusCode::OK, &page(&unlocked, frame, &address, error))
    });
    gathered.await.unwrap_or_else(|_| axum::response::IntoResponse::into_response(StatusCode::INTERNAL_SERVER_ERROR))
}

fn page(unlocked: &Unlocked, frame: Frame, address: &Address, error: Option<String>) -> ListPage {
    let wanted = address.list.parse().ok().and_then(|list| unlocked.lists.get(list)).unwrap_or_default();
    let (links, query, filter) = (unlocked.links(), Words::parse(wanted.words.expose()), &wanted.filter);
    let shelf = unlocked.shelf();
    let reader = Reader { member: unlocked.member(), today: unlocked.today() };
    let (view, order) = (address.view(), address.order(!query.is_empty()));
    let asked = Asked { view, filter, query: &query, order, reader };
    let Selection { slots, counts } = Selection::of(&shelf, &asked, |id| links.main_of(id).is_some());
    let pages = slots.len().div_ceil(AT_ONCE).max(1);
    let number = address.page().min(pages);
    let first = (number - 1) * AT_ONCE;
    let on_page = slots[first..slots.len().min(first + AT_ONCE)].iter().filter_map(|slot| shelf.at(*slot));
    let rows: Vec<Row> = on_page.filter_map(|place| row(unlocked, &shelf, &links, place, &query)).collect();
    let tab = |(other, count): (View, usize)| Tab {
        name: words::view(other),
        address: address.of(other, 1),
        count,
        is_current: other == view,
    };
    let orders = Order::ALL.into_iter().filter(|order| *order != Order::Fit || !query.is_empty()).map(|other| Chosen {
        value: other.as_str().to_owned(),
        name: words::order(other).to_owned(),
        is_current: other == order,
    });
    let problem = |(_, place): (_, &Place)| match &place.kept.what {
        What::Problem(what) => Some((place.id, what.clone())),
        _ => None,
    };
    ListPage {
        list: address.list.clone(),
        view: view.as_str(),
        tabs: View::ALL.into_iter().zip(counts).map(tab).collect(),
        offers: offers(unlocked, &shelf, filter),
        orders: orders.collect(),
        shown: (first + usize::from(!rows.is_empty()), first + rows.len(), slots.len()),
        earlier: (number > 1).then(|| address.of(view, number - 1)),
        later: (number < pages).then(|| address.of(view, number + 1)),
        problems: shelf.iter().filter_map(problem).collect(),
        progress: unlocked.progress(),
        notice: unlocked.notice().map(Notice::words),
        frame,
        rows,
        error,
        wanted: Arc::clone(&wanted),
    }
}

/// The row of a case, with what is most pressing in any that is the same report.
fn row(unlocked: &Unlocked, shelf: &Shelf, links: &Links, place: &Place, query: &Words) -> Option<Row> {
    let case = place.kept.row()?;
    let history = unlocked.history();
    let due = |row: &BookRow| Due::of(row.day, row.state, unlocked.today());
    let titles: Vec<String> = case.assigned.iter().map(|member| words::title(&history, *member)).collect();
    let mut row = Row {
        id: place.id,
        day: case.day,
        unit: unit_name(unlocked, &case.unit),
        state: case.state,
        category: words::category(&case.category).to_owned(),
        pieces: pieces(shelf, place.id, case, query),
        danger: case.danger,
        due: due(case),
        is_new: place.kept.is_new(),
        is_withdrawn: case.is_withdrawn,
        labels: case.labels.clone(),
        assigned: titles.join("; "),
        reports: 1,
    };
    for other in links.joined_to(place.id) {
        let Some(kept) = shelf.get(other) else { continue };
        let Some(joined) = kept.row() else { continue };
        row.reports += 1;
        row.is_new |= kept.is_new();
        if joined.danger == Danger::Yes || row.danger == Danger::No {
            row.danger = joined.danger;
        }
        if due(joined).urgency() < row.due.urgency() {
            row.due = due(joined);
        }
    }
    Some(row)
}

/// Where the words that were looked for stand, else how the report begins.
fn pieces(shelf: &Shelf, id: CaseId, row: &BookRow, query: &Words) -> Vec<Piece> {
    let found = if query.is_empty() { None } else { found(shelf, id, query) };
    let first = || vec![Piece { text: first_words(&row.first_words, FIRST_WORDS), is_match: false }];
    found.unwrap_or_else(first)
}

/// With one space for all white space, at the ends too.
fn in_one_line(text: &str) -> String {
    let edge = |is_space: bool| if is_space && !text.trim().is_empty() { " " } else { "" };
    let (before, after) = (edge(text.starts_with(char::is_whitespace)), edge(text.ends_with(char::is_whitespace)));
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { " ".to_owned() } else { format!("{before}{words}{after}") }
}

fn found(shelf: &Shelf, id: CaseId, query: &Words) -> Option<Vec<Piece>> {
    let reading = shelf.reading(id).ok()??;
    let owned = |piece: Part<'_>| Piece { text: in_one_line(piece.text), is_match: piece.is_match };
    reading.texts().find_map(|text| Some(excerpt(text, query, FIRST_WORDS)?.into_iter().map(owned).collect()))
}

/// What the filters offer: only what some case has.
fn offers(unlocked: &Unlocked, shelf: &Shelf, filter: &Filter) -> Vec<Offer> {
    let (mut units, mut categories, mut languages) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let (mut labels, mut members) = (BTreeSet::new(), BTreeSet::new());
    for (_, _, row) in shelf.rows() {
        units.insert(row.unit.as_str());
        categories.insert(row.category.as_str());
        languages.insert(row.language.as_str());
        labels.extend(row.labels.iter().map(String::as_str));
        members.extend(row.assigned.iter().copied());
    }
    let history = unlocked.history();
    let named = |ids: BTreeSet<&str>, name: &dyn Fn(&str) -> String| {
        ids.into_iter().map(|id| (id.to_owned(), name(id))).collect::<Vec<_>>()
    };
    let states = [CaseState::Received, CaseState::Acknowledged, CaseState::Open, CaseState::Closed];
    let channel = CHANNELS.into_iter().find(|(_, channel, _)| Some(*channel) == filter.channel).map(|(id, ..)| id);
    let all = [
        Offer::new("unit", "Unit", filter.unit.as_deref(), named(units, &|id| unit_name(unlocked, id))),
        Offer::new(
            "state",
            "State",
            filter.state.map(CaseState::as_str),
            states.map(|state| (state.to_string(), words::state(state).to_owned())).into(),
        ),
        Offer::new(
            "category",
            "Category",
            filter.category.as_deref(),
            named(categories, &|id| words::category(id).to_owned()),
        ),
        Offer::new("language", "Language", filter.language.as_deref(), named(languages, &str::to_owned)),
        Offer::new(
            "channel",
            "Came by",
            channel,
            CHANNELS.map(|(id, _, name)| (id.to_owned(), name.to_owned())).into(),
        ),
        Offer::new("label", "Label", filter.label.as_deref(), named(labels, &str::to_owned)),
        Offer::new(
            "assigned",
            "Assigned to",
            filter.assigned.map(|id| id.to_string()).as_deref(),
            members.into_iter().map(|id| (id.to_string(), words::title(&history, id))).collect(),
        ),
    ];
    all.into_iter().filter(|offer| offer.choices.len() > 1 || offer.choices.iter().any(|one| one.is_current)).collect()
}

impl Offer {
    fn new(name: &'static str, label: &'static str, current: Option<&str>, choices: Vec<(String, String)>) -> Self {
        let chosen = |(value, name): (String, String)| Chosen { is_current: current == Some(&*value), value, name };
        Self { name, label, choices: choices.into_iter().map(chosen).collect() }
    }
}

/// A unit's name as the newest manifest has it, else its id.
pub fn unit_name(unlocked: &Unlocked, id: &str) -> String {
    unlocked.history().current().unit(id).map_or_else(|| id.to_owned(), |unit| unit.name.get("en").to_owned())
}
