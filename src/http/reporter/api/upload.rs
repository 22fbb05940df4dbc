//! `GET /v1/uploads/{upload}` and `DELETE /v1/uploads/{upload}/{file}`: what is there, and what is to come anew.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use super::super::Reporter;
use crate::http::problem::Problem;
use crate::intake::IntakeError;
use crate::protocol::wire::reporter::{UploadId, UploadProgress};

/// How many chunks of each file are there.
pub(super) async fn progress(
    State(reporter): State<Reporter>,
    Path(upload): Path<String>,
) -> Result<Json<UploadProgress>, Problem> {
    let upload = named(&upload)?;
    let files = reporter.intake.uploaded(upload).await.map_err(|error| reporter.refusal(error))?;
    Ok(Json(UploadProgress { files }))
}

/// Drops the bytes of a file.
pub(super) async fn drop_file(
    State(reporter): State<Reporter>,
    Path((upload, file)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (upload, file) = (named(&upload)?, number(&file)?);
    reporter.intake.drop_uploaded(upload, file).await.map_err(|error| reporter.refusal(error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// An upload as it stands in an address; what is no name names nothing.
pub(super) fn named(text: &str) -> Result<UploadId, Problem> {
    text.parse().map_err(|_| IntakeError::NotFound.into())
}

/// The number of a file or chunk.
pub(super) fn number<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits).ok_or_else(Problem::malformed)
}
