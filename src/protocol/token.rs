//! The case token: 24 decimal digits that are all a reporter has to keep.
//!
//! Twenty-two are uniformly random, two are ISO/IEC 7064 MOD 97-10 check digits, so that every single wrong digit and
//! every swap of two is told as a typo before anything is looked up. Digits, because they can be read out on a hotline,
//! typed on any phone in any script, and copied by hand.
//!
//! From the digits Argon2id (RFC 9106) and HKDF-SHA256 (RFC 5869) make the [`TokenKeys`]. The cost is set for a random
//! secret of 73 bits, not for a password: never use this derivation for one.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use ring::hkdf;
use ring::rand::SecureRandom;
use zeroize::{Zeroize, Zeroizing};

use super::bytes::{AuthorityId, Hash, hash, hash_of};
use super::recipient::Identity;
use super::sign::SigningKey;
use crate::secret::{NoRandomness, Secret, on_wiped_stack};

/// Digits in a token.
pub const DIGITS: usize = 24;

/// 10^22: how many tokens there are.
const TOKENS: u128 = 10_u128.pow(22);

/// Memory of one Argon2id derivation, in KiB.
const MEMORY_KIB: u32 = 16 * 1024;

/// Why typed text is not a case token. None of them takes a look-up to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenTypo {
    /// There are more or fewer than 24 digits.
    #[error("a case token has 24 digits, this has {0}; look for one left out or typed twice")]
    Length(usize),
    /// There is a letter among the digits.
    #[error("a case token has only digits; look for a letter typed in place of one, such as O for 0")]
    Letter,
    /// The check digits do not fit.
    #[error("one of the digits is not right; compare them with your note, group by group")]
    CheckDigits,
}

/// A case token with right check digits.
///
/// ```
/// use amparo::protocol::token::Token;
/// let token = Token::generate(&ring::rand::SystemRandom::new()).unwrap();
/// let typed = token.groups().join(" - ");
/// assert!(Token::parse(&typed).unwrap() == token);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Secret<DIGITS>);

impl Token {
    /// A fresh token, uniform over all 10^22.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        on_wiped_stack(|| Self::random(rng))
    }

    fn random(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        loop {
            let mut bytes = Zeroizing::new([0; 16]);
            bytes.copy_from_slice(Secret::<16>::random(rng)?.expose());
            // 74 bits are the fewest that reach 10^22; what lies above is thrown away, not folded back.
            let number = u128::from_be_bytes(*bytes) >> (128 - 74);
            if number < TOKENS {
                return Ok(Self::from_number(number));
            }
        }
    }

    fn from_number(mut number: u128) -> Self {
        let check = 98 - number * 100 % 97;
        let mut all = number * 100 + check;
        let filled = Secret::fill_with(|digits: &mut [u8; DIGITS]| {
            for digit in digits.iter_mut().rev() {
                *digit = b'0' + u8::try_from(all % 10)?;
                all /= 10;
            }
            Ok::<_, std::num::TryFromIntError>(())
        });
        number.zeroize();
        Self(filled.unwrap_or_else(|_| unreachable!("a remainder of 10 fits in a byte")))
    }

    /// Reads what somebody typed: digits of any script, and between them anything that is neither digit nor letter.
    pub fn parse(typed: &str) -> Result<Self, TokenTypo> {
        let mut count = 0;
        let digits = Secret::fill_with(|digits: &mut [u8; DIGITS]| {
            for c in typed.chars() {
                match digit_value(c) {
                    Some(value) => {
                        if let Some(place) = digits.get_mut(count) {
                            *place = b'0' + value;
                        }
                        count += 1;
                    }
                    None if c.is_alphabetic() => return Err(TokenTypo::Letter),
                    None => {}
                }
            }
            if count == DIGITS { Ok(()) } else { Err(TokenTypo::Length(count)) }
        })?;
        let remainder = digits.expose().iter().fold(0, |sum, d| (sum * 10 + u32::from(d - b'0')) % 97);
        if remainder == 1 { Ok(Self(digits)) } else { Err(TokenTypo::CheckDigits) }
    }

    /// The 24 ASCII digits.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(self.0.expose()).expect("a token is made of ASCII digits")
    }

    /// The digits in six groups of four, as people see them.
    #[must_use]
    pub fn groups(&self) -> [&str; 6] {
        std::array::from_fn(|group| &self.expose()[group * 4..group * 4 + 4])
    }
}

/// The value of a decimal digit of any script (Unicode 17, general category Nd).
pub(crate) fn digit_value(c: char) -> Option<u8> {
    /// The zero of each run of ten digits.
    const ZEROS: [u32; 77] = [
        0x30, 0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0,
        0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620,
        0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136,
        0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0,
        0x11c50, 0x11d50, 0x11da0, 0x11de0, 0x11f50, 0x16130, 0x16a60, 0x16ac0, 0x16b50, 0x16d70, 0x1ccf0, 0x1d7ce,
        0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950, 0x1fbf0,
    ];
    let code = u32::from(c);
    let zero = ZEROS[..ZEROS.partition_point(|&zero| zero <= code)].last()?;
    u8::try_from(code - zero).ok().filter(|&value| value < 10)
}

/// The memory one derivation works in (16 MiB), made once and used again; wiped after each use.
pub struct TokenArena(Vec<Block>);

impl TokenArena {
    /// Takes the memory.
    #[must_use]
    pub fn new() -> Self {
        // Twice as much is asked for, of which the half that is never touched takes no memory until it is wiped as it is
        // freed: what is larger than 32 MiB, glibc gives back to the system then; anything smaller it may keep for good.
        let mut blocks = Vec::with_capacity(2 * MEMORY_KIB as usize + 1);
        blocks.resize(MEMORY_KIB as usize, Block::default());
        Self(blocks)
    }
}

impl Default for TokenArena {
    fn default() -> Self {
        Self::new()
    }
}

/// HKDF-SHA256 with empty salt: 32 bytes for each `info`.
#[must_use]
pub fn derive(secret: &Secret<32>, info: &str) -> Secret<32> {
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, &[]).extract(secret.expose());
    let filled = Secret::fill_with(|key| prk.expand(&[info.as_bytes()], hkdf::HKDF_SHA256)?.fill(key));
    filled.unwrap_or_else(|_| unreachable!("32 bytes are within what HKDF-SHA256 gives"))
}

/// Everything that knowing a token makes possible.
pub struct TokenKeys {
    locator: Secret<32>,
    locator_hash: Hash,
    reply_seed: Secret<32>,
    reply: Identity,
    author: SigningKey,
}

impl TokenKeys {
    /// Derives the keys of `token` at `authority`: some 20 ms and 16 MiB on a small server.
    #[must_use]
    pub fn derive(token: &Token, authority: &AuthorityId, arena: &mut TokenArena) -> Self {
        let salt = hash_of(&[b"amparo/v1/token", authority.as_bytes()]);
        let params = Params::new(MEMORY_KIB, 1, 1, Some(32)).expect("16 MiB, one pass and one lane are in range");
        let prk = Secret::fill_with(|prk| {
            Argon2::new(Algorithm::Argon2id, Version::V0x13, params).hash_password_into_with_memory(
                token.0.expose(),
                salt.as_bytes(),
                prk,
                &mut arena.0,
            )
        })
        .expect("the lengths and the memory are those of the parameters");
        arena.0.iter_mut().for_each(Zeroize::zeroize);
        Self::of(&prk)
    }

    /// Keys that no token gives, for made-up cases to which nobody comes back: without the cost of a derivation.
    pub fn without_token(rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        Ok(Self::of(&Secret::random(rng)?))
    }

    fn of(prk: &Secret<32>) -> Self {
        let reply_seed = derive(prk, "amparo/v1/reply/mlkem768x25519");
        let locator = derive(prk, "amparo/v1/locator");
        Self {
            locator_hash: hash(locator.expose()),
            locator,
            reply: Identity::hybrid_from_seed(&reply_seed),
            reply_seed,
            author: SigningKey::from_seed(derive(prk, "amparo/v1/author")),
        }
    }

    /// Finds the case: shown to the server in a body, never in an address.
    #[must_use]
    pub fn locator(&self) -> &Secret<32> {
        &self.locator
    }

    /// What the server stores of the locator.
    #[must_use]
    pub fn locator_hash(&self) -> Hash {
        self.locator_hash
    }

    /// Opens what the authority answers.
    #[must_use]
    pub fn reply(&self) -> &Identity {
        &self.reply
    }

    /// What the reply identity grows from; handed on when the case moves to another token.
    pub(super) fn reply_seed(&self) -> &Secret<32> {
        &self.reply_seed
    }

    /// Signs what the reporter says.
    #[must_use]
    pub fn author(&self) -> &SigningKey {
        &self.author
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    #[test]
    fn known_tokens() {
        assert_eq!(Token::from_number(0).expose(), "000000000000000000000098");
        assert_eq!(Token::from_number(TOKENS - 1).expose(), "999999999999999999999926");
        assert_eq!(
            Token::from_number(1_234_567_890_123_456_789_012).groups().join("-"),
            "1234-5678-9012-3456-7890-1235"
        );
    }

    #[test]
    fn digits_of_every_script_and_any_separator_are_read() {
        let token = Token::from_number(1_234_567_890_123_456_789_012);
        for zero in ['٠', '۰', '०', '０', '০', '๐', '𝟎', '\u{1fbf0}'] {
            let typed: String = token
                .expose()
                .bytes()
                .map(|b| char::from_u32(u32::from(zero) + u32::from(b - b'0')).unwrap())
                .flat_map(|c| [c, '\u{200f}', '·'])
                .collect();
            assert!(Token::parse(&typed).is_ok_and(|read| read == token), "{typed}");
        }
        assert_eq!(digit_value('a'), None);
        assert_eq!(digit_value('²'), None);
        assert_eq!(digit_value('٠'), Some(0));
        assert_eq!(digit_value('٩'), Some(9));
        assert_eq!(digit_value('٪'), None);
    }

    #[test]
    fn what_is_wrong_is_told() {
        assert!(Token::parse("").is_err_and(|e| e == TokenTypo::Length(0)));
        assert!(Token::parse(&"1".repeat(1000)).is_err_and(|e| e == TokenTypo::Length(1000)));
        assert!(Token::parse("O00000000000000000000098").is_err_and(|e| e == TokenTypo::Letter));
        assert!(Token::parse("000000000000000000000099").is_err_and(|e| e == TokenTypo::CheckDigits));
    }

    #[test]
    fn keys_differ_by_token_and_by_authority_and_do_not_depend_on_the_arena() {
        let mut arena = TokenArena::new();
        let derive = |number, authority, arena: &mut TokenArena| {
            TokenKeys::derive(&Token::from_number(number), &AuthorityId([authority; 32]), arena).locator_hash()
        };
        let first = derive(1, 1, &mut arena);
        assert_ne!(first, derive(2, 1, &mut arena));
        assert_ne!(first, derive(1, 2, &mut arena));
        assert_eq!(first, derive(1, 1, &mut TokenArena::new()));
        assert!(arena.0.iter().all(|block| block.as_ref().iter().all(|&word| word == 0)));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_or_one_swap_is_always_a_typo(place in 0..DIGITS, add in 1..10_u8, other in 0..DIGITS) {
            let token = Token::generate(&SystemRandom::new()).unwrap();
            let mut digits = token.expose().as_bytes().to_vec();
            digits[place] = b'0' + (digits[place] - b'0' + add) % 10;
            let is_typo = |digits: Vec<u8>| Token::parse(&String::from_utf8(digits).unwrap()).is_err();
            prop_assert!(is_typo(digits));
            let mut digits = token.expose().as_bytes().to_vec();
            if digits[place] != digits[other] {
                digits.swap(place, other);
                prop_assert!(is_typo(digits));
            }
        }
    }
}
