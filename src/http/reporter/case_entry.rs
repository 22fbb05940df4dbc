//! `GET /{lang}/case`, and the answer to a token that opens nothing.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::{FileLimits, Page, Refusals, Site, Spoken, respond_sealing};

/// Where a case token is entered.
#[derive(Template)]
#[template(path = "reporter/case_entry.html")]
pub struct CaseEntryPage<'a> {
    /// Frame; path `case`.
    pub page: Page<'a>,
    /// What was typed, when it was refused: a typo is easier to mend than to type again.
    pub typed: &'a str,
    /// Empty, or one of the refusals of a token.
    pub refusals: Refusals,
    /// What a message may carry, once the case is open.
    pub limits: FileLimits,
}

pub(super) async fn entry(Spoken(language): Spoken, State(site): State<Arc<Site>>) -> Response {
    let page = site.page(language, Some("case"));
    respond_sealing(
        StatusCode::OK,
        &CaseEntryPage { page, typed: "", refusals: Refusals::default(), limits: site.limits },
    )
}
