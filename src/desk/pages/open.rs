//! `GET /open/{link}`: the one-time link lets a browser in.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::frame::{Refusal, is_prefetch, refuse};
use crate::desk::Desk;

/// Uses the link up, sets the cookie and goes to the list. Looking ahead (`HEAD`, prefetch) does not use it up.
pub async fn show(
    State(desk): State<Arc<Desk>>,
    method: Method,
    headers: HeaderMap,
    Path(link): Path<String>,
) -> Response {
    if method != Method::GET || is_prefetch(&headers) {
        return StatusCode::NO_CONTENT.into_response();
    }
    match desk.gate.open(&link, &*desk.rng) {
        Ok(Some(cookie)) => ([(header::SET_COOKIE, cookie)], desk.to_list()).into_response(),
        Ok(None) => refuse(Refusal::Link),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
