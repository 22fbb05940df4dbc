//! Grants: a key of a case, sealed for one member.

use super::bytes::{CaseId, Fields, Hash, Malformed, MemberId, fields, hash};
use super::card::SignedCard;
use super::manifest::History;
use super::recipient::Recipient;
use super::seal::{SealError, chunked_hash};
use super::sealed::{Binding, Kind, seal_key};
use super::sign::{Purpose, Signature, SigningKey, VerifyingKey};

/// What a grant says on its outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The case.
    pub case: CaseId,
    /// Hash of its card.
    pub card: Hash,
    /// A case grant, desk grant or share.
    pub kind: Kind,
    /// In a desk grant, the hash of the desk recipient; else absent.
    pub key_id: Option<Hash>,
    /// Whom it is for.
    pub member: MemberId,
    /// Chunked hash of its ciphertext.
    pub ciphertext: Hash,
    /// Who made it: the case's author, or a member.
    pub author: VerifyingKey,
}

/// Names a desk key.
#[must_use]
pub fn key_id(recipient: &Recipient) -> Hash {
    hash(&recipient.to_bytes())
}

impl Grant {
    /// The bytes that are hashed and signed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        fields(&[
            self.case.as_bytes(),
            self.card.as_bytes(),
            &[self.kind as u8],
            self.key_id.as_ref().map_or(&[], |id| id.as_bytes()),
            self.member.as_bytes(),
            self.ciphertext.as_bytes(),
            self.author.as_bytes(),
        ])
    }

    /// Reads the outside of an untrusted grant.
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Fields::new(body, "grant");
        let grant = Self {
            case: CaseId(reader.array()?),
            card: Hash(reader.array()?),
            kind: Kind::from_u8(reader.u8()?).filter(|kind| kind.is_grant()).ok_or(Malformed("grant"))?,
            key_id: reader.optional()?.map(Hash),
            member: MemberId(reader.array()?),
            ciphertext: Hash(reader.array()?),
            author: VerifyingKey::from_bytes(reader.array()?)?,
        };
        reader.end()?;
        if grant.key_id.is_some() != (grant.kind == Kind::DeskGrant) {
            return Err(Malformed("grant"));
        }
        Ok(grant)
    }

    /// The place its key is bound to.
    #[must_use]
    pub fn binding(&self) -> Binding {
        Binding { card: self.card, kind: self.kind, author: self.author }
    }
}

/// A grant ready to be sent.
#[derive(Clone, Debug)]
pub struct SealedGrant {
    /// What stands on its outside.
    pub grant: Grant,
    /// One binary age file.
    pub ciphertext: Vec<u8>,
    /// The member's and the case's signatures; first grants have none, the report lists them.
    pub signatures: Option<(Signature, Signature)>,
}

impl SealedGrant {
    /// The hash that reports and rekeys list.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash(&self.grant.to_bytes())
    }
}

/// Seals `key` for `member` with everything a grant says; without signatures.
pub(super) fn seal_grant(
    card: &SignedCard,
    kind: Kind,
    key_id: Option<Hash>,
    author: VerifyingKey,
    member: MemberId,
    recipient: &Recipient,
    key: &[u8],
) -> Result<SealedGrant, SealError> {
    let binding = Binding { card: card.hash(), kind, author };
    let ciphertext = seal_key(&binding, key, recipient)?;
    let grant = Grant {
        case: card.card().case,
        card: card.hash(),
        kind,
        key_id,
        member,
        ciphertext: Hash(chunked_hash(&ciphertext)),
        author,
    };
    Ok(SealedGrant { grant, ciphertext, signatures: None })
}

impl SealedGrant {
    /// Adds a member's signature and the case's.
    pub(super) fn sign(mut self, history: &History, member: &SigningKey, case: &SigningKey) -> Self {
        let body = self.grant.to_bytes();
        let authority = history.authority();
        self.signatures =
            Some((member.sign(Purpose::Grant, authority, &body), case.sign(Purpose::GrantCase, authority, &body)));
        self
    }
}

/// A grant as it came.
#[derive(Clone, Debug)]
pub struct UntrustedGrant {
    /// Its outside.
    pub body: Vec<u8>,
    /// Its inside, where it was sent.
    pub ciphertext: Option<Vec<u8>>,
    /// The member's signature, 64 bytes.
    pub signature: Option<Vec<u8>>,
    /// The case's signature, 64 bytes.
    pub case_signature: Option<Vec<u8>>,
}

/// Why a grant is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It belongs to another case.
    #[error("a grant belongs to another case")]
    Misplaced,
    /// Its ciphertext is not the one it names.
    #[error("a grant was altered")]
    Altered,
    /// A signature it needs is missing or does not hold.
    #[error("a grant was not signed by somebody who may act in this case")]
    Signature,
}

impl UntrustedGrant {
    /// Checks everything that can be checked without opening it. A first grant (by the case's author, unsigned) is
    /// worth nothing until the report that lists it has been opened.
    pub fn verify(&self, history: &History, card: &SignedCard) -> Result<Grant, GrantError> {
        let grant = Grant::parse(&self.body)?;
        if grant.card != card.hash() || grant.case != card.card().case {
            return Err(GrantError::Misplaced);
        }
        if self.ciphertext.as_ref().is_some_and(|bytes| chunked_hash(bytes) != grant.ciphertext.0) {
            return Err(GrantError::Altered);
        }
        match (&self.signature, &self.case_signature) {
            (None, None) if grant.author == card.card().author && grant.kind != Kind::DeskGrant => Ok(grant),
            (Some(signature), Some(case_signature)) => {
                let authority = history.authority();
                let signature = Signature::from_slice(signature)?;
                let case_signature = Signature::from_slice(case_signature)?;
                let member = history.member_of_key(&grant.author).ok_or(GrantError::Signature)?;
                if !history.received_cases(member.id, &card.card().unit, card.card().serial) {
                    return Err(GrantError::Signature);
                }
                let case = &card.card().case_verifying_key;
                grant
                    .author
                    .verify(Purpose::Grant, authority, &self.body, &signature)
                    .and_then(|()| case.verify(Purpose::GrantCase, authority, &self.body, &case_signature))
                    .map_err(|_| GrantError::Signature)?;
                Ok(grant)
            }
            _ => Err(GrantError::Signature),
        }
    }
}

impl From<&SealedGrant> for UntrustedGrant {
    fn from(sealed: &SealedGrant) -> Self {
        Self {
            body: sealed.grant.to_bytes(),
            ciphertext: Some(sealed.ciphertext.clone()),
            signature: sealed.signatures.map(|(member, _)| member.0.to_vec()),
            case_signature: sealed.signatures.map(|(_, case)| case.0.to_vec()),
        }
    }
}
