//! Text out of the bytes that a gateway hands over.
//!
//! Nothing that somebody wrote is refused for a broken character: it becomes U+FFFD, the rest is kept.

use zeroize::Zeroizing;

use crate::secret::SecretText;
use crate::sms::text::ucs2;

/// What a gateway names its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, and ASCII inside it.
    Utf8,
    /// UTF-16 with the high byte first, which UCS-2 is a part of.
    Utf16Be,
    /// UTF-16 with the low byte first.
    Utf16Le,
    /// ISO 8859-1, with what Windows-1252 has where ISO 8859-1 has control characters.
    Latin1,
    /// Not told: UTF-8 when it is, otherwise Latin-1.
    Unknown,
}

impl Charset {
    /// By its name, in any case, with or without dashes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
        Some(match plain.as_str() {
            "utf8" | "ascii" | "usascii" => Self::Utf8,
            "utf16be" | "utf16" | "ucs2" | "ucs2be" | "iso10646ucs2" => Self::Utf16Be,
            "utf16le" | "ucs2le" => Self::Utf16Le,
            "iso88591" | "latin1" | "windows1252" | "cp1252" => Self::Latin1,
            "8bit" | "binary" | "" => Self::Unknown,
            _ => return None,
        })
    }

    /// The text that `bytes` are, without a byte order mark.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> SecretText {
        // Latin-1 grows from one byte to three at most; room for that is made at once, because a string that grows
        // leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len() + 3));
        match self {
            Self::Utf8 => utf8(bytes, &mut text),
            Self::Utf16Be => text.push_str(&Zeroizing::new(ucs2::mend(&Zeroizing::new(ucs2::decode(bytes))))),
            Self::Utf16Le => utf16_le(bytes, &mut text),
            Self::Latin1 => text.extend(bytes.iter().map(|byte| windows_1252(*byte))),
            Self::Unknown if std::str::from_utf8(bytes).is_ok() => utf8(bytes, &mut text),
            Self::Unknown => text.extend(bytes.iter().map(|byte| windows_1252(*byte))),
        }
        text.strip_prefix('\u{feff}').unwrap_or(&text).into()
    }
}

fn utf8(bytes: &[u8], text: &mut String) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

fn utf16_le(bytes: &[u8], text: &mut String) {
    let pairs = bytes.chunks_exact(2);
    let is_cut = !pairs.remainder().is_empty();
    let units = pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    if is_cut {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

/// The 32 places in which Windows-1252 differs from ISO 8859-1 (WHATWG Encoding, index windows-1252).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn be(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    proptest! {
        #[test]
        fn every_text_comes_whole_out_of_each_encoding(text in "\\PC*") {
            let expected = text.strip_prefix('\u{feff}').unwrap_or(&text);
            let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            for (charset, bytes) in
                [(Charset::Utf8, text.as_bytes().to_vec()), (Charset::Utf16Be, be(&text)), (Charset::Utf16Le, le)]
            {
                prop_assert!(charset.decode(&bytes).expose() == expected, "{charset:?}");
            }
            prop_assert!(Charset::Unknown.decode(text.as_bytes()).expose() == expected);
        }

        #[test]
        fn no_bytes_are_too_broken(bytes: Vec<u8>) {
            for charset in
                [Charset::Utf8, Charset::Utf16Be, Charset::Utf16Le, Charset::Latin1, Charset::Unknown]
            {
                prop_assert!(charset.decode(&bytes).expose().chars().count() <= bytes.len());
            }
        }
    }

    #[test]
    fn broken_characters_are_marked_and_the_rest_kept() {
        assert_eq!(Charset::Utf8.decode(b"a\xffb\xe2\x82").expose(), "a\u{fffd}b\u{fffd}");
        assert_eq!(Charset::Utf16Be.decode(b"\0a\xd8\x3d\0b\0").expose(), "a\u{fffd}b\u{fffd}");
        assert_eq!(Charset::Utf16Be.decode(&be("\u{feff}سلام 😀")).expose(), "سلام 😀");
        assert_eq!(Charset::Latin1.decode(b"caf\xe9 5 \x80").expose(), "café 5 €");
        assert_eq!(Charset::Unknown.decode(b"caf\xe9").expose(), "café");
        assert_eq!(Charset::Unknown.decode("café".as_bytes()).expose(), "café");
    }

    #[test]
    fn charsets_are_known_by_the_names_that_gateways_use() {
        for (name, charset) in [
            ("UTF-8", Charset::Utf8),
            ("utf-16be", Charset::Utf16Be),
            ("UCS-2", Charset::Utf16Be),
            ("ISO-8859-1", Charset::Latin1),
            ("WINDOWS-1252", Charset::Latin1),
            ("8-BIT", Charset::Unknown),
        ] {
            assert_eq!(Charset::named(name), Some(charset), "{name}");
        }
        assert_eq!(Charset::named("EBCDIC"), None);
    }
}
