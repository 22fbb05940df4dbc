//! `GET /{lang}/offline`: the page that a reporter keeps as a file: when to use it, how to check it, how to go on.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{OfflineFile, Page, Reporter, Spoken, fault, respond};
use crate::protocol::submission::DAYS_BACK;

/// Offers the offline page.
#[derive(Template)]
#[template(path = "reporter/offline.html")]
pub struct OfflinePage<'a> {
    /// Frame.
    pub page: Page<'a>,
    /// The file in the page's language.
    pub file: &'a OfflineFile,
}

impl OfflinePage<'_> {
    /// Days that a sealed file may wait on its way.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn days(&self) -> u64 {
        DAYS_BACK.unsigned_abs()
    }
}

pub(super) async fn offline(
    Spoken(language): Spoken,
    State(reporter): State<Reporter>,
    headers: HeaderMap,
) -> Response {
    match reporter.offline().spoken(language) {
        Some(file) => {
            let page = reporter.site.page(language, Some("offline"));
            respond(StatusCode::OK, &OfflinePage { page, file })
        }
        None => fault::not_found(State(reporter.site), headers).await,
    }
}
