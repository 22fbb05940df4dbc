//! `GET /v1/cases/{id}/blobs/{hash}`: the ciphertext of an attachment, as it is read from disk.

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use bytes::BytesMut;
use futures_util::stream::{Stream, try_unfold};
use tokio::fs::File;
use tokio::io::AsyncReadExt;

use super::MemberApi;
use super::auth::SignedRequest;
use crate::http::problem::Problem;
use crate::intake::IntakeError;
use crate::protocol::bytes::{CaseId, Hash};

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// Gives the attachment; 404 when the case is not for this member or names no such attachment.
pub async fn handle(
    State(api): State<MemberApi>,
    Path((id, hash)): Path<(String, String)>,
    request: SignedRequest,
) -> Result<Response, Problem> {
    let case: CaseId = id.parse().map_err(|_| IntakeError::NotFound)?;
    let hash: Hash = hash.parse().map_err(|_| IntakeError::NotFound)?;
    let blob = api.intake.open_blob(request.member, case, hash).await?;
    let mut response = Response::new(Body::from_stream(chunks(File::from_std(blob.file))));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, HeaderValue::from(blob.size));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    Ok(response)
}

fn chunks(file: File) -> impl Stream<Item = io::Result<Bytes>> + Send {
    try_unfold(file, |mut file| async move {
        let mut chunk = BytesMut::with_capacity(CHUNK);
        let read = file.read_buf(&mut chunk).await?;
        Ok((read > 0).then(|| (chunk.freeze(), file)))
    })
}
