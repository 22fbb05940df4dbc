//! The desk's pages, one per file. Plain forms and links, which do everything; one script, named by its hash, makes them
//! comfortable.

mod case;
mod changes;
mod entry;
mod frame;
mod hotline;
mod link;
mod list;
mod lock;
mod open;
mod save;
#[cfg(test)]
mod tests;
mod words;
mod write;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use super::Desk;

/// The largest form that is read: 1 MiB of text may become three times as long on its way.
const FORM_MAX: usize = 4 << 20;

/// Every address of the desk: all but the link's under the gate's prefix.
pub fn router(desk: &Arc<Desk>) -> Router {
    let within = |path: &str| format!("{}{path}", desk.gate.base());
    Router::new()
        .route("/open/{link}", get(open::show))
        .route(&within("/"), get(list::show))
        .route(&within("/changes"), get(changes::show))
        .route(&within("/find"), post(list::find))
        .route(&within("/unlock"), post(lock::unlock))
        .route(&within("/lock"), post(lock::lock))
        .route(&within("/case/{id}"), get(case::show))
        .route(&within("/case/{id}/write"), post(write::send))
        .route(&within("/case/{id}/link"), post(link::send))
        .route(&within("/case/{id}/save/{hash}"), get(save::show).post(save::send))
        .route(&within("/hotline"), get(hotline::start::show))
        .route(&within("/hotline/report/{lang}"), get(hotline::report::show).post(hotline::report::send))
        .route(&within("/hotline/check"), post(hotline::token::check))
        .route(&within("/hotline/case"), post(hotline::case::open))
        .route(&within("/hotline/message"), post(hotline::case::say))
        .fallback(frame::not_found)
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .layer(from_fn_with_state(Arc::clone(desk), frame::guard))
        .with_state(Arc::clone(desk))
}
