//! Classic recipients and identities: X25519 as the `age` crate does it, after a check of the key.
//!
//! Source: <https://c2sp.org/age#the-x25519-recipient-type>. Not safe against a quantum computer: what is sealed to
//! these today can be opened by whoever keeps it until there is one.

use std::collections::HashSet;

use age::{DecryptError, EncryptError, Identity as _, Recipient as _};
use age_core::format::{FileKey, Stanza};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::{RecipientError, point, text};
use crate::secret::Secret;

/// An X25519 public key of 32 bytes, checked: canonical and not of small order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClassicRecipient([u8; 32]);

impl ClassicRecipient {
    /// The key itself.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, RecipientError> {
        let key = bytes.try_into().map_err(|_| RecipientError::Malformed)?;
        if point::is_sound(&key) { Ok(Self(key)) } else { Err(RecipientError::UnsafeKey) }
    }

    pub(super) fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let recipient: age::x25519::Recipient =
            text::encode(text::CLASSIC_RECIPIENT, &self.0).parse().expect("32 bytes were just written as age's text");
        recipient.wrap_file_key(file_key)
    }
}

/// An X25519 scalar.
pub(super) struct ClassicIdentity(Secret<32>);

impl ClassicIdentity {
    pub(super) fn new(scalar: Secret<32>) -> Self {
        Self(scalar)
    }

    pub(super) fn scalar(&self) -> &Secret<32> {
        &self.0
    }

    pub(super) fn recipient(&self) -> ClassicRecipient {
        ClassicRecipient(PublicKey::from(&StaticSecret::from(*self.0.expose())).to_bytes())
    }

    pub(super) fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let secret_text = Zeroizing::new(text::encode(text::CLASSIC_IDENTITY, self.0.expose()));
        let identity: age::x25519::Identity = secret_text.parse().expect("32 bytes were just written as age's text");
        identity.unwrap_stanza(stanza)
    }
}
