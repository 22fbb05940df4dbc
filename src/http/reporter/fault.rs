//! The page for everything that goes wrong: what happened, and what to do.

use std::borrow::Cow;
use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Page, Site, respond, spoken_by};

/// What went wrong, as a reader needs to know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No page has this address.
    NotFound,
    /// The page does not take this method.
    Method,
    /// The body stalled.
    Slow,
    /// This one-time form was sent before.
    Already,
    /// The body is larger than the site takes.
    Large,
    /// Not a form, or a form of another type.
    Type,
    /// A form that is cut short or cannot be read.
    Broken,
    /// Something failed inside.
    Internal,
    /// The token is one from before the case moved to another.
    Moved,
    /// More requests than the server serves at once.
    Busy,
    /// The manifest has expired, so nothing new is sealed to it.
    Expired,
    /// No room to keep what was sent.
    Full,
}

/// Status and the ids of title, what happened, and what to do.
type Row = (StatusCode, &'static str, &'static str, &'static str);

impl Fault {
    /// All faults.
    pub const ALL: [Self; 12] = [
        Self::NotFound,
        Self::Method,
        Self::Slow,
        Self::Already,
        Self::Large,
        Self::Type,
        Self::Broken,
        Self::Internal,
        Self::Moved,
        Self::Busy,
        Self::Expired,
        Self::Full,
    ];

    fn row(self) -> Row {
        match self {
            Self::NotFound => {
                (StatusCode::NOT_FOUND, "fault-not-found-title", "fault-not-found-happened", "fault-not-found-todo")
            }
            Self::Method => {
                (StatusCode::METHOD_NOT_ALLOWED, "fault-method-title", "fault-method-happened", "fault-method-todo")
            }
            Self::Slow => (StatusCode::REQUEST_TIMEOUT, "fault-slow-title", "fault-slow-happened", "fault-slow-todo"),
            Self::Already => {
                (StatusCode::CONFLICT, "fault-already-title", "fault-already-happened", "fault-already-todo")
            }
            Self::Large => {
                (StatusCode::PAYLOAD_TOO_LARGE, "fault-large-title", "fault-large-happened", "fault-large-todo")
            }
            Self::Type => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "fault-type-title", "fault-type-happened", "fault-type-todo")
            }
            Self::Broken => {
                (StatusCode::BAD_REQUEST, "fault-broken-title", "fault-broken-happened", "fault-broken-todo")
            }
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "fault-internal-title",
                "fault-internal-happened",
                "fault-internal-todo",
            ),
            Self::Moved => (StatusCode::GONE, "fault-moved-title", "fault-moved-happened", "fault-moved-todo"),
            Self::Busy => {
                (StatusCode::SERVICE_UNAVAILABLE, "fault-busy-title", "fault-busy-happened", "fault-busy-todo")
            }
            Self::Expired => {
                (StatusCode::SERVICE_UNAVAILABLE, "fault-expired-title", "fault-expired-happened", "fault-expired-todo")
            }
            Self::Full => {
                (StatusCode::INSUFFICIENT_STORAGE, "fault-full-title", "fault-full-happened", "fault-full-todo")
            }
        }
    }

    /// The status its answer has.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().0
    }

    /// The id of its title.
    #[must_use]
    pub fn title_id(self) -> &'static str {
        self.row().1
    }

    /// The id of what happened.
    #[must_use]
    pub fn happened_id(self) -> &'static str {
        self.row().2
    }

    /// The id of what to do.
    #[must_use]
    pub fn todo_id(self) -> &'static str {
        self.row().3
    }
}

/// The page for a fault; answer with [`Fault::status`].
#[derive(Template)]
#[template(path = "reporter/fault.html")]
pub struct FaultPage<'a> {
    /// Frame; path empty where the page's own address is of no use in another language.
    pub page: Page<'a>,
    /// What went wrong.
    pub fault: Fault,
}

impl FaultPage<'_> {
    fn status(&self) -> Cow<'static, str> {
        self.page.text_with("fault-status", "status", self.fault.status().as_str())
    }
}

pub(super) async fn wrong_method(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let fault = Fault::Method;
    respond(fault.status(), &FaultPage { page: site.page(spoken_by(&headers), None), fault })
}

pub(super) async fn not_found(State(site): State<Arc<Site>>, headers: HeaderMap) -> Response {
    let fault = Fault::NotFound;
    respond(fault.status(), &FaultPage { page: site.page(spoken_by(&headers), Some("")), fault })
}
