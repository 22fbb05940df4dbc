//! Text as it is compared: compatibility decomposition (Unicode Standard Annex 15) without marks, in lower case, with the
//! letters made one that people write for one another.

use std::ops::Range;

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

const DECOMPOSED: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfkd();
const CLASSES: CanonicalCombiningClassMapBorrowed<'static> = CanonicalCombiningClassMapBorrowed::new();

/// Appends `text` as it is compared. White space of any kind and number becomes one space, so that a line end in `out`
/// can only be the caller's.
///
/// ```text
/// "Contratación  Nº 12" -> "contratacion no 12"
/// "إدارة"               -> "اداره"
/// ```
pub fn fold(text: &str, out: &mut String) {
    for (c, _) in folded(text) {
        out.push(c);
    }
}

/// Each character as it is compared, with the bytes of `text` that it stands for.
pub fn folded(text: &str) -> impl Iterator<Item = (char, Range<usize>)> {
    let mut was_space = true;
    let letters = text.char_indices().flat_map(|(at, c)| {
        let range = at..at + c.len_utf8();
        fold_char(c).into_iter().flatten().map(move |c| (c, range.clone()))
    });
    letters.filter(move |(c, _)| {
        let is_space = *c == ' ';
        !std::mem::replace(&mut was_space, is_space) || !is_space
    })
}

/// The longest decomposition (U+FDFA, "may Allah honour him and grant him peace") has 18 characters.
type Letters = [Option<char>; 18];

fn fold_char(c: char) -> Letters {
    let mut letters = [None; 18];
    if c.is_ascii() {
        letters[0] = Some(plain(c));
        return letters;
    }
    let mut length = 0;
    let mut push = |c: char| {
        if let Some(place) = letters.get_mut(length) {
            *place = Some(c);
            length += 1;
        }
    };
    for part in DECOMPOSED.normalize_iter(std::iter::once(c)) {
        if is_mark(part) || is_unseen(part) {
            continue;
        }
        for lower in part.to_lowercase().filter(|lower| !is_mark(*lower)) {
            match alike(lower) {
                Alike::One(c) => push(plain(c)),
                Alike::Two(pair) => pair.into_iter().for_each(&mut push),
            }
        }
    }
    letters
}

/// ASCII in lower case; control characters are white space.
fn plain(c: char) -> char {
    if c.is_whitespace() || c.is_control() { ' ' } else { c.to_ascii_lowercase() }
}

fn is_mark(c: char) -> bool {
    !c.is_ascii() && CLASSES.get_u8(c) != 0
}

/// What is not seen, or only stretches a word: the Arabic tatweel, joiners, marks of direction, soft hyphens.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

enum Alike {
    One(char),
    Two([char; 2]),
}

/// What people write for one another, or cannot find on their keyboard.
fn alike(c: char) -> Alike {
    Alike::One(match c {
        'ß' => return Alike::Two(['s', 's']),
        'æ' => return Alike::Two(['a', 'e']),
        'œ' => return Alike::Two(['o', 'e']),
        'þ' => return Alike::Two(['t', 'h']),
        'ø' => 'o',
        'đ' | 'ð' => 'd',
        'ł' => 'l',
        'ħ' => 'h',
        'ı' => 'i',
        'ς' => 'σ',
        'ى' | 'ی' => 'ي',
        'ة' | 'ہ' => 'ه',
        'ک' => 'ك',
        '٠'..='٩' => return digit(c, '٠'),
        '۰'..='۹' => return digit(c, '۰'),
        '०'..='९' => return digit(c, '०'),
        '‐'..='―' | '−' => '-',
        '‘'..='‛' | '′' => '\'',
        '“'..='‟' | '«' | '»' => '"',
        other => other,
    })
}

fn digit(c: char, zero: char) -> Alike {
    let value = c as u32 - zero as u32;
    Alike::One(char::from_digit(value, 10).unwrap_or(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> String {
        let mut out = String::new();
        fold(text, &mut out);
        out
    }

    #[test]
    fn forms_that_people_take_for_the_same_are_the_same() {
        let same = [
            ("Contratación  Nº 12", "contratacion no 12"),
            ("ÉCOLE, Œuvre, Straße", "ecole, oeuvre, strasse"),
            ("Ｆｕｌｌ　ｗｉｄｔｈ １２", "full width 12"),
            ("Взятка ЁЖ й", "взятка еж и"),
            ("إِدَارَة الأشغال", "اداره الاشغال"),
            ("مـــال ٢٠٢٦ ی ک", "مال 2026 ي ك"),
            ("İstanbul ılık", "istanbul ilik"),
            ("貪污\u{200b}舉報", "貪污舉報"),
            ("a\u{301}\u{ad}b\r\n\tc", "ab c"),
            ("“quoted” – ‘it’", "\"quoted\" - 'it'"),
            ("ﷺ", "صلي الله عليه وسلم"),
            ("ﬁnance", "finance"),
        ];
        for (text, folded) in same {
            assert_eq!(of(text), folded);
        }
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing_more(text in "\\PC{0,80}") {
            let once = of(&text);
            prop_assert_eq!(of(&once), once);
        }

        #[test]
        fn every_character_knows_where_it_came_from(text in "\\PC{0,80}") {
            let mut last = 0;
            for (_, range) in folded(&text) {
                prop_assert!(range.start >= last && text.get(range.clone()).is_some());
                last = range.start;
            }
        }
    }
}
