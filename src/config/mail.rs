//! `[mail]`: reports by e-mail. Off unless `socket` is set, because a letter lies readable with whoever carried it.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::size::ByteSize;
use super::{Problem, secret_file};
use crate::secret::SecretText;

/// The largest letter that may be configured. Its largest picture is then one that can still be cleaned.
const LARGEST: ByteSize = ByteSize::mib(32);

/// Where letters come from, whom they are for, and how they are answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// The Unix socket on which the mail server delivers by LMTP. Mode 0660: the group of its folder may deliver.
    pub socket: Option<PathBuf>,
    /// Addresses for reports.
    pub addresses: Vec<MailAddress>,
    /// The largest letter, 64 KiB to 32 MiB.
    pub message_bytes: ByteSize,
    /// Host and port of the server that takes the answers; without one no letter is answered, and nobody who wrote
    /// one gets a token.
    pub smtp_server: Option<String>,
    /// How the connection to it is protected.
    pub smtp_tls: SmtpTls,
    /// The user name there, when it wants one.
    pub smtp_user: Option<String>,
    /// A file that holds the password.
    pub smtp_password_file: Option<PathBuf>,
    /// The certificate of the authority that signed the server's, in PEM; then no other is trusted.
    pub smtp_ca_file: Option<PathBuf>,
}

/// One address for reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailAddress {
    /// The address, as in `report@example.org`.
    pub address: String,
    /// Id of the unit that reads what comes to it.
    pub unit: String,
    /// Tag of the language in which it answers.
    #[serde(default = "english")]
    pub language: String,
}

/// How the connection to the SMTP server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// TLS from the first byte (RFC 8314), usually port 465.
    #[default]
    Tls,
    /// `STARTTLS` (RFC 3207), usually port 587; without it nothing is sent.
    Starttls,
    /// None: to this very machine only.
    None,
}

fn english() -> String {
    "en".into()
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            socket: None,
            addresses: Vec::new(),
            message_bytes: ByteSize::mib(25),
            smtp_server: None,
            smtp_tls: SmtpTls::default(),
            smtp_user: None,
            smtp_password_file: None,
            smtp_ca_file: None,
        }
    }
}

impl Mail {
    /// Host and port of the SMTP server.
    #[must_use]
    pub fn smtp_host_and_port(&self) -> Option<(&str, u16)> {
        let (host, port) = self.smtp_server.as_deref()?.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:".contains(&b));
        Some((host, port.parse().ok().filter(|port| *port != 0)?)).filter(|_| plain)
    }

    /// Reads the password from `smtp_password_file`, when one is set.
    pub fn smtp_password(&self) -> Result<Option<SecretText>, secret_file::SecretFileError> {
        self.smtp_password_file.as_deref().map(secret_file::read).transpose()
    }

    pub(super) fn resolve(&mut self, folder: &Path) {
        for file in [&mut self.socket, &mut self.smtp_password_file, &mut self.smtp_ca_file].into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }

    pub(super) fn check(&self, file_bytes: ByteSize) -> Result<(), Problem> {
        if self.socket.is_some() && self.addresses.is_empty() {
            return Err(Problem::new(
                "mail.addresses",
                "there is a socket for letters, and no address for reports",
                "name one, as in [{ address = \"report@example.org\", unit = \"works\" }]",
            ));
        }
        for (number, MailAddress { address, language, .. }) in self.addresses.iter().enumerate() {
            if !is_address(address) {
                return Err(Problem::new(
                    "mail.addresses",
                    format!("{address:?} is not an address for reports"),
                    "write it in plain letters, as in report@example.org",
                ));
            }
            let same = |other: &MailAddress| other.address.eq_ignore_ascii_case(address);
            if self.addresses.iter().take(number).any(same) {
                return Err(Problem::new("mail.addresses", format!("{address} stands twice"), "keep one of them"));
            }
            if language.is_empty() || !language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return Err(Problem::new(
                    "mail.addresses",
                    format!("{language:?} is not a language tag"),
                    "write one as in en, fr or ar",
                ));
            }
        }
        let most = LARGEST.min(file_bytes);
        if self.message_bytes < ByteSize::kib(64) || self.socket.is_some() && self.message_bytes > most {
            return Err(Problem::new(
                "mail.message_bytes",
                format!("{} is out of range", self.message_bytes),
                format!("write 64 KiB to {most}; limits.file_bytes bounds it too"),
            ));
        }
        self.check_smtp()
    }

    fn check_smtp(&self) -> Result<(), Problem> {
        let Some(server) = &self.smtp_server else { return Ok(()) };
        let Some((host, _)) = self.smtp_host_and_port() else {
            return Err(Problem::new(
                "mail.smtp_server",
                format!("{server:?} is not a host and a port"),
                "write both, as in mail.example.org:465",
            ));
        };
        let here = host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if self.smtp_tls == SmtpTls::None && !here {
            return Err(Problem::new(
                "mail.smtp_tls",
                format!("answers to {host} would be readable on the way"),
                "use tls or starttls; none is for a server at 127.0.0.1 or [::1]",
            ));
        }
        if self.smtp_user.is_some() != self.smtp_password_file.is_some() {
            return Err(Problem::new(
                "mail.smtp_user",
                "a user name and a password file belong together",
                "set both smtp_user and smtp_password_file, or neither",
            ));
        }
        Ok(())
    }
}

/// A plain address (RFC 5321 §4.1.2 without quoted strings and address literals).
fn is_address(text: &str) -> bool {
    let atom = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b);
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    text.len() <= 254
        && text
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && local.bytes().all(atom) && domain.split('.').all(label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_servers_are_plain() {
        for good in ["report@example.org", "a.b+c@localhost"] {
            assert!(is_address(good), "{good}");
        }
        for bad in ["report", "@example.org", "a b@example.org", "a@b@c", "a@", "a@b..c", "\"a\"@b", "a@b\r\n"] {
            assert!(!is_address(bad), "{bad}");
        }
        let parts = |server: &str| {
            let mail = Mail { smtp_server: Some(server.into()), ..Mail::default() };
            mail.smtp_host_and_port().map(|(host, port)| (host.to_owned(), port))
        };
        assert_eq!(parts("[::1]:25"), Some(("::1".into(), 25)));
        assert_eq!(parts("mail.example.org:465"), Some(("mail.example.org".into(), 465)));
        for bad in ["mail.example.org", ":25", "a:0", "a:65536", "a b:25", "user@a:25"] {
            assert_eq!(parts(bad), None, "{bad}");
        }
    }
}
