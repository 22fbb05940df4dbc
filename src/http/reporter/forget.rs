//! `POST /{lang}/case/forget`: first what it means, then that it is done.

use askama::Template;
use axum::extract::State;
use axum::extract::rejection::FormRejection;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{Fault, Page, Reporter, Spoken, respond};
use crate::secret::SecretText;

/// Asks once more, and says exactly what happens.
#[derive(Template)]
#[template(path = "reporter/forget.html")]
pub struct ForgetPage<'a> {
    /// Frame; no path, for this page is an answer to a form.
    pub page: Page<'a>,
    /// The token. The form that goes on carries `confirm=yes` beside it.
    pub token: &'a str,
    /// Whether asking has called off a *forget* that waited for its day.
    pub is_called_off: bool,
}

/// Says that the case has been forgotten.
#[derive(Template)]
#[template(path = "reporter/forgotten.html")]
pub struct ForgottenPage<'a> {
    /// Frame; no path, for this page is an answer to a form.
    pub page: Page<'a>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Entered {
    token: String,
    #[serde(default)]
    confirm: String,
}

pub(super) async fn forget(
    Spoken(language): Spoken,
    State(reporter): State<Reporter>,
    form: Result<axum::Form<Entered>, FormRejection>,
) -> Response {
    let Ok(axum::Form(Entered { token, confirm })) = form else { return reporter.fault(language, Fault::Broken) };
    let typed = SecretText::new(token);
    let (token, returned) = match reporter.return_with(&typed).await {
        Ok(opened) => opened,
        Err(refused) => return reporter.not_opened(language, &typed, &refused),
    };
    let page = reporter.site.page(language, None);
    if confirm != "yes" {
        let is_called_off = returned.called_off;
        return respond(StatusCode::OK, &ForgetPage { page, token: token.expose(), is_called_off });
    }
    match reporter.intake.forget(returned).await {
        Ok(()) => respond(StatusCode::OK, &ForgottenPage { page }),
        Err(error) => reporter.failed(language, &error),
    }
}
