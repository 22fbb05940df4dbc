//! `POST /{lang}/case/message`: the reporter adds words and files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::form::{Form, FormError, Part, Storing};
use super::lane::{Place, Ticket};
use super::open_case::NotOpened;
use super::{Fault, Refusal, Refusals, Reporter, SentPage, Spoken, come_again, once_number, respond};
use crate::clock::Day;
use crate::intake::once::{Press, Turn};
use crate::intake::{IntakeError, Returned};
use crate::protocol::token::Token;
use crate::secret::SecretText;

/// What a message was answered with, for a second press of its button.
pub(super) type Sent = (Day, u64);

pub(super) async fn send(
    Spoken(language): Spoken,
    State(reporter): State<Reporter>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut incoming = Incoming::default();
    let mut memory = reporter.memory.share();
    let read = match Form::new(&headers, body, &reporter.limits, &mut memory) {
        Ok(form) => reporter.in_time(incoming.read(form, &reporter)).await,
        Err(fault) => Err(fault.into()),
    };
    let later = match read {
        Ok(()) => None,
        Err(FormError::Later(later)) => Some(later),
        Err(FormError::Fault(fault)) => return reporter.fault(language, fault),
        Err(FormError::Intake(error)) => return reporter.failed(language, &error),
    };
    if incoming.opened.is_none() {
        incoming.open(&reporter).await;
    }
    let Incoming { typed_token, text, opened, earlier, turn, refusals, ticket, place } = incoming;
    let (token, returned) = match opened.unwrap_or(Err(NotOpened::Intake(IntakeError::NotFound))) {
        Ok(opened) => opened,
        Err(refused) => return reporter.not_opened(language, &typed_token, &refused),
    };
    let sent = if let Some(sent) = earlier {
        sent
    } else {
        let mut refusals = refusals;
        if refusals.is_empty() && later.is_none() && text.expose().trim().is_empty() && returned.files() == 0 {
            refusals.push(Refusal::MessageEmpty);
        }
        if !refusals.is_empty() {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            let (refusals, queued) = (Refusals(refusals), reporter.queue());
            return reporter.case_page(language, status, &token, &returned, text.expose(), refusals, queued);
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
                let page = reporter.case_page(language, status, &token, &returned, text.expose(), none, queued);
                return come_again(page, later.minutes);
            }
        };
        match store(&reporter, returned, &text, turn, place).await {
            Ok(sent) => sent,
            Err(error) => return reporter.failed(language, &error),
        }
    };
    let page = reporter.site.page(language, None);
    respond(StatusCode::OK, &SentPage { page, token: token.expose(), day: sent.0, files: sent.1 })
}

/// Stores the message. It goes on when the reader's connection breaks, so that a second press finds it sent.
async fn store(
    reporter: &Reporter,
    returned: Returned,
    text: &SecretText,
    turn: Option<Turn<Sent>>,
    place: Place,
) -> Result<Sent, IntakeError> {
    let sent = (reporter.intake.clock().today(), returned.files() as u64);
    let (intake, text) = (Arc::clone(&reporter.intake), text.clone());
    let stored = tokio::spawn(async move {
        intake.follow_up(returned, &text).await?;
        if let Some(turn) = turn {
            turn.done(sent);
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
    text: SecretText,
    opened: Option<Result<(Token, Returned), NotOpened>>,
    earlier: Option<Sent>,
    turn: Option<Turn<Sent>>,
    refusals: Vec<Refusal>,
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
                    "text" => self.text = text,
                    _ => {}
                },
                Part::TooLong(name) if name == "text" => self.refusals.push(Refusal::MessageTooLong),
                Part::TooLong(_) => return Err(Fault::Large.into()),
                Part::File(..) if self.earlier.is_some() => form.skip().await?,
                Part::File(name, media_type) => self.file(form, reporter, name, media_type).await?,
            }
        }
        Ok(())
    }

    async fn open(&mut self, reporter: &Reporter) {
        self.opened = Some(reporter.return_with(&self.typed_token).await);
    }

    async fn file(
        &mut self,
        form: &mut Form<'_>,
        reporter: &Reporter,
        name: String,
        media_type: String,
    ) -> Result<(), FormError> {
        if form.is_no_file(&name).await? || !self.refusals.is_empty() {
            return Ok(());
        }
        if self.opened.is_none() {
            self.open(reporter).await;
        }
        let Some(Ok((_, returned))) = &mut self.opened else { return Ok(()) };
        let limits = reporter.site.limits;
        if returned.files() as u64 >= limits.count {
            self.refusals.push(Refusal::FilesMany(limits));
            return Ok(());
        }
        if self.place.is_none() {
            self.place = Some(reporter.place(self.ticket.take()).await?);
        }
        match form.store(&reporter.intake, returned.place()).await? {
            Storing::Stored(file) => returned.add(file, name, media_type),
            Storing::TooLarge => self.refusals.push(Refusal::FileLarge(limits)),
        }
        Ok(())
    }
}
