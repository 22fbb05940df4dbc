//! A text message as it arrived, whichever gateway brought it.
//!
//! A telephone number is the one thing here that would name a reporter. It is a type of its own that cannot be printed
//! or written anywhere, and is overwritten when it is dropped.

use zeroize::Zeroizing;

use crate::secret::SecretText;

/// The most digits in an address of the short message service (3GPP TS 23.040, 9.1.2.5). E.164 has at most 15.
const MAX_DIGITS: usize = 20;

/// A telephone number or short code: wiped, cannot be printed, equal in constant time.
///
/// ```
/// use amparo::sms::incoming::Number;
/// let number = Number::parse("+675 (7) 123-4567").unwrap();
/// assert_eq!(number.expose(), "+67571234567");
/// assert!(Number::parse("MyBank").is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Number(SecretText);

impl Number {
    /// Reads a number of 1 to 20 digits, an international one after `+` or `00`; spaces, dots, dashes and brackets
    /// are left out. `None` for anything else, such as the name that a company sends under, which nobody can answer.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = Zeroizing::new(String::with_capacity(MAX_DIGITS + 2));
        for c in text.trim().chars() {
            match c {
                '+' if digits.is_empty() => digits.push('+'),
                '0'..='9' if digits.len() < MAX_DIGITS + 2 => digits.push(c),
                ' ' | '\u{a0}' | '.' | '-' | '(' | ')' => {}
                _ => return None,
            }
        }
        let (prefix, rest) = match (digits.strip_prefix('+'), digits.strip_prefix("00")) {
            (Some(rest), _) => ("+", rest),
            // A short code that begins with two zeros is not a number from abroad.
            (None, Some(rest)) if rest.len() > 6 => ("+", rest),
            _ => ("", digits.as_str()),
        };
        // Made at its final size, for a string that grows leaves copies behind.
        let number = SecretText::new([prefix, rest].concat());
        (1..=MAX_DIGITS).contains(&rest.len()).then_some(Self(number))
    }

    /// The digits, after `+` when the number is an international one.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// Where a text stands among the parts of a longer one (3GPP TS 23.040, 9.2.3.24.1 and 9.2.3.24.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What all parts of one text share; an 8-bit reference is below 256.
    pub reference: u16,
    /// How many parts there are.
    pub total: u8,
    /// Which of them this is, from 1.
    pub number: u8,
}

impl Part {
    /// A part that makes sense: there are at least two, and `number` is one of them. A receiver takes the text of any
    /// other for a whole one, as the standard asks.
    #[must_use]
    pub fn new(reference: u16, total: u8, number: u8) -> Option<Self> {
        (total > 1 && (1..=total).contains(&number)).then_some(Self { reference, total, number })
    }
}

/// A text message, or a part of one, as a gateway handed it over.
pub struct Incoming {
    /// Who sent it.
    pub from: Number,
    /// The number or short code that it was sent to, which chooses the unit.
    pub to: Number,
    /// What it says, in Unicode whatever it travelled in.
    pub text: SecretText,
    /// Its place, where the gateway left it to us to join the parts.
    pub part: Option<Part>,
    /// The gateway's identifier of this message, the same when it tries again.
    pub id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        Number::parse(text).map(|number| number.expose().to_owned())
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        assert_eq!(read("+49 (151) 123-45.67").as_deref(), Some("+491511234567"));
        assert_eq!(read("0049 151 1234567").as_deref(), Some("+491511234567"));
        assert_eq!(read("491511234567").as_deref(), Some("491511234567"));
        assert_eq!(read("001234").as_deref(), Some("001234"));
        assert_eq!(read("32221").as_deref(), Some("32221"));
        assert_eq!(read(&"7".repeat(20)).map(|n| n.len()), Some(20));
        assert_eq!(read(&format!("+{}", "7".repeat(20))).map(|n| n.len()), Some(21));
        assert_eq!(read(&format!("00{}", "7".repeat(20))).map(|n| n.len()), Some(21));
    }

    #[test]
    fn what_nobody_can_answer_is_no_number() {
        for text in ["", "+", "Bank", "+49x", "4+9", "++49", "٤٩", &"7".repeat(21), &"7".repeat(5000), "+49\n1\u{0}"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        assert!(Number::parse("+1").is_some_and(|one| one != Number::parse("+2").unwrap()));
    }

    #[test]
    fn a_part_is_one_of_at_least_two() {
        assert!(Part::new(7, 2, 1).is_some() && Part::new(7, 255, 255).is_some());
        for (total, number) in [(0, 0), (1, 1), (2, 0), (2, 3)] {
            assert_eq!(Part::new(7, total, number), None);
        }
    }
}
