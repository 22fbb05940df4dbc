//! Letters made alike for comparison: case, accents, width and the spellings that people mix up.

/// `word` in small letters without accents, vowel signs and marks inside words.
///
/// Latin letters lose their accents, full-width ones become ordinary; ё becomes е; Arabic loses vowel signs and the
/// lengthening stroke, and its letters that are typed one for the other become one: all alefs, ى and ي and the Persian
/// ی, ة and ه, and a hamza's seat without it. Nothing that is folded is ever shown or kept.
pub(super) fn fold(word: &str) -> String {
    word.chars().map(narrow).flat_map(char::to_lowercase).filter(|c| !is_mark(*c)).map(plain).collect()
}

/// Full-width forms as ordinary ones.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// What stands on, under or inside words without being a letter: accents set on their own, vowel signs, apostrophes
/// (also for the soft sign in romanised Russian), and marks of direction.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{640}' | '\u{621}')
        || matches!(c, '\'' | '’' | '‘' | '`' | 'ʹ' | 'ʼ' | '´' | 'ʿ' | 'ʾ')
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn plain(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ǎ' => 'a',
        'ç' => 'c',
        'è'..='ë' | 'ē' | 'ė' | 'ě' => 'e',
        'ì'..='ï' | 'ī' | 'ǐ' | 'ı' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ō' | 'ǒ' => 'o',
        'ù'..='ü' | 'ū' | 'ǔ' | 'ǖ' | 'ǘ' | 'ǚ' | 'ǜ' => 'u',
        'ё' => 'е',
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ی' | 'ئ' => 'ي',
        'ؤ' => 'و',
        'ة' => 'ه',
        'ک' => 'ك',
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn spellings_of_one_word_are_one() {
        for (written, folded) in [
            ("ARRÊT", "arret"),
            ("Arre\u{302}t", "arret"),
            ("ＨＥＬＰ", "help"),
            ("AÑADIR", "anadir"),
            ("Zhuàngtài", "zhuangtai"),
            ("ЕЩЁ", "еще"),
            ("pomoshch'", "pomoshch"),
            ("مُسَاعَدَة", "مساعده"),
            ("أضِف", "اضف"),
            ("قراءة", "قراه"),
            ("حـــالة", "حاله"),
            ("帮助", "帮助"),
        ] {
            assert_eq!(fold(written), folded, "{written}");
        }
    }
}
