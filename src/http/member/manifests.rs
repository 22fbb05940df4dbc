//! `GET /v1/manifests`: all manifests with their signatures, for whoever asks.

use axum::Json;
use axum::extract::State;

use super::MemberApi;
use crate::protocol::wire::Manifests;

/// Gives all manifests, serial 1 first.
pub async fn handle(State(api): State<MemberApi>) -> Json<Manifests> {
    Json(Manifests::from(&*api.intake.history()))
}
