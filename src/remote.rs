//! Speaking to a server over HTTP, through a SOCKS proxy such as Tor's where one is given.
//!
//! Blocking; run it where blocking is allowed. Nothing that comes from here is trusted. No redirects are followed, no
//! cookies kept, no name of this program sent, and nothing is read from the environment: a proxy set there would see
//! who speaks to the server without anybody having asked for it.

use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::http::{Request, Response, StatusCode, Uri};
use ureq::{Agent, Body, Proxy};

pub use ureq::http::{HeaderMap, Method};

/// The longest problem document that is read, in bytes.
const PROBLEM: u64 = 64 << 10;

/// Why the server could not be asked, or did not answer what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The address is not one that is spoken to.
    #[error(
        "{0:?} is not an address that can be used; give https://…, http:// with 127.0.0.1 when the server is reached through a tunnel, or http:// with an .onion name and Tor as the proxy"
    )]
    Address(String),
    /// The proxy is none that can be used.
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
    #[error("the server refused ({}): {}; if this stays so, ask whoever runs the server", .0.status.as_u16(), .0.shown())]
    Refused(Refusal),
    /// The answer is larger than anything that may stand there, or something else.
    #[error("the server's answer is not what the protocol says; ask whoever runs the server which version it is")]
    Malformed,
}

/// A problem document (RFC 9457) and the status it came with.
#[derive(Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: StatusCode,
    /// The document, as it came; empty when none did.
    document: Vec<u8>,
}

/// What every problem document has.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Problem {
    r#type: String,
    title: String,
    detail: String,
}

impl Refusal {
    fn problem(&self) -> Problem {
        serde_json::from_slice(&self.document).unwrap_or_default()
    }

    /// Whether the problem's type is `name`: the type is a URI reference, its last part the name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.problem().r#type.rsplit(['/', ':', '#']).next() == Some(name)
    }

    /// What else the document says.
    pub fn more<T: DeserializeOwned>(&self) -> Result<T, RemoteError> {
        serde_json::from_slice(&self.document).map_err(|_| RemoteError::Malformed)
    }

    /// What the server said, short and on one line.
    #[must_use]
    pub fn shown(&self) -> String {
        let problem = self.problem();
        let said = if problem.detail.is_empty() { &problem.title } else { &problem.detail };
        let said = if said.is_empty() { "it gave no reason" } else { said };
        said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
    }
}

/// One server; every request names a path on it.
pub struct Remote {
    agent: Agent,
    server: String,
}

impl Remote {
    /// A client for `server`: `https://…`, or `http://` on a loopback address. Through a `proxy`, `socks5://…`, it is
    /// `https://…`, or `http://` with an `.onion` name, which Tor seals on its way.
    ///
    /// ```
    /// use amparo::remote::{Remote, RemoteError};
    /// assert!(Remote::new("https://reports.example", None).is_ok());
    /// // In the clear, through a network that others watch.
    /// assert!(matches!(Remote::new("http://reports.example", None), Err(RemoteError::Address(_))));
    /// ```
    pub fn new(server: &str, proxy: Option<&str>) -> Result<Self, RemoteError> {
        let server = server.trim_end_matches('/').to_owned();
        if !is_allowed(&server, proxy.is_some()) {
            return Err(RemoteError::Address(server));
        }
        let proxy = proxy.map(|proxy| socks(proxy).ok_or_else(|| RemoteError::Proxy(proxy.to_owned()))).transpose()?;
        let seconds = |n| Some(Duration::from_secs(n));
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(proxy)
            .user_agent("")
            // A desk has so many requests under way.
            .max_idle_connections_per_host(8)
            .timeout_connect(seconds(30))
            .timeout_per_read(seconds(60))
            .timeout_per_write(seconds(60))
            .timeout_recv_response(seconds(60))
            .build();
        Ok(Self { agent: config.new_agent(), server })
    }

    /// Asks for `path` with these headers, and gives what is not an error.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Result<Answer, RemoteError> {
        let request = self.request(&Method::GET, path, headers).body(());
        self.send(request.map_err(|_| RemoteError::Malformed)?)
    }

    /// Sends `body` to `path` with these headers, and gives what is not an error.
    pub fn send_body(
        &self,
        method: &Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, RemoteError> {
        let request = self.request(method, path, headers).body(body);
        self.send(request.map_err(|_| RemoteError::Malformed)?)
    }

    fn request(&self, method: &Method, path: &str, headers: &[(&str, &str)]) -> ureq::http::request::Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.server));
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    fn send(&self, request: Request<impl ureq::AsSendBody>) -> Result<Answer, RemoteError> {
        let mut response = self.agent.run(request).map_err(|error| self.unreachable(&error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(Answer(response));
        }
        let document = response.body_mut().with_config().limit(PROBLEM).read_to_vec().unwrap_or_default();
        Err(RemoteError::Refused(Refusal { status, document }))
    }

    fn unreachable(&self, error: &ureq::Error) -> RemoteError {
        RemoteError::Unreachable { server: self.server.clone(), why: error.to_string() }
    }
}

/// An answer that is not an error; its body has not been read yet.
pub struct Answer(Response<Body>);

impl Answer {
    /// Its headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// Its body, of at most `limit` bytes, as it comes.
    #[must_use]
    pub fn reader(self, limit: u64) -> Box<dyn Read + Send> {
        Box::new(self.0.into_body().into_with_config().limit(limit).reader())
    }

    /// Its whole body, of at most `limit` bytes.
    pub fn bytes(self, limit: u64) -> Result<Vec<u8>, RemoteError> {
        self.0.into_body().into_with_config().limit(limit).read_to_vec().map_err(|_| RemoteError::Malformed)
    }

    /// Its body as JSON, of at most `limit` bytes.
    pub fn json<T: DeserializeOwned>(self, limit: u64) -> Result<T, RemoteError> {
        serde_json::from_slice(&self.bytes(limit)?).map_err(|_| RemoteError::Malformed)
    }
}

/// The proxy at `socks5://…`. It is given names, not addresses (`socks5h` in ureq's words): only Tor knows where an
/// .onion is, and asking for a name elsewhere tells whom this machine speaks to.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tls_or_the_machine_itself_is_spoken_to() {
        for good in ["https://amparo.example", "http://127.0.0.1:8443", "http://[::1]:80/", "http://localhost:9"] {
            assert!(Remote::new(good, None).is_ok(), "{good}");
        }
        let tor = Some("socks5://127.0.0.1:9050");
        for good in ["https://amparo.example", "http://abcd.onion", "https://abcd.ONION:8443/"] {
            assert!(Remote::new(good, tor).is_ok(), "{good}");
        }
        for bad in ["http://127.0.0.1:8443", "http://amparo.example", "http://onion", "http://abcd.onion.example"] {
            assert!(matches!(Remote::new(bad, tor), Err(RemoteError::Address(_))), "{bad}");
        }
        for proxy in ["http://127.0.0.1:9050", "127.0.0.1:9050", "socks5://", "socks4://127.0.0.1:9050", ""] {
            let refused = Remote::new("https://amparo.example", Some(proxy));
            assert!(matches!(refused, Err(RemoteError::Proxy(_))), "{proxy}");
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
            assert!(matches!(Remote::new(bad, None), Err(RemoteError::Address(_))), "{bad}");
        }
    }

    #[test]
    fn a_problem_is_known_by_its_name() {
        let refusal = |kind: &str| Refusal {
            status: StatusCode::UNAUTHORIZED,
            document: format!("{{\"type\":\"{kind}\",\"bits\":3}}").into_bytes(),
        };
        for good in ["challenge", "/problems/challenge", "urn:amparo:challenge"] {
            assert!(refusal(good).is("challenge"), "{good}");
        }
        assert!(!refusal("about:blank").is("challenge") && !refusal("challenged").is("challenge"));
    }

    #[test]
    fn nobody_at_the_address_is_told_with_the_way_out() {
        // Port 1 of the loopback interface: nothing listens there.
        let error = Remote::new("http://127.0.0.1:1", None).unwrap().get("/", &[]).err().unwrap();
        assert!(error.to_string().contains("check the network or the tunnel"), "{error}");
    }
}
