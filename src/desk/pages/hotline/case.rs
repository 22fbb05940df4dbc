//! `POST /hotline/case` and `POST /hotline/message`: a caller comes back with their token.
//!
//! Status and answers are read out to them, and what they add is sealed. The token stands in the page's forms only.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Carried, Operator, Words, start};
use crate::clock::Day;
use crate::desk::Desk;
use crate::desk::cases::Unlocked;
use crate::desk::hotline::HotlineError;
use crate::desk::pages::frame::{Frame, Posted, problem, respond};
use crate::desk::pages::lock;
use crate::locale::Language;
use crate::protocol::content::State as CaseState;
use crate::protocol::own_case::OwnEntry;
use crate::protocol::token::Token;
use crate::questions::{meaning_of, name_of};
use crate::reporter::client::ReporterError;
use crate::reporter::returning::Returned;
use crate::secret::SecretText;

/// The longest message, in bytes.
const MESSAGE_MAX: usize = 1 << 18;

/// One thing that happened, as it is read out.
struct Line {
    day: String,
    title: String,
    text: SecretText,
    state: String,
}

#[derive(Template)]
#[template(path = "desk/hotline/case.html")]
struct CasePage {
    frame: Frame,
    page: Words,
    token: SecretText,
    state: String,
    since: String,
    means: String,
    unit: String,
    lines: Vec<Line>,
    unreadable: usize,
    text: SecretText,
    is_called_off: bool,
    is_sent: bool,
    error: Option<String>,
}

/// What the forms hold.
#[derive(Deserialize)]
pub struct TokenForm {
    token: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    text: String,
}

impl TokenForm {
    fn language(&self) -> Language {
        Language::from_tag(&self.language).unwrap_or_else(|| Language::negotiate(""))
    }
}

/// Opens the case.
pub async fn open(frame: Frame, Operator(unlocked): Operator, Posted(form): Posted<TokenForm>) -> Response {
    let language = form.language();
    let typed = SecretText::new(form.token);
    let token = match Token::parse(typed.expose()) {
        Ok(token) => token,
        Err(typo) => return start::page(frame, language, typed, Some(sentence(&typo.to_string()))),
    };
    let shown = token.clone();
    let opened = tokio::task::spawn_blocking(move || unlocked.open_for_caller(&shown)).await;
    match opened.unwrap_or(Err(HotlineError::CutOff)) {
        Ok(returned) => respond(StatusCode::OK, &page(frame, language, &token, &returned)),
        Err(error) => start::page(frame, language, typed, Some(sentence(&error.to_string()))),
    }
}

/// Seals and sends what the caller adds. Whatever stands in the way, the words come back.
pub async fn say(State(desk): State<Arc<Desk>>, frame: Frame, Posted(form): Posted<TokenForm>) -> Response {
    let language = form.language();
    let (typed, text) = (SecretText::new(form.token), SecretText::new(form.text));
    let Some(unlocked) = desk.session.current() else {
        let (token, text) = (typed.expose().to_owned(), text.expose().to_owned());
        let carried = Carried::Message { language: language.tag().to_owned(), token, text };
        return lock::ask_for_caller(&desk, frame, carried.to_json());
    };
    if !unlocked.is_operator() {
        return super::no_operator(frame);
    }
    answer(frame, unlocked, language, typed, text, true).await
}

/// The case with what was typed before the desk was locked.
pub async fn after_unlocking(
    frame: Frame,
    unlocked: Arc<Unlocked>,
    language: Language,
    typed: SecretText,
    text: SecretText,
) -> Response {
    answer(frame, unlocked, language, typed, text, false).await
}

/// Shows the case of the token that was `typed`, after `text` was sent, or with it in the form again.
async fn answer(
    frame: Frame,
    unlocked: Arc<Unlocked>,
    language: Language,
    typed: SecretText,
    text: SecretText,
    send: bool,
) -> Response {
    let token = match Token::parse(typed.expose()) {
        Ok(token) => token,
        Err(typo) => return start::page(frame, language, typed, Some(sentence(&typo.to_string()))),
    };
    let refused = match text.expose() {
        _ if !send => None,
        empty if empty.trim().is_empty() => Some("refusal-message"),
        long if long.len() > MESSAGE_MAX => Some("refusal-too-long"),
        _ => None,
    };
    let is_sent = send && refused.is_none();
    let (shown, words, working) = (token.clone(), text.clone(), Arc::clone(&unlocked));
    let done = tokio::task::spawn_blocking(move || {
        if !is_sent {
            return (None, working.open_for_caller(&shown));
        }
        match working.say_for_caller(&shown, words.expose()) {
            Ok(returned) => (None, Ok(returned)),
            Err(error) => (Some(sent_error(&error)), working.open_for_caller(&shown)),
        }
    });
    let (failed, opened) = done.await.unwrap_or((None, Err(HotlineError::CutOff)));
    let error = failed.or_else(|| refused.map(|id| language.locale().text(id).into_owned()));
    match opened {
        Ok(returned) => {
            let mut page = page(frame, language, &token, &returned);
            page.is_sent = is_sent && error.is_none();
            if !page.is_sent {
                page.text = text;
            }
            let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            page.error = error;
            respond(status, &page)
        }
        Err(error) => unshown(frame, language, &token, text, &error),
    }
}

/// The message alone, when the case itself cannot be shown now.
fn unshown(frame: Frame, language: Language, token: &Token, text: SecretText, error: &HotlineError) -> Response {
    if matches!(error, HotlineError::Client(ReporterError::NotFound | ReporterError::Moved)) {
        return problem(StatusCode::NOT_FOUND, frame, sentence(&error.to_string()));
    }
    let page = CasePage {
        frame,
        page: Words::of(language),
        token: SecretText::from(token.expose()),
        state: String::new(),
        since: String::new(),
        means: String::new(),
        unit: String::new(),
        lines: Vec::new(),
        unreadable: 0,
        text,
        is_called_off: false,
        is_sent: false,
        error: Some(sentence(&error.to_string())),
    };
    respond(StatusCode::BAD_GATEWAY, &page)
}

fn sent_error(error: &HotlineError) -> String {
    match error {
        HotlineError::Client(client) if client.may_be_done() => {
            format!(
                "{} Look below whether the message is there before you send it again.",
                sentence(&error.to_string())
            )
        }
        error => sentence(&error.to_string()),
    }
}

/// With a capital and a full stop, as the errors of programs are not.
fn sentence(error: &str) -> String {
    let mut letters = error.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}{}", letters.as_str(), if error.ends_with('.') { "" } else { "." })
}

fn page(frame: Frame, language: Language, token: &Token, returned: &Returned) -> CasePage {
    let words = Words::of(language);
    let (case, history) = (&returned.case, &returned.authority.history);
    let (state, since) = case.state();
    let unit = history.current().unit(&case.card().card().unit);
    let title = |id: &str| words.text(id).into_owned();
    let line = |entry: OwnEntry| {
        let own = |title: String, day: String| Line { day, title, text: SecretText::default(), state: String::new() };
        match entry {
            OwnEntry::Filed(_) => own(title("timeline-filed"), words.day(case.card().card().day)),
            OwnEntry::Sent(_) => own(title("timeline-sent"), String::new()),
            OwnEntry::Moved => own(title("timeline-moved"), String::new()),
            OwnEntry::Answer(read) => {
                let office = history.member(read.member).map_or("", |member| language.pick(&member.title.0));
                let named = |state: CaseState| {
                    let name = words.text(name_of(state));
                    words.text_with("timeline-state", "state", &*name).into_owned()
                };
                Line {
                    day: words.day(read.answer.day),
                    title: words.text_with("timeline-answer", "office", office).into_owned(),
                    text: SecretText::from(&*read.answer.text),
                    state: read.answer.state.map(named).unwrap_or_default(),
                }
            }
        }
    };
    let day: Day = since;
    CasePage {
        frame,
        page: words,
        token: SecretText::from(token.expose()),
        state: words.text(name_of(state)).into_owned(),
        since: words.text_with("state-since", "day", day).into_owned(),
        means: words.text(meaning_of(state)).into_owned(),
        unit: unit.map_or("", |unit| language.pick(&unit.name.0)).to_owned(),
        lines: case.entries().into_iter().map(line).collect(),
        unreadable: case.unreadable(),
        text: SecretText::default(),
        is_called_off: returned.called_off,
        is_sent: false,
        error: None,
    }
}
