//! `GET /v1/cases?after=…&limit=…`: the cases of the member's units, page by page.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::MemberApi;
use super::auth::SignedRequest;
use crate::http::problem::Problem;
use crate::protocol::bytes::CaseId;
use crate::protocol::wire::sync::{CasePage, PAGE_MAX};

/// Which page is asked for: the first and largest when nothing is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    after: Option<CaseId>,
    limit: Option<usize>,
}

/// Lists them by id, which is random and tells no order.
pub async fn handle(
    State(api): State<MemberApi>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: SignedRequest,
) -> Result<Json<CasePage>, Problem> {
    let Query(asked) = asked.map_err(|_| Problem::query())?;
    let limit = asked.limit.unwrap_or(PAGE_MAX);
    if !(1..=PAGE_MAX).contains(&limit) {
        return Err(Problem::query());
    }
    Ok(Json(api.intake.list_cases(request.member, asked.after, limit).await?))
}
