//! `GET` and `POST /case/{id}/save/{hash}`: an attachment is saved to the member's disk, and only when asked for.

use std::path::PathBuf;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::frame::{Frame, Open, Posted, problem, respond};
use super::words;
use crate::desk::Desk;
use crate::desk::cases::{Shown, Unlocked};
use crate::desk::save::{SaveError, safe_name, save};
use crate::protocol::bytes::{CaseId, Hash};
use crate::protocol::content::Attachment;

#[derive(Template)]
#[template(path = "desk/save.html")]
struct SavePage {
    frame: Frame,
    id: CaseId,
    file: Attachment,
    name: String,
    size: String,
    folder: String,
    error: Option<String>,
    saved: Option<String>,
}

/// What the form holds.
#[derive(Deserialize)]
pub struct SaveForm {
    folder: String,
}

/// A file of an open case.
struct Found {
    id: CaseId,
    file: Attachment,
}

fn find(unlocked: &Unlocked, id: &str, hash: &str) -> Option<Found> {
    let (id, hash) = (id.parse().ok()?, hash.parse::<Hash>().ok()?);
    let Ok(Shown::Case(case)) = unlocked.shown(id) else { return None };
    let file = case.attachments().find(|file| file.hash == hash)?.clone();
    Some(Found { id, file })
}

fn page(frame: Frame, found: Found, folder: String) -> SavePage {
    let Found { id, file } = found;
    let (name, size) = (safe_name(&file.name), words::size(file.size));
    SavePage { frame, id, file, name, size, folder, error: None, saved: None }
}

fn not_there(frame: Frame) -> Response {
    let message = "This file is not in a case that is open here; go back to the list and open the case again.";
    problem(StatusCode::NOT_FOUND, frame, message.to_owned())
}

/// Asks where to.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    frame: Frame,
    Open(unlocked): Open,
    Path((id, hash)): Path<(String, String)>,
) -> Response {
    let Some(found) = find(&unlocked, &id, &hash) else { return not_there(frame) };
    respond(StatusCode::OK, &page(frame, found, desk.settings.save_folder.display().to_string()))
}

/// Fetches, checks and saves it, and says where it is.
pub async fn send(
    frame: Frame,
    Open(unlocked): Open,
    Path((id, hash)): Path<(String, String)>,
    Posted(form): Posted<SaveForm>,
) -> Response {
    let Some(found) = find(&unlocked, &id, &hash) else { return not_there(frame) };
    let folder = PathBuf::from(form.folder.trim());
    let (case, file) = (found.id, found.file.clone());
    let mut page = page(frame, found, form.folder);
    let saved = tokio::task::spawn_blocking(move || fetch(&unlocked, case, &file, &folder)).await;
    match saved {
        Ok(Ok(path)) => page.saved = Some(path.display().to_string()),
        Ok(Err(error)) => page.error = Some(error.to_string()),
        Err(_) => page.error = Some("Saving was cut off; try again.".to_owned()),
    }
    let status = if page.error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond(status, &page)
}

fn fetch(unlocked: &Unlocked, id: CaseId, file: &Attachment, folder: &std::path::Path) -> Result<PathBuf, SaveError> {
    let fetched = unlocked.fetch(id).map_err(|error| SaveError::Content(error.to_string()))?;
    let (_, case) = fetched.ok_or_else(|| SaveError::Content("the case is no longer open".to_owned()))?;
    // Padding adds at most an eighth, sealing and binding less than the rest.
    let limit = file.size.saturating_add(file.size / 8).saturating_add(1 << 20);
    let ciphertext = || -> std::io::Result<Box<dyn std::io::Read>> {
        let blob = unlocked.signed(|signer| unlocked.client.blob(signer, id, &file.hash, limit));
        Ok(blob.map_err(std::io::Error::other)?)
    };
    save(folder, &file.name, unlocked.rng(), |out| {
        case.open_attachment(&file.hash, ciphertext, out).map_err(|error| error.to_string())
    })
}
