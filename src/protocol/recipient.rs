//! Who can open a sealed file: [`Recipient`] is the public half, [`Identity`] the secret half.
//!
//! Both are age's own, in age's own text: hybrid (ML-KEM-768 with X25519, safe against a quantum computer unless both
//! break, `age1pq1…`) and classic (X25519, `age1…`). Source: <https://c2sp.org/age>. A recipient names nobody and
//! proves nothing about who sealed; that is what signatures are for.
//!
//! ```
//! use amparo::protocol::recipient::{Identity, Recipient};
//! let identity = Identity::generate_hybrid(&ring::rand::SystemRandom::new()).unwrap();
//! let recipient = identity.recipient();
//! assert!(recipient.is_post_quantum());
//! assert_eq!(recipient.to_string().parse::<Recipient>().unwrap(), recipient);
//! assert_eq!(Recipient::from_bytes(&recipient.to_bytes()).unwrap(), recipient);
//! ```

mod classic;
mod hybrid;
mod point;
mod text;

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

use age::{DecryptError, EncryptError};
use age_core::format::{FileKey, Stanza};
use ring::rand::SecureRandom;

pub use self::classic::ClassicRecipient;
pub use self::hybrid::HybridRecipient;
use crate::secret::{NoRandomness, Secret, SecretText};

/// A text or bytes that are no recipient.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RecipientError {
    /// Wrong start, length, checksum or spelling.
    #[error("this is not an age recipient; copy the whole line, which starts with age1")]
    Malformed,
    /// The right form, but a key that no honest program makes: not in its one canonical form, or of small order.
    #[error("this recipient's key is not valid; ask its owner to send it again")]
    UnsafeKey,
}

/// A text that is no identity. It does not repeat the text, which may be a secret with a typo.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("this is not an age identity; copy the whole line, which starts with AGE-SECRET-KEY-")]
pub struct NotAnIdentity;

/// The public half of a key pair that files can be sealed to. Cheap to compare and hash; `Debug` is its text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// ML-KEM-768 with X25519, `age1pq1…`, 1216 bytes.
    Hybrid(HybridRecipient),
    /// X25519, `age1…`, 32 bytes.
    Classic(ClassicRecipient),
}

/// First byte of a classic recipient in [`Recipient::to_bytes`].
const CLASSIC: u8 = 0x01;
/// First byte of a hybrid recipient in [`Recipient::to_bytes`].
const HYBRID: u8 = 0x02;

impl Recipient {
    /// Whether what is sealed to it stays sealed when X25519 is broken.
    #[must_use]
    pub fn is_post_quantum(&self) -> bool {
        matches!(self, Self::Hybrid(_))
    }

    /// The form that enters hashes: `0x01 ‖ 32 bytes` (classic) or `0x02 ‖ 1216 bytes` (hybrid).
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Hybrid(key) => [&[HYBRID], key.as_bytes().as_slice()].concat(),
            Self::Classic(key) => [&[CLASSIC], key.as_bytes().as_slice()].concat(),
        }
    }

    /// Reads what [`Self::to_bytes`] wrote, and checks the key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecipientError> {
        match bytes {
            [HYBRID, key @ ..] => Ok(Self::Hybrid(HybridRecipient::from_bytes(key)?)),
            [CLASSIC, key @ ..] => Ok(Self::Classic(ClassicRecipient::from_bytes(key)?)),
            _ => Err(RecipientError::Malformed),
        }
    }

    /// A fresh recipient of the same kind that nobody can open for, since its identity is dropped here. What is
    /// sealed to it looks like any other file of the same length.
    pub fn throwaway_like(&self, rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let identity = match self {
            Self::Hybrid(_) => Identity::generate_hybrid(rng),
            Self::Classic(_) => Identity::generate_classic(rng),
        };
        Ok(identity?.recipient())
    }
}

impl FromStr for Recipient {
    type Err = RecipientError;

    fn from_str(text: &str) -> Result<Self, RecipientError> {
        if let Some(key) = text::decode(text::HYBRID_RECIPIENT, text) {
            Ok(Self::Hybrid(HybridRecipient::from_bytes(&key)?))
        } else if let Some(key) = text::decode(text::CLASSIC_RECIPIENT, text) {
            Ok(Self::Classic(ClassicRecipient::from_bytes(&key)?))
        } else {
            Err(RecipientError::Malformed)
        }
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Hybrid(key) => text::encode(text::HYBRID_RECIPIENT, key.as_bytes()),
            Self::Classic(key) => text::encode(text::CLASSIC_RECIPIENT, key.as_bytes()),
        })
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl serde::Serialize for Recipient {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Recipient {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Labels keep age from mixing hybrid and classic recipients in one file.
impl age::Recipient for Recipient {
    fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        match self {
            Self::Hybrid(key) => key.wrap_file_key(file_key),
            Self::Classic(key) => key.wrap_file_key(file_key),
        }
    }
}

/// The secret half of a key pair. Wiped when dropped, and never printed but by [`Self::to_secret_text`].
pub struct Identity(Kind);

enum Kind {
    Hybrid(hybrid::HybridIdentity),
    Classic(classic::ClassicIdentity),
}

impl Identity {
    /// The hybrid identity that grows from a uniformly random `seed`; the same seed gives the same identity.
    #[must_use]
    pub fn hybrid_from_seed(seed: &Secret<32>) -> Self {
        Self(Kind::Hybrid(hybrid::HybridIdentity::new(seed.clone())))
    }

    /// A fresh hybrid identity.
    pub fn generate_hybrid(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self::hybrid_from_seed(&Secret::random(rng)?))
    }

    /// A fresh classic identity; for those whose programs do not know hybrid ones yet.
    pub fn generate_classic(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self(Kind::Classic(classic::ClassicIdentity::new(Secret::random(rng)?))))
    }

    /// Reads `AGE-SECRET-KEY-PQ-1…` or `AGE-SECRET-KEY-1…`, exactly as written by [`Self::to_secret_text`].
    pub fn parse(text: &str) -> Result<Self, NotAnIdentity> {
        let seed = |prefix| text::decode(prefix, text).and_then(|bytes| Secret::from_slice(&bytes));
        if let Some(seed) = seed(text::HYBRID_IDENTITY) {
            Ok(Self(Kind::Hybrid(hybrid::HybridIdentity::new(seed))))
        } else if let Some(scalar) = seed(text::CLASSIC_IDENTITY) {
            Ok(Self(Kind::Classic(classic::ClassicIdentity::new(scalar))))
        } else {
            Err(NotAnIdentity)
        }
    }

    /// The identity in age's text form, to be kept in a sealed file.
    #[must_use]
    pub fn to_secret_text(&self) -> SecretText {
        SecretText::new(match &self.0 {
            Kind::Hybrid(identity) => text::encode(text::HYBRID_IDENTITY, identity.seed().expose()),
            Kind::Classic(identity) => text::encode(text::CLASSIC_IDENTITY, identity.scalar().expose()),
        })
    }

    /// The public half. Computed anew each time (about a tenth of a millisecond for a hybrid one).
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        match &self.0 {
            Kind::Hybrid(identity) => Recipient::Hybrid(identity.recipient()),
            Kind::Classic(identity) => Recipient::Classic(identity.recipient()),
        }
    }
}

impl age::Identity for Identity {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        match &self.0 {
            Kind::Hybrid(identity) => identity.unwrap_stanza(stanza),
            Kind::Classic(identity) => identity.unwrap_stanza(stanza),
        }
    }
}

#[cfg(test)]
mod tests;
