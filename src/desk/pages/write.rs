//! `POST /case/{id}/write`: acknowledge, answer, note, open, close.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::frame::{Frame, Posted, respond};
use super::{case, lock};
use crate::desk::Desk;
use crate::desk::cases::{Act, ActError, Shown, Unlocked};
use crate::desk::quote::quotation;
use crate::protocol::bytes::CaseId;
use crate::protocol::content::State as CaseState;
use crate::secret::SecretText;

/// Which form it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ActKind {
    /// Acknowledge.
    Acknowledge,
    /// Answer.
    Answer,
    /// Internal note.
    Note,
    /// Set to open.
    Open,
    /// Set to closed.
    Close,
}

impl ActKind {
    /// As it stands in the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Answer => "answer",
            Self::Note => "note",
            Self::Open => "open",
            Self::Close => "close",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Self::Acknowledge, Self::Answer, Self::Note, Self::Open, Self::Close];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What was typed and is not sent yet.
pub struct Draft {
    /// In which case.
    pub case: CaseId,
    /// Into which form.
    pub act: ActKind,
    /// The words.
    pub text: SecretText,
}

impl Draft {
    /// Out of a form's fields; `None` when they name no case or act.
    pub fn of_form(case: &str, act: &str, text: String) -> Option<Self> {
        let text = SecretText::new(text);
        Some(Self { case: case.parse().ok()?, act: ActKind::parse(act)?, text })
    }

    fn act(&self) -> Act<'_> {
        let text = self.text.expose();
        match self.act {
            ActKind::Acknowledge => Act::Acknowledge(text),
            ActKind::Answer => Act::Answer(text),
            ActKind::Note => Act::Note(text),
            ActKind::Open => Act::Set(CaseState::Open),
            ActKind::Close => Act::Set(CaseState::Closed),
        }
    }

    fn is_read_by_reporter(&self) -> bool {
        matches!(self.act, ActKind::Acknowledge | ActKind::Answer)
    }
}

/// What the forms hold.
#[derive(Deserialize)]
pub struct WriteForm {
    act: String,
    #[serde(default)]
    text: String,
    seen: String,
    /// `confirmed` or `change` on the page that warns of a quotation.
    #[serde(default)]
    step: String,
}

/// Warns that an answer quotes the report.
#[derive(Template)]
#[template(path = "desk/quote.html")]
struct QuotePage {
    frame: Frame,
    draft: Draft,
    seen: String,
    quotation: Zeroizing<String>,
}

/// Does what the form says and goes back to the case. Whatever stands in the way, the words come back.
pub async fn send(
    State(desk): State<Arc<Desk>>,
    frame: Frame,
    Path(id): Path<String>,
    Posted(form): Posted<WriteForm>,
) -> Response {
    let Some(draft) = Draft::of_form(&id, &form.act, form.text) else {
        return desk.to_list().into_response();
    };
    let Some(unlocked) = desk.session.current() else {
        return lock::ask_with_draft(&desk, frame, draft);
    };
    if form.step == "change" {
        return case::with_draft(&desk, &frame, unlocked, draft, None).await;
    }
    let id = draft.case;
    let is_checked = form.step == "confirmed" || !draft.is_read_by_reporter();
    let seen = form.seen.parse().unwrap_or(0);
    let worker = Arc::clone(&unlocked);
    let work = tokio::task::spawn_blocking(move || {
        if !is_checked && let Some(quotation) = quoted(&worker, &draft) {
            return (draft, Outcome::Quotes(quotation));
        }
        match worker.act(id, &draft.act(), seen) {
            Ok(()) => (draft, Outcome::Done),
            Err(error) => (draft, Outcome::Failed(error)),
        }
    });
    match work.await {
        Ok((_, Outcome::Done)) => Redirect::to(&format!("{}/case/{id}#newest", frame.base)).into_response(),
        Ok((draft, Outcome::Quotes(quotation))) => {
            respond(StatusCode::OK, &QuotePage { frame, draft, seen: form.seen, quotation })
        }
        Ok((draft, Outcome::Failed(error))) => {
            case::with_draft(&desk, &frame, unlocked, draft, Some(error.to_string())).await
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

enum Outcome {
    Done,
    Quotes(Zeroizing<String>),
    Failed(ActError),
}

/// What the draft repeats of the reporter's words.
fn quoted(unlocked: &Unlocked, draft: &Draft) -> Option<Zeroizing<String>> {
    let Ok(Shown::Case(case)) = unlocked.shown(draft.case) else { return None };
    quotation(draft.text.expose(), case.reporters_words())
}
