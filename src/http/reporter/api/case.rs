//! `POST /v1/case`: a case as its reporter is shown it, all of it sealed.

use axum::Json;
use axum::body::Body;
use axum::extract::State;

use super::super::Reporter;
use crate::http::problem::Problem;
use crate::protocol::wire::reporter::{CaseRequest, OwnCaseBody};

/// Gives the case that the locator finds; 404 when there is none.
pub(super) async fn handle(State(reporter): State<Reporter>, body: Body) -> Result<Json<OwnCaseBody>, Problem> {
    let CaseRequest { locator } = reporter.small_json(body).await?;
    let case = reporter.intake.own_case_body(&locator).await.map_err(|error| reporter.refusal(error))?;
    Ok(Json(case))
}
