//! `[reporter]`: the pages for reporters.

use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};

use super::Problem;

/// What reporters see, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reporter {
    /// Address and port of the reporters' pages; a proxy with TLS, or Tor, stands before it. Port 0 is any free one.
    pub listen: SocketAddr,
    /// Where *leave now* leads: a site that nobody wonders about.
    pub leave_url: String,
    /// The onion service's host name, as Tor writes it in its `hostname` file; shown on the pages.
    pub onion: Option<String>,
    /// Scheme, host and port under which reporters know the site, as in `https://report.example.org`.
    pub origin: Option<String>,
}

impl Default for Reporter {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8080).into(),
            leave_url: "https://www.wikipedia.org/".into(),
            onion: None,
            origin: None,
        }
    }
}

impl Reporter {
    pub(super) fn check(&self) -> Result<(), Problem> {
        if !is_web_address(&self.leave_url) {
            return Err(Problem::new(
                "reporter.leave_url",
                format!("{:?} is not a web address", self.leave_url),
                "write one that begins with https://",
            ));
        }
        if let Some(onion) = self.onion.as_deref().filter(|onion| !is_onion_host(onion)) {
            return Err(Problem::new(
                "reporter.onion",
                format!("{onion:?} is not an onion host name"),
                "copy the line in Tor's hostname file: 56 letters and digits, then .onion",
            ));
        }
        if let Some(origin) = self.origin.as_deref().filter(|origin| !is_origin(origin)) {
            return Err(Problem::new(
                "reporter.origin",
                format!("{origin:?} is not an origin"),
                "write scheme and host without a path, as in https://report.example.org",
            ));
        }
        Ok(())
    }
}

/// What follows the scheme of an `http` or `https` address, when nothing in it could break out of a link.
fn after_scheme(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\`{|}@".contains(&b));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    (plain && host.bytes().any(|b| b.is_ascii_alphanumeric())).then_some(rest)
}

pub(super) fn is_web_address(text: &str) -> bool {
    after_scheme(text).is_some()
}

pub(super) fn is_origin(text: &str) -> bool {
    after_scheme(text).is_some_and(|rest| !rest.contains(['/', '?', '#']))
}

/// Version 3 onion addresses: 32 bytes of key, 2 of checksum and 1 of version, in base32 (Tor's rend-spec-v3 §6).
fn is_onion_host(text: &str) -> bool {
    let base32 = |b: u8| b.is_ascii_lowercase() || (b'2'..=b'7').contains(&b);
    text.strip_suffix(".onion").is_some_and(|name| name.len() == 56 && name.bytes().all(base32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_web_addresses_become_links() {
        for good in ["https://www.wikipedia.org/", "http://[::1]:80/a?b=c#d", "https://example.org"] {
            assert!(is_web_address(good), "{good}");
        }
        let bad = [
            "javascript:alert(1)",
            "//example.org",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\"b",
            "HTTPS//a",
        ];
        for bad in bad {
            assert!(!is_web_address(bad), "{bad}");
        }
        assert!(is_origin("https://example.org:8443"));
        assert!(!is_origin("https://example.org/"));
    }

    #[test]
    fn an_onion_host_is_one_of_version_three() {
        let name = "a2".repeat(28);
        assert!(is_onion_host(&format!("{name}.onion")));
        for bad in [
            name.clone(),
            format!("{}.onion", &name[1..]),
            format!("http://{name}.onion"),
            format!("A{}.onion", &name[1..]),
        ] {
            assert!(!is_onion_host(&bad), "{bad}");
        }
    }
}
