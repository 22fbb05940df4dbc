//! `GET /` and `GET /{lang}/`: what this is, who reads, how it is protected, and the two doors.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header::VARY;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::{Page, Site, Spoken, Unit, respond, spoken_by};
use crate::locale::Language;

/// The start page.
#[derive(Template)]
#[template(path = "reporter/landing.html")]
pub struct LandingPage<'a> {
    /// Frame.
    pub page: Page<'a>,
    /// The units that take reports.
    pub units: Vec<Unit<'a>>,
    /// How many custodians open an identity together; 0 when confidential reports are not offered.
    pub custodians: u64,
    /// Address of the onion service.
    pub onion: Option<&'a str>,
}

impl<'a> LandingPage<'a> {
    /// The start page of `site`.
    #[must_use]
    pub fn new(site: &'a Site, language: Language) -> Self {
        Self {
            page: site.page(language, Some("")),
            units: site.units(language),
            custodians: site.identity_threshold,
            onion: site.onion.as_deref(),
        }
    }
}

/// Shows the page at once in the browser's language, for a redirect would cost a round trip.
pub(super) async fn negotiated(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let page = respond(StatusCode::OK, &LandingPage::new(&site, spoken_by(&headers)));
    ([(VARY, "accept-language")], page).into_response()
}

pub(super) async fn spoken(Spoken(language): Spoken, State(site): State<Arc<Site>>) -> Response {
    respond(StatusCode::OK, &LandingPage::new(&site, language))
}
