//! `POST /hotline/case` and `POST /hotline/message`: a caller comes back with their token.
//!
//! Status and answers are read out to them, and what they add is sealed, with files as they arrive. The token stands in the
//! page's forms only.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use tokio::sync::mpsc;

use super::arriving::Broken;
use super::{Carried, Operator, PIECES, PostedWithFiles, Words, feed, start};
use crate::clock::Day;
use crate::desk::Desk;
use crate::desk::cases::Unlocked;
use crate::desk::hotline::{Added, Arriving, HotlineError, Said, ToldFile};
use crate::desk::pages::frame::{Frame, Posted, problem, respond};
use crate::desk::pages::lock;
use crate::locale::Language;
use crate::protocol::content::State as CaseState;
use crate::protocol::own_case::OwnEntry;
use crate::protocol::token::Token;
use crate::questions::{ORIGINALS, Refusal, meaning_of, name_of};
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
    originals: bool,
    /// What was found in the files that were sent.
    files: Vec<ToldFile>,
    is_sent: bool,
    error: Option<String>,
}

/// What the form for a token holds.
#[derive(Deserialize)]
pub struct TokenForm {
    token: String,
    #[serde(default)]
    language: String,
}

/// What the form for a message holds, but for its files.
#[derive(Default)]
struct Typed {
    token: SecretText,
    language: String,
    text: SecretText,
    originals: bool,
}

impl Typed {
    fn take(&mut self, name: &str, text: SecretText) {
        match name {
            "token" => self.token = text,
            "language" => text.expose().clone_into(&mut self.language),
            "text" => self.text = text,
            ORIGINALS => self.originals = true,
            _ => {}
        }
    }

    fn carried(&self, language: Language) -> Carried {
        let (token, text) = (self.token.expose().to_owned(), self.text.expose().to_owned());
        Carried::Message { language: language.tag().to_owned(), token, text }
    }
}

fn language_of(tag: &str) -> Language {
    Language::from_tag(tag).unwrap_or_else(|| Language::negotiate(""))
}

/// Opens the case.
pub async fn open(frame: Frame, Operator(unlocked): Operator, Posted(form): Posted<TokenForm>) -> Response {
    let language = language_of(&form.language);
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
pub async fn say(State(desk): State<Arc<Desk>>, frame: Frame, mut posted: PostedWithFiles) -> Response {
    let mut typed = Typed::default();
    loop {
        match posted.word().await {
            Ok(Some((name, text))) => typed.take(&name, text),
            Ok(None) => break,
            Err(Broken) => return problem(StatusCode::BAD_REQUEST, frame, HotlineError::CutOff.to_string()),
        }
    }
    let language = language_of(&typed.language);
    let Some(unlocked) = desk.session.current() else {
        posted.skip().await;
        return lock::ask_for_caller(&desk, frame, typed.carried(language).to_json());
    };
    if !unlocked.is_operator() {
        posted.skip().await;
        return super::no_operator(frame);
    }
    let token = match Token::parse(typed.token.expose()) {
        Ok(token) => token,
        Err(typo) => {
            posted.skip().await;
            return start::page(frame, language, typed.token, Some(sentence(&typo.to_string())));
        }
    };
    let sent = if typed.text.expose().len() > MESSAGE_MAX {
        posted.skip().await;
        Err(HotlineError::Refused(vec![Refusal::MessageTooLong]))
    } else {
        let (pieces, arriving) = mpsc::channel(PIECES);
        let said = Said { text: typed.text.clone(), originals: typed.originals };
        let (sealing, token) = (Arc::clone(&unlocked), token.clone());
        let sealing =
            tokio::task::spawn_blocking(move || sealing.say_for_caller(&token, &said, Arriving::new(arriving)));
        if feed(&desk, unlocked, posted, pieces).await.is_err() {
            return problem(StatusCode::BAD_REQUEST, frame, HotlineError::CutOff.to_string());
        }
        sealing.await.unwrap_or(Err(HotlineError::CutOff))
    };
    let frame = Frame::of(&desk, frame.form);
    let error = match sent {
        Ok(Added { returned, files }) => {
            let shown = CasePage { files, is_sent: true, ..page(frame, language, &token, &returned) };
            return respond(StatusCode::OK, &shown);
        }
        Err(error) => sent_error(&error, language),
    };
    match desk.session.current() {
        Some(unlocked) => show_again(frame, unlocked, language, token, typed, Some(error)).await,
        None => lock::ask_for_caller(&desk, frame, typed.carried(language).to_json()),
    }
}

/// The case with what was typed before the desk was locked.
pub async fn after_unlocking(
    frame: Frame,
    unlocked: Arc<Unlocked>,
    language: Language,
    token: SecretText,
    text: SecretText,
) -> Response {
    match Token::parse(token.expose()) {
        Ok(parsed) => {
            let typed = Typed { token, text, ..Typed::default() };
            show_again(frame, unlocked, language, parsed, typed, None).await
        }
        Err(typo) => start::page(frame, language, token, Some(sentence(&typo.to_string()))),
    }
}

/// The case with what was typed in its form again, and why it was not sent.
async fn show_again(
    frame: Frame,
    unlocked: Arc<Unlocked>,
    language: Language,
    token: Token,
    typed: Typed,
    error: Option<String>,
) -> Response {
    let shown = token.clone();
    let opened = tokio::task::spawn_blocking(move || unlocked.open_for_caller(&shown)).await;
    match opened.unwrap_or(Err(HotlineError::CutOff)) {
        Ok(returned) => {
            let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
            let shown = page(frame, language, &token, &returned);
            respond(status, &CasePage { text: typed.text, originals: typed.originals, error, ..shown })
        }
        Err(error) => unshown(frame, language, &token, typed, &error),
    }
}

/// The message alone, when the case itself cannot be shown now.
fn unshown(frame: Frame, language: Language, token: &Token, typed: Typed, error: &HotlineError) -> Response {
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
        text: typed.text,
        originals: typed.originals,
        files: Vec::new(),
        is_called_off: false,
        is_sent: false,
        error: Some(sentence(&error.to_string())),
    };
    respond(StatusCode::BAD_GATEWAY, &page)
}

fn sent_error(error: &HotlineError, language: Language) -> String {
    match error {
        HotlineError::Refused(refusals) => {
            refusals.iter().map(|refusal| refusal.text(language.locale()).into_owned()).collect::<Vec<_>>().join(" ")
        }
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
        originals: false,
        files: Vec::new(),
        is_sent: false,
        error: None,
    }
}
