//! One frame: its head, its key, its seal.

use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroize;

use crate::protocol::bytes::to_hex;
use crate::protocol::token::derive;
use crate::secret::{Secret, SecretBytes};

/// Bytes of length and kind.
pub const HEAD: usize = 5;

/// Bytes of a tag.
pub const TAG: usize = 16;

/// Bytes of a session's salt.
pub const SALT: usize = 32;

/// The largest ciphertext, in bytes. One case with all its messages fits.
pub const LONGEST: usize = 32 << 20;

/// The tag of a frame.
pub type Tag = [u8; TAG];

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The salt of the frames that follow, in the clear, and a tag.
    Session,
    /// What lists show of cases, and what is searched.
    Index,
    /// Whole cases; read when one is opened.
    Body,
}

impl Kind {
    /// As it stands in the file.
    pub fn byte(self) -> u8 {
        match self {
            Self::Session => 0,
            Self::Index => 1,
            Self::Body => 2,
        }
    }

    /// The reverse of [`Kind::byte`].
    pub fn of(byte: u8) -> Option<Self> {
        [Self::Session, Self::Index, Self::Body].into_iter().find(|kind| kind.byte() == byte)
    }
}

/// The head of a frame of `length` bytes of ciphertext.
pub fn head(length: usize, kind: Kind) -> [u8; HEAD] {
    let [a, b, c, d] = u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes();
    [a, b, c, d, kind.byte()]
}

/// Length and kind, when a frame may have them.
pub fn read_head(head: [u8; HEAD]) -> Option<(usize, Kind)> {
    let [a, b, c, d, kind] = head;
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).ok()?;
    let kind = Kind::of(kind)?;
    let fits = if kind == Kind::Session { length == SALT + TAG } else { (TAG..=LONGEST).contains(&length) };
    fits.then_some((length, kind))
}

/// Where a frame stands: what it is bound to.
#[derive(Clone, Copy)]
pub struct Bound {
    /// Its number in the file, from 0.
    pub number: u64,
    /// What it holds.
    pub kind: Kind,
    /// The tag of the frame before; zeros for the first.
    pub before: Tag,
}

impl Bound {
    fn aad(&self) -> Aad<[u8; 25]> {
        let mut aad = [0; 25];
        aad[..8].copy_from_slice(&self.number.to_be_bytes());
        aad[8] = self.kind.byte();
        aad[9..].copy_from_slice(&self.before);
        Aad::from(aad)
    }

    fn nonce(&self) -> Nonce {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.number.to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }
}

/// The frame is not what its writer sealed, or not where they put it.
#[derive(Debug)]
pub struct Refused;

/// The key of one session.
pub struct SessionKey(LessSafeKey);

impl SessionKey {
    /// From the member's key for the cache and the session's salt.
    pub fn derive(member: &Secret<32>, salt: &[u8; SALT]) -> Self {
        let key = derive(member, &format!("amparo/v1/desk-cache/{}", to_hex(salt)));
        let key = UnboundKey::new(&CHACHA20_POLY1305, key.expose());
        Self(LessSafeKey::new(key.expect("32 bytes are a key of ChaCha20-Poly1305")))
    }

    /// Seals `plain` in place and gives the tag.
    pub fn seal(&self, bound: &Bound, plain: &mut [u8]) -> Tag {
        let sealed = self.0.seal_in_place_separate_tag(bound.nonce(), bound.aad(), plain);
        let tag = sealed.expect("a frame is far shorter than the cipher's limit");
        tag.as_ref().try_into().expect("a tag of Poly1305 has 16 bytes")
    }

    /// Opens ciphertext and tag.
    pub fn open(&self, bound: &Bound, mut sealed: Vec<u8>) -> Result<SecretBytes, Refused> {
        let Ok(plain) = self.0.open_in_place(bound.nonce(), bound.aad(), &mut sealed) else {
            sealed.zeroize();
            return Err(Refused);
        };
        let length = plain.len();
        sealed.truncate(length);
        Ok(SecretBytes::new(sealed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(salt: u8) -> SessionKey {
        SessionKey::derive(&Secret::from_slice(&[7; 32]).unwrap(), &[salt; SALT])
    }

    #[test]
    fn a_frame_opens_where_it_was_put_and_nowhere_else() {
        let bound = Bound { number: 3, kind: Kind::Index, before: [9; TAG] };
        let mut sealed = b"a case".to_vec();
        let tag = key(1).seal(&bound, &mut sealed);
        sealed.extend_from_slice(&tag);
        assert_eq!(key(1).open(&bound, sealed.clone()).unwrap().expose(), b"a case");
        let elsewhere =
            [Bound { number: 4, ..bound }, Bound { kind: Kind::Body, ..bound }, Bound { before: [8; TAG], ..bound }];
        assert!(elsewhere.iter().all(|bound| key(1).open(bound, sealed.clone()).is_err()));
        assert!(key(2).open(&bound, sealed.clone()).is_err());
        sealed[0] ^= 1;
        assert!(key(1).open(&bound, sealed).is_err());
    }

    #[test]
    fn heads_of_impossible_frames_are_refused() {
        assert_eq!(read_head(head(TAG, Kind::Body)), Some((TAG, Kind::Body)));
        assert_eq!(read_head(head(SALT + TAG, Kind::Session)), Some((SALT + TAG, Kind::Session)));
        let wrong =
            [head(TAG - 1, Kind::Body), head(LONGEST + 1, Kind::Index), head(TAG, Kind::Session), [0, 0, 0, 16, 3]];
        assert!(wrong.into_iter().all(|head| read_head(head).is_none()));
    }
}
