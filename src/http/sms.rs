//! What gateways ask for: the listener for text messages (`docs/sms.md`).
//!
//! | path | gateway |
//! | --- | --- |
//! | `GET /kannel` | [`kannel`] |
//! | `POST /twilio` | [`twilio`] |
//! | `POST /africas-talking` | [`africas_talking`](crate::sms::gateway::africas_talking) |
//! | `POST /android` | [`android`] |
//! | `POST /generic` | [`generic`] |
//!
//! A gateway that is not set up has no path. A text is answered when it is committed; then the gateway may forget it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::map_response;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::body::{self, BodyLimits};
use super::problem::Problem;
use crate::clock::{Clock, Seconds};
use crate::listener::Limits;
use crate::log::{self, Level};
use crate::remote::Remote;
use crate::secret::{SecretText, on_wiped_stack};
use crate::sms::gateway::configured::Gateways;
use crate::sms::gateway::send::{NotSent, Outgoing, send};
use crate::sms::gateway::signed::Headers;
use crate::sms::gateway::{Answer, Refused, android, generic, kannel, twilio};
use crate::sms::incoming::Incoming;

/// What becomes of a text: the texts to be sent back.
pub type Handle = Arc<dyn Fn(Incoming) -> Pin<Box<dyn Future<Output = Vec<SecretText>> + Send>> + Send + Sync>;

/// A text of 255 parts, the longest there is, with every byte escaped, and some room for what stands around it.
pub const BODY: BodyLimits =
    BodyLimits { size: 256 << 10, stall: Duration::from_secs(10), whole: Duration::from_secs(30) };

/// What this listener bears: Kannel sends a text in the head of a request, of which hyper takes an address of 64 KiB.
#[must_use]
pub fn limits(limits: Limits) -> Limits {
    Limits { header_size: 80 << 10, connections: limits.connections.min(256), ..limits }
}

/// What every handler is given; cheap to clone.
#[derive(Clone)]
pub struct SmsApi {
    /// Where texts may come from.
    pub gateways: Arc<Gateways>,
    /// What becomes of them.
    pub handle: Handle,
    /// For the age of signatures.
    pub seconds: Seconds,
    /// For what the operator reads.
    pub clock: Clock,
}

/// All of the listener.
pub fn router(api: SmsApi) -> Router {
    let gateways = &api.gateways;
    let mut router = Router::new();
    if gateways.kannel.is_some() {
        router = router.route("/kannel", get(from_kannel));
    }
    if gateways.twilio.is_some() {
        router = router.route("/twilio", post(from_twilio));
    }
    if gateways.africas_talking.is_some() {
        router = router.route("/africas-talking", post(from_africas_talking));
    }
    if gateways.android.is_some() {
        router = router.route("/android", post(from_android));
    }
    if gateways.generic.is_some() {
        router = router.route("/generic", post(from_generic));
    }
    router
        .fallback(|| async { no_gateway() })
        .method_not_allowed_fallback(|| async { wrong_method() })
        .layer(map_response(for_once))
        .with_state(api)
}

/// Ends the connection with this answer: one that stays open keeps what was read and sent in its buffers.
async fn for_once(mut response: Response) -> Response {
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

async fn from_kannel(State(api): State<SmsApi>, RawQuery(query): RawQuery) -> Result<Response, Problem> {
    let gateway = api.gateways.kannel.as_ref().ok_or_else(no_gateway)?;
    let incoming = gateway.read(&query.unwrap_or_default())?;
    Ok(response(&kannel::answer(&(api.handle)(incoming).await)))
}

async fn from_twilio(State(api): State<SmsApi>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let gateway = api.gateways.twilio.as_ref().ok_or_else(no_gateway)?;
    let body = body::read(body, &BODY).await?;
    let incoming = gateway.read(header(&headers, twilio::SIGNATURE_HEADER), &body)?;
    Ok(response(&twilio::answer(&(api.handle)(incoming).await)))
}

async fn from_africas_talking(
    State(api): State<SmsApi>,
    RawQuery(query): RawQuery,
    body: Body,
) -> Result<Response, Problem> {
    let (account, remote) = api.gateways.africas_talking.as_ref().ok_or_else(no_gateway)?;
    let body = body::read(body, &BODY).await?;
    let incoming = account.read(&query.unwrap_or_default(), &body)?;
    let (from, to) = (incoming.to.clone(), incoming.from.clone());
    let answers = (api.handle)(incoming).await;
    let outgoing = answers.iter().map(|text| account.outgoing(&from, &to, text)).collect();
    hand_over(&api, remote, "Africa's Talking", outgoing).await
}

async fn from_android(State(api): State<SmsApi>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let (phone, remote) = api.gateways.android.as_ref().ok_or_else(no_gateway)?;
    let body = body::read(body, &BODY).await?;
    let signed = Headers {
        timestamp: header(&headers, android::TIMESTAMP_HEADER),
        signature: header(&headers, android::SIGNATURE_HEADER),
    };
    let incoming = match phone.read(signed, &body, api.seconds.now(), &api.gateways.seen) {
        Err(Refused::NoMessage) => return Ok(response(&Answer::nothing())),
        incoming => incoming?,
    };
    let to = incoming.from.clone();
    let answers = (api.handle)(incoming).await;
    let outgoing = answers.iter().map(|text| phone.outgoing(&to, text)).collect();
    hand_over(&api, remote, "the phone", outgoing).await
}

async fn from_generic(State(api): State<SmsApi>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let gateway = api.gateways.generic.as_ref().ok_or_else(no_gateway)?;
    let body = body::read(body, &BODY).await?;
    let signed = Headers {
        timestamp: header(&headers, generic::TIMESTAMP_HEADER),
        signature: header(&headers, generic::SIGNATURE_HEADER),
    };
    let incoming = gateway.read(signed, &body, api.seconds.now(), &api.gateways.seen)?;
    Ok(response(&generic::answer(&(api.handle)(incoming).await)))
}

/// Sends the answers by requests of ours. When that fails the gateway is told so: it brings its message again, which
/// is known by its identifier and answered as before.
async fn hand_over(
    api: &SmsApi,
    remote: &Arc<Remote>,
    gateway: &str,
    outgoing: Vec<Outgoing>,
) -> Result<Response, Problem> {
    if !outgoing.is_empty() {
        let remote = Arc::clone(remote);
        let sent = tokio::task::spawn_blocking(move || on_wiped_stack(|| send(&remote, &outgoing))).await;
        if sent.unwrap_or(Err(NotSent)).is_err() {
            let what =
                format!("{gateway} did not take an answer; look at its `server` and credentials in the configuration");
            log::event(&api.clock, Level::Error, &what);
            let detail = "the answer could not be handed over; bring the message again later";
            return Err(Problem::new(StatusCode::BAD_GATEWAY, "not-answered", detail));
        }
    }
    Ok(response(&Answer::nothing()))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok();
    // Two of them leave open which one counts.
    value.filter(|_| values.next().is_none())
}

fn response(answer: &Answer) -> Response {
    let mut response = Response::new(Body::from(answer.body.expose().to_owned()));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for (name, value) in answer.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response.into_response()
}

fn no_gateway() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", "no gateway is set up here; see docs/sms.md")
}

fn wrong_method() -> Problem {
    let detail = "this gateway does not ask in that way; see docs/sms.md";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail)
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let (status, name) = match refused {
            Refused::Unproven => (StatusCode::FORBIDDEN, "unproven"),
            Refused::Stale => (StatusCode::FORBIDDEN, "stale"),
            Refused::Replayed => (StatusCode::CONFLICT, "replayed"),
            Refused::Crowded => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
            Refused::Malformed(_) | Refused::NoMessage => (StatusCode::UNPROCESSABLE_ENTITY, "refused"),
        };
        Self::new(status, name, refused.to_string())
    }
}

#[cfg(test)]
mod tests;
