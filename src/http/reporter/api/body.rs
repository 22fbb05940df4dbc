//! Reading JSON: what is too large is refused before a byte is read, and what is long waits for memory.

use std::time::Duration;

use axum::body::Body;
use serde::de::DeserializeOwned;

use super::super::Reporter;
use crate::http::body::{self, BodyLimits};
use crate::http::budget::Share;
use crate::http::problem::Problem;

/// Takes a text of 1 MiB, padded and sealed, in base64, with grants for a large unit.
const LARGE: usize = 6 << 20;
/// Takes a locator and one short envelope.
const SMALL: usize = 32 << 10;

/// How long a body may take in all.
const WHOLE: Duration = Duration::from_mins(10);

impl Reporter {
    /// Reads a report or message. Keep the share of memory until it is stored.
    pub(super) async fn large_json<T: DeserializeOwned>(&self, body: Body) -> Result<(T, Share), Problem> {
        self.json(body, LARGE).await
    }

    /// Reads a question, or a word that needs little room.
    pub(super) async fn small_json<T: DeserializeOwned>(&self, body: Body) -> Result<T, Problem> {
        self.json(body, SMALL).await.map(|(value, _)| value)
    }

    async fn json<T: DeserializeOwned>(&self, body: Body, size: usize) -> Result<(T, Share), Problem> {
        let limits = BodyLimits { size, stall: self.limits.stall_time(), whole: WHOLE };
        let mut share = self.memory.share();
        let bytes = body::read_within(body, &limits, &mut share).await?;
        // What the reader of JSON says could repeat what was sent.
        let value = serde_json::from_slice(&bytes).map_err(|_| Problem::malformed())?;
        Ok((value, share))
    }
}
