//! What went wrong, as a client is told it: RFC 9457 problem documents for programs. Pages for people are made from the
//! same [`Problem`] elsewhere.
//!
//! This is the only map from an error to a status. Inside details (file names, what the database said) end here.

use std::borrow::Cow;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::body::BodyError;
use crate::intake::IntakeError;
use crate::protocol::report::DraftError;
use crate::protocol::work::Asked;

/// A problem: its status, its name for programs, and what happened with what to do.
///
/// ```
/// use amparo::http::problem::Problem;
/// use amparo::intake::IntakeError;
/// let problem = Problem::from(IntakeError::Conflict);
/// assert_eq!((problem.status.as_u16(), problem.name), (409, "conflict"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The response's status.
    pub status: StatusCode,
    /// Ends the problem's type, `urn:amparo:problem:<name>`.
    pub name: &'static str,
    /// What happened, and what to do.
    pub detail: Cow<'static, str>,
    /// The work that would let the request in.
    pub work: Option<Asked>,
}

/// RFC 9457, section 3.1.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(flatten)]
    work: Option<Asked>,
}

impl Problem {
    /// A problem of that status and name.
    #[must_use]
    pub fn new(status: StatusCode, name: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, name, detail: detail.into(), work: None }
    }

    /// There is nothing at that address.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "there is nothing here; see docs/protocol.md, sections 11 and 12")
    }

    /// The address does not take that method.
    #[must_use]
    pub fn method() -> Self {
        let detail = "this address does not take that method; see docs/protocol.md, sections 11 and 12";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail)
    }

    /// The member's signature or challenge does not hold; which of both is not told.
    #[must_use]
    pub fn challenge() -> Self {
        let detail = "the request was not signed by a member under a challenge of this server; take a new challenge \
                      and sign again";
        Self::new(StatusCode::UNAUTHORIZED, "challenge", detail)
    }

    /// The request costs work first (section 13).
    #[must_use]
    pub fn work(asked: Asked, detail: &'static str) -> Self {
        Self { work: Some(asked), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "work", detail) }
    }

    /// What stands behind the `?` is not what the address takes.
    #[must_use]
    pub fn query() -> Self {
        let detail = "what stands behind the ? of this address is not what it takes; see docs/protocol.md, section 11";
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }

    /// The body cannot be read.
    #[must_use]
    pub fn malformed() -> Self {
        let detail = "the body is not what this request takes; see docs/protocol.md, sections 11 and 12";
        Self::new(StatusCode::BAD_REQUEST, "malformed", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = Document {
            r#type: format!("urn:amparo:problem:{}", self.name),
            title: self.status.canonical_reason().unwrap_or(self.name),
            status: self.status.as_u16(),
            detail: &self.detail,
            work: self.work,
        };
        let json = serde_json::to_vec(&document).expect("texts and a number always serialise");
        let mut response = (self.status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Amparo"));
        }
        response
    }
}

impl From<IntakeError> for Problem {
    fn from(error: IntakeError) -> Self {
        let (status, name) = match &error {
            IntakeError::NotFound => (StatusCode::NOT_FOUND, "not-found"),
            IntakeError::Moved => (StatusCode::GONE, "moved"),
            IntakeError::Conflict => (StatusCode::CONFLICT, "conflict"),
            IntakeError::NotAllowed => (StatusCode::FORBIDDEN, "not-allowed"),
            IntakeError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            IntakeError::Full => (StatusCode::INSUFFICIENT_STORAGE, "full"),
            IntakeError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            IntakeError::Damaged(_) => (StatusCode::INTERNAL_SERVER_ERROR, "damaged"),
            IntakeError::Draft(DraftError::Expired) => (StatusCode::SERVICE_UNAVAILABLE, "expired"),
            IntakeError::Refused(_) | IntakeError::Draft(_) => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
            IntakeError::Store(_) | IntakeError::Blob(_) | IntakeError::Sealing(_) | IntakeError::Failed(_) => {
                let detail = "the server could not do this; try again later, and tell its operator";
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, "failed", detail);
            }
        };
        Self::new(status, name, error.to_string())
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Self {
        let (status, name) = match error {
            BodyError::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            BodyError::Stalled => (StatusCode::REQUEST_TIMEOUT, "stalled"),
            BodyError::Busy => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            BodyError::Broken => (StatusCode::BAD_REQUEST, "broken"),
        };
        Self::new(status, name, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_problem_is_a_document_that_keeps_inside_details() {
        let error = IntakeError::Failed("row ab12");
        let response = Problem::from(error).into_response();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()[CONTENT_TYPE], "application/problem+json");
        let body = axum::body::to_bytes(response.into_body(), 4096).await.unwrap();
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json["type"], "urn:amparo:problem:failed");
        assert_eq!(json["status"], 500);
        assert_eq!(json["title"], "Internal Server Error");
        assert!(!json["detail"].as_str().unwrap().contains("ab12"));
    }

    #[test]
    fn a_refused_challenge_says_how_to_authenticate() {
        let response = Problem::challenge().into_response();
        assert_eq!(
            (response.status().as_u16(), &response.headers()[WWW_AUTHENTICATE]),
            (401, &"Amparo".parse().unwrap())
        );
    }
}
