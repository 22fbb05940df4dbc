//! Reports, messages and *forget* that were sealed on the reporter's own device: the server sees ciphertext only.
//!
//! Each is all or nothing, durable before it is answered, and harmless when it is sent again. The transactions are
//! those of the assisted path.

use std::sync::Arc;

use super::moving::located;
use super::tail::Tail;
use super::uploads::Claim;
use super::{Intake, IntakeError, Limits, blocking, rows};
use crate::blobs::PendingBlob;
use crate::clock::Day;
use crate::protocol::bytes::{Hash, hash};
use crate::protocol::envelope::{SealedEnvelope, UntrustedEnvelope};
use crate::protocol::manifest::History;
use crate::protocol::sealed::Kind;
use crate::protocol::submission::{FollowUp, SubmissionError, SubmissionNames, UntrustedFollowUp, UntrustedSubmission};
use crate::protocol::wire::Base64;
use crate::protocol::wire::reporter::{Locator, OwnCaseBody, UploadId};
use crate::store::envelopes::{self, Lane};
use crate::store::{cases, grants};

impl From<SubmissionError> for IntakeError {
    fn from(error: SubmissionError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl Intake {
    /// Stores a report that was sealed on the reporter's device, with the files of `upload`, and tells the day on its
    /// card.
    ///
    /// The same report again is answered in the same way; [`IntakeError::Conflict`] when the case id is another
    /// report's.
    pub async fn submit_sealed(
        &self,
        submission: UntrustedSubmission,
        upload: Option<UploadId>,
    ) -> Result<Day, IntakeError> {
        let names = submission.names()?;
        if let Some(day) = self.already_filed(&names).await? {
            return Ok(day);
        }
        self.check_space()?;
        if submission.envelopes.len() > self.settings.uploads.files + 2 {
            return Err(IntakeError::TooLarge);
        }
        check_sizes(&submission, &self.settings.limits)?;
        let claim = match self.claim_if_any(upload).await {
            // The upload went with a first sending of the same report.
            Err(IntakeError::NotFound) => return self.already_filed(&names).await?.ok_or_else(upload_gone),
            claim => claim?,
        };
        let (history, today) = (self.history(), self.clock.today());
        let submission = blocking(move || submission.verify(&history, today)).await?;
        let (claim, kept) = keep(claim, &submission.envelopes).await?;
        match self.store_submission(&submission).await {
            Ok(()) => {}
            Err(IntakeError::Conflict) => {
                return self.already_filed(&names).await?.ok_or(IntakeError::Conflict);
            }
            Err(error) => return Err(error),
        }
        // Until the rows name them, these keep the files from being collected.
        drop(kept);
        done(claim).await;
        Ok(names.day)
    }

    /// Checks a sealed report before its files are taken, which may be large.
    pub async fn check_sealed(&self, submission: UntrustedSubmission) -> Result<(), IntakeError> {
        if self.already_filed(&submission.names()?).await?.is_some() {
            return Ok(());
        }
        self.check_space()?;
        check_sizes(&submission, &self.settings.limits)?;
        let (history, today) = (self.history(), self.clock.today());
        Ok(blocking(move || submission.verify(&history, today)).await.map(drop)?)
    }

    /// The day of the case when it has been filed with just these parts; `None` when there is none of its id.
    async fn already_filed(&self, names: &SubmissionNames) -> Result<Option<Day>, IntakeError> {
        let mut read = self.store.read().await?;
        let Some(stored) = cases::by_id(&mut read, &names.case.0).await? else { return Ok(None) };
        let envelopes = envelopes::of_case(&mut read, &names.case.0).await?;
        let grants = grants::of_case(&mut read, &names.case.0).await?;
        let has_moved = cases::moved_from(&mut read, &names.locator_hash.0).await? == Some(names.case.0);
        drop(read);
        // The report's chain up to the identity, which ends what was filed.
        let identity = envelopes.iter().find(|envelope| envelope.kind == Kind::Identity as u8);
        let identity = identity.ok_or(IntakeError::Damaged("part of this case"))?;
        let filed = envelopes.iter().filter(|envelope| {
            envelope.author == identity.author && envelope.lane == Lane::Main && envelope.sequence <= identity.sequence
        });
        let filed: Vec<_> = filed.map(|envelope| Hash(envelope.hash)).collect();
        let unsigned = grants.iter().filter(|grant| grant.signature.is_none()).map(|grant| Hash(grant.hash)).collect();
        // The locator is gone once the case was forgotten.
        let same = hash(&stored.card) == names.card
            && (stored.locator_hash.is_none_or(|hash| Hash(hash) == names.locator_hash) || has_moved)
            && filed == names.envelopes
            && names.grants == unsigned;
        if same { Ok(Some(stored.day)) } else { Err(IntakeError::Conflict) }
    }

    /// The case that `locator` finds, as its reporter is shown it.
    pub async fn own_case_body(&self, locator: &Locator) -> Result<OwnCaseBody, IntakeError> {
        let called_off = self.call_off_forget(&locator.hash()).await?;
        let mut read = self.store.read().await?;
        let case = located(&mut read, &locator.hash()).await?;
        let envelopes = rows::reporters_view(&mut read, &case.id).await?;
        Ok(OwnCaseBody {
            card: Base64(case.card),
            card_signature: Base64(case.card_signature),
            envelopes: envelopes.into_iter().map(Into::into).collect(),
            state: case.state,
            state_day: case.state_day,
            called_off,
        })
    }

    /// Stores what the reporter adds to the case that `locator` finds: a message with the files of `upload`, or the
    /// word that they withdraw, which destroys the locator and the reporter's copies.
    ///
    /// [`IntakeError::Conflict`] when the chain has moved on. A message that stands there already is taken as sent
    /// again.
    pub async fn follow_up_sealed(
        &self,
        locator: &Locator,
        added: UntrustedFollowUp,
        upload: Option<UploadId>,
    ) -> Result<(), IntakeError> {
        let names = added.names();
        if names.len() > self.settings.uploads.files + 1 {
            return Err(IntakeError::TooLarge);
        }
        let withdraws = matches!(added, UntrustedFollowUp::Forget(_));
        if !withdraws {
            self.check_space()?;
        }
        let claim = match self.claim_if_any(upload).await {
            Err(IntakeError::NotFound) => None,
            claim => Some(claim?),
        };
        let mut read = self.store.read().await?;
        let case = located(&mut read, &locator.hash()).await?;
        let mut known = !names.is_empty();
        for name in &names {
            known = known && envelopes::by_hash(&mut read, &name.0).await?.is_some_and(|row| row.case_id == case.id);
        }
        if known {
            return Ok(());
        }
        // Asked only now, because a first sending of the same message may have taken the upload along.
        let claim = claim.ok_or_else(upload_gone)?;
        let limits = &self.settings.limits;
        if !withdraws && envelopes::count_of_case(&mut read, &case.id).await? + names.len() > limits.envelopes_of_case {
            let why = "this case holds as many entries as allowed; file a new report that mentions this one";
            return Err(IntakeError::Refused(why.to_owned()));
        }
        drop(read);
        let tail = Arc::new(self.tail(&locator.hash()).await?);
        let (history, checked, most) = (self.history(), Arc::clone(&tail), limits.text);
        let added = blocking(move || check_follow_up(&history, &checked, added, most)).await?;
        let first = added.envelopes().first().ok_or(IntakeError::Conflict)?;
        if !tail.is_next(&mut self.store.read().await?, &first.header).await? {
            return Err(IntakeError::Conflict);
        }
        let (claim, kept) = keep(claim, added.envelopes()).await?;
        self.store_envelopes(&locator.hash(), added.envelopes(), withdraws).await?;
        drop(kept);
        done(claim).await;
        Ok(())
    }

    async fn claim_if_any(&self, upload: Option<UploadId>) -> Result<Option<Claim>, IntakeError> {
        match upload {
            Some(upload) => Ok(Some(self.claim(upload).await?)),
            None => Ok(None),
        }
    }
}

fn upload_gone() -> IntakeError {
    IntakeError::Refused("there is no such upload any more; make a new one and send the files again".to_owned())
}

/// Checks that what the reporter adds is by whoever speaks as the reporter, and no longer than allowed.
fn check_follow_up(
    history: &History,
    tail: &Tail,
    added: UntrustedFollowUp,
    most: usize,
) -> Result<FollowUp, IntakeError> {
    let added = added.verify(history, &tail.card, &tail.reporter)?;
    let too_long = |sealed: &SealedEnvelope| sealed.ciphertext.as_ref().is_some_and(|text| text.len() > most);
    if added.envelopes().iter().any(too_long) { Err(IntakeError::TooLarge) } else { Ok(added) }
}

/// Refuses texts and grants that are longer than any that are made here, before anything is computed over them.
fn check_sizes(submission: &UntrustedSubmission, limits: &Limits) -> Result<(), IntakeError> {
    let length = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
    let too_long = |envelope: &UntrustedEnvelope| length(&envelope.ciphertext) > limits.text;
    let fits = submission.grants.len() <= limits.grants_at_once
        && submission.grants.iter().all(|grant| length(&grant.ciphertext) <= limits.grant)
        && !submission.envelopes.iter().any(too_long);
    if fits { Ok(()) } else { Err(IntakeError::TooLarge) }
}

/// Makes the upload's files blobs; without an upload no attachment may be named.
async fn keep(
    claim: Option<Claim>,
    envelopes: &[SealedEnvelope],
) -> Result<(Option<Claim>, Vec<PendingBlob>), IntakeError> {
    let Some(claim) = claim else {
        let attached = envelopes.iter().any(|envelope| envelope.header.kind == Kind::Attachment);
        let why = || IntakeError::Refused("an attachment is named, but no upload that holds it; send both".to_owned());
        return if attached { Err(why()) } else { Ok((None, Vec::new())) };
    };
    let (claim, kept) = claim.keep(envelopes).await?;
    Ok((Some(claim), kept))
}

async fn done(claim: Option<Claim>) {
    if let Some(claim) = claim {
        claim.done().await;
    }
}
