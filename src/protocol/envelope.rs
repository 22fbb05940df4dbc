//! Envelopes: everything that is said in a case, one sealed file each, in signed chains.
//!
//! A header names the ciphertext, commits to the content, counts its author's envelopes and points at the one before
//! and at the newest seen from the other side, so that a server can neither alter, reorder nor drop what lies between.

mod chain;
mod moves;
mod timeline;

pub use chain::{Chain, Sealed};
pub(super) use moves::seal_move;
pub use moves::{MoveError, Reporter, UntrustedMove};
pub use timeline::{Entry, Timeline, TimelineError};

use super::bytes::{CaseId, Fields, Hash, Malformed, fields, hash};
use super::card::SignedCard;
use super::manifest::History;
use super::seal::chunked_hash;
use super::sealed::{Binding, Kind};
use super::sign::{Purpose, Signature, VerifyingKey};

/// What an envelope says on its outside; the fields of `docs/protocol.md`, section 9, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The case.
    pub case: CaseId,
    /// Hash of its card.
    pub card: Hash,
    /// What is inside.
    pub kind: Kind,
    /// Chunked hash of the ciphertext.
    pub ciphertext: Hash,
    /// Chunked hash of the reply copy, where there is one.
    pub reply: Option<Hash>,
    /// What the author signs of the content.
    pub commitment: Hash,
    /// Who wrote it.
    pub author: VerifyingKey,
    /// Place in its chain, from 0.
    pub sequence: u64,
    /// Hash of the envelope before in its chain.
    pub previous: Option<Hash>,
    /// Hash of the newest envelope known from the other side.
    pub seen: Option<Hash>,
}

/// Which of an author's two chains an envelope belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Between reporter and authority.
    Case,
    /// Among members only.
    Desk,
}

impl Header {
    /// The bytes that are hashed and signed.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let optional = |hash: &Option<Hash>| hash.map_or(Vec::new(), |hash| hash.0.to_vec());
        fields(&[
            self.case.as_bytes(),
            self.card.as_bytes(),
            &[self.kind as u8],
            self.ciphertext.as_bytes(),
            &optional(&self.reply),
            self.commitment.as_bytes(),
            self.author.as_bytes(),
            &self.sequence.to_be_bytes(),
            &optional(&self.previous),
            &optional(&self.seen),
        ])
    }

    /// Reads an untrusted header.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Fields::new(bytes, "envelope");
        let header = Self {
            case: CaseId(reader.array()?),
            card: Hash(reader.array()?),
            kind: Kind::from_u8(reader.u8()?).filter(|kind| !kind.is_grant()).ok_or(Malformed("envelope"))?,
            ciphertext: Hash(reader.array()?),
            reply: reader.optional()?.map(Hash),
            commitment: Hash(reader.array()?),
            author: VerifyingKey::from_bytes(reader.array()?)?,
            sequence: reader.u64()?,
            previous: reader.optional()?.map(Hash),
            seen: reader.optional()?.map(Hash),
        };
        reader.end()?;
        if header.previous.is_none() != (header.sequence == 0) || header.reply.is_some() != header.kind.has_reply() {
            return Err(Malformed("envelope"));
        }
        Ok(header)
    }

    /// Names the envelope.
    #[must_use]
    pub fn hash(&self) -> Hash {
        hash(&self.to_bytes())
    }

    /// The chain it belongs to.
    #[must_use]
    pub fn lane(&self) -> Lane {
        if self.kind == Kind::Desk { Lane::Desk } else { Lane::Case }
    }

    /// The place its content is bound to.
    #[must_use]
    pub fn binding(&self) -> Binding {
        Binding { card: self.card, kind: self.kind, author: self.author }
    }
}

/// An envelope ready to be sent.
#[derive(Clone, Debug)]
pub struct SealedEnvelope {
    /// Its outside.
    pub header: Header,
    /// The author's signature.
    pub signature: Signature,
    /// The case's signature, on what a member writes.
    pub case_signature: Option<Signature>,
    /// The ciphertext; absent for an attachment, which travels apart.
    pub ciphertext: Option<Vec<u8>>,
    /// The reporter's copy.
    pub reply: Option<Vec<u8>>,
    /// Bytes of the ciphertext.
    pub size: u64,
}

/// An envelope as it came.
#[derive(Clone, Debug)]
pub struct UntrustedEnvelope {
    /// Its outside.
    pub header: Vec<u8>,
    /// The author's signature, 64 bytes.
    pub signature: Vec<u8>,
    /// The case's signature, 64 bytes.
    pub case_signature: Option<Vec<u8>>,
    /// The ciphertext, where it was sent.
    pub ciphertext: Option<Vec<u8>>,
    /// The reporter's copy, where it was sent.
    pub reply: Option<Vec<u8>>,
    /// Bytes of the ciphertext.
    pub size: u64,
}

/// Why an envelope is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It belongs to another case.
    #[error("an envelope belongs to another case")]
    Misplaced,
    /// Its ciphertext is not the one it names.
    #[error("an envelope was altered")]
    Altered,
    /// A signature it needs is missing or does not hold, or its author may not write this kind here.
    #[error("an envelope was not signed by somebody who may write it")]
    Signature,
    /// It moves the case to another token, and is not whole.
    #[error(transparent)]
    Move(#[from] MoveError),
}

impl UntrustedEnvelope {
    /// Checks place, ciphertexts, author and signatures; what it yields can be opened.
    ///
    /// `reporter` is who spoke as the reporter where the envelope stands; what it says of a move is for
    /// [`Reporter::follow`] to check.
    pub fn verify(
        self,
        history: &History,
        card: &SignedCard,
        reporter: &Reporter,
    ) -> Result<SealedEnvelope, EnvelopeError> {
        let header = Header::parse(&self.header)?;
        if header.card != card.hash() || header.case != card.card().case {
            return Err(EnvelopeError::Misplaced);
        }
        let differs = |bytes: &Option<Vec<u8>>, named: Option<Hash>| {
            bytes.as_ref().is_some_and(|bytes| Some(Hash(chunked_hash(bytes))) != named)
        };
        if differs(&self.ciphertext, Some(header.ciphertext)) || differs(&self.reply, header.reply) {
            return Err(EnvelopeError::Altered);
        }
        let authority = history.authority();
        let signature = Signature::from_slice(&self.signature)?;
        let case_signature = self.case_signature.as_deref().map(Signature::from_slice).transpose()?;
        let holds = header.author.verify(Purpose::Envelope, authority, &self.header, &signature).is_ok();
        let may_write = match case_signature {
            Some(case_signature) if header.kind.is_by_member() => {
                let case = &card.card().case_verifying_key;
                let member = history.member_of_key(&header.author);
                member.is_some_and(|member| history.received_cases(member.id, &card.card().unit, card.card().serial))
                    && case.verify(Purpose::EnvelopeCase, authority, &self.header, &case_signature).is_ok()
            }
            None if !header.kind.is_by_member() => header.author == reporter.author(),
            _ => false,
        };
        if !holds || !may_write {
            return Err(EnvelopeError::Signature);
        }
        let Self { ciphertext, reply, size, .. } = self;
        Ok(SealedEnvelope { header, signature, case_signature, ciphertext, reply, size })
    }
}

impl From<&SealedEnvelope> for UntrustedEnvelope {
    fn from(sealed: &SealedEnvelope) -> Self {
        Self {
            header: sealed.header.to_bytes(),
            signature: sealed.signature.0.to_vec(),
            case_signature: sealed.case_signature.map(|signature| signature.0.to_vec()),
            ciphertext: sealed.ciphertext.clone(),
            reply: sealed.reply.clone(),
            size: sealed.size,
        }
    }
}
