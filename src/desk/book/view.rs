//! Which cases are listed, and in which order.

use super::row::Row;
use super::shelf::{Place, Shelf};
use crate::clock::Day;
use crate::desk::due::Due;
use crate::desk::search::{Query, Slot};
use crate::protocol::bytes::{CaseId, MemberId};
use crate::protocol::content::{Channel, Danger, State, Urgency};

/// The lists a desk has of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Not closed.
    #[default]
    Open,
    /// Received, and not acknowledged yet.
    Unacknowledged,
    /// The reporter had the last word, and the case is not closed.
    Waiting,
    /// Assigned to the member, and not closed.
    Mine,
    /// Something has come that the member has not looked at.
    New,
    /// An acknowledgement is late.
    Overdue,
    /// Closed.
    Closed,
    /// Every case.
    All,
}

impl View {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Unacknowledged,
        Self::Waiting,
        Self::Mine,
        Self::New,
        Self::Overdue,
        Self::Closed,
        Self::All,
    ];

    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Unacknowledged => "unacknowledged",
            Self::Waiting => "waiting",
            Self::Mine => "mine",
            Self::New => "new",
            Self::Overdue => "overdue",
            Self::Closed => "closed",
            Self::All => "all",
        }
    }

    /// The reverse of [`View::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.as_str() == text)
    }

    fn shows(self, place: &Place, row: &Row, who: &Reader) -> bool {
        let is_open = row.state != State::Closed;
        match self {
            Self::Open => is_open,
            Self::Unacknowledged => row.state == State::Received,
            Self::Waiting => row.is_reporters_word && is_open,
            Self::Mine => is_open && row.assigned.contains(&who.member),
            Self::New => place.kept.is_new(),
            Self::Overdue => matches!(Due::of(row.day, row.state, who.today), Due::Overdue(_)),
            Self::Closed => !is_open,
            Self::All => true,
        }
    }
}

/// Who reads the list, and when.
#[derive(Clone, Copy)]
pub struct Reader {
    /// The member at the desk.
    pub member: MemberId,
    /// Today.
    pub today: Day,
}

/// What every listed case has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Sent to this unit.
    pub unit: Option<String>,
    /// In this state.
    pub state: Option<State>,
    /// Of this kind.
    pub category: Option<String>,
    /// In this language.
    pub language: Option<String>,
    /// Came this way.
    pub channel: Option<Channel>,
    /// With this label.
    pub label: Option<String>,
    /// Assigned to this member.
    pub assigned: Option<MemberId>,
    /// Somebody is or may be in danger.
    pub danger: bool,
    /// With files.
    pub files: bool,
}

impl Filter {
    /// Whether it leaves nothing out.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn shows(&self, row: &Row) -> bool {
        let is = |wanted: &Option<String>, found: &str| wanted.as_ref().is_none_or(|wanted| wanted == found);
        is(&self.unit, &row.unit)
            && is(&self.category, &row.category)
            && is(&self.language, &row.language)
            && self.state.is_none_or(|state| state == row.state)
            && self.channel.is_none_or(|channel| channel == row.channel)
            && self.label.as_ref().is_none_or(|label| row.labels.contains(label))
            && self.assigned.is_none_or(|member| row.assigned.contains(&member))
            && (!self.danger || row.danger != Danger::No)
            && (!self.files || row.files > 0)
    }
}

/// By what a list is sorted; ties by the day of filing, the newest first, and by the case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// What is due first, first.
    #[default]
    Due,
    /// The newest report first.
    Newest,
    /// The oldest report first.
    Oldest,
    /// The newest word of reporter or authority first.
    LastWord,
    /// The most urgent first, as members have set it.
    Urgency,
    /// What fits the search best first.
    Fit,
}

impl Order {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] = [Self::Fit, Self::Due, Self::Newest, Self::Oldest, Self::LastWord, Self::Urgency];

    /// As it stands in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::LastWord => "last",
            Self::Urgency => "urgency",
            Self::Fit => "fit",
        }
    }

    /// The reverse of [`Order::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|order| order.as_str() == text)
    }
}

/// What is asked for.
pub struct Asked<'a> {
    /// Which list.
    pub view: View,
    /// What every case in it has.
    pub filter: &'a Filter,
    /// What stands in every case.
    pub query: &'a Query,
    /// By what it is sorted.
    pub order: Order,
    /// Who reads it.
    pub reader: Reader,
}

/// What is listed.
pub struct Selection {
    /// The cases, in order.
    pub slots: Vec<Slot>,
    /// How many cases each view has under the same filter and search, in the order of [`View::ALL`].
    pub counts: [usize; View::ALL.len()],
}

impl Selection {
    /// Looks through all of `shelf`; cases of which `is_joined` says that they stand under another are not listed on
    /// their own.
    pub fn of(shelf: &Shelf, asked: &Asked<'_>, is_joined: impl Fn(CaseId) -> bool) -> Self {
        let Asked { view, filter, query, order, reader } = asked;
        let scores = (!query.is_empty()).then(|| scores(shelf, query));
        let score = |slot: Slot| match &scores {
            Some(scores) => scores.get(slot as usize).copied().filter(|score| *score > 0),
            None => Some(0),
        };
        let mut counts = [0; View::ALL.len()];
        let mut listed = Vec::new();
        for (slot, place) in shelf.iter() {
            let Some(row) = place.kept.row() else { continue };
            let Some(score) = score(slot).filter(|_| filter.shows(row) && !is_joined(place.id)) else { continue };
            for (count, other) in counts.iter_mut().zip(View::ALL) {
                *count += usize::from(other.shows(place, row, reader));
            }
            if view.shows(place, row, reader) {
                listed.push((key(row, score, *order, reader.today), std::cmp::Reverse(row.day), place.id, slot));
            }
        }
        listed.sort_unstable();
        Self { slots: listed.into_iter().map(|(.., slot)| slot).collect(), counts }
    }
}

/// By slot, how well a case fits; 0 when it does not.
fn scores(shelf: &Shelf, query: &Query) -> Vec<u32> {
    let mut scores: Vec<u32> = Vec::new();
    for found in shelf.find(query) {
        let place = found.slot as usize;
        if scores.len() <= place {
            scores.resize(place + 1, 0);
        }
        scores[place] = found.score;
    }
    scores
}

/// The lower, the earlier in the list.
fn key(row: &Row, score: u32, order: Order, today: Day) -> i64 {
    let age = |day: Day| today.days_since(day);
    match order {
        Order::Due => Due::of(row.day, row.state, today).urgency(),
        Order::Newest => age(row.day),
        Order::Oldest => -age(row.day),
        Order::LastWord => age(row.last_word),
        Order::Urgency => match row.urgency {
            Urgency::Urgent => 0,
            Urgency::High => 1,
            Urgency::Normal => 2,
            Urgency::Low => 3,
        },
        Order::Fit => -i64::from(score),
    }
}
