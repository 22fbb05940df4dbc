//! A new token, read out; and `POST /hotline/check`: the caller says a group of it back.
//!
//! The page that shows it is an answer to the form that was sent: its address shows nothing, and sending the form again
//! files and shows nothing. A group said wrong shows it once more, while it waits; after that it is gone.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Operator, Words};
use crate::desk::hotline::{Sent, ToldFile, Waiting};
use crate::desk::pages::frame::{Frame, Posted, problem, respond};
use crate::locale::Language;
use crate::protocol::token::Token;

/// A language's ten words for the digits, and what stands around them.
struct Spoken {
    words: Words,
    digits: Vec<String>,
}

impl Spoken {
    fn of(language: Language) -> Self {
        let words = Words::of(language);
        let digits = words.text("spoken-digits").split_whitespace().map(str::to_owned).collect();
        Self { words, digits }
    }

    /// A group of digits in words.
    fn group(&self, group: &str) -> Zeroizing<String> {
        let comma = if self.words.language().direction() == "rtl" { "، " } else { ", " };
        let word = |digit: u8| self.digits.get(usize::from(digit.wrapping_sub(b'0'))).map_or("", String::as_str);
        Zeroizing::new(group.bytes().map(word).collect::<Vec<_>>().join(comma))
    }
}

#[derive(Template)]
#[template(path = "desk/hotline/token.html")]
struct TokenPage<'a> {
    frame: Frame,
    page: Words,
    token: &'a Token,
    /// The caller's language first.
    spoken: Vec<Spoken>,
    /// Which group is asked for, from 1.
    group: u64,
    /// What was typed for it, when that was wrong.
    wrong: Option<String>,
    files: &'a [ToldFile],
    is_unsure: bool,
}

#[derive(Template)]
#[template(path = "desk/hotline/checked.html")]
struct CheckedPage {
    frame: Frame,
    page: Words,
    is_checked: bool,
}

/// Shows the token of a report that was just sent.
pub fn show(frame: Frame, sent: &Sent) -> Response {
    page(frame, StatusCode::OK, &sent.waiting, &sent.files, sent.is_unsure, None)
}

fn page(
    frame: Frame,
    status: StatusCode,
    waiting: &Waiting,
    files: &[ToldFile],
    is_unsure: bool,
    wrong: Option<String>,
) -> Response {
    let mut languages: Vec<_> = Language::all().collect();
    languages.sort_by_key(|language| *language != waiting.language);
    let page = TokenPage {
        frame,
        page: Words::of(waiting.language),
        token: &waiting.token,
        spoken: languages.into_iter().map(Spoken::of).collect(),
        group: waiting.group as u64 + 1,
        wrong,
        files,
        is_unsure,
    };
    respond(status, &page)
}

/// What the form holds.
#[derive(Deserialize)]
pub struct CheckForm {
    #[serde(default)]
    group: String,
    /// `end` when the call ends without a check.
    #[serde(default)]
    act: String,
}

/// Compares what the caller said with the token, which is gone when it was right.
pub async fn check(frame: Frame, Operator(unlocked): Operator, Posted(form): Posted<CheckForm>) -> Response {
    let Some(waiting) = unlocked.hotline.waiting() else {
        let message = "No token waits to be checked: it was, or the desk was locked meanwhile. It cannot be shown again; \
                       the caller’s note of it works if all its digits are right.";
        return problem(StatusCode::GONE, frame, message.to_owned());
    };
    let typed = Zeroizing::new(form.group);
    let digits: Zeroizing<String> = Zeroizing::new(typed.chars().filter(|c| !c.is_whitespace()).map(western).collect());
    let is_checked = *digits == waiting.token.groups()[waiting.group];
    if form.act == "end" || is_checked {
        unlocked.hotline.end();
        let page = CheckedPage { frame, page: Words::of(waiting.language), is_checked };
        return respond(StatusCode::OK, &page);
    }
    page(frame, StatusCode::UNPROCESSABLE_ENTITY, &waiting, &[], false, Some(typed.to_string()))
}

/// A digit as it stands in a token, when it is one of Arabic or Persian script.
fn western(c: char) -> char {
    let value =
        ['٠', '۰'].iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10));
    value.and_then(|value| char::from_digit(value, 10)).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_said_in_the_words_of_each_language() {
        let said = |tag: &str, group: &str| Spoken::of(Language::from_tag(tag).unwrap()).group(group).to_string();
        assert_eq!(said("en", "0129"), "zero, one, two, nine");
        assert_eq!(said("fr", "0479"), "zéro, quatre, sept, neuf");
        assert_eq!(said("ar", "0358"), "صفر، ثلاثة، خمسة، ثمانية");
        for language in Language::all() {
            assert_eq!(Spoken::of(language).digits.len(), 10, "{}", language.tag());
        }
        assert_eq!("٠۹5x".chars().map(western).collect::<String>(), "095x");
    }
}
