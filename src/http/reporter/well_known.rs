//! `GET /.well-known/amparo/{name}`: what anyone needs to compare this site with what it should be, from outside.
//!
//! | name | what |
//! | --- | --- |
//! | `manifest.json` | the newest manifest, to the byte |
//! | `manifest.sig` | the lines of its signature file |
//! | `hashes` | what `amparo web hashes` prints |
//! | `version` | version of program and protocol, and the fingerprint in digits and in words |
//!
//! A server that was taken over can answer what it likes here, and something else to others: `docs/served.md` tells
//! what such a comparison is worth.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::{Reporter, fault};
use crate::web_files;

pub(super) async fn file(Path(name): Path<String>, State(reporter): State<Reporter>, headers: HeaderMap) -> Response {
    let history = reporter.intake.history();
    let newest = history.sources().last();
    let (media_type, bytes) = match (name.as_str(), newest) {
        ("manifest.json", Some(newest)) => ("application/json", newest.bytes.clone()),
        ("manifest.sig", Some(newest)) => ("text/plain; charset=utf-8", newest.signatures.clone().into_bytes()),
        ("hashes", _) => ("text/plain; charset=utf-8", web_files::hashes().into_bytes()),
        ("version", _) => {
            let print = history.fingerprint();
            let version = format!("{}fingerprint {print}\nin words {}\n", web_files::version(), print.in_words());
            ("text/plain; charset=utf-8", version.into_bytes())
        }
        _ => return fault::not_found(State(reporter.site), headers).await,
    };
    ([(CONTENT_TYPE, media_type)], bytes).into_response()
}
