//! What was asked of the list, so that no address holds a word that somebody looked for: a browser writes addresses into
//! its history on disk.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::view::Filter;
use crate::secret::SecretText;

/// How many are remembered; the oldest is forgotten first.
const KEPT: usize = 64;

/// Words and filters of one list.
#[derive(Default)]
pub struct Wanted {
    /// What was typed.
    pub words: SecretText,
    /// What every case in it has.
    pub filter: Filter,
}

/// What was asked for in the windows of this desk, by number. Wiped with it.
#[derive(Default)]
pub struct Lists(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    last: u64,
    lists: VecDeque<(u64, Arc<Wanted>)>,
}

impl Lists {
    /// What was kept under a number; nothing when it is forgotten.
    pub fn get(&self, number: u64) -> Option<Arc<Wanted>> {
        self.kept().lists.iter().find(|(kept, _)| *kept == number).map(|(_, wanted)| Arc::clone(wanted))
    }

    /// Keeps a list under a new number, or in the place of what is kept under `number`.
    pub fn keep(&self, number: Option<u64>, wanted: Wanted) -> u64 {
        let mut kept = self.kept();
        let place = kept.lists.iter().position(|(kept, _)| Some(*kept) == number);
        if let Some(place) = place {
            kept.lists[place].1 = Arc::new(wanted);
            return kept.lists[place].0;
        }
        kept.last += 1;
        let number = kept.last;
        kept.lists.push_back((number, Arc::new(wanted)));
        if kept.lists.len() > KEPT {
            kept.lists.pop_front();
        }
        number
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Whole at every moment that something could panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_kept_replaced_and_forgotten_the_oldest_first() {
        let lists = Lists::default();
        let wanted = |words: &str| Wanted { words: words.into(), ..Wanted::default() };
        let words = |number| lists.get(number).map(|wanted| wanted.words.expose().to_owned());
        let first = lists.keep(None, wanted("bridge"));
        assert_eq!(lists.keep(Some(first), wanted("bridges")), first);
        assert_eq!(words(first).as_deref(), Some("bridges"));
        let second = lists.keep(Some(99), wanted("harbour"));
        assert_ne!(first, second);
        for _ in 0..KEPT - 1 {
            lists.keep(None, wanted("more"));
        }
        assert_eq!((words(first), words(second).as_deref()), (None, Some("harbour")));
    }
}
