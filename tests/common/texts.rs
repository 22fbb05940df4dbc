//! Text messages of a crowd, in all languages and lengths, and a server that takes them.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use amparo::sms::text::fit::{Encoding, fit};

use super::server::Place;

/// The numbers that people write to, each with the language it answers in. All of them are *Public works*'.
pub const LINES: [(&str, &str); 6] =
    [("16321", "en"), ("16322", "fr"), ("16323", "es"), ("16324", "ar"), ("16325", "ru"), ("16326", "zh")];

/// How Kannel proves itself.
pub const CREDENTIALS: &str = "user=kannel&password=a-b_c";

/// Adds text messages to the configuration of `place`, with `more` lines in `[sms]`.
pub fn take_texts(place: &Place, more: &str) {
    let password = place.path("kannel-password");
    fs::write(&password, "a-b_c\n").unwrap();
    fs::set_permissions(&password, fs::Permissions::from_mode(0o600)).unwrap();
    let line = |(number, language): (&str, &str)| {
        format!("{{ number = \"{number}\", unit = \"works\", language = \"{language}\" }}")
    };
    let file = place.path("amparo.toml");
    let texts = format!(
        "[sms]\nnumbers = [{}]\n{more}\n[sms_gateways]\nlisten = \"127.0.0.1:0\"\n\
         kannel = {{ user = \"kannel\", password_file = \"kannel-password\" }}\n",
        LINES.map(line).join(", ")
    );
    fs::write(&file, fs::read_to_string(&file).unwrap() + &texts).unwrap();
}

/// Where the server of `place` that was started last takes texts.
pub fn gateways_of(place: &Place) -> SocketAddr {
    let said = place.said();
    said.rsplit("gateways at ").next().unwrap().lines().next().unwrap().parse().unwrap()
}

/// What Kannel asks at `gateways`.
pub fn kannel_at(gateways: SocketAddr) -> String {
    format!("http://{gateways}/kannel?{CREDENTIALS}")
}

/// A text that somebody sends.
#[derive(Clone, Debug)]
pub struct Text {
    pub from: String,
    pub to: &'static str,
    pub words: String,
}

/// A beginning for each of [`LINES`], that leaves room in one segment, and how it goes on.
const WORDS: [(&str, &str); 6] = [
    ("They want ten percent", "of every contract at the harbour, and the clerk keeps a list"),
    ("Ils exigent dix pour cent à la mairie", "où l'employé a déjà reçu l'argent deux fois, très tôt"),
    ("¿Por qué piden el diez por ciento?", "El señor del puerto cobra cada año más, y él también"),
    ("يطلبون عشرة بالمئة من العقد", "قبل نشر المناقصة، والموظف يحتفظ بقائمة"),
    ("Требуют десять процентов", "от каждого контракта в порту, и ведут список"),
    ("他们要求合同金额的百分之十", "在招标公布之前，码头的职员有一份名单"),
];

/// What only UTF-16 can say, what takes two septets each, and nothing.
const SIGNS: [&str; 3] = ["", " 😀👩🏽‍💻🇫🇷", " €[]{}~^\\|"];

/// `count` texts, each from a number of its own: every language in one, two, three and four segments, with and without
/// [`SIGNS`]. No two say the same.
pub fn crowd(count: usize) -> Vec<Text> {
    (0..count).map(text).collect()
}

/// The text at that place in a crowd.
pub fn text(at: usize) -> Text {
    let (language, segments, signs) = (at % 6, 1 + at / 6 % 4, SIGNS[at / 24 % 3]);
    let (begin, go_on) = WORDS[language];
    let mut words = format!("{begin} {at}{signs}");
    // What travels as it is cannot have a line end: the stand-in telephone company ends a message with it.
    words.push(if fit(&words).encoding == Encoding::Ucs2 { '\n' } else { ' ' });
    let filling: Vec<char> = go_on.chars().chain([' ']).collect();
    let mut cut = words.len();
    for (number, c) in filling.iter().cycle().enumerate() {
        words.push(*c);
        if fit(&words).segments > segments {
            words.pop();
            break;
        }
        // Texts end somewhere in their last segment, not all of them at its end.
        if number % (7 + at % 11) == 0 {
            cut = words.len();
        }
    }
    words.truncate(cut);
    let words = words.trim_end().to_owned();
    assert_eq!(fit(&words).segments, segments, "{words}");
    // 15 digits, the most that E.164 has, so that one never comes about by chance in a file that is searched for it.
    Text { from: format!("+67570{:010}", 4_102_938_475_u64 + 7_919 * at as u64), to: LINES[language].0, words }
}
