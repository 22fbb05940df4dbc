//! `POST /v1/reports`: a report that was sealed on the reporter's device.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;

use super::super::Reporter;
use super::to_the_end;
use super::upload::named;
use crate::http::problem::Problem;
use crate::intake::IntakeError;
use crate::protocol::wire::reporter::{NewReport, ReportTaken, UPLOAD_HEADER};

/// Takes it whole or not at all, and answers once it is durable. One that names a living upload has been let in with
/// that.
pub(super) async fn handle(
    State(reporter): State<Reporter>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ReportTaken>, Problem> {
    let paid = headers.get(UPLOAD_HEADER).and_then(|value| named(value.to_str().ok()?).ok());
    let paid = paid.filter(|upload| reporter.intake.knows_upload(*upload));
    let _admission = if paid.is_some() { reporter.gate.admit_paid() } else { reporter.admit(&headers)? };
    let (report, _memory) = reporter.large_json::<NewReport>(body).await?;
    let (submission, upload) = report.into_untrusted();
    // Else one upload would let in any number of reports.
    if paid.is_some() && paid != upload {
        let why = "the report does not name the upload of its header; name the same in both";
        return Err(reporter.refusal(IntakeError::Refused(why.to_owned())));
    }
    let intake = Arc::clone(&reporter.intake);
    let taken = to_the_end(async move { intake.submit_sealed(submission, upload).await }).await;
    let day = taken.map_err(|error| reporter.refusal(error))?;
    Ok(Json(ReportTaken { day }))
}
