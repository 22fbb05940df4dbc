//! The headers of every page: nothing runs, nothing is fetched, nothing is kept, nothing is told to others. On a page
//! that seals, the site's own script runs and speaks to this site.

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::Reporter;
use crate::{style, web_files};

const FIXED: [(HeaderName, &str); 9] = [
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "no-referrer"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("origin-agent-cluster"), "?1"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
];

/// Marks a response as a page that seals.
#[derive(Clone, Copy)]
pub(super) struct Seals;

/// Adds the headers to whatever the pages answer.
pub(super) async fn add(State(reporter): State<Reporter>, request: Request, next: Next) -> Response {
    let is_visit = request.method() == Method::GET;
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let seals = response.extensions().get::<Seals>().is_some();
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    set(headers, CONTENT_SECURITY_POLICY, &policy(seals));
    if reporter.secure {
        set(headers, STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
        if let (true, Some(onion)) = (is_visit, &reporter.site.onion) {
            // Tor Browser then offers the onion service, which no exit can watch.
            set(headers, HeaderName::from_static("onion-location"), &format!("http://{onion}{path}"));
        }
    }
    response
}

/// The policy (CSP 3) of a page: no script at all, and no other style than the sheets that stand in the pages. A page
/// that `seals` runs this site's scripts, starts its worker from the blob that was checked, speaks to this site only,
/// and shows pictures that it made itself.
#[must_use]
pub fn policy(seals: bool) -> String {
    let scripts = if seals && !web_files::all().is_empty() {
        " blob:; script-src 'self'; worker-src blob:; connect-src 'self'"
    } else {
        ""
    };
    format!(
        "default-src 'none'; style-src {} {}; img-src 'self' data:{scripts}; form-action 'self'; base-uri 'none'; \
         frame-ancestors 'none'",
        style::reporter_start().csp_source(),
        style::reporter().csp_source(),
    )
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
