//! What every page has: the guard before it, the headers around it, its style, and what its handler is given.

use std::sync::{Arc, LazyLock};

use askama::Template;
use axum::Form;
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::desk::Desk;
use crate::desk::cases::Unlocked;
use crate::protocol::fingerprint::Fingerprint;
use crate::style;
use crate::web_files;

/// Nothing is loaded or framed; forms and requests go to the desk only; one style sheet and one script, named by their
/// hashes.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let sheet = style::desk().csp_source();
    let script = SCRIPT.csp_source();
    let policy = format!(
        "default-src 'none'; style-src {sheet}; script-src {script}; connect-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::try_from(policy).expect("the policy is ASCII")
});

/// The script of every page, as it stands inside it.
static SCRIPT: LazyLock<web_files::Inline> = LazyLock::new(|| web_files::inline("desk.js"));

/// Says that a page is fetched by its own script, while perhaps nobody is looking.
const LOOK: HeaderName = HeaderName::from_static("amparo-look");

/// Headers of every answer. The referrer stays within the desk but is not left out altogether: a browser that sends
/// none sends `Origin: null` with each form too (Fetch standard, "append a request `Origin` header").
const HEADERS: [(HeaderName, &str); 8] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    (HeaderName::from_static("x-dns-prefetch-control"), "off"),
];

/// The token that the page's forms carry.
#[derive(Clone)]
struct FormToken(String);

/// Refuses whoever is not the browser that was let in, and puts the headers on every answer.
pub async fn guard(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let is_link = request.uri().path().starts_with("/open/");
    let mut response = if !desk.gate.is_addressed(request.method(), request.headers()) {
        refuse(Refusal::Address)
    } else if is_link {
        next.run(request).await
    } else if let Some(token) =
        desk.gate.form_token(request.headers()).filter(|_| desk.gate.is_within(request.uri().path()))
    {
        let is_somebody = !is_by_script(request.headers()) && !request.uri().path().ends_with("/changes");
        if is_somebody {
            desk.session.touch();
        }
        request.extensions_mut().insert(FormToken(token));
        next.run(request).await
    } else {
        refuse(Refusal::NotLetIn)
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    headers.extend(HEADERS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    response
}

/// Why a request is not answered.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It names another address, or comes from another site.
    Address,
    /// The link was used already, or was never one.
    Link,
    /// The browser was not let in, or another one was since.
    NotLetIn,
    /// The form is not one of this browser's pages.
    Form,
}

/// A page for whoever is refused; it shows nothing of the desk.
#[derive(Template)]
#[template(path = "desk/refused.html")]
struct RefusedPage {
    frame: Frame,
    refusal: Refusal,
}

/// Answers with a refusal that tells no address of the desk.
pub fn refuse(refusal: Refusal) -> Response {
    respond(StatusCode::FORBIDDEN, &RefusedPage { frame: Frame::outside(), refusal })
}

/// Answers a form without the right token. This browser holds the cookie, so it may be told the way back.
pub fn refuse_form(desk: &Desk) -> Response {
    let frame = Frame { base: desk.gate.base().to_owned(), ..Frame::outside() };
    respond(StatusCode::FORBIDDEN, &RefusedPage { frame, refusal: Refusal::Form })
}

/// Something went wrong, and what to do.
#[derive(Template)]
#[template(path = "desk/problem.html")]
struct ProblemPage {
    frame: Frame,
    message: String,
}

/// Answers with what went wrong.
pub fn problem(status: StatusCode, frame: Frame, message: String) -> Response {
    respond(status, &ProblemPage { frame, message })
}

/// Any other address.
pub async fn not_found(frame: Frame) -> Response {
    problem(StatusCode::NOT_FOUND, frame, "There is no such page; go back to the list.".to_owned())
}

/// What surrounds a page's own content.
pub struct Frame {
    /// What the addresses of links and forms begin with; empty outside, where nothing is told of them.
    pub base: String,
    /// The token that every form carries.
    pub form: String,
    /// Who is at the desk, while it is unlocked.
    pub who: Option<Who>,
    /// Whether the page's own script asks, so that nobody may have seen what is answered.
    pub is_by_script: bool,
}

/// Who is at the desk.
pub struct Who {
    /// The authority's name.
    pub authority: String,
    /// The member's title.
    pub title: String,
    /// The authority's fingerprint.
    pub fingerprint: Fingerprint,
    /// Whether the settings hold the server to a fingerprint.
    pub is_compared: bool,
    /// Whether the authority's newest manifest has expired.
    pub is_expired: bool,
    /// Which parts of the desk are theirs.
    pub work: Work,
}

/// Which parts of the desk are a member's.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The cases of some unit.
    Cases,
    /// The hotline's pages.
    Hotline,
    /// Both.
    Both,
    /// Neither.
    Nothing,
}

impl Work {
    fn of(unlocked: &Unlocked) -> Self {
        match (unlocked.reads_cases(), unlocked.is_operator()) {
            (true, true) => Self::Both,
            (true, false) => Self::Cases,
            (false, true) => Self::Hotline,
            (false, false) => Self::Nothing,
        }
    }
}

impl Who {
    /// Whether the hotline's pages are theirs.
    pub fn is_operator(&self) -> bool {
        matches!(self.work, Work::Hotline | Work::Both)
    }

    /// Whether cases of some unit are sealed for them.
    pub fn reads_cases(&self) -> bool {
        matches!(self.work, Work::Cases | Work::Both)
    }
}

impl Desk {
    /// Goes to the list, or to the question for the passphrase.
    pub(super) fn to_list(&self) -> Redirect {
        Redirect::to(&format!("{}/", self.gate.base()))
    }
}

impl Frame {
    fn outside() -> Self {
        Self { base: String::new(), form: String::new(), who: None, is_by_script: false }
    }

    /// For a page of the browser whose forms carry `form`, as the desk is now.
    pub fn of(desk: &Desk, form: String) -> Self {
        let who = |unlocked: Arc<Unlocked>| {
            let history = unlocked.history();
            let manifest = history.current();
            Who {
                authority: manifest.name.get("en").to_owned(),
                title: super::words::title(&history, unlocked.member()),
                fingerprint: history.fingerprint(),
                is_compared: desk.settings.root_fingerprint.is_some(),
                is_expired: history.valid_on(unlocked.today()).is_none(),
                work: Work::of(&unlocked),
            }
        };
        Self { base: desk.gate.base().to_owned(), form, who: desk.session.current().map(who), is_by_script: false }
    }

    /// The script, as it stands between `<script>` and `</script>`; empty when the program was built without.
    #[allow(clippy::unused_self, reason = "templates reach it through the frame")]
    pub fn script(&self) -> &'static str {
        SCRIPT.text()
    }

    /// The style sheet, as it stands between `<style>` and `</style>`.
    #[allow(clippy::unused_self, reason = "templates reach it through the frame")]
    pub fn style(&self) -> &'static str {
        style::desk().text()
    }
}

impl FromRequestParts<Arc<Desk>> for Frame {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        // Only the guard puts it there.
        let token = parts.extensions.get::<FormToken>().ok_or_else(|| refuse(Refusal::NotLetIn))?;
        let is_by_script = is_by_script(&parts.headers);
        Ok(Self { is_by_script, ..Self::of(desk, token.0.clone()) })
    }
}

/// The unlocked desk; while it is locked, the answer is the way to unlock it.
pub struct Open(pub Arc<Unlocked>);

impl FromRequestParts<Arc<Desk>> for Open {
    type Rejection = Redirect;

    async fn from_request_parts(_: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Redirect> {
        desk.session.current().map(Self).ok_or_else(|| desk.to_list())
    }
}

/// A form of one of this browser's own pages. Handlers take forms only through this, and forms with files through
/// [`PostedWithFiles`](super::hotline::PostedWithFiles).
pub struct Posted<T>(pub T);

#[derive(Deserialize)]
struct WithToken<T> {
    form: String,
    #[serde(flatten)]
    inner: T,
}

impl<T: DeserializeOwned> FromRequest<Arc<Desk>> for Posted<T> {
    type Rejection = Response;

    async fn from_request(request: Request, desk: &Arc<Desk>) -> Result<Self, Response> {
        let Form(WithToken { form, inner }) =
            Form::<WithToken<T>>::from_request(request, desk).await.map_err(IntoResponse::into_response)?;
        if desk.gate.is_own_form(&form) { Ok(Self(inner)) } else { Err(refuse_form(desk)) }
    }
}

/// A form with nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

/// Answers with a page.
pub fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        // Writing to a string fails for no reason a template here has.
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn is_by_script(headers: &HeaderMap) -> bool {
    headers.contains_key(LOOK)
}

/// Whether a browser fetches in advance what nobody has asked for yet.
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    let named = ["sec-purpose", "purpose", "x-moz"].map(|name| headers.get(name));
    named.into_iter().flatten().any(|value| value.as_bytes().starts_with(b"prefetch"))
}
