//! Cases that are linked: the same report twice, or about the same things.
//!
//! A link has two halves, an entry in each of the two cases, which are written one after the other. What both say together
//! is [`relation_of`]; the half that decides is written first, so that the link holds, or is taken away, from there on.
//! When a desk is cut off between the two, whichever desk next sees both cases writes the other half.

use std::collections::{BTreeMap, BTreeSet};

use super::{ActError, Shown, Unlocked};
use crate::desk::book::{Row, Shelf};
use crate::desk::similar::Runs;
use crate::protocol::bytes::CaseId;
use crate::protocol::casework::relation_of;
use crate::protocol::content::{DeskBody, Link, Relation};

/// Doubles come within this many days of each other.
const DAYS: i64 = 14;
/// From how many runs of words in a hundred on two reports are likely the same.
const LIKELY: usize = 30;
/// The most that are offered.
const OFFERED: usize = 8;
/// The fewest digits of a case's number that name it.
const DIGITS: usize = 4;
/// The most halves that are completed at once.
const COMPLETED: usize = 16;

/// Why two cases were not linked.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// Nothing was chosen.
    #[error("choose one of the reports, or type the first digits of a case’s number")]
    Nothing,
    /// One was chosen and another typed.
    #[error("you chose one report and typed the number of another; keep one of the two")]
    Both,
    /// Too few digits, or something else.
    #[error("type at least {DIGITS} digits of the case’s number, as they stand on its page: 0 to 9 and a to f")]
    Digits,
    /// There is no such case.
    #[error("no case that is open to you has this number; copy it from the case’s page")]
    Unknown,
    /// There is more than one such case.
    #[error("{0} cases have a number that begins so; type more of its digits")]
    Several(usize),
    /// It is the very case.
    #[error("this is the number of the case itself; type that of the other one")]
    Itself,
    /// Not the same people read both.
    #[error(
        "not everybody who reads one of these cases may read the other, and a link would tell them that it exists, so \
         nothing was written. Speak with the head of the authority"
    )]
    OtherReaders,
    /// It could not be written.
    #[error(transparent)]
    Act(#[from] ActError),
}

/// A case that may be the same report.
pub struct Likely {
    /// Which one.
    pub id: CaseId,
    /// How many runs of words in a hundred are the same.
    pub percent: usize,
    /// How many days lie between them.
    pub days: i64,
}

/// All links between cases that are open here.
#[derive(Default)]
pub struct Links {
    relations: BTreeMap<CaseId, BTreeMap<CaseId, Relation>>,
    /// The case that stays, of each that was joined to one.
    mains: BTreeMap<CaseId, CaseId>,
}

impl Links {
    fn of(shelf: &Shelf) -> Self {
        let mut links = Self::default();
        for Pair { ids: [one, other], halves } in pairs(shelf) {
            let relation = relation_of(halves[0], halves[1]);
            if relation != Relation::None {
                links.relations.entry(one).or_default().insert(other, relation);
                links.relations.entry(other).or_default().insert(one, relation);
            }
        }
        let mut by_age: Vec<_> = links.relations.keys().filter_map(|id| Some((shelf.row(*id)?.day, *id))).collect();
        by_age.sort_unstable();
        // The oldest of each group is met first, and takes in all that hangs together with it.
        let mut met = BTreeSet::new();
        for (_, main) in by_age {
            let mut reached = vec![main];
            while let Some(id) = reached.pop() {
                if met.insert(id) {
                    reached.extend(links.linked(id, Relation::Same));
                    links.mains.insert(id, main);
                }
            }
        }
        links.mains.retain(|id, main| id != main);
        links
    }

    /// The cases that are linked to `id` by that relation and no other case between.
    pub fn linked(&self, id: CaseId, relation: Relation) -> impl Iterator<Item = CaseId> + use<'_> {
        let links = self.relations.get(&id).into_iter().flatten();
        links.filter(move |(_, own)| **own == relation).map(|(other, _)| *other)
    }

    /// The case that `id` was joined to: of all that are the same report the oldest, of one day that with the smallest
    /// number, so that it is the same at every desk. `None` when `id` itself stays.
    pub fn main_of(&self, id: CaseId) -> Option<CaseId> {
        self.mains.get(&id).copied()
    }

    /// The cases that were joined to `main`.
    pub fn joined_to(&self, main: CaseId) -> impl Iterator<Item = CaseId> + use<'_> {
        self.mains.iter().filter(move |(_, own)| **own == main).map(|(id, _)| *id)
    }
}

/// Two cases of which one at least speaks of the other, and what each says.
struct Pair {
    ids: [CaseId; 2],
    halves: [(Relation, u32); 2],
}

/// Every pair of cases that are both open here and read by the same members: another link counts for nothing.
fn pairs(shelf: &Shelf) -> impl Iterator<Item = Pair> + use<'_> {
    let pair = |id: CaseId, other: CaseId| if id < other { [id, other] } else { [other, id] };
    let spoken = shelf.rows().flat_map(move |(_, id, row)| row.halves.iter().map(move |half| pair(id, half.other)));
    let ids: BTreeSet<[CaseId; 2]> = spoken.collect();
    ids.into_iter().filter_map(|ids| {
        let (one, other) = (shelf.row(ids[0])?, shelf.row(ids[1])?);
        let halves = [one.half(ids[1]), other.half(ids[0])];
        one.has_readers_of(other).then_some(Pair { ids, halves })
    })
}

impl Unlocked {
    /// All links as they are now.
    pub fn links(&self) -> Links {
        Links::of(&self.shelf())
    }

    /// Cases that are likely the same report as `id`, the likeliest first: nearly the same words, by the same channel,
    /// within days. What is linked already, or read by others, is not among them.
    pub fn likely_doubles(&self, id: CaseId) -> Vec<Likely> {
        let shelf = self.shelf();
        let Some(own) = shelf.row(id) else { return Vec::new() };
        let runs = |id| Runs::of(shelf.reporters_words(id).lines());
        let own_runs = runs(id);
        let is_apart = |other: CaseId, row: &Row| relation_of(own.half(other), row.half(id)) == Relation::None;
        let candidates = shelf.rows().filter(|(_, other, row)| {
            *other != id
                && row.channel == own.channel
                && row.day.days_since(own.day).abs() <= DAYS
                && row.has_readers_of(own)
                && is_apart(*other, row)
        });
        let compared = candidates.map(|(_, id, row)| Likely {
            id,
            percent: own_runs.percent_shared(&runs(id)),
            days: row.day.days_since(own.day).abs(),
        });
        let mut likely: Vec<_> = compared.filter(|likely| likely.percent >= LIKELY).collect();
        likely.sort_by_key(|likely| (std::cmp::Reverse(likely.percent), likely.days, likely.id));
        likely.truncate(OFFERED);
        likely
    }

    /// The open case whose number begins with what was typed.
    pub fn case_beginning(&self, typed: &str) -> Result<CaseId, JoinError> {
        let digits: String = typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        if digits.len() < DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(JoinError::Digits);
        }
        let shelf = self.shelf();
        let open = shelf.rows().map(|(_, id, _)| id);
        let found: Vec<_> = open.filter(|id| id.to_string().starts_with(&digits)).collect();
        match found[..] {
            [] => Err(JoinError::Unknown),
            [only] => Ok(only),
            _ => Err(JoinError::Several(found.len())),
        }
    }

    /// Links two cases, or takes their link away. What was the same report before goes along: of each case, the one that
    /// it was joined to is linked.
    pub fn join(&self, one: CaseId, other: CaseId, relation: Relation, why: &str) -> Result<(), JoinError> {
        if one == other {
            return Err(JoinError::Itself);
        }
        if relation != Relation::Same {
            return self.relate(one, other, relation, why);
        }
        let links = self.links();
        match [one, other].map(|id| links.main_of(id).unwrap_or(id)) {
            [one, other] if one == other => Ok(()),
            [one, other] => self.relate(one, other, relation, why),
        }
    }

    /// Writes both halves of a link, the one that decides first.
    fn relate(&self, one: CaseId, other: CaseId, relation: Relation, why: &str) -> Result<(), JoinError> {
        for id in [one, other] {
            self.reload(id).map_err(ActError::from)?;
        }
        let (first, second) = {
            let shelf = self.shelf();
            let open = |id| shelf.row(id).ok_or(ActError::NotOpen);
            let (own, its) = (open(one)?, open(other)?);
            if relation != Relation::None && !own.has_readers_of(its) {
                return Err(JoinError::OtherReaders);
            }
            if own.half(other).1 >= its.half(one).1 { (one, other) } else { (other, one) }
        };
        self.write_half(first, second, relation, why)?;
        // The link holds from here on. If this fails, the half is completed when a desk next looks.
        let _ = self.write_half(second, first, relation, why);
        Ok(())
    }

    /// Says in `id` what it is to `other`, unless it says so already.
    fn write_half(&self, id: CaseId, other: CaseId, relation: Relation, why: &str) -> Result<(), ActError> {
        self.write(id, |case| {
            if case.casework().half(other).0 == relation {
                return Ok(None);
            }
            let link = Link { case: other, relation, why: why.trim().to_owned() };
            Ok(Some(case.keep(&self.key, DeskBody::Link(link), self.today(), &*self.rng)?))
        })
    }

    /// Writes the halves of links that a desk was cut off before. What fails is tried again the next time.
    pub(super) fn complete_links(&self) {
        for (id, other, relation) in self.lagging() {
            if self.is_stopped() {
                return;
            }
            let Ok(Shown::Case(leading)) = self.shown(other) else { continue };
            let work = leading.casework(other);
            let why = work.links.get(&id).map_or("", |linked| &linked.link.why);
            let _ = self.write_half(id, other, relation, why);
        }
    }

    /// Cases whose half of a link is not what both say together, with the other case and what the half should say.
    fn lagging(&self) -> Vec<(CaseId, CaseId, Relation)> {
        let shelf = self.shelf();
        let lagging = pairs(&shelf).flat_map(|Pair { ids: [one, other], halves }| {
            let agreed = relation_of(halves[0], halves[1]);
            let half = |id, other, half: (Relation, u32)| (half.0 != agreed).then_some((id, other, agreed));
            [half(one, other, halves[0]), half(other, one, halves[1])].into_iter().flatten()
        });
        lagging.take(COMPLETED).collect()
    }
}
