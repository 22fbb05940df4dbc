//! A case token at the beginning of a text, as people type it on a telephone.
//!
//! The digits may be of any script, with any signs between them. Letters that stand for a digit on many keyboards and
//! in many handwritings are read as it: O and o of Latin, Cyrillic and Greek as 0, and l, L, I, i, the Cyrillic і and
//! a bar as 1. That is safe, for the check digits tell a wrong guess. Anything else among the digits is a typo and told
//! as one.

use zeroize::Zeroizing;

use crate::protocol::token::{DIGITS, Token, TokenTypo, digit_value};

/// What stands at the beginning of a text.
pub(super) struct Start<'a> {
    /// The digits found, those read for letters included.
    pub digits: usize,
    /// What they are.
    pub token: Result<Token, TokenTypo>,
    /// What stands behind them, from its first letter or digit on.
    pub rest: &'a str,
}

/// Reads the token that `text` begins with.
///
/// A word belongs to the token while it has a digit in it, or is a group of four letters that all stand for digits
/// (`OOOO`); so the `I` of "I saw" does not. With 24 digits the token is complete, even when a word is glued to it.
pub(super) fn start(text: &str) -> Start<'_> {
    // Room for the 24 and for what is too long; what comes after only counts.
    let mut kept = Zeroizing::new(String::with_capacity(DIGITS));
    let (mut digits, mut letter) = (0, false);
    let mut rest = skip_signs(text);
    while digits < DIGITS && !rest.is_empty() {
        let word = &rest[..rest.find(|c| !in_word(c)).unwrap_or(rest.len())];
        if !belongs(word) {
            break;
        }
        let mut end = word.len();
        for (at, c) in word.char_indices() {
            match value(c) {
                // What is glued behind a complete token is no part of it, unless it is one digit too many.
                read if digits == DIGITS && read.is_none_or(|_| !c.is_numeric()) => {
                    end = at;
                    break;
                }
                Some(value) => {
                    if digits < DIGITS {
                        kept.push(char::from(b'0' + value));
                    }
                    digits += 1;
                }
                None => letter = true,
            }
        }
        rest = skip_signs(&rest[end..]);
    }
    let token = match digits {
        _ if letter => Err(TokenTypo::Letter),
        DIGITS => Token::parse(&kept),
        _ => Err(TokenTypo::Length(digits)),
    };
    Start { digits, token, rest }
}

/// Without the signs, spaces and marks before the first word.
pub(super) fn skip_signs(text: &str) -> &str {
    text.trim_start_matches(|c| !in_word(c))
}

/// Whether a character is part of a word or number. A bar is, since it can stand for 1.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '|'
}

fn belongs(word: &str) -> bool {
    let group = || word.chars().count() == 4 && word.chars().all(|c| value(c).is_some());
    word.chars().any(|c| c.is_numeric() && value(c).is_some()) || group()
}

/// The digit that a character is or stands for.
fn value(c: char) -> Option<u8> {
    match c {
        'O' | 'o' | 'О' | 'о' | 'Ο' | 'ο' => Some(0),
        'l' | 'L' | 'I' | 'i' | 'І' | 'і' | '|' => Some(1),
        _ => digit_value(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const DIGITS_24: &str = "1000 0000 0000 0000 0000 0042";

    fn read(text: &str) -> (Result<String, TokenTypo>, String) {
        let start = start(text);
        (start.token.map(|token| token.groups().join(" ")), start.rest.to_owned())
    }

    #[test]
    fn slips_are_forgiven() {
        for typed in [
            "1000 0000 0000 0000 0000 0042",
            "100000000000000000000042",
            "«1000-0000/0000.0000,0000_0042».",
            "lOoO OOOO оооо ΟΟΟΟ 0000 OO42",
            "|000\n0000\u{200f}0000 – 0000 0000 0042",
            "I00000000000 000000000042",
            "١٠٠٠ ٠٠٠٠ ٠٠٠٠ ٠٠٠٠ ٠٠٠٠ ٠٠٤٢",
            "１０００　００００　００００　００００　００００　００４２",
        ] {
            assert_eq!(read(typed), (Ok(DIGITS_24.to_owned()), String::new()), "{typed}");
        }
    }

    #[test]
    fn words_behind_a_token_are_not_eaten() {
        for (behind, rest) in [
            (" I saw it", "I saw it"),
            (" Oil, 5000 kina", "Oil, 5000 kina"),
            (": 300 more", "300 more"),
            ("It was him", "It was him"),
            (". ", ""),
            ("，他收了钱", "他收了钱"),
            ("他收了钱", "他收了钱"),
        ] {
            let text = format!("{DIGITS_24}{behind}");
            assert_eq!(read(&text), (Ok(DIGITS_24.to_owned()), rest.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let typo = |text: &str| start(text).token.err();
        assert_eq!(typo("1000 0000 0000 0000 0000 0043"), Some(TokenTypo::CheckDigits));
        assert_eq!(typo("1000 0000 0000 0000 0000 004"), Some(TokenTypo::Length(23)));
        assert_eq!(typo("1000000000000000000000421"), Some(TokenTypo::Length(25)));
        assert_eq!(typo("1000 00E0 0000 0000 0000 0042"), Some(TokenTypo::Letter));
        assert_eq!(typo(""), Some(TokenTypo::Length(0)));
        assert_eq!(typo("a bank"), Some(TokenTypo::Length(0)));
        assert_eq!(start("1000 0000 I saw").digits, 8);
        assert_eq!(start("½ 1000").digits, 0);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>()) {
            let start = start(&text);
            prop_assert!(text.ends_with(start.rest));
        }
    }
}
