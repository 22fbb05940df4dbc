//! Filing: from a token's keys and a unit to everything that is stored of a new case.
//!
//! [`Draft::begin`] fixes the card, so that files can be sealed while they arrive; [`Draft::finish`] seals the report
//! around them.

use std::collections::BTreeSet;

use ring::rand::SecureRandom;

use super::bytes::{AuthorityId, CaseId, Hash, MemberId};
use super::card::{Card, SignedCard};
use super::content::{Answers, Channel, Danger, IdentityCard, Record, Report, to_json};
use super::envelope::{Chain, Sealed, SealedEnvelope};
use super::files::{FilePlace, Files};
use super::grant::{SealedGrant, seal_grant};
use super::keys::{CaseKey, IdentityKey};
use super::manifest::{History, Manifest, Member};
use super::padding;
use super::recipient::Recipient;
use super::seal::SealError;
use super::sealed::{Binding, Kind, SealingError, Text};
use super::share::split;
use super::sign::{SigningKey, VerifyingKey};
use super::token::TokenKeys;
use crate::clock::Day;
use crate::secret::{NoRandomness, Secret, SecretBytes};

/// Why nothing can be filed.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The newest manifest is not valid today.
    #[error("the authority's keys have expired, so nothing new can be sealed; the authority must sign a new manifest")]
    Expired,
    /// There is no such unit.
    #[error("there is no such unit; choose one from the list")]
    NoUnit,
    /// Everybody who could read it was left out.
    #[error("everybody in this unit was left out, so nobody could read the report; choose another unit")]
    NobodyLeft,
    /// Too few custodians are left to open an identity.
    #[error("too few custodians are left to open your identity; report anonymously, or choose another unit")]
    TooFewCustodians,
    /// Name and contact details are too long.
    #[error("name and contact details are too long together; shorten them to about 4,000 letters")]
    IdentityTooLong,
    /// Sealing failed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

impl From<NoRandomness> for DraftError {
    fn from(error: NoRandomness) -> Self {
        Self::Sealing(error.into())
    }
}

impl From<SealError> for DraftError {
    fn from(error: SealError) -> Self {
        Self::Sealing(error.into())
    }
}

/// What the reporter says, apart from files and identity.
pub struct Story {
    /// Which way it came.
    pub channel: Channel,
    /// Whether a server seals it.
    pub assisted: bool,
    /// Language tag of the form.
    pub language: String,
    /// Kind of corruption.
    pub category: String,
    /// What was answered.
    pub fields: Answers,
    /// Is somebody in danger?
    pub danger: Danger,
}

impl Story {
    /// What came as words alone and is sealed by a server: nothing but what happened is known.
    #[must_use]
    pub fn of_words(channel: Channel, language: &str, words: &str) -> Self {
        let mut fields = Answers::default();
        fields.insert("what", words.to_owned());
        let (language, category) = (language.to_owned(), "other".to_owned());
        Self { channel, assisted: true, language, category, fields, danger: Danger::Unsure }
    }
}

/// Everything that is stored of a new case, apart from its files' ciphertexts.
pub struct Submission {
    /// The case.
    pub card: SignedCard,
    /// Finds it again.
    pub locator_hash: Hash,
    /// First grants and shares.
    pub grants: Vec<SealedGrant>,
    /// The report, its attachments, the identity.
    pub envelopes: Vec<SealedEnvelope>,
}

/// A case that is being made.
pub struct Draft {
    authority: AuthorityId,
    card: SignedCard,
    author: SigningKey,
    locator_hash: Hash,
    grants: Vec<SealedGrant>,
    custodians: Vec<(MemberId, Recipient)>,
    reachable_custodians: usize,
    threshold: u8,
    left_out: Vec<MemberId>,
    /// Files sealed so far.
    pub files: Files,
    /// What became of the record of a talk; `None` when the reporter writes themselves.
    pub record: Option<Record>,
}

/// Where a member's keys go: their recipient, or a throwaway of the same kind when they were left out.
fn recipient_of(member: &Member, left_out: &[MemberId], rng: &dyn SecureRandom) -> Result<Recipient, NoRandomness> {
    if left_out.contains(&member.id) { member.recipient.throwaway_like(rng) } else { Ok(member.recipient.clone()) }
}

impl Draft {
    /// Fixes the card of a new case for `unit` and seals its case key: for every investigator of the unit a grant,
    /// though what those in `left_out` get opens for nobody.
    pub fn begin(
        history: &History,
        unit: &str,
        left_out: &[MemberId],
        keys: &TokenKeys,
        day: Day,
        rng: &dyn SecureRandom,
    ) -> Result<Self, DraftError> {
        let manifest = history.valid_on(day).ok_or(DraftError::Expired)?;
        let unit = manifest.unit(unit).ok_or(DraftError::NoUnit)?;
        if manifest.investigators(unit).all(|member| left_out.contains(&member.id)) {
            return Err(DraftError::NobodyLeft);
        }
        let case_key = CaseKey::generate(rng)?;
        let card = Card {
            case: CaseId::random(rng)?,
            unit: unit.id.clone(),
            serial: manifest.serial,
            manifest: history.current_hash(),
            case_recipient: case_key.identity().recipient(),
            case_verifying_key: case_key.signing().verifying_key(),
            reply_recipient: keys.reply().recipient(),
            author: keys.author().verifying_key(),
            day,
        };
        let card = card.sign(history.authority(), keys.author());
        let author = keys.author().verifying_key();
        let seal_case_key = |member: &Member| -> Result<SealedGrant, DraftError> {
            let named = left_out.contains(&member.id);
            let key = if named { Secret::random(rng)? } else { case_key.0.clone() };
            let recipient = recipient_of(member, left_out, rng)?;
            Ok(seal_grant(&card, Kind::CaseGrant, None, author, member.id, &recipient, key.expose())?)
        };
        let grants = manifest.investigators(unit).map(seal_case_key).collect::<Result<_, _>>()?;
        let (custodians, reachable_custodians) = custodians_of(manifest, left_out, rng)?;
        Ok(Self {
            authority: *history.authority(),
            card,
            author: keys.author().clone(),
            locator_hash: keys.locator_hash(),
            grants,
            custodians,
            reachable_custodians,
            threshold: manifest.identity_threshold,
            left_out: left_out.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            files: Files::default(),
            record: None,
        })
    }

    /// The case's card.
    #[must_use]
    pub fn card(&self) -> &SignedCard {
        &self.card
    }

    /// Where files are sealed to.
    #[must_use]
    pub fn place(&self) -> FilePlace {
        let binding = self.binding(Kind::Attachment);
        FilePlace { binding, recipient: self.card.card().case_recipient.clone() }
    }

    fn binding(&self, kind: Kind) -> Binding {
        Binding { card: self.card.hash(), kind, author: self.author.verifying_key() }
    }

    /// Seals the report, and the identity apart: for an anonymous report an empty one, so that all look alike.
    pub fn finish(
        mut self,
        story: Story,
        identity: Option<&IdentityCard>,
        rng: &dyn SecureRandom,
    ) -> Result<Submission, DraftError> {
        let confidential = identity.is_some();
        if confidential && (self.threshold == 0 || self.reachable_custodians < usize::from(self.threshold)) {
            return Err(DraftError::TooFewCustodians);
        }
        let identity_key = IdentityKey::generate(rng)?;
        let content = to_json(identity.unwrap_or(&IdentityCard::default()));
        if padding::text_size(content.expose().len()) > padding::BLOCK {
            return Err(DraftError::IdentityTooLong);
        }
        let identity = Text::new(&self.binding(Kind::Identity), content.expose(), rng)?;
        let identity = Sealed::text(identity.commitment, identity.seal_to(&identity_key.recipient())?, None);
        self.seal_shares(&identity_key, rng)?;

        let mut grants: Vec<Hash> = self.grants.iter().map(SealedGrant::hash).collect();
        grants.sort_unstable();
        let report = Report {
            day: self.card.card().day,
            channel: story.channel,
            assisted: story.assisted,
            language: story.language,
            category: story.category,
            fields: story.fields,
            danger: story.danger,
            confidential,
            attachments: self.files.list(),
            identity: identity.hash,
            grants,
            left_out: self.left_out.clone(),
            record: self.record,
        };
        let text = Text::new(&self.binding(Kind::Report), to_json(&report).expose(), rng)?;
        let ciphertext = text.seal_to(&self.card.card().case_recipient)?;

        let mut chain = Chain::start(&self.authority, &self.card, &self.author);
        let mut envelopes = vec![chain.push(Kind::Report, Sealed::text(text.commitment, ciphertext, None))];
        envelopes.extend(self.files.envelopes(&mut chain));
        envelopes.push(chain.push(Kind::Identity, identity));
        Ok(Submission { card: self.card, locator_hash: self.locator_hash, grants: self.grants, envelopes })
    }

    fn seal_shares(&mut self, key: &IdentityKey, rng: &dyn SecureRandom) -> Result<(), DraftError> {
        let n = u8::try_from(self.custodians.len()).map_err(|_| DraftError::TooFewCustodians)?;
        let Some(shares) = split(&key.0, self.threshold, n, rng)? else {
            return Ok(());
        };
        for (share, (member, recipient)) in shares.iter().zip(&self.custodians) {
            let body = SecretBytes::new(share_body(share.index, self.threshold, n, &self.card, &share.value));
            let author: VerifyingKey = self.author.verifying_key();
            self.grants.push(seal_grant(&self.card, Kind::Share, None, author, *member, recipient, body.expose())?);
        }
        Ok(())
    }
}

/// `index ‖ k ‖ n ‖ manifest hash ‖ card hash ‖ value`, 99 bytes.
fn share_body(index: u8, k: u8, n: u8, card: &SignedCard, value: &Secret<32>) -> Vec<u8> {
    [&[index, k, n], card.card().manifest.as_bytes().as_slice(), card.hash().as_bytes(), value.expose()].concat()
}

/// Where each custodian's share goes, and how many of them can open theirs.
fn custodians_of(
    manifest: &Manifest,
    left_out: &[MemberId],
    rng: &dyn SecureRandom,
) -> Result<(Vec<(MemberId, Recipient)>, usize), NoRandomness> {
    let seal_to = |member: &Member| Ok((member.id, recipient_of(member, left_out, rng)?));
    let all = manifest.custodians().map(seal_to).collect::<Result<_, _>>()?;
    let reachable = manifest.custodians().filter(|member| !left_out.contains(&member.id)).count();
    Ok((all, reachable))
}
