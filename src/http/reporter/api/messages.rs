//! `POST /v1/case/messages`: a message that was sealed on the reporter's device, with its files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::Reporter;
use super::to_the_end;
use crate::http::problem::Problem;
use crate::protocol::wire::reporter::NewMessage;

/// Adds it and answers 204 once it is durable; 409 when the chain has moved on.
pub(super) async fn handle(State(reporter): State<Reporter>, body: Body) -> Result<StatusCode, Problem> {
    let (message, _memory) = reporter.large_json::<NewMessage>(body).await?;
    let (locator, message, upload) = message.into_untrusted();
    let intake = Arc::clone(&reporter.intake);
    let added = to_the_end(async move { intake.follow_up_sealed(&locator, message, upload).await }).await;
    added.map_err(|error| reporter.refusal(error))?;
    Ok(StatusCode::NO_CONTENT)
}
