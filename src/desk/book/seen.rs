//! What was seen of a case once.

use serde::{Deserialize, Serialize};

use crate::desk::pins::PinError;
use crate::protocol::bytes::{CaseId, Hash};
use crate::protocol::desk_case::DeskCase;

/// What a desk holds the server to in one case, and how much of it the member has looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Hash of its card.
    card: Hash,
    /// Newest envelope of the reporter's chain when it was last opened.
    reporter: Hash,
    /// Entries there were when it was last opened.
    pub entries: u64,
    /// Entries there were when the member last looked at it.
    pub looked: u64,
}

impl Seen {
    /// Compares a case that was opened as `id` with what was seen of it before, and gives what is to be remembered from now on.
    ///
    /// Whoever knows the token, or knew it before the case moved, could sign other words of the reporter for a server
    /// that shows them in place of those seen; so the end of the reporter's chain that was seen must still be in it.
    pub fn of(id: CaseId, case: &DeskCase, before: Option<&Self>) -> Result<Self, PinError> {
        if case.card().card().case != id {
            return Err(PinError::OtherCase);
        }
        Self::check(case.card().hash(), &case.reporters_chain(), case.entries().len() as u64, before)
    }

    fn check(card: Hash, reporters_chain: &[Hash], entries: u64, before: Option<&Self>) -> Result<Self, PinError> {
        if let Some(before) = before {
            if before.card != card {
                return Err(PinError::OtherCard);
            }
            if entries < before.entries {
                return Err(PinError::Shorter { seen: before.entries, found: entries });
            }
            if !reporters_chain.contains(&before.reporter) {
                return Err(PinError::OtherWords);
            }
        }
        let reporter = *reporters_chain.last().ok_or(PinError::OtherWords)?;
        Ok(Self { card, reporter, entries, looked: before.map_or(0, |before| before.looked) })
    }

    /// Whether there is something that the member has not looked at.
    pub fn is_new(&self) -> bool {
        self.looked < self.entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::bytes::hash;

    #[test]
    fn a_card_is_held_from_first_sight_and_a_case_never_shrinks() {
        let chain = [hash(b"report"), hash(b"move"), hash(b"message")];
        let mut seen = Seen::check(hash(b"a"), &chain[..2], 2, None).unwrap();
        assert!(seen.is_new());
        seen.looked = 2;
        let check = |card: &[u8], chain: &[Hash], entries| Seen::check(hash(card), chain, entries, Some(&seen));
        assert!(matches!(check(b"b", &chain, 2), Err(PinError::OtherCard)));
        assert!(matches!(check(b"a", &chain, 1), Err(PinError::Shorter { seen: 2, found: 1 })));
        let forked = [chain[0], hash(b"not a move"), hash(b"nor this")];
        assert!(matches!(check(b"a", &forked, 3), Err(PinError::OtherWords)));
        assert!(!check(b"a", &chain[..2], 2).unwrap().is_new());
        let seen = check(b"a", &chain, 3).unwrap();
        assert_eq!((seen.entries, seen.looked, seen.is_new()), (3, 2, true));
        assert!(matches!(Seen::check(hash(b"a"), &chain[..2], 3, Some(&seen)), Err(PinError::OtherWords)));
    }
}
