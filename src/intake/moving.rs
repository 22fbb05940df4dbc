//! Moving a case to another token: the old one then tells only that the case has moved.

use super::{Intake, IntakeError, blocking, rows};
use crate::protocol::bytes::{Hash, hash};
use crate::protocol::card::UntrustedCard;
use crate::protocol::envelope::{Header, SealedEnvelope, Timeline, UntrustedEnvelope};
use crate::protocol::manifest::History;
use crate::protocol::sealed::Kind;
use crate::secret::Secret;
use crate::store::{Read, cases, envelopes};

impl Intake {
    /// Takes a move that was sealed elsewhere: adds it to its case, and lets the locator of hash `new_locator_hash`
    /// find the case in place of `locator`.
    ///
    /// The same move sent again is taken as done. [`IntakeError::Conflict`] when the chain has moved on,
    /// [`IntakeError::Moved`] when the case has moved otherwise, [`IntakeError::NotFound`] when there is none.
    pub async fn move_case(
        &self,
        locator: &Secret<32>,
        new_locator_hash: Hash,
        envelope: UntrustedEnvelope,
    ) -> Result<(), IntakeError> {
        self.check_space()?;
        if envelope.ciphertext.as_ref().is_some_and(|body| body.len() > self.settings.limits.grant) {
            return Err(IntakeError::TooLarge);
        }
        let old = hash(locator.expose());
        let mut read = self.store.read().await?;
        let case = match located(&mut read, &old).await {
            Err(IntakeError::Moved) if is_done(&mut read, &old, &new_locator_hash, &envelope).await? => return Ok(()),
            other => other?,
        };
        let stored = rows::reporters_view(&mut read, &case.id).await?;
        drop(read);
        let history = self.history();
        let (card, id) = (UntrustedCard { bytes: case.card, signature: case.card_signature }, case.id);
        let sealed = blocking(move || check(&history, &card, stored, envelope)).await?;

        let mut tx = self.store.begin("move").await?;
        // Whoever was quicker with a message took this place in the chain; whoever moved the case took the locator.
        located(&mut tx, &old).await?;
        rows::insert_envelope(&mut tx, &sealed).await?;
        if !cases::move_locator(&mut tx, &id, &old.0, &new_locator_hash.0).await? {
            return Err(refused("this token finds another case, or found one before; make a new one and move to that"));
        }
        Ok(tx.commit().await?)
    }
}

/// The case that a locator finds; [`IntakeError::Moved`] when it is one from before a move.
pub(super) async fn located(read: &mut Read, locator_hash: &Hash) -> Result<cases::Case, IntakeError> {
    if let Some(case) = cases::by_locator_hash(read, &locator_hash.0).await? {
        return Ok(case);
    }
    match cases::moved_from(read, &locator_hash.0).await? {
        Some(_) => Err(IntakeError::Moved),
        None => Err(IntakeError::NotFound),
    }
}

/// Whether this very move has been stored: the old locator gave way to the new one in the case that has the envelope.
async fn is_done(read: &mut Read, old: &Hash, new: &Hash, envelope: &UntrustedEnvelope) -> Result<bool, IntakeError> {
    let (case, now) = (cases::moved_from(read, &old.0).await?, cases::by_locator_hash(read, &new.0).await?);
    let stored = envelopes::by_hash(read, &hash(&envelope.header).0).await?;
    let by_envelope = stored.map(|row| row.case_id);
    Ok(case.is_some() && case == by_envelope && case == now.map(|case| case.id))
}

/// Checks the move against the case as it stands.
fn check(
    history: &History,
    card: &UntrustedCard,
    stored: Vec<UntrustedEnvelope>,
    envelope: UntrustedEnvelope,
) -> Result<SealedEnvelope, IntakeError> {
    let damaged = || IntakeError::Damaged("part of this case");
    let card = card.verify(history).map_err(|_| damaged())?;
    let timeline = Timeline::open(history, &card, stored).map_err(|_| damaged())?;
    let wrong = |error: &dyn std::fmt::Display| refused(&format!("{error}; open the case again and move it anew"));
    let sealed = envelope.verify(history, &card, timeline.reporter()).map_err(|error| wrong(&error))?;
    let whole = sealed.ciphertext.as_ref().filter(|body| body.len() as u64 == sealed.size);
    let body = whole.filter(|_| sealed.header.kind == Kind::Move);
    let body = body.ok_or_else(|| refused("this is not a move with its ciphertext; send that and nothing else"))?;
    if !is_next(&timeline, &sealed.header) {
        return Err(IntakeError::Conflict);
    }
    timeline.reporter().clone().follow(history, &sealed.header, body).map_err(|error| wrong(&error))?;
    Ok(sealed)
}

/// Whether an envelope goes on where the reporter's chain ends, and has seen nothing but what members wrote.
pub(super) fn is_next(timeline: &Timeline, header: &Header) -> bool {
    let end = timeline.last_of_reporter();
    let has_seen = |seen: &Hash| {
        let mut entries = timeline.entries().iter();
        entries.any(|entry| entry.hash == *seen && entry.envelope.header.kind.is_by_member())
    };
    header.sequence == end.envelope.header.sequence + 1
        && header.previous == Some(end.hash)
        && header.seen.as_ref().is_none_or(has_seen)
}

fn refused(why: &str) -> IntakeError {
    IntakeError::Refused(why.to_owned())
}
