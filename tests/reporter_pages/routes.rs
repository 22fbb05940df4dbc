//! The pages that need nothing but the site, over HTTP.

use std::sync::Arc;

use amparo::http::reporter::{Site, pages};
use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use tower::ServiceExt as _;

use crate::samples;

async fn get(path: &str, accept_language: &str) -> Response<Body> {
    let router = pages::<Arc<Site>>().with_state(Arc::new(samples::site()));
    let request = Request::get(path).header("accept-language", accept_language).body(Body::empty()).unwrap();
    router.oneshot(request).await.unwrap()
}

async fn start(response: Response<Body>) -> String {
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    String::from_utf8(body.to_vec()).unwrap().lines().take(2).collect()
}

#[tokio::test]
async fn the_address_chooses_the_language_and_the_browser_does_where_it_names_none() {
    for (path, accept, tag) in [
        ("/", "ar, en;q=0.5", "ar"),
        ("/", "", "en"),
        ("/fr/", "ar", "fr"),
        ("/ar/help", "en", "ar"),
        ("/fr/case", "", "fr"),
    ] {
        let response = get(path, accept).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers().contains_key("vary"), path == "/");
        let html = start(response).await;
        assert!(html.contains(&format!("lang=\"{tag}\"")), "{path} {accept}: {html}");
    }
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_told_in_the_browsers_language() {
    for path in ["/xx/", "/xx/help", "/fr/nothing", "/a/b/c/d", "/%FF/", "/%2e/"] {
        let response = get(path, "fr").await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
        assert!(start(response).await.contains("lang=\"fr\""), "{path}");
    }
}
