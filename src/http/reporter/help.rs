//! `GET /{lang}/help`: what is protected and what is not, in plain words.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{Page, Site, Spoken, respond};

/// The help page.
#[derive(Template)]
#[template(path = "reporter/help.html")]
pub struct HelpPage<'a> {
    /// Frame.
    pub page: Page<'a>,
    /// How many custodians open an identity together; 0 when confidential reports are not offered.
    pub custodians: u64,
    /// Address of the onion service.
    pub onion: Option<&'a str>,
}

pub(super) async fn help(Spoken(language): Spoken, State(site): State<Arc<Site>>) -> Response {
    let page = site.page(language, Some("help"));
    let help = HelpPage { page, custodians: site.identity_threshold, onion: site.onion.as_deref() };
    respond(StatusCode::OK, &help)
}
