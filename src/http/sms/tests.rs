use std::sync::Mutex;

use axum::body::to_bytes;
use axum::http::Request;
use tower::ServiceExt;

use super::*;
use crate::protocol::bytes::to_hex;
use crate::sms::gateway::africas_talking::AfricasTalking;
use crate::sms::gateway::android::Android;
use crate::sms::gateway::generic::Generic;
use crate::sms::gateway::kannel::Kannel;
use crate::sms::gateway::signed::SigningKey;
use crate::sms::gateway::twilio::Twilio;
use crate::sms::incoming::Number;

const NOW: u64 = 1_700_000_000;

/// The texts that were taken, as sender and words.
type Taken = Arc<Mutex<Vec<(String, String)>>>;

/// A listener that answers every text with its own words and a second text.
fn listening(gateways: Gateways) -> (Router, Taken) {
    let taken = Taken::default();
    let handle: Handle = Arc::new({
        let taken = Arc::clone(&taken);
        move |incoming| {
            let taken = Arc::clone(&taken);
            Box::pin(async move {
                let words = incoming.text.expose().to_owned();
                taken.lock().unwrap().push((incoming.from.expose().to_owned(), words));
                vec![incoming.text, "Keep the token.".into()]
            })
        }
    });
    let clock = Clock::fixed("2026-05-04".parse().unwrap());
    (router(SmsApi { gateways: Arc::new(gateways), handle, seconds: Seconds::fixed(NOW), clock }), taken)
}

async fn ask(router: &Router, request: Request<Body>) -> (u16, HeaderMap, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

fn post(path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let request = headers.iter().fold(Request::post(path), |request, (name, value)| request.header(*name, *value));
    request.body(Body::from(body.to_owned())).unwrap()
}

fn kannel() -> Gateways {
    Gateways { kannel: Some(Kannel { user: "u".into(), password: "p".into() }), ..Gateways::default() }
}

#[tokio::test]
async fn kannel_is_answered_in_the_response() {
    let (router, taken) = listening(kannel());
    let query = "/kannel?user=u&password=p&from=%2B6757123&to=16321&charset=UTF-8&coding=0&id=1";
    let (status, headers, body) = ask(&router, get(&format!("{query}&text=bribe+%C3%A9"))).await;
    assert_eq!((status, body.as_str()), (200, "bribe é\n\nKeep the token."));
    assert_eq!(headers[CONTENT_TYPE], "text/plain; charset=utf-8");
    assert_eq!(headers[CACHE_CONTROL], "no-store");
    assert_eq!(headers[CONNECTION], "close");
    assert!(!headers.contains_key("x-kannel-coding"));
    let (_, headers, _) = ask(&router, get(&format!("{query}&text=%D8%B4"))).await;
    assert_eq!(headers["x-kannel-coding"], "2");
    assert_eq!(taken.lock().unwrap()[0], ("+6757123".into(), "bribe é".into()));
    let (status, _, body) = ask(&router, get("/kannel?user=u&password=q&from=7123&to=16321&text=x")).await;
    assert_eq!(status, 403);
    assert!(!body.contains("7123") && body.contains("unproven"), "{body}");
    assert_eq!(ask(&router, post("/kannel", &[], "")).await.0, 405);
    assert_eq!(taken.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn only_gateways_that_are_set_up_have_a_path() {
    let (router, _) = listening(kannel());
    for path in ["/twilio", "/africas-talking", "/android", "/generic", "/", "/kannel/"] {
        assert_eq!(ask(&router, post(path, &[], "")).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn twilio_is_answered_in_twiml() {
    let twilio = Twilio::new("https://sms.example.org/twilio".into(), &"token".into());
    let (router, taken) = listening(Gateways { twilio: Some(twilio), ..Gateways::default() });
    let form = "MessageSid=SM1&From=%2B6757123&To=%2B447700900001&Body=a+%26+b";
    // By openssl: HMAC-SHA1 with the key "token" over the address and BodyFromMessageSidTo with their values.
    let signature = "84jhtMoJ6TIyOIEKDEn/WU2hj1M=";
    let (status, headers, body) = ask(&router, post("/twilio", &[("x-twilio-signature", signature)], form)).await;
    assert_eq!((status, headers[CONTENT_TYPE].to_str().unwrap()), (200, "text/xml; charset=utf-8"));
    assert!(body.contains("<Message><Body>a &amp; b</Body></Message><Message><Body>Keep"), "{body}");
    for headers in [&[][..], &[("x-twilio-signature", "AAAA")], &[("x-twilio-signature", signature); 2]] {
        assert_eq!(ask(&router, post("/twilio", headers, form)).await.0, 403);
    }
    assert_eq!(taken.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_anyone_signs_as_documented_is_answered_once() {
    let key = SigningKey::new(&"secret".into());
    let signature = |time: &str, body: &str| to_hex(&key.sign(&[time.as_bytes(), b".", body.as_bytes()]));
    let generic = Generic { key: SigningKey::new(&"secret".into()) };
    let (router, taken) = listening(Gateways { generic: Some(generic), ..Gateways::default() });
    let body = r#"{"id":"1","from":"+6757123","to":"16321","text":"a"}"#;
    let at = |time: u64| {
        let time = time.to_string();
        let signature = signature(&time, body);
        post("/generic", &[("x-amparo-timestamp", &time), ("x-amparo-signature", &signature)], body)
    };
    let (status, headers, answer) = ask(&router, at(NOW)).await;
    assert_eq!((status, answer.as_str()), (200, r#"{"answers":["a","Keep the token."]}"#));
    assert_eq!(headers[CONTENT_TYPE], "application/json");
    assert_eq!(ask(&router, at(NOW)).await.0, 409);
    assert_eq!(ask(&router, at(NOW - 301)).await.0, 403);
    assert_eq!(ask(&router, post("/generic", &[], body)).await.0, 403);
    let long = "x".repeat(BODY.size + 1);
    assert_eq!(ask(&router, post("/generic", &[], &long)).await.0, 413);
    assert_eq!(taken.lock().unwrap().len(), 1);
}

/// A server that takes answers: its address, and the requests that it got.
async fn sending_api(status: StatusCode) -> (String, Arc<Mutex<Vec<(String, String)>>>) {
    let got = Arc::new(Mutex::new(Vec::new()));
    let app = Router::new().fallback({
        let got = Arc::clone(&got);
        move |request: axum::extract::Request| async move {
            let path = request.uri().path().to_owned();
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
            got.lock().unwrap().push((path, String::from_utf8(body.to_vec()).unwrap()));
            status
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::listener::serve(listener, app, Limits::default(), std::future::pending()));
    (address, got)
}

#[tokio::test]
async fn africas_talking_is_answered_by_its_sending_api() {
    let (address, got) = sending_api(StatusCode::CREATED).await;
    let account = || AfricasTalking { secret: "s".into(), username: "sandbox".into(), api_key: "k".into() };
    let remote = Arc::new(Remote::new(&address, None).unwrap());
    let (router, taken) = listening(Gateways { africas_talking: Some((account(), remote)), ..Gateways::default() });
    let form = "from=%2B254711123456&to=28901&text=rushwa&id=1&date=2026-05-04";
    let (status, _, body) = ask(&router, post("/africas-talking?secret=s", &[], form)).await;
    assert_eq!((status, body.as_str()), (200, ""));
    let sent = got.lock().unwrap().clone();
    assert_eq!(sent.len(), 2);
    let form_of_first = "username=sandbox&to=%2B254711123456&from=28901&message=rushwa".to_owned();
    assert_eq!(sent[0], ("/version1/messaging".into(), form_of_first));
    assert_eq!(ask(&router, post("/africas-talking?secret=t", &[], form)).await.0, 403);
    assert_eq!(taken.lock().unwrap().len(), 1);

    let (address, _) = sending_api(StatusCode::UNAUTHORIZED).await;
    let remote = Arc::new(Remote::new(&address, None).unwrap());
    let (router, _) = listening(Gateways { africas_talking: Some((account(), remote)), ..Gateways::default() });
    let (status, _, body) = ask(&router, post("/africas-talking?secret=s", &[], form)).await;
    assert_eq!(status, 502, "so that it comes again: {body}");
    assert!(!body.contains("254711") && !body.contains("rushwa"), "{body}");
}

#[tokio::test]
async fn a_phone_is_answered_by_its_own_server() {
    let (address, got) = sending_api(StatusCode::ACCEPTED).await;
    let key = SigningKey::new(&"key".into());
    let signed = |body: &str| {
        let time = NOW.to_string();
        let signature = to_hex(&key.sign(&[body.as_bytes(), time.as_bytes()]));
        post("/android", &[("x-timestamp", &time), ("x-signature", &signature)], body)
    };
    let phone = Android {
        key: SigningKey::new(&"key".into()),
        number: Number::parse("+6757000001").unwrap(),
        user: "sms".into(),
        password: "p".into(),
    };
    let remote = Arc::new(Remote::new(&address, None).unwrap());
    let (router, taken) = listening(Gateways { android: Some((phone, remote)), ..Gateways::default() });
    let text = r#"{"id":"1","event":"sms:received","payload":{"message":"a","phoneNumber":"+6757123"}}"#;
    assert_eq!(ask(&router, signed(text)).await.0, 200);
    assert_eq!(ask(&router, signed(text)).await.0, 409);
    assert_eq!(ask(&router, signed(r#"{"id":"2","event":"system:ping","payload":{"health":{}}}"#)).await.0, 200);
    assert_eq!(taken.lock().unwrap().len(), 1);
    let sent = got.lock().unwrap().clone();
    assert!(sent.len() == 2 && sent[1].0 == "/message" && sent[1].1.contains("Keep the token."), "{sent:?}");
}
