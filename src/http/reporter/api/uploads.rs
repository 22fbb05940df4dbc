//! `POST /v1/uploads`: a place for the files of one report or message.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;

use super::super::Reporter;
use crate::http::problem::Problem;
use crate::protocol::wire::reporter::NewUpload;

/// Makes it; 503 when there are too many.
pub(super) async fn handle(State(reporter): State<Reporter>, headers: HeaderMap) -> Result<Json<NewUpload>, Problem> {
    let _admission = reporter.admit(&headers)?;
    let upload = reporter.intake.new_upload().await.map_err(|error| reporter.refusal(error))?;
    Ok(Json(NewUpload { upload }))
}
