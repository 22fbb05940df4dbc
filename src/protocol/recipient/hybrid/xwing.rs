//! X-Wing: ML-KEM-768 (FIPS 203) and X25519 (RFC 7748) as one KEM, safe as long as either holds.
//!
//! Source: draft-connolly-cfrg-xwing-kem. Randomness comes in as seeds, so that published vectors can be replayed; a
//! seed must never serve twice.

use ml_kem::array::Array;
use ml_kem::kem::Decapsulate;
use ml_kem::{B32, EncapsulateDeterministic, EncodedSizeUser, KemCore, MlKem768};
use sha3::digest::{ExtendableOutput, Update, XofReader};
use sha3::{Digest, Sha3_256, Shake256};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroize;

use super::super::point;
use crate::secret::Secret;

/// Bytes of ML-KEM-768's part of a public key.
const PQ_PUBLIC: usize = 1184;
/// Bytes of those that are packed coefficients; the rest is a seed, of which every value is fine.
const PQ_COEFFICIENTS: usize = 1152;
/// Bytes of ML-KEM-768's part of a ciphertext.
const PQ_CIPHERTEXT: usize = 1088;
/// ML-KEM's modulus.
const Q: u16 = 3329;

/// Bytes of a public key.
pub(super) const PUBLIC: usize = PQ_PUBLIC + 32;
/// Bytes of a ciphertext.
pub(super) const CIPHERTEXT: usize = PQ_CIPHERTEXT + 32;
/// Bytes of randomness that one encapsulation takes: 32 for ML-KEM, 32 for X25519.
pub(super) const ENCAPSULATION_SEED: usize = 64;

/// A key pair, grown from its seed.
pub(super) struct KeyPair {
    pq: <MlKem768 as KemCore>::DecapsulationKey,
    classic: StaticSecret,
}

impl KeyPair {
    pub(super) fn expand(seed: &Secret<32>) -> Self {
        let expanded = Secret::<96>::fill_with(|out| {
            let mut shake = Shake256::default();
            Update::update(&mut shake, seed.expose());
            shake.finalize_xof().read(out);
            Ok::<_, std::convert::Infallible>(())
        });
        let Ok(expanded) = expanded;
        let (mut d, mut z, mut scalar) = (part(&expanded, 0), part(&expanded, 1), part(&expanded, 2));
        let (pq, _) = MlKem768::generate_deterministic(&d, &z);
        let classic = StaticSecret::from(scalar.0);
        for secret in [&mut d, &mut z, &mut scalar] {
            secret.as_mut_slice().zeroize();
        }
        Self { pq, classic }
    }

    pub(super) fn public(&self) -> Box<[u8; PUBLIC]> {
        let mut public = Box::new([0; PUBLIC]);
        public[..PQ_PUBLIC].copy_from_slice(&self.pq.encapsulation_key().as_bytes());
        public[PQ_PUBLIC..].copy_from_slice(PublicKey::from(&self.classic).as_bytes());
        public
    }

    /// The shared secret, or `None` when the X25519 part is of small order. A ciphertext for another key gives a
    /// shared secret that nobody else knows.
    pub(super) fn decapsulate(&self, ciphertext: &[u8; CIPHERTEXT]) -> Option<Secret<32>> {
        let (pq, share) = ciphertext.split_at(PQ_CIPHERTEXT);
        let mut pq_secret = self
            .pq
            .decapsulate(&Array::try_from(pq).expect("the length is that of an ML-KEM-768 ciphertext"))
            .expect("ML-KEM rejects implicitly, by another secret");
        let share = PublicKey::from(<[u8; 32]>::try_from(share).expect("32 bytes are left"));
        let classic_secret = self.classic.diffie_hellman(&share);
        let combined = classic_secret.was_contributory().then(|| {
            combine(&pq_secret, classic_secret.as_bytes(), share.as_bytes(), PublicKey::from(&self.classic).as_bytes())
        });
        pq_secret.as_mut_slice().zeroize();
        combined
    }
}

/// Makes a shared secret and its ciphertext for the holder of `public`, which must be sound.
pub(super) fn encapsulate(
    public: &[u8; PUBLIC],
    seed: &Secret<ENCAPSULATION_SEED>,
) -> (Box<[u8; CIPHERTEXT]>, Secret<32>) {
    let (pq_public, classic_public) = public.split_at(PQ_PUBLIC);
    let pq_public = <MlKem768 as KemCore>::EncapsulationKey::from_bytes(
        &Array::try_from(pq_public).expect("the length is that of an ML-KEM-768 key"),
    );
    let classic_public = PublicKey::from(<[u8; 32]>::try_from(classic_public).expect("32 bytes are left"));

    let (mut message, mut scalar) = (part(seed, 0), part(seed, 1));
    let ephemeral = StaticSecret::from(scalar.0);
    let share = PublicKey::from(&ephemeral);
    let (pq, mut pq_secret) =
        pq_public.encapsulate_deterministic(&message).expect("ML-KEM's encapsulation has no way to fail");
    let classic_secret = ephemeral.diffie_hellman(&classic_public);
    let shared = combine(&pq_secret, classic_secret.as_bytes(), share.as_bytes(), classic_public.as_bytes());
    for secret in [&mut message, &mut scalar, &mut pq_secret] {
        secret.as_mut_slice().zeroize();
    }

    let mut ciphertext = Box::new([0; CIPHERTEXT]);
    ciphertext[..PQ_CIPHERTEXT].copy_from_slice(&pq);
    ciphertext[PQ_CIPHERTEXT..].copy_from_slice(share.as_bytes());
    (ciphertext, shared)
}

/// Whether every ML-KEM coefficient is reduced (FIPS 203, 7.2) and the X25519 part is canonical and of large order.
pub(super) fn is_sound(public: &[u8; PUBLIC]) -> bool {
    let (coefficients, rest) = public.split_at(PQ_COEFFICIENTS);
    let reduced = coefficients.chunks_exact(3).all(|three| {
        let [a, b, c] = [three[0], three[1], three[2]].map(u16::from);
        (a | (b & 0x0f) << 8) < Q && (b >> 4 | c << 4) < Q
    });
    let classic = rest.last_chunk().expect("a seed and a point of 32 bytes each are left");
    reduced && point::is_sound(classic)
}

/// The `index`th 32 bytes; the caller wipes them.
fn part<const N: usize>(secret: &Secret<N>, index: usize) -> B32 {
    Array::try_from(&secret.expose()[index * 32..][..32]).expect("the slice is 32 bytes long")
}

fn combine(pq_secret: &[u8], classic_secret: &[u8; 32], share: &[u8; 32], classic_public: &[u8; 32]) -> Secret<32> {
    let hash = Sha3_256::new()
        .chain_update(pq_secret)
        .chain_update(classic_secret)
        .chain_update(share)
        .chain_update(classic_public)
        .chain_update(br"\.//^\");
    Secret::take(&mut hash.finalize().into())
}
