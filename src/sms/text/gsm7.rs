//! The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1), and septets packed into octets
//! (6.1.2.1).
//!
//! ```
//! use amparo::sms::text::gsm7;
//! assert_eq!(gsm7::septets("5 €"), Some(4));
//! assert_eq!(gsm7::septets("ç"), None);
//! ```

/// What announces a character of the extension table.
const ESCAPE: u8 = 0x1b;

/// The default alphabet by code; the escape's own place holds what is shown for an escape alone.
const ALPHABET: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å', //
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', ' ', 'Æ', 'æ', 'ß', 'É', //
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/', //
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?', //
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', //
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§', //
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', //
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// The extension table: each of these takes two septets.
const EXTENSION: [(u8, char); 10] = [
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// A character's code, after an escape where it stands in the extension table; `None` outside both tables.
fn code(c: char) -> Option<(bool, u8)> {
    if c.is_ascii_alphanumeric() {
        return u8::try_from(c).ok().map(|code| (false, code));
    }
    if let Some((code, _)) = EXTENSION.iter().find(|(_, extended)| *extended == c) {
        return Some((true, *code));
    }
    let place = ALPHABET.iter().position(|&plain| plain == c);
    // A space is found at the escape's place first.
    place.and_then(|place| u8::try_from(place).ok()).map(|code| (false, if code == ESCAPE { b' ' } else { code }))
}

/// The septets that one character takes: 1, or 2 from the extension table; `None` when it stands in neither.
#[must_use]
pub fn width(c: char) -> Option<usize> {
    code(c).map(|(escaped, _)| 1 + usize::from(escaped))
}

/// The septets that `text` takes; `None` when a character stands in neither table, so that it needs UCS-2.
#[must_use]
pub fn septets(text: &str) -> Option<usize> {
    text.chars().map(width).sum()
}

/// The septets of `text`, one a byte; `None` when it needs UCS-2.
#[must_use]
pub fn encode(text: &str) -> Option<Vec<u8>> {
    let mut septets = Vec::with_capacity(self::septets(text)?);
    for c in text.chars() {
        let (escaped, code) = code(c)?;
        septets.extend(escaped.then_some(ESCAPE));
        septets.push(code);
    }
    Some(septets)
}

/// The default alphabet's character for the lower seven bits of `code`.
pub(super) fn plain(code: u8) -> char {
    ALPHABET[usize::from(code & 0x7f)]
}

/// The extension table's character.
pub(super) fn extended(code: u8) -> Option<char> {
    EXTENSION.iter().find(|(place, _)| *place == code).map(|(_, c)| *c)
}

/// The text of septets, one a byte; the eighth bit is not looked at.
///
/// An escape before a code that the extension table has not gives the default alphabet's character, and an escape
/// before an escape or at the end a space, as a telephone shows them.
#[must_use]
pub fn decode(septets: &[u8]) -> String {
    let mut text = String::with_capacity(most_octets(septets));
    decode_with(septets, plain, extended, &mut text);
    text
}

/// The most octets that the text of these septets takes. A string that grew would leave copies of what it held.
pub(super) fn most_octets(septets: &[u8]) -> usize {
    3 * septets.len()
}

/// Decodes with an alphabet and an extension table of the caller's.
pub(super) fn decode_with(
    septets: &[u8],
    plain: impl Fn(u8) -> char,
    extended: impl Fn(u8) -> Option<char>,
    text: &mut String,
) {
    let mut codes = septets.iter().map(|septet| septet & 0x7f);
    while let Some(code) = codes.next() {
        text.push(match code {
            ESCAPE => match codes.next() {
                Some(code) => extended(code).unwrap_or_else(|| plain(code)),
                None => ' ',
            },
            code => plain(code),
        });
    }
}

/// Packs septets, one a byte, into octets. `header` is the octets of a user data header that goes before, its length
/// octet included: the text begins on the next septet boundary behind it, and the bits up to there are zero.
#[must_use]
pub fn pack(septets: &[u8], header: usize) -> Vec<u8> {
    let fill = fill_bits(header);
    let mut octets = vec![0; (fill + septets.len() * 7).div_ceil(8)];
    for (index, septet) in septets.iter().enumerate() {
        let bit = fill + index * 7;
        let spread = u16::from(septet & 0x7f) << (bit % 8);
        let [low, high] = spread.to_le_bytes();
        octets[bit / 8] |= low;
        if high != 0 {
            octets[bit / 8 + 1] |= high;
        }
    }
    octets
}

/// The `count` septets, one a byte, in octets that stand behind a user data header of `header` octets. Fewer, when
/// there are not that many: a count from outside is not trusted.
#[must_use]
pub fn unpack(octets: &[u8], count: usize, header: usize) -> Vec<u8> {
    let fill = fill_bits(header);
    let there = (octets.len() * 8).saturating_sub(fill) / 7;
    let septet = |index: usize| {
        let bit = fill + index * 7;
        let pair = [octets[bit / 8], octets.get(bit / 8 + 1).copied().unwrap_or(0)];
        (u16::from_le_bytes(pair) >> (bit % 8)).to_le_bytes()[0] & 0x7f
    };
    (0..count.min(there)).map(septet).collect()
}

/// How many bits lie between a header of so many octets and the next septet boundary.
fn fill_bits(header: usize) -> usize {
    (7 - header * 8 % 7) % 7
}

/// The septets that a user data header of so many octets takes of a message's 160.
#[must_use]
pub fn header_septets(header: usize) -> usize {
    (header * 8).div_ceil(7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packing_is_the_standards() {
        // Ten septets fill eight octets and six bits.
        let hello = [0xe8, 0x32, 0x9b, 0xfd, 0x46, 0x97, 0xd9, 0xec, 0x37];
        assert_eq!(pack(&encode("hellohello").unwrap(), 0), hello);
        assert_eq!(decode(&unpack(&hello, 10, 0)), "hellohello");
        // Behind a header of six octets one bit is filled, so that the text starts at septet 7.
        assert_eq!(pack(&encode("a").unwrap(), 6), [0x61 << 1]);
        assert_eq!(pack(&encode("aa").unwrap(), 7), [0x61 | 0x80, 0x61 >> 1]);
    }

    #[test]
    fn a_header_fills_up_to_a_septet() {
        assert_eq!([0, 5, 6, 7, 14].map(fill_bits), [0, 2, 1, 0, 0]);
        assert_eq!([0, 6, 7].map(header_septets), [0, 7, 8]);
    }

    #[test]
    fn every_character_of_both_tables_comes_back() {
        for (place, c) in ALPHABET.into_iter().enumerate().filter(|(place, _)| *place != usize::from(ESCAPE)) {
            assert_eq!(encode(&c.to_string()).unwrap(), [u8::try_from(place).unwrap()], "{c}");
            assert_eq!(width(c), Some(1));
        }
        for (place, c) in EXTENSION {
            assert_eq!(encode(&c.to_string()).unwrap(), [ESCAPE, place], "{c}");
            assert_eq!(decode(&[ESCAPE, place]), c.to_string());
            assert_eq!(width(c), Some(2));
        }
        let distinct: std::collections::BTreeSet<char> = ALPHABET.into_iter().collect();
        assert_eq!(distinct.len(), 127);
    }

    #[test]
    fn what_is_in_neither_table_needs_ucs_2() {
        for text in ["ç", "á", "ê", "’", "—", "«", "`", "\t", "ا", "я", "中", "😀", "\u{200e}"] {
            assert_eq!(septets(text), None, "{text}");
            assert_eq!(encode(text), None);
        }
        assert_eq!(septets(""), Some(0));
        assert_eq!(septets("{a}"), Some(5));
    }

    #[test]
    fn odd_escapes_are_shown_as_a_telephone_does() {
        assert_eq!(decode(&[ESCAPE, b'a', ESCAPE, ESCAPE, b'b', ESCAPE]), "a b ");
        assert_eq!(decode(&[0xe1]), "a");
    }

    #[test]
    fn a_count_from_outside_is_not_trusted() {
        assert_eq!(unpack(&[], 160, 6), Vec::<u8>::new());
        assert_eq!(unpack(&[0], usize::MAX, 6).len(), 1);
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(septets in proptest::collection::vec(0..128_u8, 0..200), header in 0..141_usize) {
            let octets = pack(&septets, header);
            prop_assert_eq!(octets.len(), (fill_bits(header) + septets.len() * 7).div_ceil(8));
            prop_assert_eq!(unpack(&octets, septets.len(), header), septets);
        }

        #[test]
        fn texts_of_the_alphabet_come_back(places in proptest::collection::vec(0..138_usize, 0..200)) {
            let all: Vec<char> = ALPHABET.into_iter().chain(EXTENSION.map(|(_, c)| c)).collect();
            let text: String = places.into_iter().map(|place| all[place]).collect();
            let septets = encode(&text).unwrap();
            prop_assert_eq!(Some(septets.len()), super::septets(&text));
            prop_assert_eq!(decode(&septets), text);
        }
    }
}
