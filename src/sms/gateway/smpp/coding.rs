//! Octets and text by data coding (SMPP 3.4, 5.2.19, and the groups of 3GPP TS 23.038, 4, which centres pass on).
//!
//! Nothing that somebody wrote is refused for a character or a coding: what cannot be read becomes U+FFFD.

use encoding_rs::{EUC_KR, Encoding as Legacy, ISO_2022_JP, ISO_8859_5, ISO_8859_8, SHIFT_JIS};
use zeroize::Zeroizing;

use crate::config::smpp::Alphabet;
use crate::secret::SecretText;
use crate::sms::gateway::charset::Charset;
use crate::sms::text::fit::Encoding;
use crate::sms::text::shift::{self, Shift};
use crate::sms::text::{fit, gsm7, ucs2};

/// UCS-2, which is UTF-16 with the high octet first.
pub const UCS2: u8 = 8;

/// ASCII; some centres name septets so.
const IA5: u8 = 1;

/// What octets are.
enum Coding {
    /// What the centre takes for granted.
    Default,
    Charset(Charset),
    Legacy(&'static Legacy),
}

fn coding(data_coding: u8) -> Coding {
    match data_coding {
        0 | 0xc0..=0xdf => Coding::Default,
        3 => Coding::Charset(Charset::Latin1),
        5 => Coding::Legacy(SHIFT_JIS),
        6 => Coding::Legacy(ISO_8859_5),
        7 => Coding::Legacy(ISO_8859_8),
        UCS2 | 0xe0..=0xef => Coding::Charset(Charset::Utf16Be),
        10 | 13 => Coding::Legacy(ISO_2022_JP),
        14 => Coding::Legacy(EUC_KR),
        // The telephone network's own groups: with a message class, where two bits tell the alphabet.
        0x10..=0x3f if data_coding & 0x0c == 0x08 => Coding::Charset(Charset::Utf16Be),
        0x10..=0x3f | 0xf0..=0xff if data_coding & 0x04 == 0 => Coding::Default,
        // ASCII, and octets of which nothing is told.
        _ => Coding::Charset(Charset::Unknown),
    }
}

/// The text of `octets`, whose header told `shift`. Of a part, a character that is cut at its end is kept for
/// [`mend`](crate::sms::text::ucs2::mend).
#[must_use]
pub fn decode(data_coding: u8, alphabet: Alphabet, shift: Shift, is_part: bool, octets: &[u8]) -> SecretText {
    // A header that tells of tables for septets tells that they came through as they were.
    let is_shifted = shift != Shift::default() && (data_coding == IA5 || data_coding == 0);
    match coding(data_coding) {
        _ if is_shifted => SecretText::new(shift::decode(octets, shift)),
        Coding::Default if alphabet == Alphabet::Gsm7 => SecretText::new(shift::decode(octets, shift)),
        Coding::Default => Charset::Latin1.decode(octets),
        Coding::Charset(Charset::Utf16Be) if is_part => SecretText::new(ucs2::decode(octets)),
        Coding::Charset(charset) => charset.decode(octets),
        Coding::Legacy(legacy) => {
            // Nothing grows to more than three octets for one, and room that is there leaves no copies.
            let mut text = Zeroizing::new(String::with_capacity(3 * octets.len() + 3));
            let _ = legacy.new_decoder_without_bom_handling().decode_to_string(octets, &mut text, true);
            text.as_str().into()
        }
    }
}

/// How `text` travels to a centre with that default alphabet: its data coding, and by which units it is cut.
#[must_use]
pub fn choose(text: &str, alphabet: Alphabet) -> (u8, Encoding) {
    let is_latin_1 = || text.chars().all(|c| u8::try_from(c).is_ok());
    match fit::fit(text).encoding {
        Encoding::Gsm7 if alphabet == Alphabet::Gsm7 || is_latin_1() => (0, Encoding::Gsm7),
        _ => (UCS2, Encoding::Ucs2),
    }
}

/// The octets of `text` in what [`choose`] gave.
#[must_use]
pub fn encode(text: &str, encoding: Encoding, alphabet: Alphabet) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(match (encoding, alphabet) {
        (Encoding::Ucs2, _) => ucs2::encode(text),
        (Encoding::Gsm7, Alphabet::Gsm7) => gsm7::encode(text).unwrap_or_default(),
        (Encoding::Gsm7, Alphabet::Latin1) => {
            let mut octets = Vec::with_capacity(text.len());
            octets.extend(text.chars().map(|c| u8::try_from(c).unwrap_or(b'?')));
            octets
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(data_coding: u8, octets: &[u8]) -> String {
        decode(data_coding, Alphabet::Gsm7, Shift::default(), false, octets).expose().to_owned()
    }

    #[test]
    fn each_coding_is_read_as_what_it_is() {
        // @, then é and € of the GSM alphabet.
        assert_eq!(read(0, &[0, 5, 0x1b, 0x65]), "@é€");
        assert_eq!(decode(0, Alphabet::Latin1, Shift::default(), false, b"caf\xe9").expose(), "café");
        for class in [0x10, 0x13, 0xf0, 0xf3, 0xc8, 0xd0] {
            assert_eq!(read(class, &[0]), "@", "{class:#x}");
        }
        for ucs2 in [8, 0x18, 0x1b, 0xe0] {
            assert_eq!(read(ucs2, &[6, 0x33, 0xd8, 0x3d, 0xde, 0]), "س😀", "{ucs2:#x}");
        }
        for bytes in [1, 2, 4, 0x14, 0xf5, 0x80] {
            assert_eq!(read(bytes, "a é".as_bytes()), "a é", "{bytes:#x}");
            assert_eq!(read(bytes, b"a \xe9"), "a é", "{bytes:#x}");
        }
        assert_eq!(read(3, b"\xa1a\xf1o!"), "¡año!");
        assert_eq!(read(6, &[0xb2, 0xd7, 0xef, 0xe2, 0xda, 0xd0]), "Взятка");
        assert_eq!(read(7, &[0xf9, 0xe5, 0xe7, 0xe3]), "שוחד");
        assert_eq!(read(14, &[0xb3, 0xfa, 0xb9, 0xb0]), "뇌물");
        assert_eq!(read(5, &[0x98, 0x64, 0x98, 0x47]), "賄賂");
        assert_eq!(read(8, &[6, 0x33, 6]), "س\u{fffd}");
    }

    #[test]
    fn a_character_that_a_part_cuts_is_whole_again_when_they_are_joined() {
        let half = |octets: &[u8]| decode(UCS2, Alphabet::Gsm7, Shift::default(), true, octets).expose().to_owned();
        assert_eq!(ucs2::mend(&(half(&[0xd8, 0x3d]) + &half(&[0xde, 0]))), "😀");
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_read(text in "[ -~é€äÑ]{0,90}|\\PC{0,90}", latin_1: bool) {
            let alphabet = if latin_1 { Alphabet::Latin1 } else { Alphabet::Gsm7 };
            let (data_coding, encoding) = choose(&text, alphabet);
            let octets = encode(&text, encoding, alphabet);
            let read = decode(data_coding, alphabet, Shift::default(), false, &octets);
            prop_assert_eq!(read.expose(), text.strip_prefix('\u{feff}').unwrap_or(&text));
        }

        #[test]
        fn no_octets_are_too_broken(data_coding: u8, is_part: bool, octets: Vec<u8>) {
            for alphabet in [Alphabet::Gsm7, Alphabet::Latin1] {
                let text = decode(data_coding, alphabet, Shift::default(), is_part, &octets);
                prop_assert!(text.expose().chars().count() <= octets.len());
            }
        }
    }
}
