//! `POST /unlock` and `POST /lock`, and the page that asks for the passphrase.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::case;
use super::frame::{Frame, Nothing, Posted, respond};
use super::write::Draft;
use crate::desk::Desk;
use crate::secret::SecretText;

/// The page that asks for the passphrase.
#[derive(Template)]
#[template(path = "desk/unlock.html")]
struct UnlockPage {
    frame: Frame,
    key_file: String,
    error: Option<String>,
    draft: Option<Draft>,
}

/// Asks for the passphrase. A draft that was being sent when the desk locked itself goes along.
pub fn ask(desk: &Desk, frame: Frame, error: Option<String>, draft: Option<Draft>) -> Response {
    let key_file = desk.settings.key_file.display().to_string();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond(status, &UnlockPage { frame, key_file, error, draft })
}

/// What the form holds.
#[derive(Deserialize)]
pub struct UnlockForm {
    passphrase: String,
    #[serde(default)]
    case: String,
    #[serde(default)]
    act: String,
    #[serde(default)]
    text: String,
}

/// Unlocks, and goes to the list, or back to the case with the draft.
pub async fn unlock(State(desk): State<Arc<Desk>>, frame: Frame, Posted(form): Posted<UnlockForm>) -> Response {
    let draft = Draft::of_form(&form.case, &form.act, form.text);
    let passphrase = SecretText::new(form.passphrase);
    match desk.session.unlock(&desk.settings, &desk.clock, &desk.rng, passphrase).await {
        Ok(()) => match (draft, desk.session.current()) {
            (Some(draft), Some(unlocked)) => case::with_draft(&desk, &frame, unlocked, draft, None).await,
            _ => desk.to_list().into_response(),
        },
        Err(error) => ask(&desk, frame, Some(error.to_string()), draft),
    }
}

/// Locks.
pub async fn lock(State(desk): State<Arc<Desk>>, Posted(Nothing {}): Posted<Nothing>) -> Redirect {
    desk.session.lock();
    desk.to_list()
}
