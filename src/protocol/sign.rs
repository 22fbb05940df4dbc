//! Ed25519 signatures (RFC 8032), each bound to one purpose and one authority.
//!
//! What is signed is `"amparo/v1/" ‖ purpose ‖ 0x00 ‖ authority id ‖ body`, so a signature made for one thing can
//! never be shown as another. Verification is cofactorless (ring), and stricter than RFC 8032 where implementations
//! differ: a verifying key must be the canonical encoding of a point that is not of small order (Chalkias, Garillot,
//! Nikolaenko, *Taming the many EdDSAs*, 2020), so that Rust and browsers accept the same signatures.
//!
//! Never use a [`SigningKey`] for anything but a [`Purpose`].

use std::fmt;
use std::str::FromStr;

use ring::rand::SecureRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::bytes::{AuthorityId, Malformed, from_hex, to_hex};
use crate::secret::{NoRandomness, Secret};

/// What a signature says; each is worthless as any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The root policy issues a manifest.
    Manifest,
    /// A reporter opens a case.
    Card,
    /// The author of an envelope's header.
    Envelope,
    /// The case key's word that a member may write in the case.
    EnvelopeCase,
    /// A member passes a key on.
    Grant,
    /// The case key's word that a member may pass keys of the case on.
    GrantCase,
    /// A member asks the server for something.
    Request,
    /// A token takes a case over.
    Move,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Card => "card",
            Self::Envelope => "envelope",
            Self::EnvelopeCase => "envelope-case",
            Self::Grant => "grant",
            Self::GrantCase => "grant-case",
            Self::Request => "request",
            Self::Move => "move",
        }
    }

    fn input(self, authority: &AuthorityId, body: &[u8]) -> Vec<u8> {
        [b"amparo/v1/", self.name().as_bytes(), &[0], authority.as_bytes(), body].concat()
    }
}

/// The signature is not one of this key over these bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signature does not hold")]
pub struct BadSignature;

/// An Ed25519 signature, 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl Signature {
    /// Takes exactly 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Malformed> {
        bytes.try_into().map(Self).map_err(|_| Malformed("signature"))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

/// The `y` coordinates of the eight points of small order, sign bit cleared, little-endian.
const SMALL_ORDER: [&str; 5] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// An Ed25519 public key in canonical encoding, not of small order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VerifyingKey([u8; 32]);

impl VerifyingKey {
    /// Checks the encoding; whether the point is on the curve shows when a signature is verified.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, Malformed> {
        let mut y = bytes;
        y[31] &= 0x7f;
        // 2^255 - 19 is 0xed, thirty times 0xff, 0x7f; only 19 values of y lie at or above it.
        let not_canonical = y[0] >= 0xed && y[31] == 0x7f && y[1..31].iter().all(|&b| b == 0xff);
        if not_canonical || SMALL_ORDER.contains(&to_hex(&y).as_str()) {
            return Err(Malformed("verifying key"));
        }
        Ok(Self(bytes))
    }

    /// The 32 bytes that enter hashes and headers.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Checks that this key signed `body` for `purpose` under `authority`.
    pub fn verify(
        &self,
        purpose: Purpose,
        authority: &AuthorityId,
        body: &[u8],
        signature: &Signature,
    ) -> Result<(), BadSignature> {
        UnparsedPublicKey::new(&ED25519, self.0)
            .verify(&purpose.input(authority, body), &signature.0)
            .map_err(|_| BadSignature)
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

impl FromStr for VerifyingKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        Self::from_bytes(from_hex(text).map_err(|_| Malformed("verifying key"))?)
    }
}

impl serde::Serialize for VerifyingKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for VerifyingKey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An Ed25519 private key, kept as its 32-byte seed.
#[derive(Clone)]
pub struct SigningKey {
    seed: Secret<32>,
    verifying_key: VerifyingKey,
}

impl SigningKey {
    /// The key of `seed`.
    ///
    /// # Panics
    /// Never: an honest seed gives a point of large order.
    #[must_use]
    pub fn from_seed(seed: Secret<32>) -> Self {
        let pair = pair_of(&seed);
        let bytes = pair.public_key().as_ref().try_into().expect("an Ed25519 public key has 32 bytes");
        let verifying_key = VerifyingKey::from_bytes(bytes).expect("clamping keeps a seed's point out of small order");
        Self { seed, verifying_key }
    }

    /// A fresh key.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Secret::random(rng).map(Self::from_seed)
    }

    /// The seed, for the member's sealed key file.
    #[must_use]
    pub fn seed(&self) -> &Secret<32> {
        &self.seed
    }

    /// The public half.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        self.verifying_key
    }

    /// Signs `body` for `purpose` under `authority`.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, authority: &AuthorityId, body: &[u8]) -> Signature {
        let signature = pair_of(&self.seed).sign(&purpose.input(authority, body));
        Signature(signature.as_ref().try_into().expect("an Ed25519 signature has 64 bytes"))
    }
}

/// ring's key pair does not wipe itself, so it lives only as long as one operation.
fn pair_of(seed: &Secret<32>) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(seed.expose()).expect("a seed of 32 bytes is an Ed25519 key")
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHORITY: AuthorityId = AuthorityId([7; 32]);

    fn key() -> SigningKey {
        SigningKey::from_seed(Secret::from_slice(&[3; 32]).unwrap())
    }

    #[test]
    fn a_signature_holds_for_its_purpose_authority_body_and_key_only() {
        let signature = key().sign(Purpose::Card, &AUTHORITY, b"body");
        let holds = |purpose, authority: &AuthorityId, body: &[u8], signature: &Signature| {
            key().verifying_key().verify(purpose, authority, body, signature).is_ok()
        };
        assert!(holds(Purpose::Card, &AUTHORITY, b"body", &signature));
        assert!(!holds(Purpose::Envelope, &AUTHORITY, b"body", &signature));
        assert!(!holds(Purpose::Card, &AuthorityId([8; 32]), b"body", &signature));
        assert!(!holds(Purpose::Card, &AUTHORITY, b"bodY", &signature));
        for bit in 0..512 {
            let mut flipped = signature;
            flipped.0[bit / 8] ^= 1 << (bit % 8);
            assert!(!holds(Purpose::Card, &AUTHORITY, b"body", &flipped), "bit {bit}");
        }
        let other = SigningKey::from_seed(Secret::from_slice(&[4; 32]).unwrap());
        assert!(other.verifying_key().verify(Purpose::Card, &AUTHORITY, b"body", &signature).is_err());
    }

    #[test]
    fn keys_of_small_order_and_of_other_encoding_are_refused_with_either_sign() {
        let mut refused: Vec<[u8; 32]> = SMALL_ORDER.iter().map(|y| from_hex(y).unwrap()).collect();
        for low in 0xed..=0xff {
            let mut y = [0xff; 32];
            (y[0], y[31]) = (low, 0x7f);
            refused.push(y);
        }
        for mut bytes in refused {
            assert!(VerifyingKey::from_bytes(bytes).is_err(), "{}", to_hex(&bytes));
            bytes[31] |= 0x80;
            assert!(VerifyingKey::from_bytes(bytes).is_err(), "{}", to_hex(&bytes));
        }
        let mut largest = [0xff; 32];
        (largest[0], largest[31]) = (0xeb, 0x7f);
        assert!(VerifyingKey::from_bytes(largest).is_ok());
    }

    #[test]
    fn a_signature_whose_scalar_was_not_reduced_is_refused() {
        // L, little-endian; S + L verifies in implementations that do not check for it.
        let order: [u8; 32] = from_hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010").unwrap();
        let mut signature = key().sign(Purpose::Card, &AUTHORITY, b"body");
        let mut carry = 0;
        for (byte, add) in signature.0[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert!(key().verifying_key().verify(Purpose::Card, &AUTHORITY, b"body", &signature).is_err());
    }
}
