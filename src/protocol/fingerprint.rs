//! What people compare to know whose keys they have: the first 16 bytes of a hash, as 40 digits or as 16 words.
//!
//! Whoever wants other keys with the same 128 bits of SHA-256 has to try about 2¹²⁸. The words are compared more easily
//! than the digits, above all by voice: no two in the list begin with the same four letters. Programs compare the whole
//! [`Hash`]; this is for people only.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use super::bytes::Hash;
use super::token::digit_value;

/// 256 English words, sorted: the word of byte `n` stands in line `n`, counted from 0.
static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| include_str!("words.txt").lines().collect());

/// How many letters tell the words of the list apart.
const TELLING: usize = 4;

/// The hash of a root policy or of a member's public keys; written as 40 decimal digits in eight groups of five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub Hash);

impl Fingerprint {
    /// The same in 16 words, one a byte.
    ///
    /// # Panics
    /// Never: the list has a word for every byte.
    #[must_use]
    pub fn words(&self) -> [&'static str; 16] {
        self.shown().map(|byte| WORDS[usize::from(byte)])
    }

    /// The words with a space between them.
    #[must_use]
    pub fn in_words(&self) -> String {
        self.words().join(" ")
    }

    /// The bytes that people see.
    fn shown(&self) -> [u8; 16] {
        *self.0.0.first_chunk().expect("a hash has 32 bytes")
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:040}", u128::from_be_bytes(self.shown()));
        let groups: Vec<_> = (0..8).map(|group| &digits[group * 5..group * 5 + 5]).collect();
        f.write_str(&groups.join(" "))
    }
}

/// What a poster shows, as somebody typed it: the 40 digits or the 16 words of a fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedFingerprint([u8; 16]);

impl TypedFingerprint {
    /// Whether it is what `fingerprint` shows.
    #[must_use]
    pub fn is(&self, fingerprint: Fingerprint) -> bool {
        self.0 == fingerprint.shown()
    }
}

impl From<Fingerprint> for TypedFingerprint {
    fn from(fingerprint: Fingerprint) -> Self {
        Self(fingerprint.shown())
    }
}

/// Why a text is not a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FingerprintTypo {
    /// There are more or fewer than 40 digits.
    #[error("a fingerprint has 40 digits or 16 words, this has {0} digits; look for one left out or typed twice")]
    Digits(usize),
    /// The number is larger than 16 bytes hold.
    #[error("no fingerprint has these digits; compare them with the poster, group by group")]
    TooLarge,
    /// There are more or fewer than 16 words.
    #[error("a fingerprint has 40 digits or 16 words, this has {0} words; look for one left out or typed twice")]
    Words(usize),
    /// A word is not in the list.
    #[error("word {number}, {word:?}, is not one of those in fingerprints; {}", advice(*.meant))]
    Unknown {
        /// Which one, counted from 1.
        number: usize,
        /// What was typed.
        word: String,
        /// The word of the list that begins like it.
        meant: Option<&'static str>,
    },
}

fn advice(meant: Option<&str>) -> String {
    meant.map_or_else(|| "compare it with the poster".to_owned(), |word| format!("is it {word:?} on the poster?"))
}

impl FromStr for TypedFingerprint {
    type Err = FingerprintTypo;

    /// Reads digits of any script or words in any case, and between them anything that is neither digit nor letter.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.chars().any(char::is_alphabetic) { from_words(text) } else { from_digits(text) }
    }
}

fn from_digits(text: &str) -> Result<TypedFingerprint, FingerprintTypo> {
    let digits: Vec<u8> = text.chars().filter_map(digit_value).collect();
    if digits.len() != 40 {
        return Err(FingerprintTypo::Digits(digits.len()));
    }
    let add = |number: u128, digit: &u8| number.checked_mul(10)?.checked_add(u128::from(*digit));
    let number = digits.iter().try_fold(0, add).ok_or(FingerprintTypo::TooLarge)?;
    Ok(TypedFingerprint(number.to_be_bytes()))
}

fn from_words(text: &str) -> Result<TypedFingerprint, FingerprintTypo> {
    let typed = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let bytes = typed.enumerate().map(|(place, word)| byte_of(place + 1, word)).collect::<Result<Vec<_>, _>>()?;
    let count = bytes.len();
    Ok(TypedFingerprint(bytes.try_into().map_err(|_| FingerprintTypo::Words(count))?))
}

fn byte_of(number: usize, typed: &str) -> Result<u8, FingerprintTypo> {
    let word = typed.to_lowercase();
    let place = WORDS.binary_search(&word.as_str()).ok();
    place.and_then(|place| u8::try_from(place).ok()).ok_or_else(|| {
        let begins = word.get(..TELLING);
        let meant = begins.and_then(|begins| WORDS.iter().copied().find(|listed| listed.starts_with(begins)));
        FingerprintTypo::Unknown { number, word: typed.chars().take(40).collect(), meant }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::bytes::{Hash, hash};
    use proptest::prelude::*;

    const PRINT: Fingerprint = Fingerprint(Hash([0x5c; 32]));

    fn typed(text: &str) -> Result<TypedFingerprint, FingerprintTypo> {
        text.parse()
    }

    #[test]
    fn the_list_is_sorted_and_four_letters_tell_its_words_apart() {
        assert_eq!(WORDS.len(), 256);
        assert!(WORDS.windows(2).all(|pair| pair[0][..TELLING] < pair[1][..TELLING]), "{:?}", *WORDS);
        assert!(WORDS.iter().all(|word| word.len() <= 8 && word.bytes().all(|b| b.is_ascii_lowercase())));
    }

    #[test]
    fn a_fingerprint_is_taken_however_it_is_written_and_nothing_shorter() {
        let fingerprint = Fingerprint(hash(b"x"));
        let digits = fingerprint.to_string();
        let arabic = |c: char| c.to_digit(10).map_or(c, |digit| char::from_u32(0x660 + digit).unwrap());
        let words = fingerprint.in_words();
        for text in [
            digits.clone(),
            digits.replace(' ', ""),
            digits.replace(' ', "-"),
            format!(" {digits}\n"),
            digits.chars().map(arabic).collect(),
            words.clone(),
            words.to_uppercase(),
            words.replace(' ', "-"),
            words.replace(' ', ",\n  "),
        ] {
            assert!(typed(&text).unwrap().is(fingerprint), "{text}");
            assert!(!typed(&text).unwrap().is(PRINT), "{text}");
        }
        assert_eq!(typed(&digits[1..]), Err(FingerprintTypo::Digits(39)));
        assert_eq!(typed(&format!("{digits}1")), Err(FingerprintTypo::Digits(41)));
        assert_eq!(typed(""), Err(FingerprintTypo::Digits(0)));
        assert_eq!(typed(&format!("{words} acorn")), Err(FingerprintTypo::Words(17)));
        assert_eq!(typed("acorn"), Err(FingerprintTypo::Words(1)));
        assert_eq!(typed(&u128::MAX.to_string().replacen('3', "03", 1)).unwrap().0, [0xff; 16]);
        assert_eq!(typed("0340282366920938463463374607431768211456"), Err(FingerprintTypo::TooLarge));
        assert_eq!(typed(&"9".repeat(40)), Err(FingerprintTypo::TooLarge));
    }

    #[test]
    fn a_wrong_word_is_named_with_the_one_it_begins_like() {
        let said = |text: &str| typed(text).unwrap_err().to_string();
        let wrong = said("acorn Almonds amber");
        assert_eq!(wrong, "word 2, \"Almonds\", is not one of those in fingerprints; is it \"almond\" on the poster?");
        assert_eq!(
            said("acorn, xy"),
            "word 2, \"xy\", is not one of those in fingerprints; compare it with the poster"
        );
        for text in ["O0000 11111", "12345x", "ééé", "عنبر", "acorn1", &"z".repeat(10_000)] {
            assert!(said(text).starts_with("word ") && said(text).len() < 200, "{text}");
        }
    }

    proptest! {
        #[test]
        fn digits_and_words_lead_back_to_the_same_bytes(bytes in any::<[u8; 32]>()) {
            let fingerprint = Fingerprint(Hash(bytes));
            let [digits, words] = [fingerprint.to_string(), fingerprint.in_words()];
            prop_assert_eq!(typed(&digits), Ok(fingerprint.into()));
            prop_assert_eq!(typed(&words), Ok(fingerprint.into()));
            prop_assert!(typed(&digits).unwrap().is(fingerprint));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*") {
            if let Ok(read) = typed(&text) {
                let mut bytes = [0; 32];
                bytes[..16].copy_from_slice(&read.0);
                let fingerprint = Fingerprint(Hash(bytes));
                prop_assert_eq!(typed(&fingerprint.in_words()), Ok(read));
            }
        }
    }
}
