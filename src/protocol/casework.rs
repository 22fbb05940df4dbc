//! What the members of a case have made of it among themselves: its desk entries, folded.
//!
//! For each subject (the labels, who it is assigned to, a task, another case…) the last entry in the timeline decides.
//! Whatever a member writes stands after all that their desk had shown them, so only what two wrote at the same time is
//! decided by the timeline's own order, which is the same at every desk.

use std::collections::BTreeMap;

use super::bytes::{CaseId, MemberId, TaskId};
use super::content::{DeskBody, DeskEntry, Link, Relation, Task, Urgency};

/// Labels, assignment, urgency, sub-state, links and tasks of a case as they stand. It borrows from the opened entries.
#[derive(Default)]
pub struct Casework<'a> {
    /// Sorted.
    pub labels: &'a [String],
    /// Who works on it, sorted.
    pub assigned: &'a [MemberId],
    /// How soon it has to be looked at.
    pub urgency: Urgency,
    /// The authority's own name for where it stands; empty for none.
    pub sub_state: &'a str,
    /// Every other case that it was ever linked to.
    pub links: BTreeMap<CaseId, Linked<'a>>,
    /// Every task, done or not.
    pub tasks: BTreeMap<TaskId, &'a Task>,
    /// How many entries a newer desk wrote, which are not understood here.
    pub newer: usize,
}

/// How a case stands to another by its own entries.
#[derive(Clone, Copy)]
pub struct Linked<'a> {
    /// The last entry that changed it.
    pub link: &'a Link,
    /// How often the relation has changed, from none at first. A link has two halves, one in each case, and of two halves
    /// that differ the one that has changed more often is the newer.
    pub changes: u32,
}

impl<'a> Casework<'a> {
    /// Folds the desk entries of `case`, given in the order of its timeline. A link to itself says nothing.
    pub fn of(case: CaseId, entries: impl IntoIterator<Item = &'a DeskEntry>) -> Self {
        let mut work = Self::default();
        for entry in entries {
            match &entry.body {
                DeskBody::Labels { labels } => work.labels = labels,
                DeskBody::Assign { members, .. } => work.assigned = members,
                DeskBody::Urgency(urgency) => work.urgency = *urgency,
                DeskBody::SubState { text } => work.sub_state = text,
                DeskBody::Link(link) if link.case != case => work.link(link),
                DeskBody::Task(task) => drop(work.tasks.insert(task.id, task)),
                DeskBody::Newer => work.newer += 1,
                DeskBody::Note { .. } | DeskBody::Link(_) | DeskBody::Access(_) => {}
            }
        }
        work
    }

    fn link(&mut self, link: &'a Link) {
        let (relation, changes) = self.half(link.case);
        if link.relation != relation {
            self.links.insert(link.case, Linked { link, changes: changes.saturating_add(1) });
        }
    }

    /// What this case says of `other`: the relation, and how often that has changed.
    #[must_use]
    pub fn half(&self, other: CaseId) -> (Relation, u32) {
        self.links.get(&other).map_or((Relation::None, 0), |linked| (linked.link.relation, linked.changes))
    }
}

/// What two cases are to each other by what either says of the other: the half that has changed more often counts, and
/// of two that have changed equally often the weaker.
#[must_use]
pub fn relation_of(one: (Relation, u32), other: (Relation, u32)) -> Relation {
    match one.1.cmp(&other.1) {
        std::cmp::Ordering::Greater => one.0,
        std::cmp::Ordering::Less => other.0,
        std::cmp::Ordering::Equal => one.0.min(other.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Day;
    use proptest::prelude::*;

    const OWN: CaseId = CaseId([0; 16]);

    fn entry(body: DeskBody) -> DeskEntry {
        let day: Day = "2026-03-02".parse().unwrap();
        DeskEntry { day, body }
    }

    fn link(case: u8, relation: Relation) -> DeskEntry {
        entry(DeskBody::Link(Link { case: CaseId([case; 16]), relation, why: relation_word(relation).to_owned() }))
    }

    fn relation_word(relation: Relation) -> &'static str {
        match relation {
            Relation::None => "taken apart",
            Relation::Related => "about the same bridge",
            Relation::Same => "sent twice",
        }
    }

    fn task(id: u8, done: bool) -> DeskEntry {
        entry(DeskBody::Task(Task { id: TaskId([id; 8]), text: "Ask the registry".to_owned(), due: None, done }))
    }

    #[test]
    fn the_last_entry_on_each_subject_decides() {
        let labels = |labels: &[&str]| DeskBody::Labels { labels: labels.iter().map(|&label| label.into()).collect() };
        let entries = [
            entry(labels(&["bridge", "tender"])),
            entry(DeskBody::Urgency(Urgency::High)),
            task(1, false),
            entry(DeskBody::Assign { members: vec![MemberId([1; 8])], text: "Please".to_owned() }),
            task(2, false),
            entry(labels(&["tender"])),
            entry(DeskBody::SubState { text: "with the bank".to_owned() }),
            task(1, true),
            link(0, Relation::Same),
            entry(DeskBody::Newer),
            entry(DeskBody::Urgency(Urgency::Low)),
            entry(DeskBody::SubState { text: String::new() }),
        ];
        let work = Casework::of(OWN, &entries);
        assert_eq!((work.labels, work.assigned), (&["tender".to_owned()][..], &[MemberId([1; 8])][..]));
        assert_eq!((work.urgency, work.sub_state, work.newer), (Urgency::Low, "", 1));
        assert_eq!(work.tasks.values().map(|task| task.done).collect::<Vec<_>>(), [true, false]);
        assert!(work.links.is_empty(), "a case is not linked to itself");
        let none = Casework::of(OWN, &entries[..0]);
        assert!(none.labels.is_empty() && none.assigned.is_empty() && none.urgency == Urgency::Normal);
    }

    #[test]
    fn of_two_halves_the_one_that_has_changed_more_often_counts() {
        use Relation::{None, Related, Same};
        let half = |relations: &[Relation]| {
            let entries: Vec<_> = relations.iter().map(|relation| link(1, *relation)).collect();
            Casework::of(OWN, &entries).half(CaseId([1; 16]))
        };
        for (one, other, relation) in [
            (&[][..], &[][..], None),
            (&[Same], &[], Same),
            (&[Same], &[Same, Same], Same),
            (&[Same, None], &[Same], None),
            (&[Same, None], &[Same, Same, None, Same], Same),
            (&[Same], &[Related], Related),
            (&[Related, Same], &[Same, None], None),
        ] {
            assert_eq!(relation_of(half(one), half(other)), relation);
            assert_eq!(relation_of(half(other), half(one)), relation);
        }
    }

    fn relation() -> impl Strategy<Value = Relation> {
        prop::sample::select(vec![Relation::None, Relation::Related, Relation::Same])
    }

    proptest! {
        #[test]
        fn saying_again_what_stands_changes_nothing(said in prop::collection::vec((1_u8..4, relation()), 0..20)) {
            let once: Vec<_> = said.iter().map(|(case, relation)| link(*case, *relation)).collect();
            let twice: Vec<_> = said.iter().flat_map(|(case, relation)| [link(*case, *relation), link(*case, *relation)]).collect();
            for case in (1..4).map(|case| CaseId([case; 16])) {
                prop_assert_eq!(Casework::of(OWN, &once).half(case), Casework::of(OWN, &twice).half(case));
                let last = said.iter().rfind(|(said, _)| CaseId([*said; 16]) == case).map(|(_, relation)| *relation);
                prop_assert_eq!(Casework::of(OWN, &once).half(case).0, last.unwrap_or_default());
            }
        }

        /// Whatever two desks did to the halves, writing the lagging half brings both to what they were read as, and then
        /// nothing more is to be written.
        #[test]
        fn one_entry_completes_any_two_halves(
            one in prop::collection::vec(relation(), 0..6),
            other in prop::collection::vec(relation(), 0..6),
        ) {
            let halves = [one, other].map(|said| said.iter().map(|relation| link(1, *relation)).collect::<Vec<_>>());
            let half = |entries: &[DeskEntry]| Casework::of(OWN, entries).half(CaseId([1; 16]));
            let agreed = relation_of(half(&halves[0]), half(&halves[1]));
            let completed = halves.map(|mut entries| {
                if half(&entries).0 != agreed {
                    entries.push(link(1, agreed));
                }
                half(&entries)
            });
            prop_assert_eq!(completed.map(|half| half.0), [agreed; 2]);
            prop_assert_eq!(relation_of(completed[0], completed[1]), agreed);
        }
    }
}
