//! Writing: one author's next envelopes in one case.

use super::{Header, Lane, SealedEnvelope, Timeline};
use crate::protocol::bytes::{AuthorityId, Hash};
use crate::protocol::card::SignedCard;
use crate::protocol::seal::chunked_hash;
use crate::protocol::sealed::{Binding, Kind};
use crate::protocol::sign::{Purpose, SigningKey, VerifyingKey};

/// What the next header says of its ciphertext.
pub struct Sealed {
    /// Chunked hash of the ciphertext.
    pub hash: Hash,
    /// Bytes of the ciphertext.
    pub size: u64,
    /// What the author signs of the content.
    pub commitment: Hash,
    /// The ciphertext, unless it travels apart.
    pub ciphertext: Option<Vec<u8>>,
    /// The reporter's copy.
    pub reply: Option<Vec<u8>>,
}

impl Sealed {
    /// A text, with the reporter's copy of it where there is one.
    #[must_use]
    pub fn text(commitment: Hash, ciphertext: Vec<u8>, reply: Option<Vec<u8>>) -> Self {
        let hash = Hash(chunked_hash(&ciphertext));
        Self { hash, size: ciphertext.len() as u64, commitment, ciphertext: Some(ciphertext), reply }
    }
}

/// The end of a chain in one case, the reporter's or a member's, where the next envelope goes.
pub struct Chain<'a> {
    authority: AuthorityId,
    card: &'a SignedCard,
    author: &'a SigningKey,
    case: Option<&'a SigningKey>,
    sequence: u64,
    previous: Option<Hash>,
    seen: Option<Hash>,
}

impl<'a> Chain<'a> {
    /// The reporter's chain in a case that is only being made.
    #[must_use]
    pub fn start(authority: &AuthorityId, card: &'a SignedCard, author: &'a SigningKey) -> Self {
        Self { authority: *authority, card, author, case: None, sequence: 0, previous: None, seen: None }
    }

    /// The chain of `author` in `lane` as it stands in `timeline`. Members also give the case's signing key; without it
    /// the chain is the reporter's, whoever wrote in it before.
    #[must_use]
    pub fn resume(
        authority: &AuthorityId,
        card: &'a SignedCard,
        author: &'a SigningKey,
        case: Option<&'a SigningKey>,
        lane: Lane,
        timeline: &Timeline,
    ) -> Self {
        let own = match case {
            Some(_) => timeline.last_of_member(&author.verifying_key(), lane),
            None => Some(timeline.last_of_reporter()),
        };
        Self {
            authority: *authority,
            card,
            author,
            case,
            sequence: own.map_or(0, |entry| entry.envelope.header.sequence + 1),
            previous: own.map(|entry| entry.hash),
            seen: timeline.newest_seen_by(&author.verifying_key(), case.is_some(), lane).map(|entry| entry.hash),
        }
    }

    /// Who writes.
    #[must_use]
    pub fn author(&self) -> VerifyingKey {
        self.author.verifying_key()
    }

    /// The place that content of `kind` must be bound to before it is sealed.
    #[must_use]
    pub fn binding(&self, kind: Kind) -> Binding {
        Binding { card: self.card.hash(), kind, author: self.author() }
    }

    /// The authority it is written for.
    #[must_use]
    pub fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The next envelope's outside.
    #[must_use]
    pub fn header(&self, kind: Kind, sealed: &Sealed) -> Header {
        Header {
            case: self.card.card().case,
            card: self.card.hash(),
            kind,
            ciphertext: sealed.hash,
            reply: sealed.reply.as_deref().map(|reply| Hash(chunked_hash(reply))),
            commitment: sealed.commitment,
            author: self.author(),
            sequence: self.sequence,
            previous: self.previous,
            seen: self.seen,
        }
    }

    /// Signs the next envelope and moves on.
    pub fn push(&mut self, kind: Kind, sealed: Sealed) -> SealedEnvelope {
        let header = self.header(kind, &sealed);
        let bytes = header.to_bytes();
        self.sequence += 1;
        self.previous = Some(header.hash());
        SealedEnvelope {
            signature: self.author.sign(Purpose::Envelope, &self.authority, &bytes),
            case_signature: self.case.map(|case| case.sign(Purpose::EnvelopeCase, &self.authority, &bytes)),
            header,
            ciphertext: sealed.ciphertext,
            reply: sealed.reply,
            size: sealed.size,
        }
    }
}
