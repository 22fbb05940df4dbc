//! `GET /healthz`: 200 only when the database can commit.
//!
//! The proof costs a write, so it is made at most once a second however often somebody asks.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::problem::Problem;
use crate::intake::Intake;

/// How long a proof is good for.
const FRESH: Duration = Duration::from_secs(1);
/// How long the database may take for it.
const PATIENCE: Duration = Duration::from_secs(10);

struct Health {
    intake: Arc<Intake>,
    last: Mutex<Option<(Instant, bool)>>,
}

/// The route, to be merged into a listener's router.
pub fn router(intake: Arc<Intake>) -> Router {
    Router::new().route("/healthz", get(answer)).with_state(Arc::new(Health { intake, last: Mutex::new(None) }))
}

async fn answer(State(health): State<Arc<Health>>) -> Response {
    let mut last = health.last.lock().await;
    let healthy = match *last {
        Some((at, healthy)) if at.elapsed() < FRESH => healthy,
        _ => {
            let healthy = matches!(timeout(PATIENCE, health.intake.healthy()).await, Ok(Ok(())));
            *last = Some((Instant::now(), healthy));
            healthy
        }
    };
    if !healthy {
        let detail = "the database cannot store anything; see whether its disk is full or broken";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unhealthy", detail).into_response();
    }
    let headers = [(CONTENT_TYPE, "text/plain"), (CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, "ok\n").into_response()
}
