//! `[sms_gateways]`: where text messages come from, and how each gateway proves that it is the one.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Problem;
use super::reporter::is_web_address;
use super::smpp::Smpp;

/// The listener for gateways and the gateways it takes texts from. None of it is on by default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SmsGateways {
    /// Address and port, or `unix:` and the path of a socket; a proxy with TLS stands before it for gateways elsewhere.
    pub listen: Option<Listen>,
    /// Whether `listen` may be an address that other machines reach. What is sent there is readable on the way.
    pub anywhere: bool,
    /// Kannel.
    pub kannel: Option<Kannel>,
    /// Twilio.
    pub twilio: Option<Twilio>,
    /// Africa's Talking.
    pub africas_talking: Option<AfricasTalking>,
    /// A phone with *SMS Gateway for Android*.
    pub android: Option<Android>,
    /// Any gateway that signs as docs/sms.md says.
    pub generic: Option<Generic>,
    /// Message centres that this program connects to; they need no place to listen.
    pub smpp: Vec<Smpp>,
}

/// Where to listen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Listen {
    /// An address and a port; port 0 is any free one.
    Address(SocketAddr),
    /// A Unix socket. Mode 0660: the group of its folder may connect.
    Socket(PathBuf),
}

/// The text names no place to listen.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no place to listen; write 127.0.0.1 and a port, or unix: and the path of a socket")]
pub struct NotAPlace(String);

impl FromStr for Listen {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        match text.strip_prefix("unix:") {
            Some("") => Err(NotAPlace(text.into())),
            Some(path) => Ok(Self::Socket(path.into())),
            None => text.parse().map(Self::Address).map_err(|_| NotAPlace(text.into())),
        }
    }
}

impl TryFrom<String> for Listen {
    type Error = NotAPlace;

    fn try_from(text: String) -> Result<Self, NotAPlace> {
        text.parse()
    }
}

impl From<Listen> for String {
    fn from(listen: Listen) -> Self {
        listen.to_string()
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(f),
            Self::Socket(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// Kannel, whose smsbox asks for `/kannel`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kannel {
    /// What the address says in `user`.
    pub user: String,
    /// A file that holds what it says in `password`.
    pub password_file: PathBuf,
}

/// Twilio, which sends to `/twilio`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twilio {
    /// The address of the webhook exactly as it stands in Twilio's console.
    pub url: String,
    /// A file that holds the account's auth token.
    pub auth_token_file: PathBuf,
}

/// Africa's Talking, which sends to `/africas-talking`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfricasTalking {
    /// A file that holds what the callback's address says in `secret`.
    pub secret_file: PathBuf,
    /// The account's name.
    pub username: String,
    /// A file that holds the account's key for sending.
    pub api_key_file: PathBuf,
    /// Where answers are sent to.
    #[serde(default = "africas_talking_server")]
    pub server: String,
}

fn africas_talking_server() -> String {
    "https://api.africastalking.com".into()
}

/// A phone, which sends to `/android`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Android {
    /// The phone's own number.
    pub number: String,
    /// A file that holds the app's signing key.
    pub signing_key_file: PathBuf,
    /// Where the app takes answers: its own server, through a tunnel or with TLS.
    pub server: String,
    /// The user that the app shows for its server.
    pub user: String,
    /// A file that holds their password.
    pub password_file: PathBuf,
}

/// Any gateway, which sends to `/generic`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generic {
    /// A file that holds the key that both sides sign with.
    pub secret_file: PathBuf,
}

impl SmsGateways {
    /// Whether any gateway is set up.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.is_any_asking() || !self.smpp.is_empty()
    }

    /// Whether one is set up that asks, so that there must be a place to listen.
    #[must_use]
    pub fn is_any_asking(&self) -> bool {
        self.kannel.is_some()
            || self.twilio.is_some()
            || self.africas_talking.is_some()
            || self.android.is_some()
            || self.generic.is_some()
    }

    pub(super) fn resolve(&mut self, folder: &Path) {
        let socket = match &mut self.listen {
            Some(Listen::Socket(path)) => Some(path),
            _ => None,
        };
        let files = [
            socket,
            self.kannel.as_mut().map(|gateway| &mut gateway.password_file),
            self.twilio.as_mut().map(|gateway| &mut gateway.auth_token_file),
            self.generic.as_mut().map(|gateway| &mut gateway.secret_file),
        ];
        let more = self.africas_talking.as_mut().map(|gateway| [&mut gateway.secret_file, &mut gateway.api_key_file]);
        let phone = self.android.as_mut().map(|gateway| [&mut gateway.signing_key_file, &mut gateway.password_file]);
        for file in files.into_iter().flatten().chain(more.into_iter().flatten()).chain(phone.into_iter().flatten()) {
            *file = folder.join(&*file);
        }
        self.smpp.iter_mut().for_each(|centre| centre.resolve(folder));
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        if let Some(Listen::Address(address)) = &self.listen
            && !address.ip().is_loopback()
            && !self.anywhere
        {
            return Err(Problem::new(
                "sms_gateways.listen",
                format!("{address} can be reached from other machines"),
                "write 127.0.0.1 or a socket, with a proxy that has TLS before it, or set anywhere = true",
            ));
        }
        if self.listen.is_some() != self.is_any_asking() {
            return Err(Problem::new(
                "sms_gateways.listen",
                if self.is_any_asking() { "there is no place where gateways send to" } else { "there is no gateway" },
                "set both listen and a gateway that sends there, or neither; smpp needs no listen",
            ));
        }
        for (number, centre) in self.smpp.iter().enumerate() {
            centre.check()?;
            if self.smpp.iter().take(number).any(|other| other.name == centre.name) {
                let what = format!("there are two that are called {}", centre.name);
                return Err(Problem::new("sms_gateways.smpp", what, "give each a name of its own"));
            }
        }
        let url = self.twilio.as_ref().map(|twilio| twilio.url.as_str());
        if let Some(url) = url.filter(|url| !is_web_address(url)) {
            return Err(Problem::new(
                "sms_gateways.twilio",
                format!("{url:?} is not a web address"),
                "copy the webhook's address from Twilio's console",
            ));
        }
        if let Some(kannel) = self.kannel.as_ref().filter(|kannel| kannel.user.is_empty()) {
            return Err(Problem::new(
                "sms_gateways.kannel",
                format!("{:?} is not a user", kannel.user),
                "write the name that Kannel's get-url says in user=",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_to_listen_is_an_address_or_a_socket() {
        for good in ["127.0.0.1:8085", "[::1]:0", "unix:/run/amparo/sms.sock", "unix:sms.sock"] {
            assert_eq!(good.parse::<Listen>().unwrap().to_string(), good);
        }
        for bad in ["", "unix:", "localhost:80", "127.0.0.1", "/run/amparo/sms.sock"] {
            assert!(bad.parse::<Listen>().is_err(), "{bad}");
        }
    }

    #[test]
    fn files_are_relative_to_the_configuration() {
        let text = "listen = \"unix:s\"\nkannel = { user = \"k\", password_file = \"p\" }\n\
                    africas_talking = { secret_file = \"s\", username = \"u\", api_key_file = \"/k\" }";
        let mut section: SmsGateways = toml::from_str(text).unwrap();
        section.resolve(Path::new("/etc/amparo"));
        assert_eq!(section.listen, Some(Listen::Socket("/etc/amparo/s".into())));
        assert_eq!(section.kannel.unwrap().password_file, Path::new("/etc/amparo/p"));
        let account = section.africas_talking.unwrap();
        assert_eq!((account.secret_file, account.api_key_file), ("/etc/amparo/s".into(), "/k".into()));
        assert_eq!(account.server, "https://api.africastalking.com");
    }
}
