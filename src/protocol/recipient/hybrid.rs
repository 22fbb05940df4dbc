//! Hybrid recipients and identities: a file key sealed by HPKE with ML-KEM-768 and X25519 together.
//!
//! The construction is age's `mlkem768x25519` stanza (<https://c2sp.org/age>): HPKE in base mode (RFC 9180) with
//! HKDF-SHA256 and ChaCha20-Poly1305 over the X-Wing KEM (draft-connolly-cfrg-xwing-kem, `MLKEM768-X25519` of
//! draft-ietf-hpke-pq). Never for anything but one 16-byte file key: the context is used once, without additional data.

use std::collections::HashSet;
use std::io;

use age::{DecryptError, EncryptError};
use age_core::format::{FILE_KEY_BYTES, FileKey, Stanza};
use age_core::secrecy::ExposeSecret;
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};

use super::RecipientError;
use crate::secret::Secret;

mod hpke;
mod xwing;

/// First word of the stanza that holds a file key for such a recipient.
const TAG: &str = "mlkem768x25519";

/// Keeps age from putting a recipient beside it that a quantum computer could open.
const LABEL: &str = "postquantum";

/// HPKE's `info`.
const INFO: &[u8] = b"age-encryption.org/mlkem768x25519";

/// An X-Wing public key of 1216 bytes, checked: ML-KEM coefficients reduced, X25519 canonical and not of small order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct HybridRecipient(Box<[u8; xwing::PUBLIC]>);

impl HybridRecipient {
    /// ML-KEM-768's encapsulation key (1184 bytes) and X25519's public key (32 bytes).
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; xwing::PUBLIC] {
        &self.0
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, RecipientError> {
        let key = Box::new(bytes.try_into().map_err(|_| RecipientError::Malformed)?);
        if xwing::is_sound(&key) { Ok(Self(key)) } else { Err(RecipientError::UnsafeKey) }
    }

    pub(super) fn wrap_file_key(&self, file_key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        let no_randomness = |_| EncryptError::Io(io::Error::other("the system's random generator gave no bytes"));
        let seed = Secret::fill_with(|seed| SystemRandom::new().fill(seed)).map_err(no_randomness)?;
        Ok((vec![self.wrap_with(&seed, file_key)], HashSet::from([LABEL.to_owned()])))
    }

    /// `seed` is the randomness of this one encapsulation.
    fn wrap_with(&self, seed: &Secret<{ xwing::ENCAPSULATION_SEED }>, file_key: &FileKey) -> Stanza {
        let (encapsulated, shared) = xwing::encapsulate(&self.0, seed);
        Stanza {
            tag: TAG.to_owned(),
            args: vec![BASE64_STANDARD_NO_PAD.encode(*encapsulated)],
            body: hpke::Context::new(&shared, INFO).seal(file_key.expose_secret()),
        }
    }
}

/// The seed of an X-Wing key pair.
pub(super) struct HybridIdentity(Secret<32>);

impl HybridIdentity {
    pub(super) fn new(seed: Secret<32>) -> Self {
        Self(seed)
    }

    pub(super) fn seed(&self) -> &Secret<32> {
        &self.0
    }

    pub(super) fn recipient(&self) -> HybridRecipient {
        HybridRecipient(xwing::KeyPair::expand(&self.0).public())
    }

    /// `None` when the stanza is of another kind or for somebody else; an error when it is broken whoever opens it.
    pub(super) fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        if stanza.tag != TAG {
            return None;
        }
        let Some((encapsulated, body)) = read_stanza(stanza) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        // A point of small order, with which anybody could know the classic half of the shared secret.
        let Some(shared) = xwing::KeyPair::expand(&self.0).decapsulate(&encapsulated) else {
            return Some(Err(DecryptError::InvalidHeader));
        };
        let context = hpke::Context::new(&shared, INFO);
        FileKey::try_init_with_mut(|file_key| context.open(body, file_key)).ok().map(Ok)
    }
}

fn read_stanza(stanza: &Stanza) -> Option<(Box<[u8; xwing::CIPHERTEXT]>, &[u8; FILE_KEY_BYTES + hpke::TAG])> {
    let [encapsulated] = stanza.args.as_slice() else { return None };
    let encapsulated = BASE64_STANDARD_NO_PAD.decode(encapsulated).ok()?;
    Some((encapsulated.try_into().ok()?, stanza.body.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha256(bytes: &[u8]) -> Secret<32> {
        Secret::from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref()).unwrap()
    }

    fn secret<const N: usize>(hex: &str) -> Secret<N> {
        let bytes: Vec<u8> =
            (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
        Secret::from_slice(&bytes).unwrap()
    }

    /// Seeds of the first test vector of draft-connolly-cfrg-xwing-kem. The stanza over it is what the npm packages
    /// `@noble/post-quantum` and `age-encryption` make of the same seeds.
    #[test]
    fn the_published_key_pair_gives_the_published_stanza() {
        let identity = HybridIdentity::new(secret("7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"));
        let recipient = identity.recipient();
        assert!(
            sha256(recipient.as_bytes()) == secret("2e816deebcd76c5c80d0cd2d174478871658e8e2ff42bc9d4a6e486372e856bb")
        );

        let seed = secret(
            "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2\
             35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2",
        );
        let (_, shared) = xwing::encapsulate(recipient.as_bytes(), &seed);
        assert!(shared == secret("d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384"));

        let file_key = FileKey::new(Box::new(*b"YELLOW SUBMARINE"));
        let stanza = recipient.wrap_with(&seed, &file_key);
        assert!(
            sha256(&BASE64_STANDARD_NO_PAD.decode(&stanza.args[0]).unwrap())
                == secret("17cd532d657e44c897ca6583e548a5424fc70bf54f99515a4d2bcf99e3469f33")
        );
        assert_eq!(
            stanza.body,
            secret::<32>("93013bc70d38718895a2713f31e629c8acd011ebabf463d82c874c47b60bfd8d").expose()
        );
        let opened = identity.unwrap_stanza(&stanza).unwrap().unwrap();
        assert_eq!(opened.expose_secret(), b"YELLOW SUBMARINE");
    }

    #[test]
    fn a_key_with_an_unreduced_coefficient_is_refused() {
        let mut key = *HybridIdentity::new(Secret::from_slice(&[1; 32]).unwrap()).recipient().as_bytes();
        assert!(HybridRecipient::from_bytes(&key).is_ok());
        // The second coefficient, in the high 12 bits of the first three bytes, becomes q = 3329 itself.
        (key[1], key[2]) = (key[1] & 0x0f | 0x10, 0xd0);
        assert_eq!(HybridRecipient::from_bytes(&key).err(), Some(RecipientError::UnsafeKey));
    }
}
