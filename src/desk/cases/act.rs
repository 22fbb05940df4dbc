//! What a member does in a case.

use super::{CasesError, TRIES, Unlocked};
use crate::desk::book::state_of;
use crate::desk::client::ClientError;
use crate::protocol::bytes::CaseId;
use crate::protocol::content::State;
use crate::protocol::desk_case::{DeskCase, Entries};
use crate::protocol::sealed::SealingError;
use crate::protocol::wire::NewEntries;

/// What a member does in a case.
pub enum Act<'a> {
    /// Says that the report was read, with a word to the reporter or without.
    Acknowledge(&'a str),
    /// Writes to the reporter.
    Answer(&'a str),
    /// Writes to colleagues.
    Note(&'a str),
    /// Sets a state.
    Set(State),
}

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// The case is not open.
    #[error("this case is not open at this desk; go back to the list")]
    NotOpen,
    /// Something has come that the member has not seen.
    #[error("something new has come in this case since you opened the page; read it, then send again")]
    Changed,
    /// The case cannot go there from where it is.
    #[error("the case is already in that state, or has gone past it")]
    State,
    /// There is nothing to say.
    #[error("there is nothing to send yet; write something first")]
    Empty,
    /// It cannot be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// It cannot be sent, or the case cannot be fetched.
    #[error(transparent)]
    Cases(#[from] CasesError),
}

impl Unlocked {
    /// Does `act` in the case as it is now. `seen` is how many entries the member has seen.
    pub fn act(&self, id: CaseId, act: &Act, seen: u64) -> Result<(), ActError> {
        self.write(id, |case| {
            let is_note = matches!(act, Act::Note(_));
            if !is_note && case.entries().len() as u64 != seen {
                return Err(ActError::Changed);
            }
            let (state, _) = state_of(case.entries(), case.card().card().day);
            let may = |next| if state.may_become(next) { Ok(Some(next)) } else { Err(ActError::State) };
            let (key, day, rng) = (&self.key, self.today(), &*self.rng);
            Ok(Some(match act {
                Act::Answer(text) | Act::Note(text) if text.trim().is_empty() => return Err(ActError::Empty),
                Act::Acknowledge(text) => case.answer(key, text, may(State::Acknowledged)?, day, rng)?,
                Act::Answer(text) => case.answer(key, text, None, day, rng)?,
                Act::Note(text) => case.note(key, text, day, rng)?,
                Act::Set(state) => case.answer(key, "", may(*state)?, day, rng)?,
            }))
        })
    }

    /// Adds what `seal` makes of the case as it is now; sealed anew when somebody else wrote at the same moment. `None` is
    /// nothing to write.
    pub(super) fn write(
        &self,
        id: CaseId,
        seal: impl Fn(&DeskCase) -> Result<Option<Entries>, ActError>,
    ) -> Result<(), ActError> {
        for _ in 0..TRIES {
            let Some((_, case)) = self.fetch(id)? else { return Err(ActError::NotOpen) };
            let Some(entries) = seal(&case)? else { return Ok(()) };
            match self.signed(|signer| self.client.add(signer, id, &NewEntries::from(&entries))) {
                Ok(()) => {
                    self.follow_own(id, case.entries().len() as u64, entries.envelopes.len() as u64);
                    return Ok(());
                }
                Err(ClientError::Moved) => {}
                Err(error) => return Err(CasesError::from(error).into()),
            }
        }
        Err(CasesError::from(ClientError::Moved).into())
    }

    /// Fetches a case that had `before` entries when this desk wrote `own` more in it; if that fails, the next look at it
    /// does. When all but the member's own had been looked at, nothing in it is new.
    fn follow_own(&self, id: CaseId, before: u64, own: u64) {
        let looked = self.seen(id).is_some_and(|seen| seen.looked >= before);
        if self.reload(id).is_ok() && looked && self.seen(id).is_some_and(|seen| seen.entries == before + own) {
            // What cannot be written to the desk's own disk is told by the list, which writes it too.
            let _ = self.look(id);
        }
    }
}
