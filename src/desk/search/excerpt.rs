//! The piece of a text in which something was found.

use std::ops::Range;

use super::fold::folded;
use super::query::Query;

/// Characters before the first place that is shown.
const BEFORE: usize = 40;

/// A part of an excerpt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The words as they were written.
    pub text: &'a str,
    /// Whether they are what was looked for.
    pub is_match: bool,
}

/// Up to `length` characters of `text` around the first place where any of `query` stands, cut at characters; `None` when
/// none of it does.
pub fn excerpt<'a>(text: &'a str, query: &Query, length: usize) -> Option<Vec<Piece<'a>>> {
    let matches = matches(text, query);
    let first = matches.first()?;
    let before = text[..first.start].char_indices().rev().take(BEFORE.min(length / 3));
    let start = before.last().map_or(first.start, |(at, _)| at);
    let end = text[start..].char_indices().nth(length).map_or(text.len(), |(at, _)| start + at);
    let mut pieces = Vec::new();
    let mut at = start;
    for Range { start, end: stop } in matches {
        if start >= end {
            break;
        }
        if at < start {
            pieces.push(Piece { text: &text[at..start], is_match: false });
        }
        let stop = stop.min(end);
        pieces.push(Piece { text: &text[start..stop], is_match: true });
        at = stop;
    }
    if at < end {
        pieces.push(Piece { text: &text[at..end], is_match: false });
    }
    Some(pieces)
}

/// Where the words of `query` stand in `text`, in order, without overlaps.
fn matches(text: &str, query: &Query) -> Vec<Range<usize>> {
    let (mut plain, mut origins) = (String::new(), Vec::new());
    for (c, range) in folded(text) {
        for _ in 0..c.len_utf8() {
            origins.push(range.clone());
        }
        plain.push(c);
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for term in query.terms() {
        for (at, _) in plain.match_indices(term.as_str()) {
            found.push(origins[at].start..origins[at + term.len() - 1].end);
        }
    }
    found.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));
    let mut apart: Vec<Range<usize>> = Vec::new();
    for range in found {
        match apart.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    zeroize::Zeroize::zeroize(&mut plain);
    apart
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(text: &str, typed: &str, length: usize) -> Option<String> {
        let mark = |piece: Piece| if piece.is_match { format!("[{}]", piece.text) } else { piece.text.to_owned() };
        excerpt(text, &Query::parse(typed), length).map(|pieces| pieces.into_iter().map(mark).collect())
    }

    #[test]
    fn what_was_found_is_marked_as_it_was_written() {
        assert_eq!(shown("La Contratación fue así", "contratacion ASI", 100).unwrap(), "La [Contratación] fue [así]");
        assert_eq!(shown("في إِدَارَة الأشغال", "ادارة", 100).unwrap(), "في [إِدَارَة] الأشغال");
        assert_eq!(shown("abcabc", "abc bca", 100).unwrap(), "[abcabc]");
        assert_eq!(shown("nothing", "else", 100), None);
        let long = format!("{} bridge {}", "x".repeat(500), "y".repeat(500));
        let cut = shown(&long, "bridge", 60).unwrap();
        assert!(cut.starts_with('x') && cut.contains("[bridge]") && cut.chars().count() == 62, "{cut}");
    }

    proptest! {
        #[test]
        fn the_pieces_are_the_text_and_no_more(text in "\\PC{0,60}", typed in "\\PC{1,4}", length in 1..80_usize) {
            if let Some(pieces) = excerpt(&text, &Query::parse(&typed), length) {
                let whole: String = pieces.iter().map(|piece| piece.text).collect();
                prop_assert!(text.contains(&whole) && whole.chars().count() <= length);
                prop_assert!(pieces.iter().any(|piece| piece.is_match));
            }
        }
    }
}
