//! The guard, as a browser and others meet it.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode, header};
use ring::rand::SystemRandom;
use tower::ServiceExt as _;

use super::router;
use crate::clock::Clock;
use crate::desk::{Desk, Settings};
use crate::web_files;

const HOST: &str = "127.0.0.1:4321";

/// A locked desk whose server is not there, and the folder it keeps its files in.
fn desk() -> (Arc<Desk>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        server: "http://127.0.0.1:1".to_owned(),
        reporters: None,
        proxy: None,
        key_file: folder.path().join("member.key"),
        folder: folder.path().join("desk"),
        root_fingerprint: None,
        idle_minutes: 10,
        save_folder: folder.path().join("saved"),
        port: 0,
    };
    let clock = Clock::fixed("2026-03-02".parse().unwrap());
    (Arc::new(Desk::new(settings, clock, Arc::new(SystemRandom::new()), HOST.parse().unwrap()).unwrap()), folder)
}

async fn send(desk: &Arc<Desk>, request: axum::http::request::Builder, body: String) -> Response<Body> {
    router(desk).oneshot(request.body(Body::from(body)).unwrap()).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

/// The address of a page under the desk's prefix.
fn at(desk: &Desk, path: &str) -> String {
    format!("{}{path}", desk.gate.base())
}

fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::HOST, HOST)
}

/// Lets a browser in and returns its cookie.
async fn let_in(desk: &Arc<Desk>) -> String {
    let link = desk.gate.fresh_link(&*desk.rng).unwrap();
    let path = link.strip_prefix("http://127.0.0.1:4321").unwrap().to_owned();
    for look_ahead in [Request::head(&path).header(header::HOST, HOST), get(&path).header("sec-purpose", "prefetch")] {
        assert_eq!(send(desk, look_ahead, String::new()).await.status(), StatusCode::NO_CONTENT);
    }
    let response = send(desk, get(&path).header("sec-fetch-site", "none"), String::new()).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[header::LOCATION], at(desk, "/").as_str());
    let again = send(desk, get(&path), String::new()).await;
    assert_eq!(again.status(), StatusCode::FORBIDDEN);
    assert!(text(again).await.contains("This link has been used"));
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains(&format!("; Path={};", desk.gate.base())), "{cookie}");
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn nobody_is_answered_without_link_cookie_and_own_address() {
    let (desk, _folder) = desk();
    let cookie = let_in(&desk).await;
    let refused = text(send(&desk, get("/"), String::new()).await).await;
    assert!(refused.contains("Open the desk with its link") && !refused.contains(desk.gate.base()));
    for path in ["/", "/case/00", "/nowhere"] {
        // Without the cookie, and with it but outside the prefix.
        for request in [get(&at(&desk, path)), get(path), get(path).header(header::COOKIE, &cookie)] {
            let outside = send(&desk, request, String::new()).await;
            assert_eq!(outside.status(), StatusCode::FORBIDDEN, "{path}");
            assert_eq!(text(outside).await, refused, "{path}");
        }
    }
    let own = || get(&at(&desk, "/")).header(header::COOKIE, &cookie);
    assert_eq!(send(&desk, own(), String::new()).await.status(), StatusCode::OK);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "http://127.0.0.1:9999"),
        ("host", "127.0.0.1:4321"),
    ] {
        let refused = send(&desk, own().header(name, value), String::new()).await;
        assert_eq!(refused.status(), StatusCode::FORBIDDEN, "{name}: {value}");
    }
    let elsewhere = Request::get(at(&desk, "/")).header(header::HOST, "localhost:4321").header(header::COOKIE, &cookie);
    assert_eq!(send(&desk, elsewhere, String::new()).await.status(), StatusCode::FORBIDDEN);
    let another = send(&desk, get("/open/00"), String::new()).await;
    assert_eq!(another.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_form_is_taken_only_with_its_token() {
    let (desk, _folder) = desk();
    let cookie = let_in(&desk).await;
    let page = text(send(&desk, get(&at(&desk, "/")).header(header::COOKIE, &cookie), String::new()).await).await;
    let token = page.split("name=\"form\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let post = |body: String| {
        let request = Request::post(at(&desk, "/unlock"))
            .header(header::HOST, HOST)
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::COOKIE, &cookie);
        send(&desk, request, body)
    };
    assert_eq!(post(format!("form={}&passphrase=x", "0".repeat(64))).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(post("form=&passphrase=x".to_owned()).await.status(), StatusCode::FORBIDDEN);
    assert_eq!(post("passphrase=x".to_owned()).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let taken = post(format!("form={token}&passphrase=x")).await;
    assert_eq!(taken.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(taken).await.contains("cannot be read"), "there is no key file in this test");
}

#[tokio::test]
async fn every_answer_forbids_frames_keeping_and_all_scripts_but_one() {
    let (desk, _folder) = desk();
    let cookie = let_in(&desk).await;
    let answers = [
        send(&desk, get(&at(&desk, "/")).header(header::COOKIE, &cookie), String::new()).await,
        send(&desk, get(&at(&desk, "/nowhere")).header(header::COOKIE, &cookie), String::new()).await,
        send(&desk, get("/"), String::new()).await,
        send(&desk, get("/open/00"), String::new()).await,
    ];
    for answer in answers {
        let policy = answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"));
        let script = web_files::inline("desk.js");
        assert!(
            !policy.contains("unsafe") && policy.contains(&format!("script-src {};", script.csp_source())),
            "{policy}"
        );
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers()["cross-origin-opener-policy"], "same-origin");
        let scripts = usize::from(!script.text().is_empty());
        assert_eq!(text(answer).await.matches("<script").count(), scripts);
    }
}
