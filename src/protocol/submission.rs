//! What arrives sealed from the reporter's own device, checked as far as that can be done from outside.
//!
//! [`UntrustedSubmission`] is a new case, [`UntrustedFollowUp`] what its reporter adds later. What verifying them
//! yields can be stored; whether it says anything sensible only a desk can tell.

use std::collections::BTreeSet;

use super::bytes::{CaseId, Hash, MemberId, hash};
use super::card::{CardError, SignedCard, UntrustedCard};
use super::envelope::{EnvelopeError, Reporter, SealedEnvelope, UntrustedEnvelope};
use super::grant::{GrantError, SealedGrant, UntrustedGrant};
use super::manifest::{History, Manifest};
use super::report::Submission;
use super::sealed::Kind;
use crate::clock::Day;

/// How many days old a card may be: a report may wait that long on the reporter's device.
pub const DAYS_BACK: i64 = 31;
/// How many days a card may be ahead, since the reporter's day may begin before the server's.
pub const DAYS_AHEAD: i64 = 1;

/// Why what arrived is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmissionError {
    /// The card is wrong.
    #[error("{0}; make a new report from the manifest of this server")]
    Card(#[from] CardError),
    /// The manifest it was sealed to has expired.
    #[error("the manifest that this report was sealed to has expired; take the newest one and seal the report anew")]
    Expired,
    /// It is dated too far back, or in days to come.
    #[error("this report is dated too far from today; check the date of this device and seal the report anew")]
    Day,
    /// A grant is wrong.
    #[error("{0}; seal the report anew")]
    Grant(#[from] GrantError),
    /// The grants are not those that the manifest asks for.
    #[error(
        "the grants are not one for each investigator of the unit and one share for each custodian; take the manifest again and seal the report anew"
    )]
    Grants,
    /// An envelope is wrong.
    #[error("{0}; seal it anew")]
    Envelope(#[from] EnvelopeError),
    /// The envelopes are not those that belong together here, or not in their order.
    #[error("the envelopes are not the ones that belong here, in their order; see docs/protocol.md, sections 9 and 12")]
    Envelopes,
    /// A ciphertext is missing, has another length than was said, or came where it does not belong.
    #[error("a ciphertext is missing or has another length than its envelope says; send it whole")]
    Ciphertext,
}

/// A new case as it came.
#[derive(Clone, Debug)]
pub struct UntrustedSubmission {
    /// The case.
    pub card: UntrustedCard,
    /// What the server will find it by.
    pub locator_hash: Hash,
    /// First grants and shares.
    pub grants: Vec<UntrustedGrant>,
    /// The report, its attachments, the identity.
    pub envelopes: Vec<UntrustedEnvelope>,
}

/// What names everything in a submission, to tell whether it was stored before. Nothing in it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmissionNames {
    /// The case.
    pub case: CaseId,
    /// The day on its card.
    pub day: Day,
    /// Hash of the card's bytes.
    pub card: Hash,
    /// What the server finds it by.
    pub locator_hash: Hash,
    /// Hashes of its grants.
    pub grants: BTreeSet<Hash>,
    /// Hashes of its envelopes, in order.
    pub envelopes: Vec<Hash>,
}

impl UntrustedSubmission {
    /// The names of its parts.
    pub fn names(&self) -> Result<SubmissionNames, SubmissionError> {
        let (case, day) = self.card.case_and_day()?;
        Ok(SubmissionNames {
            case,
            day,
            card: hash(&self.card.bytes),
            locator_hash: self.locator_hash,
            grants: self.grants.iter().map(|grant| hash(&grant.body)).collect(),
            envelopes: self.envelopes.iter().map(|envelope| hash(&envelope.header)).collect(),
        })
    }

    /// Checks everything that can be seen from outside: that the card is signed and was made for a manifest in force
    /// `today`, that everything is its author's, that nobody's grant is missing or one too many, and that the
    /// envelopes are a report, its attachments and an identity in one chain.
    pub fn verify(self, history: &History, today: Day) -> Result<Submission, SubmissionError> {
        let card = self.card.verify(history)?;
        let manifest =
            history.by_serial(card.card().serial).map(|(_, manifest)| manifest).ok_or(CardError::Manifest)?;
        if manifest.expires < today {
            return Err(SubmissionError::Expired);
        }
        if !(-DAYS_AHEAD..=DAYS_BACK).contains(&today.days_since(card.card().day)) {
            return Err(SubmissionError::Day);
        }
        let first = |grant| first_grant(grant, history, &card);
        let grants = self.grants.into_iter().map(first).collect::<Result<Vec<_>, _>>()?;
        check_grants(&grants, manifest, &card)?;
        let envelopes = verified(self.envelopes, history, &card, &Reporter::of(&card))?;
        let [report, attachments @ .., identity] = &envelopes[..] else { return Err(SubmissionError::Envelopes) };
        let in_place = report.header.kind == Kind::Report
            && report.header.sequence == 0
            && attachments.iter().all(|attachment| attachment.header.kind == Kind::Attachment)
            && identity.header.kind == Kind::Identity
            && envelopes.iter().all(|envelope| envelope.header.seen.is_none());
        if !in_place || !is_one_chain(&envelopes) {
            return Err(SubmissionError::Envelopes);
        }
        Ok(Submission { card, locator_hash: self.locator_hash, grants, envelopes })
    }
}

/// Checks a grant that comes with its report: by the author, not signed, and with its ciphertext.
fn first_grant(grant: UntrustedGrant, history: &History, card: &SignedCard) -> Result<SealedGrant, SubmissionError> {
    let outside = grant.verify(history, card)?;
    if grant.signature.is_some() || outside.author != card.card().author {
        return Err(SubmissionError::Grants);
    }
    let ciphertext = grant.ciphertext.ok_or(SubmissionError::Ciphertext)?;
    Ok(SealedGrant { grant: outside, ciphertext, signatures: None })
}

/// One case grant for every investigator and lead of the unit and, where identities are taken, one share for every
/// custodian; no more.
fn check_grants(grants: &[SealedGrant], manifest: &Manifest, card: &SignedCard) -> Result<(), SubmissionError> {
    let unit = manifest.unit(&card.card().unit).ok_or(CardError::Manifest)?;
    let custodians = manifest.custodians().filter(|_| manifest.identity_threshold > 0);
    let needed: BTreeSet<(u8, MemberId)> = manifest
        .investigators(unit)
        .map(|member| (Kind::CaseGrant as u8, member.id))
        .chain(custodians.map(|member| (Kind::Share as u8, member.id)))
        .collect();
    let found: BTreeSet<_> = grants.iter().map(|sealed| (sealed.grant.kind as u8, sealed.grant.member)).collect();
    if found == needed && grants.len() == needed.len() { Ok(()) } else { Err(SubmissionError::Grants) }
}

/// What the reporter adds to a case, as it came.
#[derive(Clone, Debug)]
pub enum UntrustedFollowUp {
    /// A message, then its attachments.
    Message(Vec<UntrustedEnvelope>),
    /// The word that they withdraw.
    Forget(Box<UntrustedEnvelope>),
}

/// What the reporter adds to a case, with signatures that hold. Its place in the case is still to be seen.
#[derive(Clone, Debug)]
pub struct FollowUp(Vec<SealedEnvelope>);

impl UntrustedFollowUp {
    /// Checks that it is by whoever is the `reporter` of the case now, and is what it should be.
    pub fn verify(
        self,
        history: &History,
        card: &SignedCard,
        reporter: &Reporter,
    ) -> Result<FollowUp, SubmissionError> {
        let (envelopes, first) = match self {
            Self::Message(envelopes) => (envelopes, Kind::Message),
            Self::Forget(envelope) => (vec![*envelope], Kind::Forget),
        };
        let envelopes = verified(envelopes, history, card, reporter)?;
        let (head, attachments) = envelopes.split_first().ok_or(SubmissionError::Envelopes)?;
        let follows = head.header.kind == first
            && attachments.iter().all(|attachment| attachment.header.kind == Kind::Attachment)
            && envelopes.iter().all(|envelope| envelope.header.seen == head.header.seen);
        if follows && is_one_chain(&envelopes) { Ok(FollowUp(envelopes)) } else { Err(SubmissionError::Envelopes) }
    }

    /// Hashes of its envelopes, which are not checked.
    #[must_use]
    pub fn names(&self) -> Vec<Hash> {
        let name = |envelope: &UntrustedEnvelope| hash(&envelope.header);
        match self {
            Self::Message(envelopes) => envelopes.iter().map(name).collect(),
            Self::Forget(envelope) => vec![name(envelope)],
        }
    }
}

impl FollowUp {
    /// Its envelopes, in order.
    #[must_use]
    pub fn envelopes(&self) -> &[SealedEnvelope] {
        &self.0
    }
}

/// Checks each envelope, and that exactly the ciphertexts that travel with it came with it.
fn verified(
    envelopes: Vec<UntrustedEnvelope>,
    history: &History,
    card: &SignedCard,
    reporter: &Reporter,
) -> Result<Vec<SealedEnvelope>, SubmissionError> {
    let verify = |envelope: UntrustedEnvelope| {
        let sealed = envelope.verify(history, card, reporter)?;
        let complete = match &sealed.ciphertext {
            Some(bytes) => sealed.header.kind != Kind::Attachment && bytes.len() as u64 == sealed.size,
            None => sealed.header.kind == Kind::Attachment && sealed.size > 0,
        };
        if complete { Ok(sealed) } else { Err(SubmissionError::Ciphertext) }
    };
    envelopes.into_iter().map(verify).collect()
}

/// Whether each envelope is its author's next after the one before.
fn is_one_chain(envelopes: &[SealedEnvelope]) -> bool {
    envelopes.windows(2).all(|pair| {
        let (before, after) = (&pair[0].header, &pair[1].header);
        before.sequence.checked_add(1) == Some(after.sequence) && after.previous == Some(before.hash())
    })
}

#[cfg(test)]
mod tests;
