//! Reading JSON: what is too large is refused before a byte is read, and large ones wait for their turn.

use std::time::Duration;

use axum::body::Body;
use serde::de::DeserializeOwned;

use super::super::Reporter;
use crate::http::body::{self, BodyLimits};
use crate::http::problem::Problem;
use crate::intake::IntakeError;

/// Takes a text of 1 MiB, padded and sealed, in base64, with grants for a large unit.
const LARGE: usize = 6 << 20;
/// Takes a locator and one short envelope.
const SMALL: usize = 32 << 10;

/// How long a body may take in all.
const WHOLE: Duration = Duration::from_mins(10);

impl Reporter {
    /// Reads a report or message; only so many stand in memory at once.
    pub(super) async fn large_json<T: DeserializeOwned>(&self, body: Body) -> Result<T, Problem> {
        let turn = tokio::time::timeout(self.limits.stall_time(), self.large_bodies.acquire()).await;
        let Ok(Ok(_turn)) = turn else { return Err(IntakeError::Busy.into()) };
        self.json(body, LARGE).await
    }

    /// Reads a question, or a word that needs little room.
    pub(super) async fn small_json<T: DeserializeOwned>(&self, body: Body) -> Result<T, Problem> {
        self.json(body, SMALL).await
    }

    async fn json<T: DeserializeOwned>(&self, body: Body, size: usize) -> Result<T, Problem> {
        let bytes = body::read(body, &BodyLimits { size, stall: self.limits.stall_time(), whole: WHOLE }).await?;
        // What the reader of JSON says could repeat what was sent.
        serde_json::from_slice(&bytes).map_err(|_| Problem::malformed())
    }
}
