//! Who may speak to the desk: one browser, which was let in by a one-time link.
//!
//! Any program and any web page on the member's machine can reach the loopback interface. So each request must name the
//! desk's own address (`Host`, against DNS rebinding), come from its own pages (`Origin`, `Sec-Fetch-Site`), and carry
//! the cookie that the one-time link gave; each form carries a token as well. All comparisons of secrets take the same
//! time whatever is compared.
//!
//! A browser sends a cookie to every port of a host (RFC 6265, section 8.5), so to servers of this machine's other users
//! too. What it does heed is the path: all pages but the link lie under a prefix made at start, which no other server
//! knows to answer under.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method, header};
use ring::rand::SecureRandom;

use crate::protocol::bytes::{from_hex, to_hex};
use crate::secret::{NoRandomness, Secret, random_bytes};

/// What one browser holds.
struct Browser {
    cookie: Secret<32>,
    form: Secret<32>,
}

#[derive(Default)]
struct Tickets {
    link: Option<Secret<32>>,
    browser: Option<Browser>,
}

/// Lets one browser in.
pub struct Gate {
    host: String,
    cookie_name: String,
    base: String,
    tickets: Mutex<Tickets>,
}

impl Gate {
    /// For a desk that listens on `address`.
    pub fn new(address: SocketAddr, rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let cookie_name = format!("amparo-desk-{}", address.port());
        let base = format!("/{}", to_hex(&random_bytes::<16>(rng)?));
        Ok(Self { host: address.to_string(), cookie_name, base, tickets: Mutex::default() })
    }

    /// What all addresses but the link's begin with: `/` and 32 hexadecimal digits. The list is at this and `/`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Whether a path begins with the prefix.
    pub fn is_within(&self, path: &str) -> bool {
        path.strip_prefix(&self.base).is_some_and(|rest| rest.starts_with('/'))
    }

    /// A new one-time link; an older one that was not used is void.
    pub fn fresh_link(&self, rng: &dyn SecureRandom) -> Result<String, NoRandomness> {
        let link = Secret::random(rng)?;
        let address = format!("http://{}/open/{}", self.host, to_hex(link.expose()));
        self.tickets().link = Some(link);
        Ok(address)
    }

    /// Uses the link up and returns the cookie to set (`Set-Cookie`); `None` when it is not the link. A browser that was
    /// let in before is shut out.
    pub fn open(&self, shown: &str, rng: &dyn SecureRandom) -> Result<Option<String>, NoRandomness> {
        let browser = Browser { cookie: Secret::random(rng)?, form: Secret::random(rng)? };
        let mut tickets = self.tickets();
        let fits = secret(shown).is_some_and(|shown| tickets.link.as_ref().is_some_and(|link| *link == shown));
        if !fits {
            return Ok(None);
        }
        let cookie = to_hex(browser.cookie.expose());
        *tickets = Tickets { link: None, browser: Some(browser) };
        Ok(Some(format!("{}={cookie}; Path={}; HttpOnly; SameSite=Strict", self.cookie_name, self.base)))
    }

    /// Whether the request names this desk and comes from its own pages, or, when it only reads, from the person
    /// themselves (an address typed or a link from the terminal).
    pub fn is_addressed(&self, method: &Method, headers: &HeaderMap) -> bool {
        let one = |name: header::HeaderName| {
            let mut values = headers.get_all(name).iter();
            (values.next().map(header::HeaderValue::as_bytes), values.next().is_some())
        };
        let reads = *method == Method::GET || *method == Method::HEAD;
        let host = one(header::HOST) == (Some(self.host.as_bytes()), false);
        let origin = match one(header::ORIGIN) {
            (None, _) => true,
            (Some(origin), more) => !more && origin == format!("http://{}", self.host).as_bytes(),
        };
        let site = match one(header::HeaderName::from_static("sec-fetch-site")) {
            (None, _) | (Some(b"same-origin"), false) => true,
            (Some(b"none"), false) => reads,
            _ => false,
        };
        host && origin && site
    }

    /// The form token of the browser that sent these headers; `None` when it was not let in.
    pub fn form_token(&self, headers: &HeaderMap) -> Option<String> {
        let tickets = self.tickets();
        let browser = tickets.browser.as_ref()?;
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let fits = |(name, value): (&str, &str)| {
            name == self.cookie_name && secret(value).is_some_and(|cookie| cookie == browser.cookie)
        };
        pairs.any(fits).then(|| to_hex(browser.form.expose()))
    }

    /// Whether a form carries the token of the browser that was let in.
    pub fn is_own_form(&self, shown: &str) -> bool {
        let tickets = self.tickets();
        secret(shown).is_some_and(|shown| tickets.browser.as_ref().is_some_and(|browser| browser.form == shown))
    }

    /// A poisoned lock guards values that are whole at every moment.
    fn tickets(&self) -> MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn secret(hex: &str) -> Option<Secret<32>> {
    from_hex(hex).ok().map(|mut bytes| Secret::take(&mut bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    fn gate() -> Gate {
        Gate::new("127.0.0.1:4321".parse().unwrap(), &SystemRandom::new()).unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_link_opens_once_and_a_newer_one_shuts_the_first_browser_out() {
        let rng = SystemRandom::new();
        let gate = gate();
        let void = gate.fresh_link(&rng).unwrap();
        let link = gate.fresh_link(&rng).unwrap();
        let part = |link: &str| link.strip_prefix("http://127.0.0.1:4321/open/").unwrap().to_owned();
        assert_eq!(gate.open(&part(&void), &rng).unwrap(), None);
        assert_eq!(gate.open("", &rng).unwrap(), None);
        let set = gate.open(&part(&link), &rng).unwrap().unwrap();
        assert!(set.ends_with(&format!("; Path={}; HttpOnly; SameSite=Strict", gate.base())));
        assert_eq!(gate.open(&part(&link), &rng).unwrap(), None);
        let cookie = set.split(';').next().unwrap();
        let token = gate.form_token(&headers(&[("cookie", &format!("other=1; {cookie}"))])).unwrap();
        assert!(gate.is_own_form(&token) && !gate.is_own_form(&"0".repeat(64)) && !gate.is_own_form(""));
        assert_eq!(gate.form_token(&headers(&[("cookie", "amparo-desk-4321=00")])), None);
        assert_eq!(gate.form_token(&HeaderMap::new()), None);
        let next = gate.fresh_link(&rng).unwrap();
        assert!(gate.form_token(&headers(&[("cookie", cookie)])).is_some());
        gate.open(&part(&next), &rng).unwrap().unwrap();
        assert_eq!(gate.form_token(&headers(&[("cookie", cookie)])), None);
    }

    #[test]
    fn every_start_has_a_prefix_of_its_own() {
        let (one, other) = (gate(), gate());
        assert!(one.base().len() == 33 && one.base()[1..].bytes().all(|digit| digit.is_ascii_hexdigit()));
        assert!(one.is_within(&format!("{}/", one.base())) && one.is_within(&format!("{}/case/00", one.base())));
        for path in ["/", "", "/case/00", one.base(), &format!("{}0/", one.base()), &format!("{}/", other.base())] {
            assert!(!one.is_within(path), "{path}");
        }
    }

    #[test]
    fn only_its_own_address_and_pages_are_answered() {
        let own = ("host", "127.0.0.1:4321");
        let site = |value| ("sec-fetch-site", value);
        let gate = gate();
        let get = |pairs: &[_]| gate.is_addressed(&Method::GET, &headers(pairs));
        let post = |pairs: &[_]| gate.is_addressed(&Method::POST, &headers(pairs));
        assert!(get(&[own]) && get(&[own, site("none")]) && get(&[own, site("same-origin")]));
        assert!(post(&[own, site("same-origin"), ("origin", "http://127.0.0.1:4321")]));
        assert!(!get(&[]) && !get(&[("host", "localhost:4321")]) && !get(&[("host", "evil.example:4321")]));
        assert!(!get(&[("host", "127.0.0.1")]) && !get(&[own, own]));
        assert!(!get(&[own, site("same-site")]) && !get(&[own, site("cross-site")]));
        assert!(!post(&[own, site("none")]));
        for origin in ["null", "http://127.0.0.1:4322", "http://localhost:4321", "https://127.0.0.1:4321"] {
            assert!(!post(&[own, ("origin", origin)]), "{origin}");
        }
    }
}
