//! HTTP to the server's member listener: `docs/protocol.md`, section 11. Blocking; run it where blocking is allowed.
//!
//! Nothing that comes from here is trusted: whatever is opened is checked by [`protocol`](crate::protocol) first.

use std::io::Read;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response, StatusCode, Uri};
use ureq::{Agent, Body, Proxy};

use crate::protocol::bytes::{AuthorityId, CaseId, Hash};
use crate::protocol::manifest::UntrustedManifest;
use crate::protocol::member::MemberKey;
use crate::protocol::wire::{
    CHALLENGE_HEADER, CaseBody, CaseList, ChallengeAnswer, MANIFEST_HEADER, MEMBER_HEADER, Manifests, NewEntries,
    SEQUENCE_HEADER, SIGNATURE_HEADER, request_body,
};

/// The largest answers that are read, in bytes.
const SMALL: u64 = 64 << 10;
const LIST: u64 = 16 << 20;
const MANIFESTS: u64 = 64 << 20;
const CASE: u64 = 256 << 20;

/// Why the server could not be asked, or did not answer what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address is not one the desk speaks to.
    #[error(
        "{0:?} is not an address the desk can use; give https://…, http:// with 127.0.0.1 when the server is reached through a tunnel, or http:// with an .onion name and Tor as the proxy"
    )]
    Address(String),
    /// The proxy is none the desk can use.
    #[error("{0:?} is not a SOCKS proxy; write it as socks5://127.0.0.1:9050")]
    Proxy(String),
    /// Nobody answers, or not in time.
    #[error("the server at {server} does not answer ({why}); check the network or the tunnel and try again")]
    Unreachable {
        /// Where it should be.
        server: String,
        /// What the system said.
        why: String,
    },
    /// It answers no.
    #[error("the server refused ({status}): {detail}; if this stays so, ask whoever runs the server")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said.
        detail: String,
    },
    /// It does not know the case, or does not show it to this member.
    #[error("the server does not show this; it may have been moved to another unit")]
    NotFound,
    /// The case has moved on since it was fetched.
    #[error("somebody else wrote in this case at the same moment; look at it again and repeat what you did")]
    Moved,
    /// It wants another challenge.
    #[error("the server does not accept this desk's requests; lock the desk and unlock it again")]
    Challenge,
    /// The answer is larger than anything that may stand there, or something else.
    #[error("the server's answer is not what the protocol says; ask whoever runs the server which version it is")]
    Malformed,
}

/// A problem document (RFC 9457), as far as it is used here.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    r#type: String,
    title: String,
    detail: String,
}

/// One challenge and how often it was used.
struct Line {
    challenge: [u8; 32],
    last: u64,
}

/// Who signs requests, for which authority.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The member.
    pub key: &'a MemberKey,
    /// The authority.
    pub authority: &'a AuthorityId,
}

/// A connection to one server.
pub struct Client {
    agent: Agent,
    server: String,
    line: Mutex<Option<Line>>,
    announced: Mutex<Option<(u64, Hash)>>,
}

impl Client {
    /// A client for `server`: `https://…`, or `http://` on a loopback address. Through a `proxy`, `socks5://…`, it is
    /// `https://…`, or `http://` with an `.onion` name, which Tor seals on its way.
    pub fn new(server: &str, proxy: Option<&str>) -> Result<Self, ClientError> {
        let server = server.trim_end_matches('/').to_owned();
        if !is_allowed(&server, proxy.is_some()) {
            return Err(ClientError::Address(server));
        }
        let proxy = proxy.map(|proxy| socks(proxy).ok_or_else(|| ClientError::Proxy(proxy.to_owned()))).transpose()?;
        let seconds = |n| Some(Duration::from_secs(n));
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            // None from the environment, which would see which desk works when without anybody having asked for it.
            .proxy(proxy)
            .user_agent("")
            .timeout_connect(seconds(10))
            .timeout_per_read(seconds(60))
            .timeout_per_write(seconds(60))
            .timeout_recv_response(seconds(60))
            .build();
        Ok(Self { agent: config.new_agent(), server, line: Mutex::new(None), announced: Mutex::new(None) })
    }

    /// Serial and hash of the newest manifest, as the last answer said.
    pub fn announced(&self) -> Option<(u64, Hash)> {
        *lock(&self.announced)
    }

    /// All manifests, serial 1 first.
    pub fn manifests(&self) -> Result<Vec<UntrustedManifest>, ClientError> {
        let request = Request::get(self.address("/v1/manifests"));
        let response = self.send(request.body(()).map_err(|_| ClientError::Malformed)?)?;
        Ok(json::<Manifests>(response, MANIFESTS)?.into())
    }

    /// The cases of the member's units.
    pub fn cases(&self, signer: Signer) -> Result<CaseList, ClientError> {
        json(self.signed(signer, &Method::GET, "/v1/cases", &[])?, LIST)
    }

    /// Everything of one case but its files.
    pub fn case(&self, signer: Signer, case: CaseId) -> Result<CaseBody, ClientError> {
        json(self.signed(signer, &Method::GET, &format!("/v1/cases/{case}"), &[])?, CASE)
    }

    /// The ciphertext of a file, of at most `limit` bytes, as it comes.
    pub fn blob(
        &self,
        signer: Signer,
        case: CaseId,
        hash: &Hash,
        limit: u64,
    ) -> Result<Box<dyn Read + Send>, ClientError> {
        let response = self.signed(signer, &Method::GET, &format!("/v1/cases/{case}/blobs/{hash}"), &[])?;
        Ok(Box::new(response.into_body().into_with_config().limit(limit).reader()))
    }

    /// Adds to a case: all or nothing.
    pub fn add(&self, signer: Signer, case: CaseId, entries: &NewEntries) -> Result<(), ClientError> {
        let body = serde_json::to_vec(entries).map_err(|_| ClientError::Malformed)?;
        self.signed(signer, &Method::POST, &format!("/v1/cases/{case}/entries"), &body).map(drop)
    }

    /// Sends a signed request, and once more under a fresh challenge when the server wants one. Requests are signed
    /// one after another, since their numbers must rise.
    fn signed(&self, signer: Signer, method: &Method, path: &str, body: &[u8]) -> Result<Response<Body>, ClientError> {
        let mut line = lock(&self.line);
        let first = self.signed_once(&mut line, signer, method, path, body);
        if !matches!(first, Err(ClientError::Challenge)) {
            return first;
        }
        *line = None;
        self.signed_once(&mut line, signer, method, path, body)
    }

    fn signed_once(
        &self,
        line: &mut Option<Line>,
        signer: Signer,
        method: &Method,
        path: &str,
        body: &[u8],
    ) -> Result<Response<Body>, ClientError> {
        let line = match line {
            Some(line) => line,
            None => line.insert(Line { challenge: self.challenge()?, last: 0 }),
        };
        line.last += 1;
        let to_sign = request_body(&line.challenge, line.last, method.as_str(), path, body);
        let signature = signer.key.sign_request(signer.authority, &to_sign);
        let request = Request::builder()
            .method(method)
            .uri(self.address(path))
            .header(MEMBER_HEADER, signer.key.id.to_string())
            .header(CHALLENGE_HEADER, Hash(line.challenge).to_string())
            .header(SEQUENCE_HEADER, line.last.to_string())
            .header(SIGNATURE_HEADER, BASE64_STANDARD.encode(signature.0));
        if *method == Method::POST {
            let request = request.header("content-type", "application/json").body(body);
            self.send(request.map_err(|_| ClientError::Malformed)?)
        } else {
            self.send(request.body(()).map_err(|_| ClientError::Malformed)?)
        }
    }

    fn challenge(&self) -> Result<[u8; 32], ClientError> {
        let request = Request::get(self.address("/v1/challenge"));
        let response = self.send(request.body(()).map_err(|_| ClientError::Malformed)?)?;
        Ok(json::<ChallengeAnswer>(response, SMALL)?.challenge.0)
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.server)
    }

    fn send(&self, request: Request<impl ureq::AsSendBody>) -> Result<Response<Body>, ClientError> {
        let unreachable =
            |error: &ureq::Error| ClientError::Unreachable { server: self.server.clone(), why: error.to_string() };
        let mut response = self.agent.run(request).map_err(|error| unreachable(&error))?;
        if let Some(announced) = response.headers().get(MANIFEST_HEADER).and_then(|value| value.to_str().ok()) {
            let (serial, hash) = announced.split_once(' ').ok_or(ClientError::Malformed)?;
            let serial = serial.parse().map_err(|_| ClientError::Malformed)?;
            let hash = hash.parse().map_err(|_| ClientError::Malformed)?;
            *lock(&self.announced) = Some((serial, hash));
        }
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let text = response.body_mut().with_config().limit(SMALL).read_to_vec().unwrap_or_default();
        let problem: Problem = serde_json::from_slice(&text).unwrap_or_default();
        Err(match status {
            StatusCode::UNAUTHORIZED if names_challenge(&problem.r#type) => ClientError::Challenge,
            StatusCode::NOT_FOUND => ClientError::NotFound,
            StatusCode::CONFLICT => ClientError::Moved,
            _ => ClientError::Refused { status: status.as_u16(), detail: shown(&problem) },
        })
    }
}

/// The problem type is a URI reference; its last part is the name.
fn names_challenge(problem_type: &str) -> bool {
    problem_type.rsplit(['/', ':', '#']).next() == Some("challenge")
}

/// What the server said, short and on one line.
fn shown(problem: &Problem) -> String {
    let said = if problem.detail.is_empty() { &problem.title } else { &problem.detail };
    let said = if said.is_empty() { "it gave no reason" } else { said };
    said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// The proxy at `socks5://…`. It is given names, not addresses (`socks5h` in ureq's words): only Tor knows where an
/// .onion is, and asking for a name elsewhere tells whom the desk speaks to.
fn socks(proxy: &str) -> Option<Proxy> {
    let at = proxy.strip_prefix("socks5://").or_else(|| proxy.strip_prefix("socks5h://"))?;
    Proxy::new(&format!("socks5h://{at}")).ok().filter(|proxy| !proxy.resolve_target())
}

/// Without TLS only the machine itself is spoken to, and what Tor seals. A loopback address behind a proxy is the
/// proxy's machine, and an .onion without one would be asked for in the clear.
fn is_allowed(server: &str, is_proxied: bool) -> bool {
    let Ok(uri) = server.parse::<Uri>() else { return false };
    let Some(host) = uri.host() else { return false };
    let plain = uri.path_and_query().is_none_or(|path| path.as_str() == "/");
    let loopback = || {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        address.is_ok_and(|address| address.is_loopback()) || host == "localhost"
    };
    let is_onion = host.to_ascii_lowercase().ends_with(".onion");
    let is_safe = match uri.scheme_str() {
        Some("https") => true,
        Some("http") if is_proxied => is_onion,
        Some("http") => loopback(),
        _ => false,
    };
    plain && is_safe && (is_proxied || !is_onion)
}

fn json<T: DeserializeOwned>(response: Response<Body>, limit: u64) -> Result<T, ClientError> {
    let body = response.into_body().into_with_config().limit(limit).read_to_vec();
    let body = body.map_err(|_| ClientError::Malformed)?;
    serde_json::from_slice(&body).map_err(|_| ClientError::Malformed)
}

/// A poisoned lock here guards a plain value that is whole at every moment.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_or_the_machine_itself_is_spoken_to() {
        for good in ["https://amparo.example", "http://127.0.0.1:8443", "http://[::1]:80/", "http://localhost:9"] {
            assert!(Client::new(good, None).is_ok(), "{good}");
        }
        let tor = Some("socks5://127.0.0.1:9050");
        for good in ["https://amparo.example", "http://abcd.onion", "https://abcd.ONION:8443/"] {
            assert!(Client::new(good, tor).is_ok(), "{good}");
        }
        for bad in ["http://127.0.0.1:8443", "http://amparo.example", "http://onion", "http://abcd.onion.example"] {
            assert!(matches!(Client::new(bad, tor), Err(ClientError::Address(_))), "{bad}");
        }
        for proxy in ["http://127.0.0.1:9050", "127.0.0.1:9050", "socks5://", "socks4://127.0.0.1:9050", ""] {
            let refused = Client::new("https://amparo.example", Some(proxy));
            assert!(matches!(refused, Err(ClientError::Proxy(_))), "{proxy}");
        }
        for bad in [
            "http://amparo.example",
            "http://10.0.0.1:80",
            "ftp://127.0.0.1",
            "127.0.0.1:80",
            "https://a/b",
            "https://a.onion",
            "",
        ] {
            assert!(matches!(Client::new(bad, None), Err(ClientError::Address(_))), "{bad}");
        }
    }

    #[test]
    fn a_challenge_problem_is_known_by_its_name() {
        for good in ["challenge", "/problems/challenge", "urn:amparo:challenge"] {
            assert!(names_challenge(good), "{good}");
        }
        assert!(!names_challenge("about:blank") && !names_challenge("challenged"));
    }

    #[test]
    fn nobody_at_the_address_is_told_with_the_way_out() {
        // Port 1 of the loopback interface: nothing listens there.
        let error = Client::new("http://127.0.0.1:1", None).unwrap().manifests().unwrap_err();
        assert!(error.to_string().contains("check the network or the tunnel"), "{error}");
    }
}
