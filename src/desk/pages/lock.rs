//! `POST /unlock` and `POST /lock`, and the page that asks for the passphrase.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::frame::{Frame, Nothing, Posted, respond};
use super::write::Draft;
use super::{case, hotline};
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
    /// What a hotline operator wrote down for a caller, in JSON; empty when nothing is.
    call: Zeroizing<String>,
}

/// What was said to somebody who sent a form to a locked desk.
const KEPT: &str = "The desk had locked itself. Unlock it; what you wrote is kept on this page meanwhile.";

/// Asks for the passphrase. A draft that was being sent when the desk locked itself goes along.
pub fn ask(desk: &Desk, frame: Frame, error: Option<String>, draft: Option<Draft>) -> Response {
    page(desk, frame, error, draft, Zeroizing::default())
}

/// Asks for the passphrase, and keeps a message to a case in the page meanwhile.
pub fn ask_with_draft(desk: &Desk, frame: Frame, draft: Draft) -> Response {
    ask(desk, frame, Some(KEPT.to_owned()), Some(draft))
}

/// Asks for the passphrase, and keeps what was written down for a caller in the page meanwhile, and nowhere else.
pub fn ask_for_caller(desk: &Desk, frame: Frame, call: Zeroizing<String>) -> Response {
    page(desk, frame, Some(KEPT.to_owned()), None, call)
}

fn page(desk: &Desk, frame: Frame, error: Option<String>, draft: Option<Draft>, call: Zeroizing<String>) -> Response {
    let key_file = desk.settings.key_file.display().to_string();
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond(status, &UnlockPage { frame, key_file, error, draft, call })
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
    #[serde(default)]
    call: String,
}

/// Unlocks, and goes to the list, or back to the case with the draft.
pub async fn unlock(State(desk): State<Arc<Desk>>, frame: Frame, Posted(form): Posted<UnlockForm>) -> Response {
    let draft = Draft::of_form(&form.case, &form.act, form.text);
    let call = Zeroizing::new(form.call);
    let passphrase = SecretText::new(form.passphrase);
    match desk.session.unlock(&desk.settings, &desk.clock, &desk.rng, passphrase).await {
        Ok(()) => match (draft, desk.session.current()) {
            (Some(draft), Some(unlocked)) => case::with_draft(&desk, &frame, unlocked, draft, None).await,
            (None, Some(unlocked)) if !call.is_empty() && unlocked.is_operator() => {
                let frame = Frame::of(&desk, frame.form);
                hotline::after_unlocking(frame, unlocked, &call).await.unwrap_or_else(|| desk.to_list().into_response())
            }
            _ => desk.to_list().into_response(),
        },
        Err(error) => page(&desk, frame, Some(error.to_string()), draft, call),
    }
}

/// Locks.
pub async fn lock(State(desk): State<Arc<Desk>>, Posted(Nothing {}): Posted<Nothing>) -> Redirect {
    desk.session.lock();
    desk.to_list()
}
