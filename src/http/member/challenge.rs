//! `GET /v1/challenge`: 32 random bytes to sign requests under.

use axum::Json;
use axum::extract::State;
use tokio::time::Instant;

use super::MemberApi;
use crate::http::problem::Problem;
use crate::intake::IntakeError;
use crate::protocol::bytes::Hash;
use crate::protocol::wire::ChallengeAnswer;

/// Gives a new challenge to whoever asks.
pub async fn handle(State(api): State<MemberApi>) -> Result<Json<ChallengeAnswer>, Problem> {
    let challenge = api.challenges.give(&*api.intake.rng, Instant::now()).map_err(IntakeError::from)?;
    Ok(Json(ChallengeAnswer { challenge: Hash(challenge) }))
}
