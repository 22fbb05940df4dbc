//! `GET /changes`: tells a page's script that something has become another, as soon as it has.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::desk::Desk;

/// How often it is looked, and how many times before an answer is given in any case.
const LOOK: Duration = Duration::from_millis(200);
const LOOKS: usize = 100;

/// What the script knows.
#[derive(Deserialize)]
pub struct Since {
    #[serde(default)]
    since: String,
}

/// A number that is another one when something has changed; 403 as soon as the desk is locked. Whoever waits here does
/// not count as somebody at the desk.
pub async fn show(State(desk): State<Arc<Desk>>, Query(Since { since }): Query<Since>) -> Response {
    let mut now = String::new();
    for _ in 0..LOOKS {
        // Held for a moment only: locking wipes what is open, whoever waits here.
        let Some(unlocked) = desk.session.current() else { return StatusCode::FORBIDDEN.into_response() };
        now = unlocked.changes().to_string();
        drop(unlocked);
        if now != since {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    now.into_response()
}
