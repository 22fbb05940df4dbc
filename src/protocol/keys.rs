//! The keys of one case: each 32 random bytes, from which the keys that work are derived.

use ring::rand::SecureRandom;

use super::recipient::{Identity, Recipient};
use super::sign::SigningKey;
use super::token::derive;
use crate::secret::{NoRandomness, Secret};

/// The report and first files are sealed to it; its signature shows that a member may act in the case.
#[derive(Clone)]
pub struct CaseKey(pub Secret<32>);

impl CaseKey {
    /// A fresh key; its maker is trusted to forget it.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Secret::random(rng).map(Self)
    }

    /// Opens what is sealed to the case.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::hybrid_from_seed(&derive(&self.0, "amparo/v1/case/mlkem768x25519"))
    }

    /// Signs as one who may act in the case.
    #[must_use]
    pub fn signing(&self) -> SigningKey {
        SigningKey::from_seed(derive(&self.0, "amparo/v1/case/sign"))
    }
}

/// Everything after the report is sealed to it, so that whoever made the case key reads nothing later.
#[derive(Clone)]
pub struct DeskKey(pub Secret<32>);

impl DeskKey {
    /// A fresh key.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Secret::random(rng).map(Self)
    }

    /// Opens what is sealed to the desk.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::hybrid_from_seed(&derive(&self.0, "amparo/v1/desk/mlkem768x25519"))
    }
}

/// A confidential reporter's identity is sealed to it; split among the custodians.
#[derive(Clone)]
pub struct IdentityKey(pub Secret<32>);

impl IdentityKey {
    /// A fresh key.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Secret::random(rng).map(Self)
    }

    /// Opens the identity.
    #[must_use]
    pub fn identity(&self) -> Identity {
        Identity::hybrid_from_seed(&derive(&self.0, "amparo/v1/identity/mlkem768x25519"))
    }

    /// What the identity is sealed to.
    #[must_use]
    pub fn recipient(&self) -> Recipient {
        self.identity().recipient()
    }
}
