//! Moving a case to another token: the old one then tells only that the case has moved.

use std::sync::Arc;

use super::tail::Tail;
use super::{Intake, IntakeError, blocking, rows};
use crate::protocol::bytes::{Hash, hash};
use crate::protocol::envelope::{SealedEnvelope, UntrustedEnvelope};
use crate::protocol::manifest::History;
use crate::protocol::sealed::Kind;
use crate::secret::Secret;
use crate::store::{Read, cases, envelopes, pending_forgets};

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
        match located(&mut read, &old).await {
            Err(IntakeError::Moved) if is_done(&mut read, &old, &new_locator_hash, &envelope).await? => return Ok(()),
            other => drop(other?),
        }
        drop(read);
        let tail = Arc::new(self.tail(&old).await?);
        let (history, checked) = (self.history(), Arc::clone(&tail));
        let sealed = blocking(move || check(&history, &checked, envelope)).await?;
        if !tail.is_next(&mut self.store.read().await?, &sealed.header).await? {
            return Err(IntakeError::Conflict);
        }
        let (history, checked) = (self.history(), Arc::clone(&tail));
        let sealed = blocking(move || hand_over(&history, &checked, sealed)).await?;

        let mut tx = self.store.begin("move").await?;
        // Whoever was quicker with a message took this place in the chain; whoever moved the case took the locator.
        located(&mut tx, &old).await?;
        rows::insert_envelope(&mut tx, &sealed).await?;
        pending_forgets::remove(&mut tx, &tail.case).await?;
        if !cases::move_locator(&mut tx, &tail.case, &old.0, &new_locator_hash.0).await? {
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

/// Checks that it is a move by whoever speaks as the reporter.
fn check(history: &History, tail: &Tail, envelope: UntrustedEnvelope) -> Result<SealedEnvelope, IntakeError> {
    let sealed = envelope.verify(history, &tail.card, &tail.reporter).map_err(|error| wrong(&error))?;
    let is_whole = sealed.ciphertext.as_ref().is_some_and(|body| body.len() as u64 == sealed.size);
    if sealed.header.kind == Kind::Move && is_whole {
        return Ok(sealed);
    }
    Err(refused("this is not a move with its ciphertext; send that and nothing else"))
}

/// Checks that the new token's key vouches for it, and may speak here.
fn hand_over(history: &History, tail: &Tail, sealed: SealedEnvelope) -> Result<SealedEnvelope, IntakeError> {
    let body = sealed.ciphertext.as_deref().unwrap_or_default();
    tail.reporter.clone().follow(history, &sealed.header, body).map_err(|error| wrong(&error))?;
    Ok(sealed)
}

fn wrong(error: &dyn std::fmt::Display) -> IntakeError {
    refused(&format!("{error}; open the case again and move it anew"))
}

fn refused(why: &str) -> IntakeError {
    IntakeError::Refused(why.to_owned())
}
