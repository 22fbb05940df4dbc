//! How far two reports are the same words: the runs of three words that stand in both, of all that stand in either
//! (Broder, *On the resemblance and containment of documents*, 1997). Nothing is weighed or learned, so that whoever sees
//! the figure can check it by reading.

use std::hash::{DefaultHasher, Hash, Hasher};

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Words in a run.
const RUN: usize = 3;

/// The runs of words in what somebody wrote, hashed.
#[derive(Default, Zeroize, ZeroizeOnDrop)]
pub struct Runs(Vec<u64>);

impl Runs {
    /// Of `texts`; case and all that is neither letter nor digit do not count. A text of fewer words is one run.
    pub fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut runs = Self::default();
        for text in texts {
            let words = Self(words(text));
            if words.0.len() < RUN {
                runs.0.extend((!words.0.is_empty()).then(|| hashed(&words.0)));
            }
            runs.0.extend(words.0.windows(RUN).map(hashed));
        }
        runs.0.sort_unstable();
        runs.0.dedup();
        runs
    }

    /// How many in a hundred are shared, rounded down; 0 when either has none.
    pub fn percent_shared(&self, other: &Self) -> usize {
        let (mut one, mut two, mut shared) = (0, 0, 0);
        while let (Some(left), Some(right)) = (self.0.get(one), other.0.get(two)) {
            shared += usize::from(left == right);
            one += usize::from(left <= right);
            two += usize::from(left >= right);
        }
        let all = self.0.len() + other.0.len() - shared;
        (shared * 100).checked_div(all).unwrap_or(0)
    }
}

/// A hash of each word in lower case. Han script has no spaces, so each of its characters is a word.
fn words(text: &str) -> Vec<u64> {
    let mut words = Vec::new();
    let mut word: Option<DefaultHasher> = None;
    let mut end = |word: &mut Option<DefaultHasher>| words.extend(word.take().map(|word| word.finish()));
    for c in text.chars() {
        let is_han = matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}');
        if is_han || !c.is_alphanumeric() {
            end(&mut word);
        }
        if c.is_alphanumeric() {
            let word = word.get_or_insert_default();
            c.to_lowercase().for_each(|c| c.hash(word));
        }
        if is_han {
            end(&mut word);
        }
    }
    end(&mut word);
    words
}

fn hashed(words: &[u64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "The harbour master asked for ten percent of the dredging contract before the tender.";

    fn percent(one: &str, other: &str) -> usize {
        let runs = |text| Runs::of(std::iter::once(text));
        assert_eq!(runs(one).percent_shared(&runs(other)), runs(other).percent_shared(&runs(one)));
        runs(one).percent_shared(&runs(other))
    }

    #[test]
    fn the_same_words_are_the_same_whatever_stands_between_them() {
        assert_eq!(percent(REPORT, &REPORT.to_uppercase().replace(' ', "\n - ")), 100);
        assert_eq!(percent("Help!", "help"), 100);
        assert_eq!(percent("طلب المدير عشرة بالمئة من العقد", "طلب المدير عشرة، بالمئة من العقد."), 100);
        assert_eq!(percent("他要求合同金额的百分之十。", "他要求合同金额的百分之十"), 100);
    }

    #[test]
    fn one_word_changed_costs_the_runs_it_stands_in_and_other_words_share_none() {
        // 14 words are 12 runs; a word in the middle stands in three of them: 9 are shared of 15.
        assert_eq!(percent(REPORT, &REPORT.replace(" ten ", " fifteen ")), 60);
        assert_eq!(percent(REPORT, "The bridge fell because the cement was sold, and the inspector was paid."), 0);
        assert!(percent("他要求合同金额的百分之十", "他要求合同金额的百分之五") > 60);
        assert_eq!((percent("", ""), percent("", REPORT)), (0, 0));
    }
}
