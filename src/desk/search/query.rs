//! What somebody typed.

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::fold::fold;

/// Words and phrases of one search, at most. What follows is not looked for.
const TERMS: usize = 16;

/// Words and phrases that must all be found, in any order; a phrase stands in quotes.
#[derive(Clone, Default, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Query {
    terms: Vec<String>,
}

impl Query {
    /// Reads what was typed. A quote that is not closed goes on to the end.
    pub fn parse(typed: &str) -> Self {
        let mut folded = String::with_capacity(typed.len() * 2);
        fold(typed, &mut folded);
        let mut terms: Vec<String> = Vec::new();
        for (number, part) in folded.split('"').enumerate() {
            if number % 2 == 1 {
                terms.push(part.trim().to_owned());
            } else {
                terms.extend(part.split(' ').map(str::to_owned));
            }
        }
        folded.zeroize();
        terms.retain(|term| !term.is_empty());
        terms.truncate(TERMS);
        terms.sort_by_key(|term| std::cmp::Reverse(term.len()));
        terms.dedup();
        Self { terms }
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// What is looked for, folded, the longest first: the longer, the rarer.
    pub fn terms(&self) -> &[String] {
        &self.terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_phrases_are_told_apart() {
        let terms = |typed: &str| Query::parse(typed).terms().to_vec();
        assert_eq!(terms("  Bridge «Lot 7»  "), ["bridge", "lot 7"]);
        assert_eq!(terms("a \"b c"), ["b c", "a"]);
        assert_eq!(terms("\"\" x x"), ["x"]);
        assert!(Query::parse(" \u{200b} ").is_empty());
        assert_eq!(terms(&"word ".repeat(3)), ["word"]);
        let many: Vec<String> = (0..40).map(|n| format!("w{n}")).collect();
        assert_eq!(terms(&many.join(" ")).len(), TERMS);
    }
}
