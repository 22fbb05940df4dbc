//! `POST /v1/cases/bodies`: many cases at once, each as `GET /v1/cases/{id}` gives it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use futures_util::stream::{Stream, unfold};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::MemberApi;
use super::auth::SignedRequest;
use crate::http::problem::Problem;
use crate::intake::{IntakeError, blocking};
use crate::protocol::wire::sync::CaseIds;

/// How many answers may be made or on their way at once; each takes up to 8 MiB as read and a third more as JSON, and
/// a single case as much as it holds.
const AT_ONCE: usize = 8;

/// How long one waits for a place.
const PATIENCE: Duration = Duration::from_secs(20);

/// Bytes that are handed over together.
const CHUNK: usize = 64 << 10;

/// Places for the answers that stand in memory; cheap to clone.
#[derive(Clone)]
pub struct Places(Arc<Semaphore>);

impl Default for Places {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Places {
    async fn take(&self) -> Result<OwnedSemaphorePermit, IntakeError> {
        let place = timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
        place.map_err(|_| IntakeError::Busy)?.map_err(|_| IntakeError::Busy)
    }
}

/// Gives the cases in the order asked for.
pub async fn handle(State(api): State<MemberApi>, request: SignedRequest) -> Result<Response, Problem> {
    let asked: CaseIds = serde_json::from_slice(&request.body).map_err(|_| Problem::malformed())?;
    let place = api.places.take().await?;
    let bodies = api.intake.read_cases(request.member, &asked.ids).await?;
    let json = blocking(move || serde_json::to_vec(&bodies)).await;
    let json = Bytes::from(json.map_err(|_| IntakeError::Failed("JSON"))?);
    let length = HeaderValue::from(json.len());
    let mut response = Response::new(Body::from_stream(chunks(json, place)));
    let headers = response.headers_mut();
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

/// Hands the answer over; its place is free once all of it is, or the client has gone.
fn chunks(json: Bytes, place: OwnedSemaphorePermit) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    unfold((json, place), |(mut json, place)| async move {
        let chunk = json.split_to(json.len().min(CHUNK));
        (!chunk.is_empty()).then_some((Ok(chunk), (json, place)))
    })
}
