//! `GET` and `POST /hotline/report/{lang}`: what a caller says, written down, read back, sealed and sent.
//!
//! One address takes the form at each of its steps: first the words, which come back to be read to the caller; then the
//! words again with what the caller said of them, and the files, which are sealed as they arrive.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use tokio::sync::mpsc;

use super::arriving::Broken;
use super::{Carried, Operator, PIECES, PostedWithFiles, Words, feed, no_operator, token};
use crate::desk::Desk;
use crate::desk::cases::Unlocked;
use crate::desk::hotline::{Arriving, Call, FormNumber, HotlineError};
use crate::desk::pages::frame::{Frame, not_found, problem, respond};
use crate::desk::pages::lock;
use crate::locale::Language;
use crate::protocol::bytes::{from_hex, to_hex};
use crate::protocol::content::Record;
use crate::protocol::manifest::Manifest;
use crate::questions::{
    Category, Draft, Field, LEFT_OUT, ORIGINALS, Person, Question, Refusals, UNSAID, Unit, custodians_of, units_of,
};
use crate::secret::{SecretText, random_bytes};

/// The form, empty or come back with everything as typed.
#[derive(Template)]
#[template(path = "desk/hotline/report.html")]
struct FormPage<'a> {
    frame: Frame,
    page: Words,
    units: Vec<Unit<'a>>,
    oversight: Option<&'a str>,
    keepers: Vec<Person<'a>>,
    draft: &'a Draft,
    refusals: Refusals,
    custodians: u64,
}

impl<'a> FormPage<'a> {
    /// The unit to which a report goes when the caller would rather not say who in `unit` is involved.
    fn instead_of(&self, unit: &Unit<'_>) -> Option<&Unit<'a>> {
        let oversight = self.oversight.filter(|oversight| *oversight != unit.id)?;
        self.units.iter().find(|unit| unit.id == oversight)
    }
}

/// What was written down, to be read back.
#[derive(Template)]
#[template(path = "desk/hotline/review.html")]
struct ReviewPage<'a> {
    frame: Frame,
    page: Words,
    /// Labels and answers.
    said: Vec<(String, &'a str)>,
    readers: Vec<&'a str>,
    left_out: Vec<&'a str>,
    unit: &'a str,
    instead_of: Option<&'a str>,
    /// Everything that was typed and ticked, to be sent again.
    fields: Vec<(&'static str, &'a str)>,
    number: String,
    originals: bool,
    error: Option<String>,
}

/// What is shown again.
#[derive(Default)]
pub struct Written {
    draft: Draft,
    number: Option<FormNumber>,
    /// Whether the record was shown, and what the caller said of it.
    is_reviewed: bool,
    record: String,
}

impl Written {
    fn take(&mut self, name: &str, text: SecretText) {
        match name {
            "number" => self.number = from_hex(text.expose()).ok(),
            "reviewed" => self.is_reviewed = true,
            "record" => text.expose().clone_into(&mut self.record),
            _ => match Field::from_name(name) {
                Some(field) => self.draft.set(field, text),
                None => drop(self.draft.tick(name, text)),
            },
        }
    }

    /// What the caller said of the record; `None` when they have not been asked, or want changes.
    fn agreed(&self) -> Option<Record> {
        match &*self.record {
            "agreed" => Some(Record::Agreed),
            "unchecked" => Some(Record::Unchecked),
            _ => None,
        }
    }

    /// Every field and box by name, but for the one that asks for originals.
    fn fields(&self) -> Vec<(&'static str, &str)> {
        let draft = &self.draft;
        let texts = Field::ALL.into_iter().map(|field| (field.name(), draft.get(field)));
        let ticks = draft.left_out().map(|id| (LEFT_OUT, id)).chain(draft.unsaid().map(|id| (UNSAID, id)));
        texts.filter(|(_, text)| !text.is_empty()).chain(ticks).collect()
    }

    /// For the page that asks for the passphrase: the words stay in the operator's browser while the desk is locked.
    fn carried(&self, language: Language) -> Carried {
        let owned = |(name, text): (&str, &str)| (name.to_owned(), text.to_owned());
        let originals = self.draft.wants_originals().then_some((ORIGINALS, "yes"));
        let fields = self.fields().into_iter().chain(originals).map(owned).collect();
        Carried::Report { language: language.tag().to_owned(), fields }
    }
}

/// The form with what was carried through the page that asks for the passphrase.
pub fn after_unlocking(
    frame: Frame,
    unlocked: &Unlocked,
    language: Language,
    fields: impl IntoIterator<Item = (String, SecretText)>,
) -> Response {
    let mut written = Written::default();
    for (name, text) in fields {
        written.take(&name, text);
    }
    form(frame, unlocked, language, &written, Refusals::default())
}

/// The empty form.
pub async fn show(frame: Frame, Operator(unlocked): Operator, Path(lang): Path<String>) -> Response {
    let Some(language) = Language::from_tag(&lang) else { return not_found(frame).await };
    form(frame, &unlocked, language, &Written::default(), Refusals::default())
}

/// The form at any of its steps.
pub async fn send(
    State(desk): State<Arc<Desk>>,
    frame: Frame,
    Path(lang): Path<String>,
    mut posted: PostedWithFiles,
) -> Response {
    let Some(language) = Language::from_tag(&lang) else { return not_found(frame).await };
    let mut written = Written::default();
    loop {
        match posted.word().await {
            Ok(Some((name, text))) => written.take(&name, text),
            Ok(None) => break,
            Err(Broken) => {
                let error = HotlineError::CutOff.to_string();
                return problem(StatusCode::BAD_REQUEST, frame, error);
            }
        }
    }
    let Some(unlocked) = desk.session.current() else {
        posted.skip().await;
        return lock::ask_for_caller(&desk, frame, written.carried(language).to_json());
    };
    if !unlocked.is_operator() {
        posted.skip().await;
        return no_operator(frame);
    }
    let refusals = Refusals(written.draft.refusals(unlocked.history().current(), &[]));
    if !refusals.is_empty() || written.record == "changes" {
        posted.skip().await;
        return form(frame, &unlocked, language, &written, refusals);
    }
    let (true, Some(record)) = (written.is_reviewed, written.agreed()) else {
        posted.skip().await;
        let error = written.is_reviewed.then(|| "Say what the caller said of the record.".to_owned());
        return review(frame, &unlocked, language, &written, error);
    };
    let Some(number) = written.number else {
        posted.skip().await;
        return review(frame, &unlocked, language, &written, None);
    };
    let call = Call { draft: std::mem::take(&mut written.draft), language, record, number };
    let (pieces, arriving) = mpsc::channel(PIECES);
    let sealing = Arc::clone(&unlocked);
    let sealing = tokio::task::spawn_blocking(move || {
        let sent = sealing.file_for_caller(&call, Arriving::new(arriving));
        (sent, call.draft)
    });
    let came = feed(&desk, unlocked, posted, pieces).await;
    let Ok((sent, draft)) = sealing.await else {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, frame, "Sealing was cut off; send it again.".to_owned());
    };
    written.draft = draft;
    let frame = Frame::of(&desk, frame.form);
    let unlocked = match (&sent, desk.session.current()) {
        (Ok(sent), _) => return token::show(frame, sent),
        (_, None) => return lock::ask_for_caller(&desk, frame, written.carried(language).to_json()),
        (_, Some(unlocked)) => unlocked,
    };
    match sent {
        Ok(sent) => token::show(frame, &sent),
        Err(_) if came.is_err() => problem(StatusCode::BAD_REQUEST, frame, HotlineError::CutOff.to_string()),
        Err(HotlineError::Refused(refusals)) => {
            let is_form = refusals.iter().any(|refusal| refusal.anchor() != "files");
            let locale = language.locale();
            if is_form {
                return form(frame, &unlocked, language, &written, Refusals(refusals));
            }
            let told = refusals.iter().map(|refusal| refusal.text(locale).into_owned()).collect::<Vec<_>>().join(" ");
            review(frame, &unlocked, language, &written, Some(told))
        }
        Err(error @ HotlineError::Again) => problem(StatusCode::CONFLICT, frame, error.to_string()),
        Err(error) => review(frame, &unlocked, language, &written, Some(error.to_string())),
    }
}

fn form(frame: Frame, unlocked: &Unlocked, language: Language, written: &Written, refusals: Refusals) -> Response {
    let history = unlocked.history();
    let manifest = history.current();
    let status = if refusals.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = FormPage {
        frame,
        page: Words::of(language),
        units: units_of(manifest, language),
        oversight: manifest.oversight_unit.as_deref(),
        keepers: custodians_of(manifest, language),
        draft: &written.draft,
        refusals,
        custodians: u64::from(manifest.identity_threshold),
    };
    respond(status, &page)
}

/// Shows what was written down. The number of the form is a new one, so that a report that failed can be sent again.
fn review(frame: Frame, unlocked: &Unlocked, language: Language, written: &Written, error: Option<String>) -> Response {
    let history = unlocked.history();
    let manifest = history.current();
    let readers = match written.draft.readers(manifest) {
        Ok(readers) => readers,
        Err(refusal) => return form(frame, unlocked, language, written, Refusals(vec![refusal])),
    };
    let Ok(number) = random_bytes::<16>(unlocked.rng()) else {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, frame, "There is no randomness; try again.".to_owned());
    };
    let units = units_of(manifest, language);
    let name_of = |id: &str| units.iter().find(|unit| unit.id == id).map_or("", |unit| unit.name);
    let title = |id| manifest.member(id).map_or("", |member| language.pick(&member.title.0));
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = ReviewPage {
        frame,
        page: Words::of(language),
        said: said(&written.draft, manifest, language),
        readers: readers.readers.iter().map(|id| title(*id)).collect(),
        left_out: readers.left_out.iter().map(|id| title(*id)).collect(),
        unit: name_of(&readers.unit),
        instead_of: readers.instead_of.as_deref().map(name_of),
        fields: written.fields(),
        number: to_hex(&number),
        originals: written.draft.wants_originals(),
        error,
    };
    respond(status, &page)
}

/// Questions and answers as they are read to the caller; what was not answered is left out.
fn said<'a>(draft: &'a Draft, manifest: &Manifest, language: Language) -> Vec<(String, &'a str)> {
    let locale = language.locale();
    let mut labels: Vec<_> = Question::ALL.iter().map(|question| (question.label, draft.get(question.field))).collect();
    if manifest.identity_threshold > 0 && draft.is(Field::Identity, "confidential") {
        let identity = [
            ("identity-name", Field::Name),
            ("identity-contact", Field::Contact),
            ("identity-safe-contact", Field::SafeContact),
        ];
        labels.extend(identity.map(|(label, field)| (label, draft.get(field))));
    }
    let answered = labels.into_iter().filter(|(_, answer)| !answer.trim().is_empty());
    answered.map(|(label, answer)| (locale.text(label).into_owned(), answer)).collect()
}

impl ReviewPage<'_> {
    fn category(&self) -> String {
        let id = self.fields.iter().find(|(name, _)| *name == Field::Category.name()).map_or("", |(_, id)| *id);
        Category::from_id(id).map_or_else(String::new, |category| self.page.text(category.text_id()).into_owned())
    }

    fn danger(&self) -> String {
        let id = match self.fields.iter().find(|(name, _)| *name == Field::Danger.name()) {
            Some((_, "yes")) => "danger-yes",
            Some((_, "no")) => "danger-no",
            _ => "danger-unsure",
        };
        self.page.text(id).into_owned()
    }
}
