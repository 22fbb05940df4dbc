//! `GET /v1/cases/{id}`: a case with all that is sealed in it, except attachments.

use axum::Json;
use axum::extract::{Path, State};

use super::MemberApi;
use super::auth::SignedRequest;
use crate::http::problem::Problem;
use crate::intake::IntakeError;
use crate::protocol::bytes::CaseId;
use crate::protocol::wire::CaseBody;

/// Gives the case; 404 when it is not for this member.
pub async fn handle(
    State(api): State<MemberApi>,
    Path(id): Path<String>,
    request: SignedRequest,
) -> Result<Json<CaseBody>, Problem> {
    let case: CaseId = id.parse().map_err(|_| IntakeError::NotFound)?;
    Ok(Json(api.intake.read_case(request.member, case).await?))
}
