//! Moving a case to another token (`docs/protocol.md`, section 10), and who speaks as its reporter.
//!
//! A move is signed twice: its header by the old author key, and all that header and body say by the new one. So nobody
//! moves a case to a key that is not theirs, and whoever knows the old token can neither put words in front of a move
//! nor exchange anything in it. The heirloom in it is the old reply seed, sealed to the new reply recipient, so that
//! what was answered before can still be read.

use ring::rand::SecureRandom;

use super::{Chain, Header, Sealed, SealedEnvelope};
use crate::protocol::bytes::{Fields, Hash, Malformed, fields, hash};
use crate::protocol::card::SignedCard;
use crate::protocol::manifest::History;
use crate::protocol::recipient::{Identity, Recipient};
use crate::protocol::seal::chunked_hash;
use crate::protocol::sealed::{Binding, Kind, SealingError, open_key, seal_key};
use crate::protocol::sign::{Purpose, Signature, VerifyingKey};
use crate::protocol::token::TokenKeys;
use crate::secret::Secret;

/// Bytes of an heirloom's salt.
const SALT: usize = 32;

/// Why a move is refused, and with it the case: nobody could tell who speaks after it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveError {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// It stands before everything else.
    #[error("a move to another token stands before the report")]
    First,
    /// The key it names did not sign it.
    #[error("a move to another token was not signed with that token")]
    Signature,
    /// It names a member's key, so that their words could be taken for the reporter's.
    #[error("a move to another token names a member's key")]
    Member,
    /// It names a key that spoke in this case before.
    #[error("a move to another token leads back to an older one")]
    Again,
}

/// A move's body as it came: the ciphertext of an envelope of kind `move`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntrustedMove {
    reply_recipient: Recipient,
    author: VerifyingKey,
    signature: Signature,
    heirloom: Vec<u8>,
}

impl UntrustedMove {
    /// Reads an untrusted body.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Fields::new(bytes, "move");
        let body = Self {
            reply_recipient: Recipient::from_bytes(reader.bytes()?).map_err(|_| Malformed("move"))?,
            author: VerifyingKey::from_bytes(reader.array()?)?,
            signature: Signature(reader.array()?),
            heirloom: reader.bytes()?.to_vec(),
        };
        reader.end()?;
        Ok(body)
    }

    /// The bytes it is read from.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        fields(&[&self.reply_recipient.to_bytes(), self.author.as_bytes(), &self.signature.0, &self.heirloom])
    }

    /// What the new key signs: everything that header and body say, but for the signature itself.
    fn signed(&self, header: &Header) -> Vec<u8> {
        let optional = |hash: &Option<Hash>| hash.map_or(Vec::new(), |hash| hash.0.to_vec());
        fields(&[
            header.case.as_bytes(),
            header.card.as_bytes(),
            header.author.as_bytes(),
            &header.sequence.to_be_bytes(),
            &optional(&header.previous),
            &optional(&header.seen),
            header.commitment.as_bytes(),
            &self.reply_recipient.to_bytes(),
            self.author.as_bytes(),
            &chunked_hash(&self.heirloom),
        ])
    }

    fn verify(self, history: &History, header: &Header, reporter: &Reporter) -> Result<Voice, MoveError> {
        if header.sequence == 0 {
            return Err(MoveError::First);
        }
        self.author
            .verify(Purpose::Move, history.authority(), &self.signed(header), &self.signature)
            .map_err(|_| MoveError::Signature)?;
        if history.member_of_key(&self.author).is_some() {
            return Err(MoveError::Member);
        }
        if reporter.was(&self.author) {
            return Err(MoveError::Again);
        }
        let heirloom = Heirloom { binding: header.binding(), commitment: header.commitment, ciphertext: self.heirloom };
        Ok(Voice { author: self.author, reply_recipient: self.reply_recipient, heirloom: Some(heirloom) })
    }
}

/// The reply seed of the token before.
#[derive(Clone)]
struct Heirloom {
    binding: Binding,
    commitment: Hash,
    ciphertext: Vec<u8>,
}

impl Heirloom {
    /// The identity in it, when it opens and is the one of `recipient`.
    fn open(&self, identity: &Identity, recipient: &Recipient) -> Option<Identity> {
        let content: Secret<{ SALT + 32 }> = open_key(identity, &self.binding, &self.ciphertext).ok()?;
        if hash(content.expose()) != self.commitment {
            return None;
        }
        let older = Identity::hybrid_from_seed(&Secret::from_slice(&content.expose()[SALT..])?);
        (older.recipient() == *recipient).then_some(older)
    }
}

/// One after another in a case: the card's keys, then those each move names.
#[derive(Clone)]
struct Voice {
    author: VerifyingKey,
    reply_recipient: Recipient,
    /// Opens what was sealed to the voice before.
    heirloom: Option<Heirloom>,
}

/// Who speaks as the reporter of a case, and who did before: the card's author, then the key of each move.
#[derive(Clone)]
pub struct Reporter {
    newest: Voice,
    /// Oldest first.
    older: Vec<Voice>,
}

impl Reporter {
    /// The reporter of a case that was never moved.
    #[must_use]
    pub fn of(card: &SignedCard) -> Self {
        let card = card.card();
        let newest = Voice { author: card.author, reply_recipient: card.reply_recipient.clone(), heirloom: None };
        Self { newest, older: Vec::new() }
    }

    /// The key that writes now.
    #[must_use]
    pub fn author(&self) -> VerifyingKey {
        self.newest.author
    }

    /// What members seal reply copies to now.
    #[must_use]
    pub fn reply_recipient(&self) -> &Recipient {
        &self.newest.reply_recipient
    }

    /// Whether `key` is or was the reporter's.
    #[must_use]
    pub fn was(&self, key: &VerifyingKey) -> bool {
        self.older.iter().chain([&self.newest]).any(|voice| voice.author == *key)
    }

    /// Goes on to whom a move hands the case; the envelope was verified as written by [`Reporter::author`], and `body`
    /// is its ciphertext.
    pub fn follow(&mut self, history: &History, header: &Header, body: &[u8]) -> Result<(), MoveError> {
        let next = UntrustedMove::parse(body)?.verify(history, header, self)?;
        self.older.push(std::mem::replace(&mut self.newest, next));
        Ok(())
    }

    /// The reply identities of older tokens that the newest one reaches, newest first. An heirloom that does not open
    /// ends the row.
    #[must_use]
    pub fn older_identities(&self, keys: &TokenKeys) -> Vec<Identity> {
        let mut identities: Vec<Identity> = Vec::new();
        let mut after = &self.newest;
        for before in self.older.iter().rev() {
            let identity = identities.last().unwrap_or(keys.reply());
            let opened = after.heirloom.as_ref().and_then(|heirloom| heirloom.open(identity, &before.reply_recipient));
            let Some(older) = opened else { break };
            identities.push(older);
            after = before;
        }
        identities
    }
}

/// Seals a move from `old` to `new` at the end of the old token's chain.
pub(in crate::protocol) fn seal_move(
    chain: &mut Chain<'_>,
    old: &TokenKeys,
    new: &TokenKeys,
    rng: &dyn SecureRandom,
) -> Result<SealedEnvelope, SealingError> {
    let salt = Secret::<SALT>::random(rng)?;
    let content = Secret::<{ SALT + 32 }>::fill_with(|content| {
        let (first, last) = content.split_at_mut(SALT);
        first.copy_from_slice(salt.expose());
        last.copy_from_slice(old.reply_seed().expose());
        Ok::<_, std::convert::Infallible>(())
    })
    .unwrap_or_else(|never| match never {});
    let reply_recipient = new.reply().recipient();
    let binding = chain.binding(Kind::Move);
    let heirloom = seal_key(&binding, content.expose(), &reply_recipient)?;
    let commitment = hash(content.expose());
    let mut body = UntrustedMove {
        reply_recipient,
        author: new.author().verifying_key(),
        signature: Signature([0; 64]),
        heirloom,
    };
    // The header's own field for the ciphertext is not among what the new key signs.
    let header = chain.header(Kind::Move, &Sealed::text(commitment, Vec::new(), None));
    body.signature = new.author().sign(Purpose::Move, chain.authority(), &body.signed(&header));
    Ok(chain.push(Kind::Move, Sealed::text(commitment, body.to_bytes(), None)))
}

#[cfg(test)]
mod tests;
