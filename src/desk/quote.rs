//! Finds what an answer repeats of the report, word for word.
//!
//! Whoever holds the token reads answers, and it may be somebody who forced it out of the reporter: an answer that
//! quotes the report would tell them what a token alone does not (`docs/protocol.md`, section 7).

use std::collections::HashSet;

use zeroize::Zeroizing;

/// This many characters in a row are a quotation.
pub const LENGTH: usize = 40;

/// The first passage of `answer` that stands in one of `originals` too, as long as it goes on; case and white space do
/// not count. `None` when there is none of [`LENGTH`] characters.
pub fn quotation<'a>(answer: &str, originals: impl Iterator<Item = &'a str>) -> Option<Zeroizing<String>> {
    let answer = plain(answer);
    if answer.len() < LENGTH {
        return None;
    }
    for original in originals {
        let original = plain(original);
        let known: HashSet<&[char]> = original.windows(LENGTH).collect();
        if let Some(start) = answer.windows(LENGTH).position(|window| known.contains(window)) {
            let more = answer[start..].windows(LENGTH).take_while(|window| known.contains(window)).count();
            return Some(Zeroizing::new(answer[start..start + LENGTH + more - 1].iter().collect()));
        }
    }
    None
}

/// Lower case, with single spaces.
fn plain(text: &str) -> Zeroizing<Vec<char>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(text.len()));
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            c if !c.is_whitespace() => plain.push(c),
            _ if plain.last() != Some(&' ') => plain.push(' '),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str =
        "The deputy asked my brother for ten percent\nof the contract before the tender was published.";

    fn found(answer: &str) -> Option<String> {
        quotation(answer, ["short", REPORT].into_iter()).map(|text| text.to_string())
    }

    #[test]
    fn forty_characters_in_a_row_are_a_quotation_whatever_the_spacing() {
        let answer = "You wrote: \"The deputy asked  my brother\r\nFOR ten percent of the contract\". Who else knows?";
        let expected = "the deputy asked my brother for ten percent of the contract";
        assert_eq!(found(answer).as_deref(), Some(expected));
    }

    #[test]
    fn thirty_nine_characters_and_own_words_are_none() {
        let forty: String = REPORT.chars().take(40).collect();
        let thirty_nine: String = REPORT.chars().take(39).collect();
        assert!(found(&forty).is_some());
        assert!(found(&format!("{thirty_nine}?")).is_none());
        assert!(found("Thank you. We have begun to look into it and will write again.").is_none());
        assert!(found("").is_none());
    }

    #[test]
    fn letters_outside_ascii_count_as_characters() {
        let report = "طلب النائب من أخي عشرة بالمئة من قيمة العقد قبل نشر المناقصة";
        assert!(quotation(report, std::iter::once(report)).is_some());
        let part: String = report.chars().take(LENGTH - 1).collect();
        assert!(quotation(&part, std::iter::once(report)).is_none());
    }
}
