//! `GET /v1/changes?since=…&wait=…`: what has changed, at once or when it does.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::MemberApi;
use super::auth::SignedRequest;
use crate::http::problem::Problem;
use crate::protocol::wire::sync::{Changes, WAIT_MAX};

/// Since when, and for how long to wait: for nothing when nothing is said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    since: Option<String>,
    #[serde(default)]
    wait: u64,
}

/// Tells the changes, after at most as many seconds as asked for.
pub async fn handle(
    State(api): State<MemberApi>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: SignedRequest,
) -> Result<Json<Changes>, Problem> {
    let Query(asked) = asked.map_err(|_| Problem::query())?;
    if asked.wait > WAIT_MAX {
        return Err(Problem::query());
    }
    // A text that is no mark is one that the server does not know.
    let since = asked.since.and_then(|since| since.parse().ok());
    Ok(Json(api.intake.changes(request.member, since.as_ref(), Duration::from_secs(asked.wait)).await?))
}
