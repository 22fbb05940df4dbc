//! `PUT /v1/uploads/{upload}/{file}/{chunk}`: the next piece of a sealed file, straight to the disk.

use std::pin::pin;

use axum::body::{Body, HttpBody};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use futures_util::StreamExt;

use super::super::Reporter;
use super::upload::{named, number};
use crate::http::body::{BodyError, patient};
use crate::http::problem::Problem;
use crate::intake::uploads::CHUNK;

/// Takes it and answers 204, also when it is there already; 409 when another stands in its place or one before it is
/// missing.
pub(super) async fn handle(
    State(reporter): State<Reporter>,
    Path((upload, file, chunk)): Path<(String, String, String)>,
    body: Body,
) -> Result<StatusCode, Problem> {
    let (upload, file, chunk) = (named(&upload)?, number(&file)?, number(&chunk)?);
    if body.size_hint().lower() > CHUNK {
        return Err(BodyError::TooLarge.into());
    }
    let refusal = |error| reporter.refusal(error);
    let mut taking = reporter.intake.begin_chunk(upload, file, chunk).await.map_err(refusal)?;
    let mut pieces = pin!(patient(body, reporter.limits.stall_time()));
    let all = async {
        loop {
            let piece = tokio::select! {
                piece = pieces.next() => piece,
                // Its client has come again, so nobody waits for this answer.
                () = taking.superseded() => return Err(BodyError::Broken.into()),
            };
            let Some(piece) = piece else { break };
            taking.write(piece?).await.map_err(refusal)?;
        }
        taking.finish().await.map_err(refusal)
    };
    let taken = tokio::time::timeout(reporter.limits.request_time(), all).await;
    taken.unwrap_or(Err(BodyError::Stalled.into()))?;
    Ok(StatusCode::NO_CONTENT)
}
