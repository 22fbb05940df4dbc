//! `POST /v1/cases/{id}/entries`: what a member adds to a case, all or nothing.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::MemberApi;
use super::auth::SignedRequest;
use crate::http::problem::Problem;
use crate::intake::IntakeError;
use crate::protocol::bytes::CaseId;
use crate::protocol::wire::NewEntries;

/// Adds them and answers 204; 409 when a chain or the state has moved on.
pub async fn handle(
    State(api): State<MemberApi>,
    Path(id): Path<String>,
    request: SignedRequest,
) -> Result<StatusCode, Problem> {
    let case: CaseId = id.parse().map_err(|_| IntakeError::NotFound)?;
    // What the reader of JSON says could repeat what was sent.
    let new: NewEntries = serde_json::from_slice(&request.body).map_err(|_| Problem::malformed())?;
    api.intake.add_entries(request.member, case, new).await?;
    Ok(StatusCode::NO_CONTENT)
}
