//! How much of a telephone network's room a text takes, and texts made to fit.
//!
//! A message carries 140 octets: 160 septets of the GSM alphabet or 70 UTF-16 units. In a longer text each segment
//! gives six octets to the header that joins them, which leaves 153 septets or 67 units (3GPP TS 23.040, 9.2.3.24.1).

use std::borrow::Cow;

use super::gsm7;

/// The most segments an answer may take.
pub const SEGMENTS: usize = 2;

/// Octets of the header that joins segments, with a reference of 8 bits.
const JOINING_HEADER: usize = 6;

/// What a text travels in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// The GSM 7-bit default alphabet with its extension table.
    Gsm7,
    /// UTF-16, which the standard calls UCS-2.
    Ucs2,
}

impl Encoding {
    /// Units in a message that is whole, and in a segment of a longer one.
    fn room(self) -> (usize, usize) {
        (self.room_behind(0), self.room_behind(JOINING_HEADER))
    }

    /// Units behind a header of so many octets.
    fn room_behind(self, header: usize) -> usize {
        match self {
            Self::Gsm7 => 160_usize.saturating_sub(gsm7::header_septets(header)),
            Self::Ucs2 => 140_usize.saturating_sub(header) / 2,
        }
    }

    /// Units that a character takes; one that is not in the GSM alphabet takes none of it.
    fn width(self, c: char) -> usize {
        match self {
            Self::Gsm7 => gsm7::width(c).unwrap_or(0),
            Self::Ucs2 => c.len_utf16(),
        }
    }
}

/// What a text travels in, and in how many segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fit {
    /// GSM-7 where all characters are in it.
    pub encoding: Encoding,
    /// At least 1.
    pub segments: usize,
}

/// How `text` travels.
///
/// ```
/// use amparo::sms::text::fit::{Encoding, Fit, fit};
/// assert_eq!(fit(&"a".repeat(160)), Fit { encoding: Encoding::Gsm7, segments: 1 });
/// assert_eq!(fit(&"€".repeat(81)), Fit { encoding: Encoding::Gsm7, segments: 2 });
/// assert_eq!(fit(&"я".repeat(71)), Fit { encoding: Encoding::Ucs2, segments: 2 });
/// ```
#[must_use]
pub fn fit(text: &str) -> Fit {
    let encoding = encoding(text);
    Fit { encoding, segments: cuts(text, encoding).count() }
}

/// The segments that `text` travels in, cut so that neither a surrogate pair nor an escape and its character part.
/// Joined they are the text; an empty text is one empty segment.
#[must_use]
pub fn segments(text: &str) -> Vec<&str> {
    cuts(text, encoding(text)).collect()
}

/// The segments that `text` travels in where `encoding` is chosen and each of several has a header of so many octets.
/// The text must be one of that encoding.
#[must_use]
pub fn segments_behind(text: &str, encoding: Encoding, header: usize) -> Vec<&str> {
    cut(text, encoding, header).collect()
}

fn encoding(text: &str) -> Encoding {
    if gsm7::septets(text).is_some() { Encoding::Gsm7 } else { Encoding::Ucs2 }
}

fn cuts(text: &str, encoding: Encoding) -> impl Iterator<Item = &str> {
    cut(text, encoding, JOINING_HEADER)
}

fn cut(text: &str, encoding: Encoding, header: usize) -> impl Iterator<Item = &str> {
    let units: usize = text.chars().map(|c| encoding.width(c)).sum();
    let whole = encoding.room_behind(0);
    let room = if units <= whole { whole } else { encoding.room_behind(header) };
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let (segment, behind) = rest?.split_at(within(rest?, encoding, room));
        rest = Some(behind).filter(|behind| !behind.is_empty());
        Some(segment)
    })
}

/// The longest beginning of `text` that takes at most `room` units, in bytes.
fn within(text: &str, encoding: Encoding, room: usize) -> usize {
    let mut used = 0;
    let over = text.char_indices().find(|(_, c)| {
        used += encoding.width(*c);
        used > room
    });
    over.map_or(text.len(), |(at, _)| at)
}

/// `text` cut into texts of at most [`SEGMENTS`] segments each, at a space where there is one in the second half;
/// without the spaces that the cuts fall on. An answer of any length is sent this way.
#[must_use]
pub fn texts(text: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        // A piece is judged by itself: what is behind it may need UCS-2 although it does not.
        let mut end = longest(rest);
        if end < rest.len() {
            let space = rest[..end].rfind(char::is_whitespace).filter(|&at| at >= end / 2);
            // The piece may also end right before a space.
            let whole_word = rest[end..].starts_with(char::is_whitespace);
            end = if whole_word { end } else { space.unwrap_or(end) };
        }
        texts.push(rest[..end].trim_end());
        rest = rest[end..].trim_start();
    }
    texts
}

/// The longest beginning that fits [`SEGMENTS`] segments, in bytes.
fn longest(text: &str) -> usize {
    let plain = text.find(|c| gsm7::width(c).is_none()).unwrap_or(text.len());
    let ends = [(Encoding::Gsm7, &text[..plain]), (Encoding::Ucs2, text)].map(|(encoding, text)| {
        let (whole, part) = encoding.room();
        let alone = within(text, encoding, whole);
        let mut end = 0;
        for _ in 0..SEGMENTS {
            end += within(&text[end..], encoding, part);
        }
        end.max(alone)
    });
    ends[0].max(ends[1])
}

/// `text` without the accents and typographic signs that are in no telephone's alphabet, when that makes it GSM-7; as
/// it is when it stays UCS-2 all the same. Spanish and French are written so in text messages, and would else take
/// twice the room.
#[must_use]
pub fn plain(text: &str) -> Cow<'_, str> {
    if gsm7::septets(text).is_some() {
        return Cow::Borrowed(text);
    }
    let plain: String = text.chars().flat_map(|c| near(c).chars().chain((near(c).is_empty()).then_some(c))).collect();
    if gsm7::septets(&plain).is_some() { Cow::Owned(plain) } else { Cow::Borrowed(text) }
}

/// What stands for a character outside the GSM alphabet; empty when nothing does.
fn near(c: char) -> &'static str {
    match c {
        'á' | 'â' | 'ã' => "a",
        'Á' | 'À' | 'Â' | 'Ã' => "A",
        'ç' => "c",
        'ê' | 'ë' => "e",
        'È' | 'Ê' | 'Ë' => "E",
        'í' | 'î' | 'ï' => "i",
        'Í' | 'Ì' | 'Î' | 'Ï' => "I",
        'ó' | 'ô' | 'õ' => "o",
        'Ó' | 'Ò' | 'Ô' | 'Õ' => "O",
        'ú' | 'û' => "u",
        'Ú' | 'Ù' | 'Û' => "U",
        'œ' => "oe",
        'Œ' => "OE",
        'ÿ' => "y",
        '’' | '‘' | '´' | '`' => "'",
        '“' | '”' | '«' | '»' | '„' => "\"",
        '–' | '—' | '‑' => "-",
        '…' => "...",
        '\u{a0}' | '\u{202f}' | '\t' => " ",
        _ => "",
    }
}

/// A name cut to at most `most` characters, behind a word where there is one in the second half, with a full stop that
/// shows the cut.
///
/// ```
/// use amparo::sms::text::fit::shorten;
/// assert_eq!(shorten("National Anti-Corruption Bureau", 20), "National Anti.");
/// assert_eq!(shorten("Works", 20), "Works");
/// ```
#[must_use]
pub fn shorten(name: &str, most: usize) -> Cow<'_, str> {
    let Some((last, _)) = name.char_indices().nth(most.saturating_sub(1)) else { return Cow::Borrowed(name) };
    if name[last..].chars().nth(1).is_none() {
        return Cow::Borrowed(name);
    }
    let cut = &name[..last];
    let whole_word = name[last..].starts_with(char::is_whitespace);
    let space = cut.rfind(|c: char| !c.is_alphanumeric()).filter(|&at| cut[..at].chars().count() * 2 >= most);
    let cut = if whole_word { cut } else { &cut[..space.unwrap_or(last)] };
    Cow::Owned(format!("{}.", cut.trim_end_matches(|c: char| !c.is_alphanumeric())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, encoding: Encoding, segments: usize) {
        assert_eq!(fit(text), Fit { encoding, segments }, "{text}");
        assert_eq!(super::segments(text).len(), segments);
    }

    #[test]
    fn room_is_counted_as_networks_do() {
        use Encoding::{Gsm7, Ucs2};
        check("", Gsm7, 1);
        check(&"a".repeat(160), Gsm7, 1);
        check(&"a".repeat(161), Gsm7, 2);
        check(&"a".repeat(306), Gsm7, 2);
        check(&"a".repeat(307), Gsm7, 3);
        check(&format!("{}€", "a".repeat(158)), Gsm7, 1);
        check(&format!("{}€", "a".repeat(159)), Gsm7, 2);
        // An escape at the end of a segment takes its character to the next one: 152 + 152 + 1.
        check(&format!("{}€{}€a", "a".repeat(152), "a".repeat(150)), Gsm7, 3);
        check(&"я".repeat(70), Ucs2, 1);
        check(&"я".repeat(71), Ucs2, 2);
        check(&"я".repeat(134), Ucs2, 2);
        check(&"я".repeat(135), Ucs2, 3);
        check(&format!("{}я", "a".repeat(69)), Ucs2, 1);
        check(&"😀".repeat(35), Ucs2, 1);
        // Of 67 units 66 hold whole pairs.
        check(&"😀".repeat(66), Ucs2, 2);
        check(&"😀".repeat(67), Ucs2, 3);
    }

    #[test]
    fn accents_go_only_when_that_is_enough() {
        assert_eq!(plain("¿Cuándo ocurrió? — «ayer»"), "¿Cuando ocurrio? - \"ayer\"");
        assert_eq!(plain("Où ça ? C’était le maître d’œuvre…"), "Où ca ? C'était le maitre d'oeuvre...");
        assert_eq!(plain("déjà {x}"), "déjà {x}");
        assert_eq!(plain("“Кто”"), "“Кто”");
    }

    #[test]
    fn names_are_cut_behind_a_word() {
        assert_eq!(shorten("Unité anticorruption de la police", 24), "Unité anticorruption de.");
        assert_eq!(shorten("Unité anticorruption de la police", 22), "Unité anticorruption.");
        assert_eq!(shorten("反腐败委员会", 4), "反腐败.");
        assert_eq!(shorten("反腐败委员会", 6), "反腐败委员会");
        assert_eq!(shorten("", 0), "");
    }

    proptest! {
        #[test]
        fn segments_joined_are_the_text_and_each_fits(text in "[a-zé€{}яي中😀 \n]{0,400}") {
            let Fit { encoding, segments: count } = fit(&text);
            let segments = segments(&text);
            prop_assert_eq!(segments.len(), count);
            prop_assert_eq!(segments.concat(), text.clone());
            let room = if count == 1 { encoding.room().0 } else { encoding.room().1 };
            for segment in segments {
                prop_assert!(segment.chars().map(|c| encoding.width(c)).sum::<usize>() <= room);
            }
        }

        #[test]
        fn texts_fit_and_lose_only_spaces(text in "[a-zé€{}я😀 ]{0,900}") {
            let texts = texts(&text);
            for one in &texts {
                prop_assert!(!one.is_empty() && fit(one).segments <= SEGMENTS, "{}", one);
            }
            let bare = |text: &str| text.replace(' ', "");
            prop_assert_eq!(bare(&texts.concat()), bare(&text));
        }

        #[test]
        fn shortened_names_are_short(name in any::<String>(), most in 1..60_usize) {
            prop_assert!(shorten(&name, most).chars().count() <= most);
        }
    }
}
