//! What is shown on a terminal.

use std::fmt::Write;

use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::ByLanguage;

/// `text` without anything that could change what a terminal shows of the rest: control characters, and those that turn
/// the direction of writing. Names come from files that others made.
#[must_use]
pub fn plain(text: &str) -> String {
    let turns =
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if c.is_control() || turns(c) { '\u{fffd}' } else { c }).collect()
}

/// Every language of `text` on a line of its own, all after `label`, which is padded to a column.
///
/// # Panics
/// Never: a `String` takes everything.
#[must_use]
pub fn in_all_languages(label: &str, text: &ByLanguage) -> String {
    let mut lines = String::new();
    for (number, (tag, text)) in text.0.iter().enumerate() {
        let label = if number == 0 { label } else { "" };
        writeln!(lines, "  {label:<12} {}: {}", plain(tag), plain(text)).expect("a String takes everything");
    }
    lines
}

/// The words of `fingerprint` on two lines of eight.
#[must_use]
pub fn word_lines(fingerprint: Fingerprint) -> [String; 2] {
    let words = fingerprint.words();
    [&words[..8], &words[8..]].map(|line| line.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_steer_the_terminal() {
        assert_eq!(plain("مكتب – Büro"), "مكتب – Büro");
        for bad in ["\u{1b}[2Jx", "a\nb", "a\rb", "\u{202e}abc", "\u{9b}31m", "\u{2067}", "\u{7f}"] {
            assert!(plain(bad).contains('\u{fffd}'), "{bad:?}");
            assert!(plain(bad).chars().all(|c| !c.is_control()), "{bad:?}");
        }
    }
}
