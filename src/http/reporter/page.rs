//! What every page has: language, authority, fingerprint, the way out.

use std::borrow::Cow;
use std::sync::Arc;

use askama::Template;
use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::header::ACCEPT_LANGUAGE;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::headers::Seals;
use super::{Fault, FaultPage, Site};
use crate::clock::Day;
use crate::locale::{Language, Locale, Value};
use crate::protocol::fingerprint::Fingerprint;
use crate::{style, web_files};

/// The part of a page that is around its own content.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The words.
    pub locale: Locale,
    /// The authority's name in the reader's language.
    pub authority: &'a str,
    /// Fingerprint of the root policy.
    pub fingerprint: Fingerprint,
    /// Where *leave now* leads: a neutral address set by the authority.
    pub leave_url: &'a str,
    /// What follows `/{lang}/` in this page's address, for the language switch. `None` where a switch would lose what
    /// the page shows (a receipt) or what the reader typed, and the switch is left out.
    pub path: Option<&'a str>,
}

impl Page<'_> {
    /// The text `id`.
    #[must_use]
    pub fn text(&self, id: &str) -> Cow<'static, str> {
        self.locale.text(id)
    }

    /// The text `id` with one value.
    #[must_use]
    pub fn text_with<'v>(&self, id: &str, name: &str, value: impl Into<Value<'v>>) -> Cow<'static, str> {
        self.locale.text_with(id, &[(name, value.into())])
    }

    /// A day written out.
    #[must_use]
    pub fn day(&self, day: &Day) -> String {
        self.locale.day(*day)
    }

    /// The page's language.
    #[must_use]
    pub fn language(&self) -> Language {
        self.locale.language()
    }

    /// Every language there is.
    pub fn languages(&self) -> impl Iterator<Item = Language> + use<> {
        Language::all()
    }

    /// The style sheet, which goes between `<style>` and `</style>` as it is.
    #[must_use]
    pub fn style(&self) -> &'static str {
        style::reporter().text()
    }

    /// The style sheet of the start page, in the same way.
    #[must_use]
    pub fn start_style(&self) -> &'static str {
        style::reporter_start().text()
    }

    /// The element that loads the script of pages that seal, as it is; empty when the program has none.
    #[must_use]
    pub fn script(&self) -> &'static str {
        web_files::script_element()
    }
}

/// Answers with a page.
pub fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        // Writing to a string fails for no reason a template here has.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Answers with a page that fills the block `script`: its policy lets the script run.
pub fn respond_sealing(status: StatusCode, page: &impl Template) -> Response {
    let mut response = respond(status, page);
    response.extensions_mut().insert(Seals);
    response
}

/// The language a browser asks for, for pages whose address names none.
#[must_use]
pub fn spoken_by(headers: &HeaderMap) -> Language {
    Language::negotiate(headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default())
}

/// The language named by `{lang}`, the first part of the address; another one is answered as an address that does not
/// exist.
#[derive(Clone, Copy, Debug)]
pub struct Spoken(pub Language);

impl<S> FromRequestParts<S> for Spoken
where
    S: Send + Sync,
    Arc<Site>: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let named = path.ok().and_then(|Path(parts)| {
            let (_, tag) = parts.into_iter().find(|(name, _)| name == "lang")?;
            Language::from_tag(&tag)
        });
        named.map(Self).ok_or_else(|| {
            let site = Arc::<Site>::from_ref(state);
            let page = site.page(spoken_by(&parts.headers), Some(""));
            respond(StatusCode::NOT_FOUND, &FaultPage { page, fault: Fault::NotFound })
        })
    }
}
