//! What desks ask for: the member listener (`docs/protocol.md`, section 11).
//!
//! | file | request |
//! | --- | --- |
//! | [`challenge`] | `GET /v1/challenge` |
//! | [`manifests`] | `GET /v1/manifests` |
//! | [`cases`] | `GET /v1/cases` |
//! | [`bodies`] | `POST /v1/cases/bodies` |
//! | [`changes`] | `GET /v1/changes` |
//! | [`case`] | `GET /v1/cases/{id}` |
//! | [`blob`] | `GET /v1/cases/{id}/blobs/{hash}` |
//! | [`entries`] | `POST /v1/cases/{id}/entries` |
//!
//! **To add an endpoint**: a file with its `handle`, its row above and in the specification, and its route in
//! [`router`]. A handler that takes a [`SignedRequest`](auth::SignedRequest) is only run for a member; it asks
//! [`Intake`] for one use case and turns its error into a [`Problem`] with `?`. Routes stand here with their whole
//! path, because what a member signs is the path as it was sent.

pub mod auth;
pub mod blob;
pub mod bodies;
pub mod case;
pub mod cases;
pub mod challenge;
pub mod challenges;
pub mod changes;
pub mod entries;
pub mod manifests;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::map_response_with_state;
use axum::response::Response;
use axum::routing::{get, post};

use super::body::BodyLimits;
use super::health;
use super::problem::Problem;
use crate::intake::Intake;
use crate::protocol::wire::MANIFEST_HEADER;
use challenges::Challenges;

/// What every handler is given; cheap to clone.
#[derive(Clone)]
pub struct MemberApi {
    intake: Arc<Intake>,
    challenges: Arc<Challenges>,
    body: BodyLimits,
    places: bodies::Places,
}

/// The largest body takes a text of 1 MiB: padded and sealed twice, in base64, with room for grants.
pub const BODY: BodyLimits =
    BodyLimits { size: 8 << 20, stall: Duration::from_secs(30), whole: Duration::from_mins(5) };

/// All of the member listener. As many bodies of [`BodyLimits::size`] may stand in memory as there are connections.
pub fn router(intake: Arc<Intake>, body: BodyLimits) -> Router {
    let challenges = Arc::new(Challenges::new(challenges::Limits::default()));
    let api = MemberApi { intake: Arc::clone(&intake), challenges, body, places: bodies::Places::default() };
    Router::new()
        .route("/v1/challenge", get(challenge::handle))
        .route("/v1/manifests", get(manifests::handle))
        .route("/v1/cases", get(cases::handle))
        .route("/v1/cases/bodies", post(bodies::handle))
        .route("/v1/changes", get(changes::handle))
        .route("/v1/cases/{id}", get(case::handle))
        .route("/v1/cases/{id}/blobs/{hash}", get(blob::handle))
        .route("/v1/cases/{id}/entries", post(entries::handle))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async { Problem::method() })
        .layer(map_response_with_state(api.clone(), add_headers))
        .with_state(api)
        .merge(health::router(intake))
}

/// Tells the newest manifest with every answer, so that a desk never works with an old one, and forbids to keep it.
async fn add_headers(State(api): State<MemberApi>, mut response: Response) -> Response {
    let history = api.intake.history();
    let newest = format!("{} {}", history.current().serial, history.current_hash());
    let newest = HeaderValue::try_from(newest).expect("digits and hex are a header value");
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static(MANIFEST_HEADER), newest);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
