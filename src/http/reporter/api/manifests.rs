//! `GET /v1/manifests`: what a client seals to, today's date, and how much is taken.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::super::{Reporter, wire_limits};
use crate::http::problem::Problem;
use crate::protocol::wire::Manifests;
use crate::protocol::wire::reporter::ManifestsToday;

#[derive(Deserialize)]
pub(super) struct Asked {
    from: Option<u64>,
}

/// Gives the newest manifest, or all from the serial that is asked for.
pub(super) async fn handle(
    State(reporter): State<Reporter>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<ManifestsToday>, Problem> {
    let Query(Asked { from }) = asked.map_err(|_| Problem::malformed())?;
    let history = reporter.intake.history();
    let from = from.unwrap_or(history.current().serial).max(1);
    let before = usize::try_from(from - 1).unwrap_or(usize::MAX);
    Ok(Json(ManifestsToday {
        today: reporter.intake.clock().today(),
        limits: wire_limits(&reporter.limits),
        manifests: Manifests::from(&*history).manifests.into_iter().skip(before).collect(),
    }))
}
