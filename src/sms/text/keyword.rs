//! Which texts are commands.
//!
//! Everything that is no command is a report, so a command has to be meant: its first word is a keyword and the rest
//! fits it.
//!
//! | first word | the rest | what it is |
//! | --- | --- | --- |
//! | any keyword | nothing but signs and emoji | the command, without a token |
//! | `STATUS`, `READ`, `FORGET`, `MORE` | begins with a token, or with what was meant as one | the command |
//! | any keyword | anything else | a report |
//! | no keyword | the text is a case token and nothing else | `STATUS` |
//! | no keyword | the text begins with a right case token, and words follow | `MORE` |
//!
//! So `Help!` is a command, and "Help! They take bribes at the school" a report; `STOP` a command, and "Stop them" a
//! report; `READ 1234 …` a command, and "Read this: 3 men …" a report. Meant as a token is what has at least half of a
//! token's digits before the first ordinary word, or is digits to the end. Words behind `STATUS token` and `READ token`
//! are not thrown away: from three words on they are a message, and the command is `MORE`.
//!
//! Case, accents and vowel signs do not count; keywords stand in the native script and as people romanise them. No
//! space is needed between a keyword and a digit.

use super::fold::{fold, is_mark};
use super::token::{self, Start};
use crate::locale::SmsLanguage;
use crate::protocol::token::{DIGITS, Token, TokenTypo};
use crate::secret::SecretText;

/// Digits from which on something was meant as a token, when words follow.
const MEANT: usize = DIGITS / 2;

/// Digits from which on a text of digits only was meant as a token.
const NEARLY: usize = DIGITS - 4;

/// Words from which on what stands behind a token is a message.
const MESSAGE: usize = 3;

/// What a text asks for. A token that is missing is [`TokenTypo::Length`] of 0.
pub enum Command {
    /// Nothing: it is a report, or goes on with one.
    Report,
    /// Where the case stands.
    Status(Result<Token, TokenTypo>),
    /// The answers.
    Read(Result<Token, TokenTypo>),
    /// These words are to be added; they may be empty.
    More(Result<Token, TokenTypo>, SecretText),
    /// The case is to be forgotten.
    Forget(Result<Token, TokenTypo>),
    /// How this works, and how to be safe.
    Help,
    /// No more texts; what stands in memory is to be wiped.
    Stop,
    /// The questions, one after the other.
    Guide,
    /// The question is not answered. It means this only while one is open; elsewhere it is an ordinary text.
    Skip,
}

/// What a keyword asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Status,
    Read,
    More,
    Forget,
    Help,
    Stop,
    Guide,
    Skip,
}

impl Verb {
    fn with_token(self, token: Result<Token, TokenTypo>, rest: &str) -> Option<Command> {
        Some(match self {
            Self::Status | Self::Read if token.is_ok() && rest.split_whitespace().count() >= MESSAGE => {
                Command::More(token, rest.into())
            }
            Self::Status => Command::Status(token),
            Self::Read => Command::Read(token),
            Self::More => Command::More(token, rest.into()),
            Self::Forget => Command::Forget(token),
            Self::Help | Self::Stop | Self::Guide | Self::Skip => return None,
        })
    }

    fn alone(self) -> Command {
        match self {
            Self::Help => Command::Help,
            Self::Stop => Command::Stop,
            Self::Guide => Command::Guide,
            Self::Skip => Command::Skip,
            Self::Status => Command::Status(Err(TokenTypo::Length(0))),
            Self::Read => Command::Read(Err(TokenTypo::Length(0))),
            Self::More => Command::More(Err(TokenTypo::Length(0)), SecretText::default()),
            Self::Forget => Command::Forget(Err(TokenTypo::Length(0))),
        }
    }
}

/// Reads `text`, and names the language of its keyword; `None` when there is no command, or when the keyword belongs
/// to several languages, as `STOP` does.
///
/// ```
/// use amparo::locale::SmsLanguage;
/// use amparo::sms::text::keyword::{Command, parse};
/// assert!(matches!(parse("Помощь!"), (Command::Help, Some(SmsLanguage::RUSSIAN))));
/// assert!(matches!(parse("Help! They take bribes at the school."), (Command::Report, None)));
/// ```
#[must_use]
pub fn parse(text: &str) -> (Command, Option<SmsLanguage>) {
    for (word, rest) in first_words(text) {
        if let Some((verb, language)) = look_up(word) {
            return command(verb, rest).map_or((Command::Report, None), |command| (command, language));
        }
    }
    (without_keyword(text), None)
}

/// The command of a keyword and what stands behind it.
fn command(verb: Verb, rest: &str) -> Option<Command> {
    let Start { digits, token, rest } = token::start(rest);
    match (digits, rest.is_empty()) {
        (0, true) => Some(verb.alone()),
        (1.., true) | (MEANT.., false) => verb.with_token(token, rest),
        _ => None,
    }
}

/// A text that does not begin with a keyword, but perhaps with a token.
fn without_keyword(text: &str) -> Command {
    let Start { digits, token, rest } = token::start(text);
    match (token, rest.is_empty()) {
        (Ok(token), true) => Command::Status(Ok(token)),
        (Ok(token), false) => Command::More(Ok(token), rest.into()),
        // What is digits only and this long is a token with a typo. As a report it would be read by nobody.
        (Err(typo), true) if digits >= NEARLY => Command::Status(Err(typo)),
        _ => Command::Report,
    }
}

/// The first word and what stands behind it: up to a space or sign, and up to a digit (`STATUS1234`), the longer one
/// first, for romanised Arabic writes digits inside words (`musa3ada`).
fn first_words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let text = token::skip_signs(text);
    let ends = |stops: fn(char) -> bool| text.find(stops).unwrap_or(text.len());
    let to_sign = ends(|c| !(c.is_alphanumeric() || is_mark(c)));
    let to_digit = ends(|c| !(c.is_alphabetic() || is_mark(c)));
    [to_sign, to_digit].into_iter().map(|end| text.split_at(end))
}

/// What a word asks for, and its language where it belongs to one only.
fn look_up(word: &str) -> Option<(Verb, Option<SmsLanguage>)> {
    // The longest keyword has 14 letters; with vowel signs a few more.
    if word.chars().nth(40).is_some() {
        return None;
    }
    let word = fold(word);
    let mut found = KEYWORDS.iter().filter(|(_, _, words)| words.split(' ').any(|keyword| keyword == word));
    let (verb, language, _) = found.next()?;
    Some((*verb, found.next().is_none().then_some(*language)))
}

/// The keywords, folded, native before romanised. One that two languages share has the same meaning in both.
const KEYWORDS: [(Verb, SmsLanguage, &str); 48] = {
    use SmsLanguage as L;
    [
        (Verb::Status, L::ENGLISH, "status"),
        (Verb::Read, L::ENGLISH, "read"),
        (Verb::More, L::ENGLISH, "more add"),
        (Verb::Forget, L::ENGLISH, "forget delete"),
        (Verb::Help, L::ENGLISH, "help info"),
        (Verb::Stop, L::ENGLISH, "stop quit"),
        (Verb::Guide, L::ENGLISH, "guide questions"),
        (Verb::Skip, L::ENGLISH, "skip next"),
        (Verb::Status, L::FRENCH, "statut etat suivi"),
        (Verb::Read, L::FRENCH, "lire lis"),
        (Verb::More, L::FRENCH, "plus ajouter ajout ajoute"),
        (Verb::Forget, L::FRENCH, "oublier oubli effacer"),
        (Verb::Help, L::FRENCH, "aide info"),
        (Verb::Stop, L::FRENCH, "stop arret arreter"),
        (Verb::Guide, L::FRENCH, "guide questions"),
        (Verb::Skip, L::FRENCH, "passer suivant suivante sauter"),
        (Verb::Status, L::ARABIC, "حاله الحاله وضع 7ala hala halah alhala al7ala"),
        (Verb::Read, L::ARABIC, "اقرا قراه iqra eqra iqraa 2ra"),
        (Verb::More, L::ARABIC, "اضف اضافه المزيد مزيد adif adhif adef edafa idafa mazid mazeed almazid"),
        (Verb::Forget, L::ARABIC, "انس انسي نسيان احذف insa ensa nisyan nesyan i7thif ihdhif"),
        (Verb::Help, L::ARABIC, "مساعده المساعده ساعدني musaada mosaada musa3ada mosa3ada mosa3da musaeada"),
        (Verb::Stop, L::ARABIC, "توقف ايقاف قف stop tawaqaf tawaqqaf tawa2af qif"),
        (Verb::Guide, L::ARABIC, "اسيله الاسيله دليل asila asela as2ila as2ela dalil daleel"),
        (Verb::Skip, L::ARABIC, "تخط تخطي التالي takhati takhatti ta5ati altali"),
        (Verb::Status, L::SPANISH, "estado"),
        (Verb::Read, L::SPANISH, "leer lee"),
        (Verb::More, L::SPANISH, "mas anadir agregar"),
        (Verb::Forget, L::SPANISH, "olvidar olvida borrar"),
        (Verb::Help, L::SPANISH, "ayuda info"),
        (Verb::Stop, L::SPANISH, "stop parar alto basta"),
        (Verb::Guide, L::SPANISH, "guia preguntas"),
        (Verb::Skip, L::SPANISH, "saltar omitir siguiente"),
        (Verb::Status, L::RUSSIAN, "статус состояние sostoyanie sostoyaniye sostojanie"),
        (Verb::Read, L::RUSSIAN, "читать прочитать прочесть chitat prochitat prochest"),
        (Verb::More, L::RUSSIAN, "еще добавить дополнить eshche eshe esche eshyo yeshche dobavit dopolnit"),
        (Verb::Forget, L::RUSSIAN, "забыть удалить zabyt zabit udalit"),
        (Verb::Help, L::RUSSIAN, "помощь справка pomoshch pomosh pomosch pomoshh spravka"),
        (Verb::Stop, L::RUSSIAN, "стоп stop"),
        (Verb::Guide, L::RUSSIAN, "вопросы гид voprosy voprosi gid"),
        (Verb::Skip, L::RUSSIAN, "пропустить дальше далее propustit dalshe dalee"),
        (Verb::Status, L::CHINESE, "状态 狀態 查询 查詢 进度 進度 zhuangtai chaxun jindu"),
        (Verb::Read, L::CHINESE, "阅读 閱讀 读 讀 查看 yuedu du chakan"),
        (Verb::More, L::CHINESE, "补充 補充 更多 添加 buchong gengduo tianjia"),
        (Verb::Forget, L::CHINESE, "忘记 忘記 删除 刪除 wangji shanchu"),
        (Verb::Help, L::CHINESE, "帮助 幫助 求助 bangzhu qiuzhu"),
        (Verb::Stop, L::CHINESE, "停止 停 退订 退訂 tingzhi ting tuiding"),
        (Verb::Guide, L::CHINESE, "引导 引導 指南 问题 問題 yindao zhinan wenti"),
        (Verb::Skip, L::CHINESE, "跳过 跳過 下一个 tiaoguo"),
    ]
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    const TOKEN: &str = "1000 0000 0000 0000 0000 0042";

    /// A command in a word, with the words that go with it.
    fn read(text: &str) -> String {
        let told = |name: &str, token: Result<Token, TokenTypo>| match token {
            Ok(token) => format!("{name} {}", token.groups().join(" ")),
            Err(typo) => format!("{name} {typo:?}"),
        };
        match parse(text).0 {
            Command::Report => "report".into(),
            Command::Status(token) => told("status", token),
            Command::Read(token) => told("read", token),
            Command::More(token, words) => format!("{}: {}", told("more", token), words.expose()),
            Command::Forget(token) => told("forget", token),
            Command::Help => "help".into(),
            Command::Stop => "stop".into(),
            Command::Guide => "guide".into(),
            Command::Skip => "skip".into(),
        }
    }

    #[test]
    fn ordinary_sentences_are_reports() {
        for text in [
            "Help! They take bribes at the school.",
            "help me please",
            "STOP corruption at the port",
            "Stop them",
            "More money was stolen in May 2024",
            "More than 5 000 000 kina went to his brother",
            "Read this: 3 men took 20000 on 12.3.2024",
            "Status of the road: not built, 1200000 paid",
            "Forget it, nobody listens",
            "Guide books for schools were never delivered",
            "Next week they pay the minister",
            "Plus de 3 000 000 francs ont disparu",
            "Aide humanitaire vendue au marché",
            "Etat civil: on paie 5000 pour un acte",
            "Mas de 200 bolsas de cemento",
            "Basta ya de mordidas",
            "Помощь для школы украли",
            "Ещё один случай в больнице",
            "مساعدة المدير لأخيه في المناقصة",
            "更多的钱被偷了",
            "帮助！他们收钱",
            "求助他们收钱",
            "Dalil al madrasa",
            "Du riz a ete vendu",
            "0123456789 0123456789 is the account the minister uses",
            "2024 was a bad year",
            "",
            "?!",
            "😀",
            "stopped",
            "helper",
            "هل المساعدة ممكنة",
        ] {
            assert_eq!(read(text), "report", "{text}");
            assert_eq!(parse(text).1, None, "{text}");
        }
    }

    #[test]
    fn a_bare_keyword_is_a_command() {
        for (text, command) in [
            ("HELP", "help"),
            (" help!! 🙏 ", "help"),
            ("\"Aide\".", "help"),
            ("¿AYUDA?", "help"),
            ("ПОМОЩЬ", "help"),
            ("Pomoshch'", "help"),
            ("المُساعَدة", "help"),
            ("musa3ada", "help"),
            ("帮助。", "help"),
            ("bāngzhù", "help"),
            ("ＨＥＬＰ", "help"),
            ("Stop.", "stop"),
            ("ARRÊT", "stop"),
            ("Arret", "stop"),
            ("توقف", "stop"),
            ("停", "stop"),
            ("guide", "guide"),
            ("Guía", "guide"),
            ("أسئلة", "guide"),
            ("引导", "guide"),
            ("вопросы", "guide"),
            ("skip", "skip"),
            ("дальше", "skip"),
            ("تخطّي", "skip"),
            ("status", "status Length(0)"),
            ("Read?", "read Length(0)"),
            ("اقرأ", "read Length(0)"),
            ("قراءة", "read Length(0)"),
            ("MÁS", "more Length(0): "),
            ("ещё", "more Length(0): "),
            ("Oublier", "forget Length(0)"),
        ] {
            assert_eq!(read(text), command, "{text}");
        }
    }

    #[test]
    fn a_token_makes_a_command_and_a_typo_is_told() {
        for (text, command) in [
            ("STATUS 1000 0000 0000 0000 0000 0042", "status 1000 0000 0000 0000 0000 0042"),
            ("status:l000-0000-0000-0000-0000-0042 thanks", "status 1000 0000 0000 0000 0000 0042"),
            ("STATUS100000000000000000000042", "status 1000 0000 0000 0000 0000 0042"),
            ("状态100000000000000000000042", "status 1000 0000 0000 0000 0000 0042"),
            ("7ala 100000000000000000000042", "status 1000 0000 0000 0000 0000 0042"),
            ("حالة ١٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٤٢", "status 1000 0000 0000 0000 0000 0042"),
            ("LIRE 1000 0000 0000 0000 0000 0042.", "read 1000 0000 0000 0000 0000 0042"),
            ("забыть 1000 0000 0000 0000 0000 0042", "forget 1000 0000 0000 0000 0000 0042"),
            ("More 1000 0000 0000 0000 0000 0042: I saw it", "more 1000 0000 0000 0000 0000 0042: I saw it"),
            ("补充1000 0000 0000 0000 0000 0042他收了钱", "more 1000 0000 0000 0000 0000 0042: 他收了钱"),
            ("Status 1000 0000 0000 0000 0000 0042 they know me", "more 1000 0000 0000 0000 0000 0042: they know me"),
            ("1000 0000 0000 0000 0000 0042", "status 1000 0000 0000 0000 0000 0042"),
            ("1000 0000 0000 0000 0000 0042 He left.", "more 1000 0000 0000 0000 0000 0042: He left."),
            ("1000 0000 0000 0000 0000 0024", "status CheckDigits"),
            ("1000 0000 0000 0000 0000 004", "status Length(23)"),
            ("read 1000 0000", "read Length(8)"),
            ("read 1000 0000 0000 0000 0000 0024", "read CheckDigits"),
            ("FORGET 1000 0000 00E0 0000 0000 0042", "forget Letter"),
            ("more 1000 0000 0000 0000 0000 004 he left", "more Length(23): he left"),
        ] {
            assert_eq!(read(text), command, "{text}");
        }
    }

    #[test]
    fn a_keyword_of_one_language_sets_it() {
        let language = |text: &str| parse(text).1.map(SmsLanguage::tag);
        assert_eq!(language("STATUS"), Some("en"));
        assert_eq!(language("AIDE"), Some("fr"));
        assert_eq!(language("ayuda"), Some("es"));
        assert_eq!(language("pomosh"), Some("ru"));
        assert_eq!(language(&format!("hala {TOKEN}")), Some("ar"));
        assert_eq!(language("BANGZHU"), Some("zh"));
        for shared in ["STOP", "Guide", "INFO", TOKEN] {
            assert_eq!(language(shared), None, "{shared}");
        }
    }

    #[test]
    fn keywords_are_folded_and_mean_one_thing() {
        let mut meanings = BTreeMap::new();
        let mut rows = std::collections::BTreeSet::new();
        for (verb, language, words) in KEYWORDS {
            assert!(rows.insert((language, format!("{verb:?}"))), "{verb:?} stands twice");
            for word in words.split(' ') {
                assert_eq!(fold(word), word);
                assert_eq!(*meanings.entry(word).or_insert(verb), verb, "{word}");
            }
        }
        assert_eq!(rows.len(), 6 * 8);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in any::<String>(), word in 0..KEYWORDS.len()) {
            let keyword = KEYWORDS[word].2.split(' ').next().unwrap();
            let _ = parse(&text);
            let (_, language) = parse(&format!("{keyword} {text}"));
            prop_assert!(language.is_none_or(|language| language == KEYWORDS[word].1));
        }

        #[test]
        fn a_keyword_with_words_behind_is_a_report(word in 0..KEYWORDS.len(), words in "[b-hj-km-np-z]{2,9}( [a-z]{1,9}){0,9}") {
            let keyword = KEYWORDS[word].2.split(' ').next().unwrap();
            prop_assert_eq!(read(&format!("{keyword} {words}")), "report");
        }
    }
}
