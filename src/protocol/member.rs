//! The key files that people hold: a member's, and a head of the authority's share of the root.
//!
//! Both are JSON inside an armoured age file with a passphrase (scrypt). They stay on their holder's machine; a server
//! that finds one in its folders refuses to start.

mod public;

pub use public::{MemberPublic, NotAMember};

use ring::rand::SecureRandom;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::bytes::{AuthorityId, MemberId, from_hex, to_hex};
use super::recipient::Identity;
use super::seal::{self, SealError};
use super::sign::{Purpose, Signature, SigningKey};
use super::token::derive;
use crate::secret::{NoRandomness, Secret, SecretBytes, SecretText};

/// Why a key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// Wrong passphrase, or not an age file with one.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It opens, but holds something else.
    #[error("this file is not a {0}; choose the right one")]
    OtherKind(&'static str),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

/// A member's key: opens grants, signs answers, notes, grants and requests.
pub struct MemberKey {
    /// Which member.
    pub id: MemberId,
    /// A short name the holder recognises the file by; never leaves the file.
    pub alias: String,
    identity: Identity,
    signing: SigningKey,
}

/// The inside of both files; what one of them does not have is absent.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Inside {
    amparo: String,
    version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
    signing_seed: String,
}

impl Inside {
    fn seal(&self, passphrase: &SecretText, log_n: Option<u8>) -> Result<String, SealError> {
        let json = SecretBytes::new(serde_json::to_vec(self).expect("plain text fields always serialise"));
        seal::seal_with_passphrase(passphrase, json.expose(), log_n)
    }

    fn open(passphrase: &SecretText, file: &str, kind: &'static str) -> Result<Self, KeyFileError> {
        let json = seal::open_with_passphrase(passphrase, file)?;
        let inside: Option<Self> = serde_json::from_slice(json.expose()).ok();
        inside.filter(|inside| inside.amparo == kind && inside.version == 1).ok_or(KeyFileError::OtherKind(kind))
    }

    fn signing(&self, kind: &'static str) -> Result<SigningKey, KeyFileError> {
        let mut seed = from_hex::<32>(&self.signing_seed).map_err(|_| KeyFileError::OtherKind(kind))?;
        Ok(SigningKey::from_seed(Secret::take(&mut seed)))
    }
}

impl MemberKey {
    const KIND: &str = "member-key";

    /// A fresh key with a post-quantum recipient, for a new member.
    pub fn generate(alias: String, rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self {
            id: MemberId::random(rng)?,
            alias,
            identity: Identity::generate_hybrid(rng)?,
            signing: SigningKey::generate(rng)?,
        })
    }

    /// The text of the key file. `log_n` sets scrypt's cost; `None` measures one that takes about a second.
    pub fn seal(&self, passphrase: &SecretText, log_n: Option<u8>) -> Result<String, KeyFileError> {
        let inside = Inside {
            amparo: Self::KIND.to_owned(),
            version: 1,
            id: Some(self.id.to_string()),
            alias: Some(self.alias.clone()),
            identity: Some(self.identity.to_secret_text().expose().to_owned()),
            signing_seed: to_hex(self.signing.seed().expose()),
        };
        Ok(inside.seal(passphrase, log_n)?)
    }

    /// Opens the text of a key file.
    pub fn open(passphrase: &SecretText, file: &str) -> Result<Self, KeyFileError> {
        let wrong = || KeyFileError::OtherKind(Self::KIND);
        let inside = Inside::open(passphrase, file, Self::KIND)?;
        Ok(Self {
            id: inside.id.as_deref().and_then(|id| id.parse().ok()).ok_or_else(wrong)?,
            alias: inside.alias.clone().ok_or_else(wrong)?,
            identity: inside.identity.as_deref().and_then(|text| Identity::parse(text).ok()).ok_or_else(wrong)?,
            signing: inside.signing(Self::KIND)?,
        })
    }

    /// Opens what is sealed for the member.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Signs for the member.
    #[must_use]
    pub fn signing(&self) -> &SigningKey {
        &self.signing
    }

    /// The key that a desk seals its own copy of the cases with: HKDF-SHA256 of the signing seed, which no signature tells
    /// anything of.
    #[must_use]
    pub fn cache_key(&self) -> Secret<32> {
        derive(self.signing.seed(), "amparo/v1/desk-cache")
    }

    /// What others may know of the key: goes into the manifest.
    #[must_use]
    pub fn public(&self) -> MemberPublic {
        MemberPublic::new(self.id, self.identity.recipient(), self.signing.verifying_key())
    }

    /// Signs one request to the server's member listener; see `docs/protocol.md`, section 11.
    #[must_use]
    pub fn sign_request(&self, authority: &AuthorityId, body: &[u8]) -> Signature {
        self.signing.sign(Purpose::Request, authority, body)
    }
}

/// One head's root key.
pub struct RootKey(SigningKey);

impl RootKey {
    const KIND: &str = "root-key";

    /// A fresh root key.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        SigningKey::generate(rng).map(Self)
    }

    /// The text of the key file, as [`MemberKey::seal`].
    pub fn seal(&self, passphrase: &SecretText, log_n: Option<u8>) -> Result<String, KeyFileError> {
        let signing_seed = to_hex(self.0.seed().expose());
        let amparo = Self::KIND.to_owned();
        let inside = Inside { amparo, version: 1, id: None, alias: None, identity: None, signing_seed };
        Ok(inside.seal(passphrase, log_n)?)
    }

    /// Opens the text of a key file.
    pub fn open(passphrase: &SecretText, file: &str) -> Result<Self, KeyFileError> {
        let inside = Inside::open(passphrase, file, Self::KIND)?;
        Ok(Self(inside.signing(Self::KIND)?))
    }

    /// Signs manifests.
    #[must_use]
    pub fn signing(&self) -> &SigningKey {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    #[test]
    fn key_files_round_trip_and_are_not_taken_for_one_another() {
        let rng = SystemRandom::new();
        let passphrase = SecretText::from("correct horse");
        let member = MemberKey::generate("ana".to_owned(), &rng).unwrap();
        let file = member.seal(&passphrase, Some(2)).unwrap();
        let opened = MemberKey::open(&passphrase, &file).unwrap();
        assert_eq!((opened.id, &opened.alias), (member.id, &member.alias));
        assert_eq!(opened.identity.recipient(), member.identity.recipient());
        assert_eq!(opened.signing.verifying_key(), member.signing.verifying_key());
        assert!(matches!(RootKey::open(&passphrase, &file), Err(KeyFileError::OtherKind("root-key"))));
        let root = RootKey::generate(&rng).unwrap().seal(&passphrase, Some(2)).unwrap();
        assert!(RootKey::open(&passphrase, &root).is_ok());
        assert!(matches!(MemberKey::open(&passphrase, &root), Err(KeyFileError::OtherKind("member-key"))));
        assert!(matches!(MemberKey::open(&SecretText::from("wrong"), &file), Err(KeyFileError::Seal(_))));
    }
}
