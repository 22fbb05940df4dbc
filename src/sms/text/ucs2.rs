//! Texts in UCS-2 as they really travel: UTF-16, the higher octet first, with surrogate pairs for what lies beyond
//! (3GPP TS 23.038, 6.2.3).
//!
//! A telephone that knows nothing of pairs cuts a long text in the middle of an emoji. [`decode`] keeps such a half in
//! a place of the private use plane, and [`mend`] makes one character of two halves when the parts stand together.

/// Halves of pairs stand at their own code this far up, in Supplementary Private Use Area-B.
const HALVES: u32 = 0x10_0000;

/// The text of UTF-16BE octets; a lone half of a pair is kept for [`mend`], and an octet too many becomes U+FFFD.
#[must_use]
pub fn decode(octets: &[u8]) -> String {
    let (pairs, odd) = octets.as_chunks::<2>();
    let units = pairs.iter().map(|pair| u16::from_be_bytes(*pair));
    let half = |unit: u16| char::from_u32(HALVES + u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER);
    // Three octets of UTF-8 at most for each unit: a string that grew would leave copies of what it held.
    let mut text = String::with_capacity(octets.len() * 2 + 3);
    text.extend(char::decode_utf16(units).map(|c| c.unwrap_or_else(|lone| half(lone.unpaired_surrogate()))));
    text.extend((!odd.is_empty()).then_some(char::REPLACEMENT_CHARACTER));
    text
}

/// UTF-16BE octets of `text`.
#[must_use]
pub fn encode(text: &str) -> Vec<u8> {
    let mut octets = Vec::with_capacity(text.len() * 2);
    octets.extend(text.encode_utf16().flat_map(u16::to_be_bytes));
    octets
}

/// Joins halves that [`decode`] kept and that now stand side by side; a half that stays alone becomes U+FFFD.
#[must_use]
pub fn mend(text: &str) -> String {
    let mut mended = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let whole = match (half(c), chars.peek().copied().and_then(half)) {
            (None, _) => Some(c),
            (Some(high), Some(low)) => char::decode_utf16([high, low]).next().and_then(Result::ok),
            (Some(_), None) => None,
        };
        if whole.is_some_and(|whole| whole != c) {
            chars.next();
        }
        mended.push(whole.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    mended
}

/// The half of a pair that `c` stands for.
fn half(c: char) -> Option<u16> {
    let unit = u16::try_from(u32::from(c).checked_sub(HALVES)?).ok()?;
    (0xd800..=0xdfff).contains(&unit).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn emoji_that_a_telephone_cut_are_mended() {
        let octets = encode("a😀b");
        assert_eq!(decode(&octets), "a😀b");
        let (first, second) = octets.split_at(4);
        let cut = [decode(first), decode(second)].concat();
        assert_ne!(cut, "a😀b");
        assert_eq!(mend(&cut), "a😀b");
        assert_eq!(mend(&decode(first)), "a\u{fffd}");
        assert_eq!(mend(&decode(second)), "\u{fffd}b");
        assert_eq!(mend(&[decode(second), decode(first)].concat()), "\u{fffd}ba\u{fffd}");
        assert_eq!(decode(&[0, b'a', 0]), "a\u{fffd}");
    }

    proptest! {
        #[test]
        fn any_text_comes_back_wherever_it_is_cut(text in any::<String>(), at in any::<prop::sample::Index>()) {
            let octets = encode(&text);
            let (first, second) = octets.split_at(at.index(octets.len() / 2 + 1) * 2);
            prop_assume!(!text.chars().any(|c| half(c).is_some()));
            prop_assert_eq!(mend(&[decode(first), decode(second)].concat()), text);
        }

        #[test]
        fn any_octets_give_some_text(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let text = decode(&octets);
            prop_assert!(text.len() <= octets.len() * 2 + 3);
            prop_assert!(mend(&text).chars().all(|c| half(c).is_none()));
        }
    }
}
