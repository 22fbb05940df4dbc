//! `GET /.well-known/amparo/{name}`: what anyone needs to compare this site with what it should be, from outside.
//!
//! | name | what |
//! | --- | --- |
//! | `manifest.json` | the newest manifest, to the byte |
//! | `manifest.sig` | the lines of its signature file |
//! | `hashes` | what `amparo web hashes` prints, and the hashes of the offline pages |
//! | `version` | version of program and protocol, the fingerprint in digits and in words, and the addresses that the offline pages name |
//! | `offline-{lang}.html` | the offline page in each language |
//!
//! A server that was taken over can answer what it likes here, and something else to others: `docs/served.md` tells
//! what such a comparison is worth.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::{Reporter, fault};
use crate::web_files;

pub(super) async fn file(Path(name): Path<String>, State(reporter): State<Reporter>, headers: HeaderMap) -> Response {
    if let Some(file) = reporter.offline().get(&name) {
        let saved = format!("attachment; filename=\"{name}\"");
        let headers = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_DISPOSITION, saved.as_str())];
        return (headers, file.bytes.clone()).into_response();
    }
    let history = reporter.intake.history();
    let newest = history.sources().last();
    let (media_type, bytes) = match (name.as_str(), newest) {
        ("manifest.json", Some(newest)) => ("application/json", newest.bytes.clone()),
        ("manifest.sig", Some(newest)) => ("text/plain; charset=utf-8", newest.signatures.clone().into_bytes()),
        ("hashes", _) => ("text/plain; charset=utf-8", reporter.offline().hashes().into_bytes()),
        ("version", _) => {
            let print = history.fingerprint();
            let mut version = format!("{}fingerprint {print}\nin words {}\n", web_files::version(), print.in_words());
            for (name, address) in [("origin", &reporter.site.origin), ("onion", &reporter.site.onion)] {
                version.extend(address.iter().map(|address| format!("{name} {address}\n")));
            }
            ("text/plain; charset=utf-8", version.into_bytes())
        }
        _ => return fault::not_found(State(reporter.site), headers).await,
    };
    ([(CONTENT_TYPE, media_type)], bytes).into_response()
}
