//! Proof of work for sealed submissions (`docs/protocol.md`, section 13): sixteen small puzzles under a challenge that
//! only the server can have made.
//!
//! ```
//! use amparo::protocol::work::{Challenge, Work, WorkKey};
//! let rng = ring::rand::SystemRandom::new();
//! let key = WorkKey::generate(&rng).unwrap();
//! let challenge = Challenge::issue(&key, 7, 4, &rng).unwrap();
//! let header = Work::solve(challenge).unwrap().to_string();
//! let work: Work = header.parse().unwrap();
//! assert!(work.challenge.is_authentic(&key) && work.is_done());
//! ```

use std::array;
use std::fmt;
use std::str::FromStr;

use ring::hmac;
use ring::rand::SecureRandom;
use subtle::ConstantTimeEq as _;

use super::bytes::{Malformed, NotHex, from_hex, hash_of, hex_value, to_hex};
use crate::secret::{NoRandomness, Secret, random_bytes};

/// The request header that carries a [`Work`].
pub const WORK_HEADER: &str = "amparo-work";

/// How many puzzles one challenge sets. Many small ones take a more even time than one large one.
pub const PUZZLES: usize = 16;

/// The most zero bits that are asked of each puzzle: 16 · 2¹⁴ hashes on average, under a minute on a slow phone.
pub const MAX_BITS: u8 = 14;

/// Bytes of the authenticator that ends a challenge.
const MAC: usize = 16;

/// Bytes that the authenticator is made of: second, bits and random.
const BODY: usize = 4 + 1 + 16;

hex_value! {
    /// What a server asks to be worked on: `second (u32) ‖ bits (u8) ‖ random (16) ‖ authenticator (16)`.
    Challenge, 37
}

/// The server's key for its challenges; it lives as long as the process.
pub struct WorkKey(hmac::Key);

impl WorkKey {
    /// A fresh key.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self::from_secret(&Secret::random(rng)?))
    }

    /// The key of these bytes.
    #[must_use]
    pub fn from_secret(secret: &Secret<32>) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose()))
    }

    fn authenticate(&self, body: &[u8]) -> [u8; MAC] {
        let tag = hmac::sign(&self.0, body);
        *tag.as_ref().first_chunk().expect("HMAC-SHA256 has 32 bytes")
    }
}

impl Challenge {
    /// A fresh challenge, issued in `second` since the server started, with `bits` zero bits for each puzzle.
    pub fn issue(key: &WorkKey, second: u32, bits: u8, rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self::assemble(key, second, bits, random_bytes(rng)?))
    }

    /// The challenge of these parts.
    #[must_use]
    pub fn assemble(key: &WorkKey, second: u32, bits: u8, random: [u8; 16]) -> Self {
        let mut bytes = [0; BODY + MAC];
        bytes[..4].copy_from_slice(&second.to_be_bytes());
        bytes[4] = bits;
        bytes[5..BODY].copy_from_slice(&random);
        let mac = key.authenticate(&bytes[..BODY]);
        bytes[BODY..].copy_from_slice(&mac);
        Self(bytes)
    }

    /// Whether it was made with `key`.
    #[must_use]
    pub fn is_authentic(&self, key: &WorkKey) -> bool {
        key.authenticate(&self.0[..BODY]).ct_eq(&self.0[BODY..]).into()
    }

    /// When it was issued, in seconds since the server started.
    #[must_use]
    pub fn second(&self) -> u32 {
        u32::from_be_bytes(array::from_fn(|at| self.0[at]))
    }

    /// The zero bits that each puzzle asks.
    #[must_use]
    pub fn bits(&self) -> u8 {
        self.0[4]
    }

    /// Whether `number` solves puzzle `index`.
    fn is_solved_by(&self, index: u8, number: u32) -> bool {
        let value = hash_of(&[&self.0, &[index], &number.to_be_bytes()]);
        let head = u128::from_be_bytes(array::from_fn(|at| value.0[at]));
        head.leading_zeros() >= u32::from(self.bits())
    }
}

/// What a server asks for: the body of `GET /v1/work`, and part of its refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asked {
    /// The challenge to work on.
    pub challenge: Challenge,
    /// The zero bits that each puzzle asks, as the challenge says too; 0 when nothing is to be done.
    pub bits: u8,
}

/// A server asks for more work than [`MAX_BITS`]; no honest one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server asks for more work than it may ({0} bits instead of at most {MAX_BITS}); do not trust it")]
pub struct TooDear(u8);

/// A challenge and the sixteen numbers that are to solve it: the header `Amparo-Work`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// The server's challenge.
    pub challenge: Challenge,
    /// A number for each puzzle.
    pub numbers: [u32; PUZZLES],
}

impl Work {
    /// Does the work: 16 · 2ᵇⁱᵗˢ hashes on average.
    pub fn solve(challenge: Challenge) -> Result<Self, TooDear> {
        if challenge.bits() > MAX_BITS {
            return Err(TooDear(challenge.bits()));
        }
        let mut numbers = [0; PUZZLES];
        for (index, number) in (0_u8..).zip(&mut numbers) {
            // 2³² numbers all fail with a chance below e^(−262144).
            let found = (0..=u32::MAX).find(|&number| challenge.is_solved_by(index, number));
            *number = found.ok_or(TooDear(challenge.bits()))?;
        }
        Ok(Self { challenge, numbers })
    }

    /// Whether every number solves its puzzle; at most 16 hashes.
    #[must_use]
    pub fn is_done(&self) -> bool {
        (0_u8..).zip(self.numbers).all(|(index, number)| self.challenge.is_solved_by(index, number))
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers: Vec<u8> = self.numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        write!(f, "{}.{}", self.challenge, to_hex(&numbers))
    }
}

impl FromStr for Work {
    type Err = Malformed;

    /// Reads the header's one form; whatever else it is, nothing longer is looked at.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        const WHAT: Malformed = Malformed("proof of work");
        let (challenge, numbers) = text.split_once('.').ok_or(WHAT)?;
        let challenge = challenge.parse().map_err(|_| WHAT)?;
        let bytes: [u8; 4 * PUZZLES] = from_hex(numbers).map_err(|_| WHAT)?;
        let numbers = array::from_fn(|index| u32::from_be_bytes(array::from_fn(|at| bytes[4 * index + at])));
        Ok(Self { challenge, numbers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(byte: u8) -> WorkKey {
        WorkKey::from_secret(&Secret::from_slice(&[byte; 32]).unwrap())
    }

    #[test]
    fn more_than_the_most_is_not_worked_on() {
        let challenge = Challenge::assemble(&key(1), 0, MAX_BITS + 1, [0; 16]);
        assert_eq!(Work::solve(challenge), Err(TooDear(15)));
    }

    #[test]
    fn each_puzzle_counts_and_a_work_of_no_bits_is_done() {
        let challenge = Challenge::assemble(&key(1), 9, 8, [3; 16]);
        let work = Work::solve(challenge).unwrap();
        assert!(work.is_done());
        for index in 0..PUZZLES {
            let mut other = work;
            // The solver gives the smallest number, so any below it fails.
            other.numbers[index] = work.numbers[index].checked_sub(1).unwrap_or(u32::MAX);
            assert!(!other.is_done(), "{index}");
        }
        let free = Challenge::assemble(&key(1), 9, 0, [3; 16]);
        assert!(Work { challenge: free, numbers: [u32::MAX; PUZZLES] }.is_done());
    }

    proptest! {
        #[test]
        fn every_bit_of_a_challenge_is_authentic(
            second in any::<u32>(), bits in any::<u8>(), random in any::<[u8; 16]>(), at in 0_usize..37 * 8,
        ) {
            let challenge = Challenge::assemble(&key(1), second, bits, random);
            prop_assert_eq!((challenge.second(), challenge.bits()), (second, bits));
            prop_assert!(challenge.is_authentic(&key(1)) && !challenge.is_authentic(&key(2)));
            let mut changed = challenge;
            changed.0[at / 8] ^= 1 << (at % 8);
            prop_assert!(!changed.is_authentic(&key(1)));
        }

        #[test]
        fn a_header_has_one_form(random in any::<[u8; 16]>(), numbers in any::<[u32; PUZZLES]>(), cut in 0_usize..203) {
            let work = Work { challenge: Challenge::assemble(&key(1), 5, 3, random), numbers };
            let text = work.to_string();
            prop_assert_eq!(text.len(), 203);
            prop_assert_eq!(text.parse(), Ok(work));
            prop_assert!(text[..cut].parse::<Work>().is_err());
            prop_assert!((text.clone() + "0").parse::<Work>().is_err());
            let upper = text.to_uppercase();
            prop_assert!(upper == text || upper.parse::<Work>().is_err());
        }
    }
}
