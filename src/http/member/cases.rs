//! `GET /v1/cases`: the cases of the member's units.

use axum::Json;
use axum::extract::State;

use super::MemberApi;
use super::auth::SignedRequest;
use crate::http::problem::Problem;
use crate::protocol::wire::CaseList;

/// Lists them.
pub async fn handle(State(api): State<MemberApi>, request: SignedRequest) -> Result<Json<CaseList>, Problem> {
    Ok(Json(api.intake.list_cases(request.member).await?))
}
