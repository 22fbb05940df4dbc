//! HPKE (RFC 9180): base mode, one message, HKDF-SHA256, ChaCha20-Poly1305, no additional data.
//!
//! Only for a shared secret that a KEM has just made: key and nonce follow from it, so a second message under the same
//! one would give both away.

use chacha20poly1305::aead::{Aead, AeadInPlace};
use chacha20poly1305::{ChaCha20Poly1305, Error, Key, KeyInit, Nonce, Tag};
use ring::hmac;
use zeroize::Zeroize;

use crate::secret::Secret;

/// Bytes by which a message grows.
pub(super) const TAG: usize = 16;

/// `"HPKE" ‖ KEM 0x647a (MLKEM768-X25519) ‖ KDF 0x0001 (HKDF-SHA256) ‖ AEAD 0x0003 (ChaCha20-Poly1305)`.
const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\x00\x03";

/// Key and nonce of one message; sealing or opening uses them up.
pub(super) struct Context {
    cipher: ChaCha20Poly1305,
    nonce: Nonce,
}

impl Context {
    pub(super) fn new(shared: &Secret<32>, info: &[u8]) -> Self {
        let mode_base: &[u8] = &[0];
        let context = [
            mode_base,
            labeled_extract(&[], b"psk_id_hash", &[]).as_ref(),
            labeled_extract(&[], b"info_hash", info).as_ref(),
        ]
        .concat();
        let secret = labeled_extract(shared.expose(), b"secret", &[]);
        let mut key = labeled_expand::<32>(secret.as_ref(), b"key", &context);
        let nonce = labeled_expand::<12>(secret.as_ref(), b"base_nonce", &context);
        let cipher = ChaCha20Poly1305::new(Key::from_slice(&key));
        key.zeroize();
        Self { cipher, nonce: nonce.into() }
    }

    pub(super) fn seal(self, plaintext: &[u8]) -> Vec<u8> {
        self.cipher.encrypt(&self.nonce, plaintext).expect("a file key is shorter than ChaCha20's limit")
    }

    /// Opens into `plaintext`, which holds nothing of worth when this fails.
    pub(super) fn open<const N: usize, const M: usize>(
        self,
        ciphertext: &[u8; M],
        plaintext: &mut [u8; N],
    ) -> Result<(), Error> {
        let (body, tag) = ciphertext.split_at_checked(N).filter(|(_, tag)| tag.len() == TAG).ok_or(Error)?;
        plaintext.copy_from_slice(body);
        self.cipher.decrypt_in_place_detached(&self.nonce, &[], plaintext, Tag::from_slice(tag))
    }
}

/// RFC 9180 section 4, over HKDF's extract, which is HMAC with the salt as its key (RFC 5869).
fn labeled_extract(salt: &[u8], label: &[u8], ikm: &[u8]) -> hmac::Tag {
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, salt));
    for piece in [b"HPKE-v1", SUITE, label, ikm] {
        mac.update(piece);
    }
    mac.sign()
}

/// RFC 9180 section 4, for at most 32 bytes, of which HKDF's expand takes one block.
fn labeled_expand<const N: usize>(prk: &[u8], label: &[u8], info: &[u8]) -> [u8; N] {
    const { assert!(N <= 32, "one block of HMAC-SHA256 holds 32 bytes") };
    let length = u16::try_from(N).expect("at most 32").to_be_bytes();
    let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, prk));
    for piece in [&length[..], b"HPKE-v1", SUITE, label, info, &[1]] {
        mac.update(piece);
    }
    *mac.sign().as_ref().first_chunk().expect("a tag is 32 bytes long")
}
