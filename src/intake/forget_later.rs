//! *Forget* with time to think it over: what is asked for by text message, where a borrowed phone or a number that is
//! not the sender's own is enough to ask, is done a week later, and not at all once the token is used before.
//!
//! The word that the reporter withdraws is sealed while the token is there, and waits in the database, so that neither
//! token nor keys have to be kept.

use std::sync::Arc;

use super::moving::located;
use super::returning::TRIES;
use super::{Intake, IntakeError, Returned, blocking, rows};
use crate::clock::Day;
use crate::protocol::bytes::Hash;
use crate::protocol::envelope::{SealedEnvelope, UntrustedEnvelope};
use crate::protocol::submission::UntrustedFollowUp;
use crate::store::envelopes::{self, Lane};
use crate::store::pending_forgets::{self, PendingForget};
use crate::store::{Tx, cases};

/// Days from when it is asked for to when it is done.
pub const FORGOTTEN_AFTER: i64 = 7;

impl Intake {
    /// Has the case forgotten in [`FORGOTTEN_AFTER`] days, and tells on which day.
    pub async fn forget_later(&self, returned: Returned) -> Result<Day, IntakeError> {
        let (keys, mut case) = returned.into_parts();
        let day = self.clock.today();
        let due = day.plus(FORGOTTEN_AFTER).unwrap_or(day);
        for _ in 0..TRIES {
            let (sealing, own, rng) = (Arc::clone(&keys), Arc::clone(&case), self.rng.clone());
            let sealed = self.computing(move || own.forget(&sealing, day, &*rng)).await??;
            match self.store_pending(&keys.locator_hash(), sealed, due).await {
                Err(IntakeError::Conflict) => case = self.own_case(&keys).await?,
                other => return other.map(|()| due),
            }
        }
        Err(IntakeError::Busy)
    }

    async fn store_pending(&self, locator: &Hash, sealed: SealedEnvelope, due: Day) -> Result<(), IntakeError> {
        let mut tx = self.store.begin("forget later").await?;
        let case = located(&mut tx, locator).await?;
        let author = sealed.header.author.as_bytes();
        let newest = envelopes::newest_of_chain(&mut tx, &case.id, author, Lane::Main).await?;
        // What was added while this was sealed has its place in the chain.
        if newest.is_some_and(|newest| newest.sequence >= sealed.header.sequence) {
            return Err(IntakeError::Conflict);
        }
        let pending = PendingForget {
            case_id: case.id,
            locator_hash: locator.0,
            due,
            header: sealed.header.to_bytes(),
            signature: sealed.signature.0.to_vec(),
            ciphertext: sealed.ciphertext.unwrap_or_default(),
        };
        pending_forgets::put(&mut tx, &pending).await?;
        Ok(tx.commit().await?)
    }

    /// Calls a waiting *forget* off, because the token is being used; tells whether there was one.
    pub(super) async fn call_off_forget(&self, locator: &Hash) -> Result<bool, IntakeError> {
        let mut read = self.store.read().await?;
        let Some(case) = cases::by_locator_hash(&mut read, &locator.0).await? else { return Ok(false) };
        if pending_forgets::of_case(&mut read, &case.id).await?.is_none() {
            return Ok(false);
        }
        drop(read);
        let mut tx = self.store.begin("call off").await?;
        let called_off = pending_forgets::remove(&mut tx, &case.id).await?;
        tx.commit().await?;
        Ok(called_off)
    }

    /// Forgets the cases whose day has come, each in one transaction; at start and at night. Returns how many there
    /// were.
    pub async fn forget_due(&self) -> Result<usize, IntakeError> {
        let due = pending_forgets::due(&mut self.store.read().await?, self.clock.today()).await?;
        let mut forgotten = 0;
        for case in due {
            forgotten += usize::from(self.forget_now(&case).await?);
        }
        Ok(forgotten)
    }

    async fn forget_now(&self, case: &[u8; 16]) -> Result<bool, IntakeError> {
        let Some(pending) = pending_forgets::of_case(&mut self.store.read().await?, case).await? else {
            return Ok(false);
        };
        let sealed = self.verify_pending(&pending).await;
        let mut tx = self.store.begin("forget").await?;
        // Called off in the very moment, or asked for anew.
        if pending_forgets::of_case(&mut tx, case).await?.as_ref() != Some(&pending) {
            return Ok(false);
        }
        match sealed {
            Ok(envelopes) => {
                for envelope in &envelopes {
                    rows::insert_envelope(&mut tx, envelope).await?;
                }
                cases::forget(&mut tx, case).await?;
                tx.commit().await?;
                Ok(true)
            }
            // The case has gone on without it: its token was used.
            Err(IntakeError::NotFound | IntakeError::Moved | IntakeError::Conflict | IntakeError::Refused(_)) => {
                self.drop_pending(tx, case).await.map(|()| false)
            }
            Err(error) => Err(error),
        }
    }

    async fn drop_pending(&self, mut tx: Tx, case: &[u8; 16]) -> Result<(), IntakeError> {
        pending_forgets::remove(&mut tx, case).await?;
        Ok(tx.commit().await?)
    }

    /// The envelope that waited, checked as if it had come just now; the database is not trusted either.
    async fn verify_pending(&self, pending: &PendingForget) -> Result<Vec<SealedEnvelope>, IntakeError> {
        let tail = self.tail(&Hash(pending.locator_hash)).await?;
        if tail.case != pending.case_id {
            return Err(IntakeError::NotFound);
        }
        let envelope = UntrustedEnvelope {
            header: pending.header.clone(),
            signature: pending.signature.clone(),
            case_signature: None,
            size: pending.ciphertext.len() as u64,
            ciphertext: Some(pending.ciphertext.clone()),
            reply: None,
        };
        let history = self.history();
        let (tail, checked) = blocking(move || {
            let follow_up = UntrustedFollowUp::Forget(Box::new(envelope));
            let checked = follow_up.verify(&history, &tail.card, &tail.reporter);
            (tail, checked)
        })
        .await;
        let envelopes = checked?.envelopes().to_vec();
        let header = &envelopes.first().ok_or(IntakeError::Conflict)?.header;
        if tail.is_next(&mut self.store.read().await?, header).await? {
            Ok(envelopes)
        } else {
            Err(IntakeError::Conflict)
        }
    }
}
