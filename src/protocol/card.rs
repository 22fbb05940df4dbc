//! The card: what a case is, signed by the reporter's author key and never changed.

use super::bytes::{AuthorityId, CaseId, Fields, Hash, Malformed, fields, hash};
use super::manifest::History;
use super::recipient::Recipient;
use super::sign::{Purpose, Signature, SigningKey, VerifyingKey};
use crate::clock::Day;

/// What a card says; the fields of `docs/protocol.md`, section 6, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The case.
    pub case: CaseId,
    /// The unit it was filed with.
    pub unit: String,
    /// Serial of the manifest the reporter saw.
    pub serial: u64,
    /// Hash of that manifest.
    pub manifest: Hash,
    /// The report is sealed to this.
    pub case_recipient: Recipient,
    /// Shows that a member may act in the case.
    pub case_verifying_key: VerifyingKey,
    /// Answers are sealed to this for the reporter.
    pub reply_recipient: Recipient,
    /// Shows that the reporter speaks.
    pub author: VerifyingKey,
    /// The day it was filed.
    pub day: Day,
}

impl Card {
    /// The bytes that are signed and hashed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        fields(&[
            self.case.as_bytes(),
            self.unit.as_bytes(),
            &self.serial.to_be_bytes(),
            self.manifest.as_bytes(),
            &self.case_recipient.to_bytes(),
            self.case_verifying_key.as_bytes(),
            &self.reply_recipient.to_bytes(),
            self.author.as_bytes(),
            self.day.to_string().as_bytes(),
        ])
    }

    fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Fields::new(bytes, "card");
        let recipient = |bytes| Recipient::from_bytes(bytes).map_err(|_| Malformed("card"));
        let card = Self {
            case: CaseId(reader.array()?),
            unit: reader.text()?.to_owned(),
            serial: reader.u64()?,
            manifest: Hash(reader.array()?),
            case_recipient: recipient(reader.bytes()?)?,
            case_verifying_key: VerifyingKey::from_bytes(reader.array()?)?,
            reply_recipient: recipient(reader.bytes()?)?,
            author: VerifyingKey::from_bytes(reader.array()?)?,
            day: reader.text()?.parse().map_err(|_| Malformed("card"))?,
        };
        reader.end()?;
        Ok(card)
    }

    /// Signs the card with the author key it names.
    #[must_use]
    pub fn sign(self, authority: &AuthorityId, author: &SigningKey) -> SignedCard {
        let bytes = self.to_bytes();
        let signature = author.sign(Purpose::Card, authority, &bytes);
        SignedCard { hash: hash(&bytes), card: self, signature }
    }
}

/// Why a card is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardError {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// Its signature does not hold.
    #[error("the case card was not signed by its reporter; the case is refused")]
    Signature,
    /// A member signed it as reporter, so that their words could be taken for a reporter's and the other way round.
    #[error("the case card was signed with a member's key; the case is refused")]
    Member,
    /// It was made for a manifest or unit that this authority never had.
    #[error("the case card names a manifest or unit that this authority never signed; the case is refused")]
    Manifest,
}

/// A card as it came.
#[derive(Clone, Debug)]
pub struct UntrustedCard {
    /// The card's bytes.
    pub bytes: Vec<u8>,
    /// The author's signature, 64 bytes.
    pub signature: Vec<u8>,
}

impl UntrustedCard {
    /// The case and day it names, without checking anything else.
    pub(super) fn case_and_day(&self) -> Result<(CaseId, Day), CardError> {
        let card = Card::parse(&self.bytes)?;
        Ok((card.case, card.day))
    }

    /// Checks signature, manifest and unit.
    pub fn verify(&self, history: &History) -> Result<SignedCard, CardError> {
        let card = Card::parse(&self.bytes)?;
        let signature = Signature::from_slice(&self.signature)?;
        card.author
            .verify(Purpose::Card, history.authority(), &self.bytes, &signature)
            .map_err(|_| CardError::Signature)?;
        if history.member_of_key(&card.author).is_some() {
            return Err(CardError::Member);
        }
        let known = history.by_serial(card.serial).filter(|(hash, _)| *hash == card.manifest);
        if known.and_then(|(_, manifest)| manifest.unit(&card.unit)).is_none() {
            return Err(CardError::Manifest);
        }
        Ok(SignedCard { hash: hash(&self.bytes), card, signature })
    }
}

/// A card whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCard {
    card: Card,
    hash: Hash,
    signature: Signature,
}

impl SignedCard {
    /// What it says.
    #[must_use]
    pub fn card(&self) -> &Card {
        &self.card
    }

    /// Names the case in everything that is sealed and signed for it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The author's signature.
    #[must_use]
    pub fn signature(&self) -> &Signature {
        &self.signature
    }
}
