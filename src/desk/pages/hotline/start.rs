//! `GET /hotline`: a new report in the caller's language, or a case whose token the caller has.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::Operator;
use crate::desk::pages::frame::{Frame, respond};
use crate::locale::Language;
use crate::secret::SecretText;

#[derive(Template)]
#[template(path = "desk/hotline/start.html")]
struct StartPage {
    frame: Frame,
    languages: Vec<Language>,
    chosen: Language,
    typed: SecretText,
    error: Option<String>,
}

/// Asks what the caller wants.
pub async fn show(frame: Frame, Operator(_): Operator) -> Response {
    page(frame, Language::negotiate(""), SecretText::default(), None)
}

/// The page as it comes back when the token that was `typed` opens nothing.
pub fn page(frame: Frame, chosen: Language, typed: SecretText, error: Option<String>) -> Response {
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    respond(status, &StartPage { frame, languages: Language::all().collect(), chosen, typed, error })
}
