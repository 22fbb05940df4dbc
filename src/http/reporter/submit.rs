//! `GET` and `POST /{lang}/report`: the form, and a report on its way in.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::files::{Files, ToldFile};
use super::form::{Form, FormError, Label, Part};
use super::lane::{Place, Ticket};
use super::receipt::ACKNOWLEDGED_WITHIN;
use super::{
    Draft, Fault, Field, Later, ReceiptPage, Refusal, Refusals, ReportPage, Reporter, Spoken, come_again, once_number,
    respond, respond_sealing,
};
use crate::intake::once::{FormNumber, Press, Turn};
use crate::intake::{Filing, Intake, IntakeError, Receipt};
use crate::locale::Language;
use crate::protocol::content::{Channel, IdentityCard};
use crate::protocol::readers::Readers;
use crate::protocol::report::{DraftError, Story};
use crate::secret::SecretText;

pub(super) async fn form(Spoken(language): Spoken, State(reporter): State<Reporter>) -> Response {
    if reporter.intake.history().valid_on(reporter.intake.clock().today()).is_none() {
        return reporter.fault(language, Fault::Expired);
    }
    reporter.report_form(language, StatusCode::OK, &Draft::default(), Refusals::default())
}

pub(super) async fn submit(
    Spoken(language): Spoken,
    State(reporter): State<Reporter>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut incoming = Incoming::default();
    let mut memory = reporter.memory.share();
    let read = async { incoming.read(Form::new(&headers, body, &reporter.limits, &mut memory)?, &reporter).await };
    let read = reporter.in_time(read).await;
    let outcome = match read {
        Ok(Some(filed)) => Ok(filed),
        Ok(None) => {
            let refusals = incoming.refusals(&reporter);
            if refusals.is_empty() { incoming.submit(&reporter, language).await } else { Err(Refused::Form(refusals)) }
        }
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(filed) => reporter.receipt(language, &filed),
        Err(Refused::Form(refusals)) => {
            reporter.report_form(language, StatusCode::UNPROCESSABLE_ENTITY, &incoming.draft, refusals)
        }
        Err(Refused::Later(later)) => reporter.report_later(language, &incoming.draft, later),
        Err(Refused::Fault(fault)) => reporter.fault(language, fault),
        Err(Refused::Intake(error)) => reporter.failed(language, &error),
    }
}

/// Why no receipt is shown.
enum Refused {
    Form(Refusals),
    Fault(Fault),
    Intake(IntakeError),
    Later(Later),
}

impl From<FormError> for Refused {
    fn from(error: FormError) -> Self {
        match error {
            FormError::Fault(fault) => Self::Fault(fault),
            FormError::Intake(error) => error.into(),
            FormError::Later(later) => Self::Later(later),
        }
    }
}

impl From<IntakeError> for Refused {
    fn from(error: IntakeError) -> Self {
        match error {
            IntakeError::Draft(DraftError::NoUnit) => Self::Form(Refusals(vec![Refusal::Unit])),
            IntakeError::Draft(DraftError::NobodyLeft) => Self::Form(Refusals(vec![Refusal::AllNamed])),
            IntakeError::Draft(DraftError::IdentityTooLong) => {
                Self::Form(Refusals(vec![Refusal::TooLong(Field::Contact)]))
            }
            IntakeError::Draft(DraftError::TooFewCustodians) => Self::Form(Refusals(vec![Refusal::TooFewCustodians])),
            error => Self::Intake(error),
        }
    }
}

/// What a report was answered with, for a second press of its button.
#[derive(Clone)]
pub(super) struct Filed {
    receipt: Receipt,
    files: Vec<ToldFile>,
}

/// A report while it is read.
#[derive(Default)]
struct Incoming {
    draft: Draft,
    too_long: Vec<Field>,
    files: Files,
    filing: Option<Filing>,
    /// Whom `filing` was begun for.
    sealed_for: Option<Readers>,
    turn: Option<Turn<Filed>>,
    ticket: Option<Ticket>,
    place: Option<Place>,
}

impl Incoming {
    /// Reads the form to its end. `Some` when an earlier press of the same button has its receipt already.
    async fn read(&mut self, mut form: Form<'_>, reporter: &Reporter) -> Result<Option<Filed>, FormError> {
        let read = self.parts(&mut form, reporter).await;
        form.ended_with(read).await
    }

    async fn parts(&mut self, form: &mut Form<'_>, reporter: &Reporter) -> Result<Option<Filed>, FormError> {
        let mut earlier = None;
        while let Some(part) = form.next().await? {
            match part {
                Part::Text(name, text) if name == "form" && self.turn.is_none() && earlier.is_none() => {
                    earlier = self.press(once_number(text.expose()), reporter).await?;
                }
                Part::Text(name, text) if name == "ticket" => self.ticket = once_number(text.expose()),
                Part::Text(name, text) => {
                    if let Some(field) = Field::from_name(&name) {
                        self.draft.set(field, text);
                    } else {
                        self.draft.tick(&name, text);
                    }
                }
                Part::TooLong(name) => self.too_long.extend(Field::from_name(&name)),
                Part::File(..) if earlier.is_some() => form.skip().await?,
                Part::File(label) => self.file(form, reporter, label).await?,
            }
        }
        Ok(earlier)
    }

    async fn press(&mut self, number: Option<FormNumber>, reporter: &Reporter) -> Result<Option<Filed>, IntakeError> {
        let Some(number) = number else { return Ok(None) };
        match reporter.reports.press(number).await? {
            Press::First(turn) => {
                self.turn = Some(turn);
                Ok(None)
            }
            Press::Again(filed) => Ok(Some(filed)),
        }
    }

    /// Seals a file while it arrives. The text stands before the files, so what it is sealed for is known.
    async fn file(&mut self, form: &mut Form<'_>, reporter: &Reporter, label: Label) -> Result<(), FormError> {
        if form.is_no_file(&label.name).await? {
            return Ok(());
        }
        if self.filing.is_none() && self.refusals(reporter).is_empty() {
            let Ok(readers) = self.readers(reporter) else { return Ok(()) };
            self.wait(reporter).await?;
            self.filing = Some(reporter.intake.begin(&readers).await?);
            self.sealed_for = Some(readers);
        }
        let Some(filing) = &mut self.filing else { return Ok(()) };
        self.files.take(form, reporter, filing, label, self.draft.wants_originals()).await
    }

    /// Waits until it may be sealed; all its words have been read by then.
    async fn wait(&mut self, reporter: &Reporter) -> Result<(), Later> {
        if self.place.is_none() {
            self.place = Some(reporter.place(self.ticket.take()).await?);
        }
        Ok(())
    }

    fn readers(&self, reporter: &Reporter) -> Result<Readers, Refusal> {
        self.draft.readers(reporter.intake.history().current())
    }

    /// Everything the form has to be changed for, in the form's order.
    fn refusals(&self, reporter: &Reporter) -> Refusals {
        let mut refusals = self.draft.refusals(reporter.intake.history().current(), &self.too_long);
        // What is sealed already cannot be sealed for others any more.
        let is_settled = |readers| self.sealed_for.as_ref().is_none_or(|sealed| *sealed == readers);
        if self.readers(reporter).is_ok_and(|readers| !is_settled(readers)) {
            refusals.insert(0, Refusal::NamedLate);
        }
        refusals.extend(self.files.refusal);
        Refusals(refusals)
    }

    /// Stores the report. It goes on when the reader's connection breaks, so that a second press finds the receipt.
    async fn submit(&mut self, reporter: &Reporter, language: Language) -> Result<Filed, Refused> {
        self.wait(reporter).await.map_err(Refused::Later)?;
        let (filing, turn, place) = (self.filing.take(), self.turn.take(), self.place.take());
        let files = std::mem::take(&mut self.files.told);
        let story = self.draft.story(Channel::Web, true, language);
        let identity = self.draft.identity();
        let readers = self.readers(reporter).map_err(|refusal| Refused::Form(Refusals(vec![refusal])))?;
        let intake = Arc::clone(&reporter.intake);
        let stored = tokio::spawn(async move {
            let filed = Filed { receipt: store(&intake, filing, &readers, story, identity).await?, files };
            if let Some(turn) = turn {
                turn.done(filed.clone());
            }
            drop(place);
            Ok::<_, IntakeError>(filed)
        });
        Ok(stored.await.map_err(|_| IntakeError::Failed("submit"))??)
    }
}

async fn store(
    intake: &Intake,
    filing: Option<Filing>,
    readers: &Readers,
    story: Story,
    identity: Option<IdentityCard>,
) -> Result<Receipt, IntakeError> {
    let filing = match filing {
        Some(filing) => filing,
        None => intake.begin(readers).await?,
    };
    intake.submit(filing, story, identity).await
}

impl Reporter {
    fn report_form(&self, language: Language, status: StatusCode, draft: &Draft, refusals: Refusals) -> Response {
        let Ok(number) = self.new_form_number() else { return self.fault(language, Fault::Internal) };
        let queued = self.queue();
        let page = ReportPage::new(&self.site, language, &number, draft, refusals);
        respond_sealing(status, &ReportPage { queued, ..page })
    }

    /// The form as typed, with the ticket that keeps its place.
    fn report_later(&self, language: Language, draft: &Draft, later: Later) -> Response {
        let Ok(number) = self.new_form_number() else { return self.fault(language, Fault::Internal) };
        let page = ReportPage::new(&self.site, language, &number, draft, Refusals::default());
        let page = ReportPage { page: self.site.page(language, None), queued: Some(later.into()), ..page };
        come_again(respond_sealing(StatusCode::SERVICE_UNAVAILABLE, &page), later.minutes)
    }

    fn receipt(&self, language: Language, Filed { receipt, files }: &Filed) -> Response {
        let token = SecretText::from(receipt.token.expose());
        let expected = receipt.day.plus(ACKNOWLEDGED_WITHIN.cast_signed()).unwrap_or(receipt.day);
        let readers = &receipt.readers;
        let page = ReceiptPage {
            page: self.site.page(language, None),
            token: token.expose(),
            unit: self.site.unit_name(language, &readers.unit),
            instead_of: readers.instead_of.as_deref().map(|unit| self.site.unit_name(language, unit)),
            readers: self.site.people(&readers.readers, language),
            left_out: self.site.people(&readers.left_out, language),
            files,
            day: receipt.day,
            expected,
        };
        respond(StatusCode::OK, &page)
    }
}
