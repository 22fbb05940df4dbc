//! `GET` and `POST /{lang}/send`: a report that was sealed elsewhere and saved to a file.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use bytes::{Bytes, BytesMut};

use super::form::{Form, FormError, Part};
use super::{Fault, Page, Refusal, Refusals, Reporter, Spoken, come_again, respond};
use crate::clock::Day;
use crate::intake::IntakeError;
use crate::intake::uploads::CHUNK;
use crate::protocol::wire::file::{MAGIC, description_length};
use crate::protocol::wire::reporter::{NewReport, UploadId};

/// The form that takes the file.
#[derive(Template)]
#[template(path = "reporter/send.html")]
pub struct SendPage<'a> {
    /// Frame.
    pub page: Page<'a>,
    /// Why the form came back; empty at first.
    pub refusals: Refusals,
}

/// Says that the report is stored.
#[derive(Template)]
#[template(path = "reporter/taken.html")]
pub struct TakenPage<'a> {
    /// Frame; no path, for this page is an answer to a form.
    pub page: Page<'a>,
    /// The day on the report's card.
    pub day: Day,
}

pub(super) async fn form(Spoken(language): Spoken, State(reporter): State<Reporter>) -> Response {
    let page = reporter.site.page(language, Some("send"));
    respond(StatusCode::OK, &SendPage { page, refusals: Refusals::default() })
}

pub(super) async fn send(
    Spoken(language): Spoken,
    State(reporter): State<Reporter>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let mut memory = reporter.memory.share();
    let taken = async { take(Form::new(&headers, body, &reporter.limits, &mut memory)?, &reporter).await };
    match reporter.in_time(taken).await {
        Ok(Some(day)) => respond(StatusCode::OK, &TakenPage { page: reporter.site.page(language, None), day }),
        Ok(None) | Err(FormError::Intake(IntakeError::Refused(_))) => not_sealed(language, &reporter),
        Err(FormError::Fault(fault)) => reporter.fault(language, fault),
        Err(FormError::Later(later)) => come_again(reporter.fault(language, Fault::Busy), later.minutes),
        Err(FormError::Intake(error)) => reporter.failed(language, &error),
    }
}

fn not_sealed(language: crate::locale::Language, reporter: &Reporter) -> Response {
    let page = reporter.site.page(language, Some("send"));
    let refusals = Refusals(vec![Refusal::NotSealed]);
    respond(StatusCode::UNPROCESSABLE_ENTITY, &SendPage { page, refusals })
}

/// Reads the form and stores the report in it; `None` when there is none.
async fn take(mut form: Form<'_>, reporter: &Reporter) -> Result<Option<Day>, FormError> {
    let mut taken = Ok(None);
    while let Some(part) = form.next().await? {
        if matches!(part, Part::File(..)) && matches!(taken, Ok(None)) {
            taken = File { form: &mut form, rest: BytesMut::new() }.take(reporter).await;
        }
    }
    taken
}

/// The file on its way in; `rest` came and was not used yet.
struct File<'a, 'f> {
    form: &'a mut Form<'f>,
    rest: BytesMut,
}

impl File<'_, '_> {
    async fn take(mut self, reporter: &Reporter) -> Result<Option<Day>, FormError> {
        let Some(magic) = self.exactly(MAGIC.len()).await? else { return Ok(None) };
        if magic != MAGIC[..] {
            return Ok(None);
        }
        let Some(length) = self.number::<4>().await? else { return Ok(None) };
        let Some(length) = description_length(length) else { return Ok(None) };
        let Some(description) = self.exactly(length).await? else { return Ok(None) };
        let Ok(report) = serde_json::from_slice::<NewReport>(&description) else { return Ok(None) };
        let (submission, _) = report.into_untrusted();
        let _place = reporter.place(None).await?;
        // Checked before the files are taken, which may be large.
        reporter.intake.check_sealed(submission.clone()).await?;
        let mut upload = None;
        let mut number = 0;
        while let Some(length) = self.number::<8>().await? {
            let upload = match upload {
                Some(upload) => upload,
                None => *upload.insert(reporter.intake.new_upload().await?),
            };
            if !self.store(reporter, upload, number, u64::from_be_bytes(length)).await? {
                return Ok(None);
            }
            number += 1;
        }
        if !self.rest.is_empty() {
            return Ok(None);
        }
        let intake = Arc::clone(&reporter.intake);
        let stored = tokio::spawn(async move { intake.submit_sealed(submission, upload).await });
        Ok(Some(stored.await.map_err(|_| IntakeError::Failed("send"))??))
    }

    /// Stores an attachment; `false` when it is cut short.
    async fn store(
        &mut self,
        reporter: &Reporter,
        upload: UploadId,
        number: usize,
        length: u64,
    ) -> Result<bool, FormError> {
        let mut left = length;
        let mut chunk = 0;
        while left > 0 {
            let mut taking = reporter.intake.begin_chunk(upload, number, chunk).await?;
            let mut room = left.min(CHUNK);
            left -= room;
            while room > 0 {
                let Some(piece) = self.at_most(room).await? else { return Ok(false) };
                room -= piece.len() as u64;
                taking.write(piece).await?;
            }
            taking.finish().await?;
            chunk += 1;
        }
        Ok(true)
    }

    /// The next bytes, between one and `most`; `None` at the end of the file.
    async fn at_most(&mut self, most: u64) -> Result<Option<Bytes>, FormError> {
        while self.rest.is_empty() {
            match self.form.piece().await? {
                Some(piece) => self.rest.extend_from_slice(&piece),
                None => return Ok(None),
            }
        }
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(self.rest.len());
        Ok(Some(self.rest.split_to(most).freeze()))
    }

    /// The next `length` bytes; `None` when the file ends before.
    async fn exactly(&mut self, length: usize) -> Result<Option<Bytes>, FormError> {
        // As much again for what is made of it.
        self.form.hold(2 * length).await?;
        while self.rest.len() < length {
            match self.form.piece().await? {
                Some(piece) => self.rest.extend_from_slice(&piece),
                None => return Ok(None),
            }
        }
        Ok(Some(self.rest.split_to(length).freeze()))
    }

    async fn number<const N: usize>(&mut self) -> Result<Option<[u8; N]>, FormError> {
        Ok(self.exactly(N).await?.and_then(|bytes| bytes[..].try_into().ok()))
    }
}
