//! `smpp` in `[sms_gateways]`: centres that bring text messages by SMPP 3.4, and to which this program connects.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Problem;
use super::limits::count;

/// A message centre of a telephone company (SMSC), or a gateway that speaks as one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smpp {
    /// What the log calls it: small letters, digits and dashes.
    pub name: String,
    /// Host and port.
    pub server: String,
    /// Whether the connection is TLS from its first byte. Without, `server` is this machine, or `tunnel` is set.
    #[serde(default = "yes")]
    pub tls: bool,
    /// A file with the certificates of the authorities that are trusted instead of the public ones, in PEM.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The operator's word that the way there is closed to others, by a VPN say; then it may be without TLS.
    #[serde(default)]
    pub tunnel: bool,
    /// The account's name, at most 15 characters.
    pub system_id: String,
    /// A file that holds its password, at most 8 characters.
    pub password_file: PathBuf,
    /// What the centre wants to be told, at most 12 characters.
    #[serde(default)]
    pub system_type: String,
    /// The addresses that are asked for, where the centre wants them, at most 40 characters.
    #[serde(default)]
    pub address_range: String,
    /// What the centre takes octets for whose alphabet is not told.
    #[serde(default)]
    pub default_alphabet: Alphabet,
    /// How an answer travels that is longer than one message.
    #[serde(default)]
    pub long_answers: LongAnswers,
    /// The number that answers come from, where it is not the one that was written to.
    #[serde(default)]
    pub source: Option<String>,
    /// Its type of number (SMPP 3.4, 5.2.5), where it is not that of the number written to.
    #[serde(default)]
    pub source_ton: Option<u8>,
    /// Its numbering plan (SMPP 3.4, 5.2.6), likewise.
    #[serde(default)]
    pub source_npi: Option<u8>,
    /// Messages that may be on their way to the centre without its word that they came, 1 to 1000.
    #[serde(default = "ten")]
    pub window: u32,
    /// How often the centre is asked whether it is still there, in seconds, 1 to 600.
    #[serde(default = "half_a_minute")]
    pub enquire_seconds: u32,
    /// How long it may take to connect, and to respond, in seconds, 1 to 60.
    #[serde(default = "ten")]
    pub response_seconds: u32,
    /// How long the centre waits to hear that a part of a long text came, while others are missing, 0 to 60 seconds.
    #[serde(default = "five")]
    pub part_seconds: u32,
    /// How long it is tried to hand an answer over, in seconds, 1 to 600; then it is dropped.
    #[serde(default = "a_minute")]
    pub answer_seconds: u32,
}

/// The alphabet of data coding 0, which each centre chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// The GSM 7-bit default alphabet, one septet in each octet.
    #[default]
    Gsm7,
    /// ISO 8859-1.
    Latin1,
}

/// How a text travels that is longer than one message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LongAnswers {
    /// In parts with a user data header whose reference has 8 bits.
    #[default]
    Udh,
    /// In parts with a user data header whose reference has 16 bits; each holds a character less.
    Udh16,
    /// In parts that the centre gives headers, told by the parameters `sar_*`.
    Sar,
    /// Whole in `message_payload`; the centre cuts it.
    Payload,
}

fn yes() -> bool {
    true
}

fn five() -> u32 {
    5
}

fn ten() -> u32 {
    10
}

fn half_a_minute() -> u32 {
    30
}

fn a_minute() -> u32 {
    60
}

impl Smpp {
    /// Host and port of the centre; of an IPv6 address without its brackets.
    #[must_use]
    pub fn host_and_port(&self) -> Option<(&str, u16)> {
        let (host, port) = self.server.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let is_plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
        Some((host, port.parse().ok().filter(|port| *port != 0)?)).filter(|_| is_plain)
    }

    /// `enquire_seconds`.
    #[must_use]
    pub fn enquire_time(&self) -> Duration {
        Duration::from_secs(self.enquire_seconds.into())
    }

    /// `response_seconds`.
    #[must_use]
    pub fn response_time(&self) -> Duration {
        Duration::from_secs(self.response_seconds.into())
    }

    /// `part_seconds`.
    #[must_use]
    pub fn part_time(&self) -> Duration {
        Duration::from_secs(self.part_seconds.into())
    }

    /// `answer_seconds`.
    #[must_use]
    pub fn answer_time(&self) -> Duration {
        Duration::from_secs(self.answer_seconds.into())
    }

    pub(super) fn resolve(&mut self, folder: &Path) {
        for file in [Some(&mut self.password_file), self.ca_file.as_mut()].into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        let refused = |what: String, todo: &str| Err(Problem::new("sms_gateways.smpp", what, todo));
        let Self { name, server, .. } = self;
        let is_word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if !(1..=32).contains(&name.len()) || !name.bytes().all(is_word) {
            return refused(format!("{name:?} is not a name"), "write small letters, digits and dashes, at most 32");
        }
        let Some((host, _)) = self.host_and_port() else {
            return refused(format!("{server:?} is not a host and a port"), "write both, as in smsc.example.org:3550");
        };
        let is_here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if !self.tls && !is_here && !self.tunnel {
            return refused(
                format!("texts and password of {name} would be readable on the way to {host}"),
                "take out tls = false, or set tunnel = true when a VPN closes the way to others",
            );
        }
        if self.ca_file.is_some() && !self.tls {
            return refused(format!("{name} has a ca_file and no TLS"), "take out ca_file, or tls = false");
        }
        for (key, text, least, most) in [
            ("system_id", &self.system_id, 1, 15),
            ("system_type", &self.system_type, 0, 12),
            ("address_range", &self.address_range, 0, 40),
        ] {
            if !(least..=most).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_graphic()) {
                return refused(
                    format!("{text:?} is not a {key}"),
                    &format!("write {least} to {most} characters of ASCII without spaces"),
                );
            }
        }
        let digits = |source: &str| source.strip_prefix('+').unwrap_or(source).to_owned();
        if let Some(source) = &self.source
            && (!(1..=20).contains(&digits(source).len()) || !digits(source).bytes().all(|b| b.is_ascii_digit()))
        {
            return refused(format!("the source {source:?} is not a telephone number"), "write up to 20 digits");
        }
        count("sms_gateways.smpp", self.window, 1, 1000)?;
        count("sms_gateways.smpp", self.enquire_seconds, 1, 600)?;
        count("sms_gateways.smpp", self.response_seconds, 1, 60)?;
        count("sms_gateways.smpp", self.part_seconds, 0, 60)?;
        count("sms_gateways.smpp", self.answer_seconds, 1, 600)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str =
        "name = \"carrier\"\nserver = \"smsc.example.org:3550\"\nsystem_id = \"amparo\"\npassword_file = \"p\"\n";

    fn checked(more: &str) -> Result<Smpp, String> {
        let keys: Vec<&str> = more.lines().filter_map(|line| line.split(" = ").next()).collect();
        let rest = LEAST.lines().filter(|line| !keys.iter().any(|key| line.starts_with(&format!("{key} ="))));
        let text = [rest.collect::<Vec<_>>().join("\n").as_str(), "\n", more].concat();
        let smpp: Smpp = toml::from_str(&text).map_err(|error| error.to_string())?;
        smpp.check().map_err(|problem| problem.to_string()).map(|()| smpp)
    }

    #[test]
    fn what_is_not_told_has_a_default() {
        let smpp = checked("").unwrap();
        assert!(smpp.tls && !smpp.tunnel && smpp.ca_file.is_none());
        assert_eq!((smpp.default_alphabet, smpp.long_answers), (Alphabet::Gsm7, LongAnswers::Udh));
        assert_eq!((smpp.window, smpp.enquire_time()), (10, Duration::from_secs(30)));
        assert_eq!(smpp.host_and_port(), Some(("smsc.example.org", 3550)));
        assert_eq!(checked("server = \"[::1]:1\"\ntls = false").unwrap().host_and_port(), Some(("::1", 1)));
    }

    #[test]
    fn nothing_is_readable_on_the_way_unless_that_is_asked_for() {
        assert!(checked("tls = false").unwrap_err().contains("readable on the way"));
        assert!(checked("tls = false\nserver = \"localhost:2775\"").is_err());
        assert!(checked("tls = false\nserver = \"127.0.0.1:2775\"").is_ok());
        assert!(checked("tls = false\ntunnel = true").is_ok());
        assert!(checked("tls = false\ntunnel = true\nca_file = \"ca.pem\"").is_err());
    }

    #[test]
    fn what_cannot_stand_in_a_bind_is_refused() {
        for bad in [
            "name = \"The carrier\"",
            "name = \"\"",
            "server = \"smsc\"",
            "server = \"smsc:0\"",
            "server = \"a b:1\"",
            "system_id = \"\"",
            "system_id = \"sixteen-letters-\"",
            "system_id = \"é\"",
            "system_type = \"thirteen-long\"",
            "address_range = \"a b\"",
            "source = \"Bank\"",
            "source = \"+\"",
            "source_ton = 256",
            "window = 0",
            "window = 1001",
            "enquire_seconds = 0",
            "response_seconds = 61",
            "part_seconds = 61",
            "answer_seconds = 0",
            "default_alphabet = \"ebcdic\"",
            "long_answers = \"fax\"",
            "password = \"secret\"",
        ] {
            assert!(checked(bad).is_err(), "{bad}");
        }
    }
}
