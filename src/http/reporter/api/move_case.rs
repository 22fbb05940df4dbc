//! `POST /v1/case/move`: the case goes to another token.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;

use super::super::Reporter;
use super::to_the_end;
use crate::http::problem::Problem;
use crate::protocol::wire::reporter::MoveRequest;

/// Moves it and answers 204; from then on the old locator finds only that it has moved.
pub(super) async fn handle(State(reporter): State<Reporter>, body: Body) -> Result<StatusCode, Problem> {
    let MoveRequest { locator, locator_hash, envelope } = reporter.small_json(body).await?;
    let intake = Arc::clone(&reporter.intake);
    let moved = to_the_end(async move { intake.move_case(&locator.0, locator_hash, envelope.into()).await }).await;
    moved.map_err(|error| reporter.refusal(error))?;
    Ok(StatusCode::NO_CONTENT)
}
