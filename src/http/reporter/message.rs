//! `POST /{lang}/case/message`: the reporter adds words and files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::files::{Files, ToldFile};
use super::form::{Form, FormError, Label, Part};
use super::lane::{Place, Ticket};
use super::open_case::NotOpened;
use super::{Fault, Refusal, Refusals, Reporter, SentPage, Spoken, TypedMessage, come_again, once_number, respond};
use crate::clock::Day;
use crate::intake::once::{Press, Turn};
use crate::intake::{IntakeError, Returned, TakesFiles};
use crate::protocol::token::Token;
use crate::questions::ORIGINALS;
use crate::secret::SecretText;

/// What a message was answered with, for a second press of its button.
#[derive(Clone)]
pub(super) struct Sent {
    day: Day,
    count: u64,
    is_called_off: bool,
    files: Vec<ToldFile>,
}

pub(super) async fn send(
    Spoken(language): Spoken,
    State(reporter): State<Reporter>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut incoming = Incoming::default();
    let mut memory = reporter.memory.share();
    let read = async { incoming.read(Form::new(&headers, body, &reporter.limits, &mut memory)?, &reporter).await };
    let read = reporter.in_time(read).await;
    let later = match read {
        Ok(()) => None,
        Err(FormError::Later(later)) => Some(later),
        Err(FormError::Fault(fault)) => return reporter.fault(language, fault),
        Err(FormError::Intake(error)) => return reporter.failed(language, &error),
    };
    if incoming.opened.is_none() {
        incoming.open(&reporter).await;
    }
    let Incoming { typed_token, typed, opened, earlier, turn, too_long, files, ticket, place } = incoming;
    let (token, returned) = match opened.unwrap_or(Err(NotOpened::Intake(IntakeError::NotFound))) {
        Ok(opened) => opened,
        Err(refused) => return reporter.not_opened(language, &typed_token, &refused),
    };
    let sent = if let Some(sent) = earlier {
        sent
    } else {
        let too_long = too_long.then_some(Refusal::MessageTooLong);
        let mut refusals: Vec<_> = too_long.into_iter().chain(files.refusal).collect();
        if refusals.is_empty() && later.is_none() && typed.text.expose().trim().is_empty() && returned.files() == 0 {
            refusals.push(Refusal::MessageEmpty);
        }
        if !refusals.is_empty() {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let (refusals, queued) = (Refusals(refusals), reporter.queue());
            return reporter.case_page(language, status, &token, &returned, &typed, refusals, queued);
        }
        let place = match (later, place) {
            (Some(later), _) => Err(later),
            (None, Some(place)) => Ok(place),
            (None, None) => reporter.place(ticket).await,
        };
        let place = match place {
            Ok(place) => place,
            Err(later) => {
                let (status, none) = (StatusCode::SERVICE_UNAVAILABLE, Refusals::default());
                let queued = Some(later.into());
                let page = reporter.case_page(language, status, &token, &returned, &typed, none, queued);
                return come_again(page, later.minutes);
            }
        };
        match store(&reporter, returned, &typed.text, files.told, turn, place).await {
            Ok(sent) => sent,
            Err(error) => return reporter.failed(language, &error),
        }
    };
    let page = reporter.site.page(language, None);
    let Sent { day, count, is_called_off, files } = &sent;
    respond(
        StatusCode::OK,
        &SentPage { page, token: token.expose(), day: *day, count: *count, is_called_off: *is_called_off, files },
    )
}

/// Stores the message. It goes on when the reader's connection breaks, so that a second press finds it sent.
async fn store(
    reporter: &Reporter,
    returned: Returned,
    text: &SecretText,
    files: Vec<ToldFile>,
    turn: Option<Turn<Sent>>,
    place: Place,
) -> Result<Sent, IntakeError> {
    let day = reporter.intake.clock().today();
    let sent = Sent { day, count: returned.files() as u64, is_called_off: returned.called_off, files };
    let (intake, text) = (Arc::clone(&reporter.intake), text.clone());
    let stored = tokio::spawn(async move {
        intake.follow_up(returned, &text).await?;
        if let Some(turn) = turn {
            turn.done(sent.clone());
        }
        drop(place);
        Ok(sent)
    });
    stored.await.map_err(|_| IntakeError::Failed("follow up"))?
}

/// A message while it is read.
#[derive(Default)]
struct Incoming {
    typed_token: SecretText,
    typed: TypedMessage,
    opened: Option<Result<(Token, Returned), NotOpened>>,
    earlier: Option<Sent>,
    turn: Option<Turn<Sent>>,
    too_long: bool,
    files: Files,
    ticket: Option<Ticket>,
    place: Option<Place>,
}

impl Incoming {
    async fn read(&mut self, mut form: Form<'_>, reporter: &Reporter) -> Result<(), FormError> {
        let read = self.parts(&mut form, reporter).await;
        form.ended_with(read).await
    }

    async fn parts(&mut self, form: &mut Form<'_>, reporter: &Reporter) -> Result<(), FormError> {
        while let Some(part) = form.next().await? {
            match part {
                Part::Text(name, text) => match name.as_str() {
                    "form" if self.turn.is_none() && self.earlier.is_none() => {
                        if let Some(number) = once_number(text.expose()) {
                            match reporter.messages.press(number).await? {
                                Press::First(turn) => self.turn = Some(turn),
                                Press::Again(sent) => self.earlier = Some(sent),
                            }
                        }
                    }
                    "token" => self.typed_token = text,
                    "ticket" => self.ticket = once_number(text.expose()),
                    "text" => self.typed.text = text,
                    ORIGINALS => self.typed.originals = true,
                    _ => {}
                },
                Part::TooLong(name) if name == "text" => self.too_long = true,
                Part::TooLong(_) => return Err(Fault::Large.into()),
                Part::File(..) if self.earlier.is_some() => form.skip().await?,
                Part::File(label) => self.file(form, reporter, label).await?,
            }
        }
        Ok(())
    }

    async fn open(&mut self, reporter: &Reporter) {
        self.opened = Some(reporter.return_with(&self.typed_token).await);
    }

    async fn file(&mut self, form: &mut Form<'_>, reporter: &Reporter, label: Label) -> Result<(), FormError> {
        if form.is_no_file(&label.name).await? || self.too_long || self.files.refusal.is_some() {
            return Ok(());
        }
        if self.opened.is_none() {
            self.open(reporter).await;
        }
        let Some(Ok((_, returned))) = &mut self.opened else { return Ok(()) };
        if self.place.is_none() {
            self.place = Some(reporter.place(self.ticket.take()).await?);
        }
        self.files.take(form, reporter, returned, label, self.typed.originals).await
    }
}
