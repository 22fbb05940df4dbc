//! National language shift tables of the GSM alphabet (3GPP TS 23.038, 6.2.1.2.4 and annex A), in which telephones
//! write Turkish, Spanish and Portuguese with all accents in septets. A user data header names them.
//!
//! Texts in other such tables, of the languages of South Asia, cannot be read here: [`decode`] puts U+FFFD before what
//! the default alphabet makes of them.

use super::gsm7;

/// What stands before a text that cannot be read.
const UNKNOWN: &str = "\u{fffd} ";

/// Which tables the user data header names, by the standard's number of their language; none is the default alphabet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shift {
    /// In the place of the alphabet.
    pub locking: Option<u8>,
    /// In the place of the extension table.
    pub single: Option<u8>,
}

/// What a table has where the one in whose place it stands has something else.
type Table = &'static [(u8, char)];

const TURKISH: u8 = 1;
const SPANISH: u8 = 2;
const PORTUGUESE: u8 = 3;

const TURKISH_LOCKING: Table =
    &[(0x04, '€'), (0x07, 'ı'), (0x0b, 'Ğ'), (0x0c, 'ğ'), (0x1c, 'Ş'), (0x1d, 'ş'), (0x40, 'İ'), (0x60, 'ç')];

const TURKISH_SINGLE: Table =
    &[(0x47, 'Ğ'), (0x49, 'İ'), (0x53, 'Ş'), (0x63, 'ç'), (0x67, 'ğ'), (0x69, 'ı'), (0x73, 'ş')];

const SPANISH_SINGLE: Table = &[
    (0x09, 'ç'),
    (0x41, 'Á'),
    (0x49, 'Í'),
    (0x4f, 'Ó'),
    (0x55, 'Ú'),
    (0x61, 'á'),
    (0x69, 'í'),
    (0x6f, 'ó'),
    (0x75, 'ú'),
];

const PORTUGUESE_LOCKING: Table = &[
    (0x04, 'ê'),
    (0x06, 'ú'),
    (0x07, 'í'),
    (0x08, 'ó'),
    (0x09, 'ç'),
    (0x0b, 'Ô'),
    (0x0c, 'ô'),
    (0x0e, 'Á'),
    (0x0f, 'á'),
    (0x12, 'ª'),
    (0x13, 'Ç'),
    (0x14, 'À'),
    (0x15, '∞'),
    (0x16, '^'),
    (0x17, '\\'),
    (0x18, '€'),
    (0x19, 'Ó'),
    (0x1a, '|'),
    (0x1c, 'Â'),
    (0x1d, 'â'),
    (0x1e, 'Ê'),
    (0x24, 'º'),
    (0x40, 'Í'),
    (0x5b, 'Ã'),
    (0x5c, 'Õ'),
    (0x5d, 'Ú'),
    (0x60, '~'),
    (0x7b, 'ã'),
    (0x7c, 'õ'),
    (0x7d, '`'),
];

const PORTUGUESE_SINGLE: Table = &[
    (0x05, 'ê'),
    (0x09, 'ç'),
    (0x0b, 'Ô'),
    (0x0c, 'ô'),
    (0x0e, 'Á'),
    (0x0f, 'á'),
    (0x12, 'Φ'),
    (0x13, 'Γ'),
    (0x15, 'Ω'),
    (0x16, 'Π'),
    (0x17, 'Ψ'),
    (0x18, 'Σ'),
    (0x19, 'Θ'),
    (0x1f, 'Ê'),
    (0x41, 'À'),
    (0x49, 'Í'),
    (0x4f, 'Ó'),
    (0x55, 'Ú'),
    (0x5b, 'Ã'),
    (0x5c, 'Õ'),
    (0x61, 'Â'),
    (0x69, 'í'),
    (0x6f, 'ó'),
    (0x75, 'ú'),
    (0x7b, 'ã'),
    (0x7c, 'õ'),
    (0x7f, 'â'),
];

/// The tables of a language that is known.
fn locking(language: u8) -> Option<Table> {
    match language {
        TURKISH => Some(TURKISH_LOCKING),
        PORTUGUESE => Some(PORTUGUESE_LOCKING),
        _ => None,
    }
}

fn single(language: u8) -> Option<Table> {
    match language {
        TURKISH => Some(TURKISH_SINGLE),
        SPANISH => Some(SPANISH_SINGLE),
        PORTUGUESE => Some(PORTUGUESE_SINGLE),
        _ => None,
    }
}

fn find(table: Table, code: u8) -> Option<char> {
    table.iter().find(|(place, _)| *place == code).map(|(_, c)| *c)
}

/// The text of septets, one a byte, in those tables; as [`gsm7::decode`] in the default alphabet.
///
/// ```
/// use amparo::sms::text::shift::{Shift, decode};
/// let turkish = Shift { locking: Some(1), single: None };
/// assert_eq!(decode(b"R\x1d\x07k", turkish), "Rşık");
/// ```
#[must_use]
pub fn decode(septets: &[u8], shift: Shift) -> String {
    let locked = shift.locking.map(locking);
    let shifted = shift.single.map(single);
    let is_known = locked != Some(None) && shifted != Some(None);
    let (locked, shifted) = (locked.flatten().unwrap_or_default(), shifted.flatten().unwrap_or_default());
    let mut text = String::with_capacity(gsm7::most_octets(septets) + UNKNOWN.len());
    if !is_known {
        text.push_str(UNKNOWN);
    }
    let plain = |code| find(locked, code).unwrap_or_else(|| gsm7::plain(code));
    let extended = |code| find(shifted, code).or_else(|| gsm7::extended(code));
    gsm7::decode_with(septets, plain, extended, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(septets: &[u8], locking: Option<u8>, single: Option<u8>) -> String {
        decode(septets, Shift { locking, single })
    }

    #[test]
    fn accents_are_read_in_either_way() {
        assert_eq!(read(b"r\x1b\x73vet i\x1b\x73i, \x1b\x49zmir \x1b\x65", None, Some(1)), "rşvet işi, İzmir €");
        assert_eq!(read(b"r\x1dvet i\x1di, \x40zmir \x04 \x1b\x28", Some(1), None), "rşvet işi, İzmir € {");
        assert_eq!(read(b"corrupci\x1b\x6fn, \x1b\x41vila, \x05", None, Some(2)), "corrupción, Ávila, é");
        assert_eq!(read(b"corrup\x09\x7bo, S\x7bo Jos\x05 \x0f", Some(3), None), "corrupção, São José á");
        assert_eq!(read(b"corrup\x1b\x09\x1b\x7bo \x1b\x61", None, Some(3)), "corrupção Â");
        assert_eq!(read(b"\x1b\x09\x09", Some(3), Some(3)), "çç");
    }

    #[test]
    fn a_table_that_is_not_known_leaves_a_mark() {
        // Urdu, and Spanish, which has no table in the place of the alphabet.
        assert_eq!(read(b"abc", Some(13), Some(13)), "\u{fffd} abc");
        assert_eq!(read(b"abc", Some(2), None), "\u{fffd} abc");
    }

    proptest! {
        #[test]
        fn without_tables_it_is_the_default_alphabet(septets: Vec<u8>) {
            prop_assert_eq!(decode(&septets, Shift::default()), gsm7::decode(&septets));
        }

        #[test]
        fn any_tables_give_some_text(septets: Vec<u8>, locking: Option<u8>, single: Option<u8>) {
            let text = decode(&septets, Shift { locking, single });
            prop_assert!(text.chars().count() <= septets.len() + 2);
        }
    }
}
