//! Which cases changed since the start, told by every commit: in memory only, so that no file tells any order.
//!
//! Each unit has a log of its own, whose numbers count the changes of that unit alone: whoever follows one unit learns
//! nothing of how much happens in others. A case stands in its unit's log once, at its last change. A log is bounded,
//! and emptied with the nightly [`tidy`](super::Store::tidy), after which the disk does not tell the day's order either.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// How many cases of one unit are remembered.
pub const KEPT: usize = 16 << 10;

/// The logs of all units.
pub struct Changes {
    kept: usize,
    logs: Mutex<BTreeMap<String, Log>>,
    woken: watch::Sender<()>,
}

/// What there is to tell about some units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// The number of the last change of each unit, in the order of the units.
    pub now: Vec<u64>,
    /// The cases that changed, by id; `None` when the logs do not go back so far.
    pub cases: Option<Vec<[u8; 16]>>,
}

/// One unit's changes.
#[derive(Default)]
struct Log {
    last: u64,
    /// The highest number that was dropped: whoever has not seen it cannot be told all.
    floor: u64,
    cases: BTreeMap<u64, [u8; 16]>,
    numbers: HashMap<[u8; 16], u64>,
}

impl Default for Changes {
    fn default() -> Self {
        Self::new(KEPT)
    }
}

impl Changes {
    /// Empty logs that remember `kept` cases each.
    #[must_use]
    pub fn new(kept: usize) -> Self {
        Self { kept, logs: Mutex::default(), woken: watch::channel(()).0 }
    }

    /// Remembers that these cases of these units have changed, and wakes whoever waits for that.
    pub fn note<'a>(&self, changed: impl IntoIterator<Item = ([u8; 16], &'a str)>) {
        let mut logs = self.logs();
        for (case, unit) in changed {
            if !logs.contains_key(unit) {
                logs.insert(unit.to_owned(), Log::default());
            }
            if let Some(log) = logs.get_mut(unit) {
                log.note(case, self.kept);
            }
        }
        drop(logs);
        self.wake();
    }

    /// What changed in `units` after the numbers `seen`, one for each of them; nothing is told without them.
    #[must_use]
    pub fn since(&self, units: &[String], seen: Option<&[u64]>) -> Since {
        let logs = self.logs();
        let empty = Log::default();
        let of_units = || units.iter().map(|unit| logs.get(unit).unwrap_or(&empty));
        let after = |seen: &[u64]| {
            let mut cases = Vec::new();
            for (log, seen) in of_units().zip(seen) {
                cases.extend(log.after(*seen)?);
            }
            // By id, which tells no order; a case that changed its unit stands in both logs.
            cases.sort_unstable();
            cases.dedup();
            Some(cases)
        };
        Since {
            now: of_units().map(|log| log.last).collect(),
            cases: seen.filter(|seen| seen.len() == units.len()).and_then(after),
        }
    }

    /// Becomes ready with each later [`Changes::note`] or [`Changes::wake`].
    #[must_use]
    pub fn hear(&self) -> watch::Receiver<()> {
        self.woken.subscribe()
    }

    /// Lets whoever waits look again.
    pub fn wake(&self) {
        self.woken.send_replace(());
    }

    /// Empties the logs. Whoever has seen all goes on; everybody else has to begin anew.
    pub fn forget(&self) {
        for log in self.logs().values_mut() {
            *log = Log { last: log.last, floor: log.last, ..Log::default() };
        }
    }

    fn logs(&self) -> MutexGuard<'_, BTreeMap<String, Log>> {
        // Nothing in here panics with a log half changed.
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn note(&mut self, case: [u8; 16], kept: usize) {
        self.last += 1;
        if let Some(before) = self.numbers.insert(case, self.last) {
            self.cases.remove(&before);
        }
        self.cases.insert(self.last, case);
        if self.cases.len() > kept
            && let Some((number, dropped)) = self.cases.pop_first()
        {
            self.numbers.remove(&dropped);
            self.floor = number;
        }
    }

    fn after(&self, seen: u64) -> Option<impl Iterator<Item = [u8; 16]>> {
        let is_known = (self.floor..=self.last).contains(&seen);
        is_known.then(|| self.cases.range(seen.saturating_add(1)..).map(|(_, case)| *case))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        /// A case of a unit changes.
        Note(u8, usize),
        /// Somebody who has seen everything up to a change of the past looks.
        Look(prop::sample::Index),
        Forget,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            8 => (0..12_u8, 0..3_usize).prop_map(|(case, unit)| Step::Note(case, unit)),
            4 => any::<prop::sample::Index>().prop_map(Step::Look),
            1 => Just(Step::Forget),
        ]
    }

    proptest! {
        /// Against the plain list of all changes that ever were.
        #[test]
        fn whoever_follows_hears_of_every_change_or_is_told_to_begin_anew(
            steps in prop::collection::vec(step(), 1..200),
            followed in prop::sample::subsequence(vec![0_usize, 1, 2], 0..=3),
        ) {
            const KEPT: usize = 5;
            let changes = Changes::new(KEPT);
            let name = |unit: usize| format!("unit {unit}");
            let units: Vec<String> = followed.iter().map(|unit| name(*unit)).collect();
            let mut all: Vec<(u8, usize)> = Vec::new();
            let mut forgotten = 0;
            // What was told as `now` after so many changes.
            let mut told = vec![(0, changes.since(&units, None).now)];
            for step in steps {
                match step {
                    Step::Note(case, unit) => {
                        changes.note([([case; 16], &*name(unit))]);
                        all.push((case, unit));
                    }
                    Step::Forget => {
                        changes.forget();
                        forgotten = all.len();
                    }
                    Step::Look(place) => {
                        let (seen, numbers) = &told[place.index(told.len())];
                        let found = changes.since(&units, Some(numbers));
                        let missed = &all[*seen..];
                        let expected: BTreeSet<[u8; 16]> =
                            missed.iter().filter(|(_, unit)| followed.contains(unit)).map(|(case, _)| [*case; 16]).collect();
                        let cases_of = |from: usize, unit: usize| {
                            let of_unit = all[from..].iter().filter(|(_, of)| *of == unit);
                            of_unit.map(|(case, _)| *case).collect::<BTreeSet<_>>().len()
                        };
                        let unseen_forgotten = all[(*seen).min(forgotten)..forgotten].iter().any(|(_, unit)| followed.contains(unit));
                        let fits = followed.iter().all(|unit| cases_of(*seen, *unit) <= KEPT);
                        match &found.cases {
                            Some(cases) => {
                                prop_assert!(!unseen_forgotten);
                                prop_assert_eq!(cases, &expected.into_iter().collect::<Vec<_>>());
                            }
                            None => prop_assert!(unseen_forgotten || !fits),
                        }
                        told.push((all.len(), found.now));
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_of_the_future_and_of_other_units_tell_nothing() {
        let changes = Changes::new(5);
        changes.note([([1; 16], "roads")]);
        let units = ["ports".to_owned(), "roads".to_owned()];
        assert_eq!(changes.since(&units, None), Since { now: vec![0, 1], cases: None });
        assert_eq!(changes.since(&units, Some(&[0, 0])).cases, Some(vec![[1; 16]]));
        for seen in [&[0, 2][..], &[1, 0], &[u64::MAX, 0], &[0], &[0, 0, 0]] {
            assert_eq!(changes.since(&units, Some(seen)).cases, None, "{seen:?}");
        }
    }
}
