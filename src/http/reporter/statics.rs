//! `GET /static/{name}`: the scripts and the licences of what is in them.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::response::{IntoResponse, Response};

use super::{Site, fault};
use crate::web_files::{self, WebFile};

pub(super) async fn file(Path(name): Path<String>, site: State<Arc<Site>>, headers: HeaderMap) -> Response {
    let Some(file) = web_files::get(&name) else { return fault::not_found(site, headers).await };
    let accepted = headers.get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (encoding, bytes) = choose(file, accepted);
    let headers = [(CONTENT_TYPE, file.media_type()), (VARY, "accept-encoding")];
    (headers, encoding.map(|encoding| [(CONTENT_ENCODING, encoding)]), bytes).into_response()
}

/// The smallest form of the file that the browser takes (RFC 9110, section 12.5.3), with its name unless it is the
/// file itself.
fn choose(file: &WebFile, accepted: &str) -> (Option<&'static str>, &'static [u8]) {
    let takes = |wanted: &str| {
        accepted.split(',').any(|one| {
            let (coding, weight) = one.split_once(';').unwrap_or((one, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
            coding.trim().eq_ignore_ascii_case(wanted) && weight.is_ok_and(|weight| weight > 0.0)
        })
    };
    match () {
        () if takes("br") => (Some("br"), file.br),
        () if takes("gzip") => (Some("gzip"), file.gz),
        () => (None, file.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_smallest_form_that_it_takes() {
        let file = WebFile { name: "a.js", bytes: b"itself", br: b"b", gz: b"g" };
        for (accepted, encoding, bytes) in [
            ("gzip, deflate, br, zstd", Some("br"), file.br),
            ("gzip, deflate", Some("gzip"), file.gz),
            ("br;q=0, GZIP;q=0.5", Some("gzip"), file.gz),
            ("br;q=0.000, gzip; q=0", None, file.bytes),
            ("br;q=x", None, file.bytes),
            ("brotli", None, file.bytes),
            ("identity", None, file.bytes),
            ("", None, file.bytes),
        ] {
            assert_eq!(choose(&file, accepted), (encoding, bytes), "{accepted}");
        }
    }
}
