//! The plainest layer: hashes, ids, and the field encoding that everything signed is made of.
//!
//! A body is its fields in fixed order, each as `u32` big-endian length and bytes, so that no two lists of fields
//! share an encoding. [`Fields`] reads untrusted bodies: it checks every length before it slices.

use std::fmt;
use std::str::FromStr;

use ring::digest;
use ring::rand::SecureRandom;

use crate::secret::{NoRandomness, random_bytes};

/// The bytes are not what the protocol says should stand here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed {0}")]
pub struct Malformed(pub &'static str);

/// Text that is not the expected number of lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {0} lower-case hex digits")]
pub struct NotHex(usize);

/// Lower-case hex of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|b| [b >> 4, b & 15]).map(|nibble| char::from(DIGITS[usize::from(nibble)])).collect()
}

/// Reads exactly `2 * N` lower-case hex digits.
pub fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], NotHex> {
    let digit = |c: u8| match c {
        b'0'..=b'9' => Ok(c - b'0'),
        b'a'..=b'f' => Ok(c - b'a' + 10),
        _ => Err(NotHex(2 * N)),
    };
    if text.len() != 2 * N {
        return Err(NotHex(2 * N));
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Ok(bytes)
}

/// A public value of fixed size that people and JSON see in hex.
macro_rules! hex_value {
    ($(#[$doc:meta])* $name:ident, $size:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $size]);

        impl $name {
            /// The raw bytes.
            #[must_use]
            pub fn as_bytes(&self) -> &[u8; $size] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = NotHex;

            fn from_str(text: &str) -> Result<Self, NotHex> {
                from_hex(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(super) use hex_value;

hex_value! {
    /// A SHA-256 value.
    Hash, 32
}

hex_value! {
    /// Names a case: 16 random bytes, which say nothing about when or where it was filed.
    CaseId, 16
}

hex_value! {
    /// Names a member of the authority: 8 random bytes. It stays when their keys rotate.
    MemberId, 8
}

hex_value! {
    /// Names a task of a case: 8 random bytes.
    TaskId, 8
}

hex_value! {
    /// Names an authority: the hash of its first manifest, so that no two authorities share signatures.
    AuthorityId, 32
}

impl CaseId {
    /// A fresh case id.
    pub fn random(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        random_bytes(rng).map(Self)
    }
}

impl MemberId {
    /// A fresh member id.
    pub fn random(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        random_bytes(rng).map(Self)
    }
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn hash(bytes: &[u8]) -> Hash {
    hash_of(&[bytes])
}

/// SHA-256 of `parts` joined.
#[must_use]
pub fn hash_of(parts: &[&[u8]]) -> Hash {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut value = [0; 32];
    value.copy_from_slice(context.finish().as_ref());
    Hash(value)
}

/// Each of `fields` as `u32` big-endian length and bytes.
///
/// # Panics
/// When a field has 4 GiB or more, which nothing in this protocol can.
#[must_use]
pub fn fields(fields: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::with_capacity(fields.iter().map(|field| field.len() + 4).sum());
    for field in fields {
        body.extend(u32::try_from(field.len()).expect("a field is smaller than 4 GiB").to_be_bytes());
        body.extend_from_slice(field);
    }
    body
}

/// Reads the fields of an untrusted body one after another.
pub struct Fields<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Fields<'a> {
    /// Starts at the first field; `what` names the body in errors.
    #[must_use]
    pub fn new(body: &'a [u8], what: &'static str) -> Self {
        Self { rest: body, what }
    }

    /// The next field, of any length.
    pub fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let (length, rest) = self.rest.split_first_chunk::<4>().ok_or(Malformed(self.what))?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Malformed(self.what))?;
        let (field, rest) = rest.split_at_checked(length).ok_or(Malformed(self.what))?;
        self.rest = rest;
        Ok(field)
    }

    /// The next field, which must have `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        self.bytes()?.try_into().map_err(|_| Malformed(self.what))
    }

    /// The next field, which must have `N` bytes or none.
    pub fn optional<const N: usize>(&mut self) -> Result<Option<[u8; N]>, Malformed> {
        match self.bytes()? {
            [] => Ok(None),
            field => field.try_into().map(Some).map_err(|_| Malformed(self.what)),
        }
    }

    /// The next field as `u8`.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        self.array::<1>().map(|[value]| value)
    }

    /// The next field as big-endian `u64`.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_be_bytes)
    }

    /// The next field as UTF-8.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed(self.what))
    }

    /// Refuses anything after the last field.
    pub fn end(self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed(self.what)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hex_takes_only_its_own_form() {
        assert_eq!(to_hex(&[0, 0xab, 0xff]), "00abff");
        assert_eq!(from_hex::<2>("00ff"), Ok([0, 255]));
        for bad in ["00f", "00FF", "00fg", "", "00ff00"] {
            assert!(from_hex::<2>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_hash_is_sha_256() {
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash(b"abc").to_string(), abc);
        assert_eq!(hash_of(&[b"a", b"", b"bc"]).to_string(), abc);
    }

    proptest! {
        #[test]
        fn fields_round_trip_and_every_shorter_or_longer_body_is_refused(
            list in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 1..6),
        ) {
            let body = fields(&list.iter().map(Vec::as_slice).collect::<Vec<_>>());
            let read = |body: &[u8]| {
                let mut reader = Fields::new(body, "test");
                let found: Result<Vec<_>, _> = list.iter().map(|_| reader.bytes().map(<[u8]>::to_vec)).collect();
                found.and_then(|found| reader.end().map(|()| found))
            };
            prop_assert_eq!(read(&body), Ok(list.clone()));
            for cut in 0..body.len() {
                prop_assert!(read(&body[..cut]).is_err());
            }
            let mut longer = body.clone();
            longer.push(0);
            prop_assert!(read(&longer).is_err());
        }
    }
}
