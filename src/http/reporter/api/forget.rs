//! `POST /v1/case/forget`: the reporter withdraws.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::Reporter;
use super::to_the_end;
use crate::http::problem::Problem;
use crate::protocol::wire::reporter::ForgetRequest;

/// Destroys locator and reply copies and answers 204; from then on the locator finds nothing.
pub(super) async fn handle(State(reporter): State<Reporter>, body: Body) -> Result<StatusCode, Problem> {
    let (locator, word) = reporter.small_json::<ForgetRequest>(body).await?.into_untrusted();
    let intake = Arc::clone(&reporter.intake);
    let forgotten = to_the_end(async move { intake.follow_up_sealed(&locator, word, None).await }).await;
    forgotten.map_err(|error| reporter.refusal(error))?;
    Ok(StatusCode::NO_CONTENT)
}
