//! What is said in each language: `words/` holds one file a language, with the same sections and as many lines in each.
//! Everybody and everything in them is made up.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The languages of the United Nations, by tag.
pub const LANGUAGES: [&str; 6] = ["ar", "en", "es", "fr", "ru", "zh"];

static ALL: LazyLock<[Words; 6]> = LazyLock::new(|| {
    [
        include_str!("words/ar.txt"),
        include_str!("words/en.txt"),
        include_str!("words/es.txt"),
        include_str!("words/fr.txt"),
        include_str!("words/ru.txt"),
        include_str!("words/zh.txt"),
    ]
    .map(Words::read)
});

/// One language's sections: `[name]` on a line, then a word or sentence a line, with `{slots}`.
pub(super) struct Words(BTreeMap<&'static str, Vec<&'static str>>);

impl Words {
    fn read(text: &'static str) -> Self {
        let (mut sections, mut name) = (BTreeMap::<_, Vec<_>>::new(), "");
        for line in text.lines().filter(|line| !line.is_empty()) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(section) => name = section,
                None => sections.entry(name).or_default().push(line),
            }
        }
        Self(sections)
    }

    /// The words of one of [`LANGUAGES`].
    pub fn of(language: &str) -> &'static Self {
        let place = LANGUAGES.iter().position(|tag| *tag == language).unwrap_or_default();
        &ALL[place]
    }

    /// All lines of a section, of which there is at least one.
    pub fn section(&self, name: &str) -> &[&'static str] {
        self.0.get(name).expect("a test holds the sections of all languages against each other")
    }

    /// The line of a section at `place`, counted around.
    pub fn line(&self, section: &str, place: usize) -> &'static str {
        let lines = self.section(section);
        lines[place % lines.len()]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::questions::Category;

    fn slots(line: &str) -> BTreeSet<&str> {
        line.split('{').skip(1).map(|rest| rest.split_once('}').expect("a slot ends").0).collect()
    }

    #[test]
    fn every_language_has_the_same_sections_with_as_many_lines() {
        let counts = |words: &Words| words.0.iter().map(|(name, lines)| (*name, lines.len())).collect::<Vec<_>>();
        for language in LANGUAGES {
            assert_eq!(counts(Words::of(language)), counts(Words::of("en")), "{language}");
            for category in Category::all() {
                assert!(Words::of(language).section(category.id()).len() > 1, "{language}");
            }
        }
    }

    #[test]
    fn sentences_hold_slots_that_are_filled_and_nothing_that_is_not_of_their_script() {
        let known = slots(
            "{d}{month}{y}{n}{stem}{kind}{town}{office}{company}{contract}{amount}{date}{role}{role2}{project}{goods}{count}",
        );
        for language in LANGUAGES {
            for line in Words::of(language).0.values().flatten() {
                assert!(slots(line).is_subset(&known), "{line}");
                let own: String =
                    line.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
                let latin = own.chars().any(|c| c.is_ascii_alphabetic());
                assert!(!(latin && ["ar", "ru", "zh"].contains(&language)), "{line}");
            }
        }
    }
}
