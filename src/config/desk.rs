//! `[desk]`: the investigator's program, on the investigator's machine.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::limits::count;
use super::reporter::is_origin;
use super::{Problem, secret_file};
use crate::protocol::fingerprint::{FingerprintTypo, TypedFingerprint};
use crate::secret::SecretText;

/// How a desk finds the server and its own key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Desk {
    /// Scheme, host and port of the server's member listener.
    pub server: String,
    /// Scheme, host and port of the reporters' pages, for the desk of a hotline operator, which files for callers.
    pub reporters: Option<String>,
    /// A SOCKS proxy to reach both through, as in `socks5://127.0.0.1:9050` for Tor.
    pub proxy: Option<String>,
    /// Loopback address and port of the desk's own page. Port 0 is any free one.
    pub listen: SocketAddr,
    /// Fingerprint of the authority's root policy, in digits or in words; nothing signed under another is believed.
    pub root_fingerprint: Option<String>,
    /// The member file, sealed with a passphrase.
    pub key_file: Option<PathBuf>,
    /// A file that holds the passphrase, for machines without a keyboard; otherwise it is asked for.
    pub passphrase_file: Option<PathBuf>,
    /// Minutes without a click after which the desk locks itself, 1 to 120.
    pub idle_lock_minutes: u32,
    /// Where attachments are saved when an investigator asks for it. Mode 0700; made when it is missing.
    pub save_folder: PathBuf,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            server: "http://127.0.0.1:8081".into(),
            reporters: None,
            proxy: None,
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            root_fingerprint: None,
            key_file: None,
            passphrase_file: None,
            idle_lock_minutes: 10,
            save_folder: "saved".into(),
        }
    }
}

impl Desk {
    /// `idle_lock_minutes`.
    #[must_use]
    pub fn idle_lock_time(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.idle_lock_minutes))
    }

    /// The pinned fingerprint, when one is set.
    pub fn root_fingerprint(&self) -> Result<Option<TypedFingerprint>, FingerprintTypo> {
        self.root_fingerprint.as_deref().map(str::parse).transpose()
    }

    /// Reads the passphrase from `passphrase_file`, when one is set.
    pub fn passphrase(&self) -> Result<Option<SecretText>, secret_file::SecretFileError> {
        self.passphrase_file.as_deref().map(secret_file::read).transpose()
    }

    pub(super) fn resolve(&mut self, folder: &Path) {
        self.save_folder = folder.join(&self.save_folder);
        for file in [&mut self.key_file, &mut self.passphrase_file].into_iter().flatten() {
            *file = folder.join(&*file);
        }
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        if !is_origin(&self.server) {
            return Err(Problem::new(
                "desk.server",
                format!("{:?} is not a server's address", self.server),
                "write scheme, host and port without a path, as in http://127.0.0.1:8081",
            ));
        }
        if let Some(reporters) = self.reporters.as_deref().filter(|reporters| !is_origin(reporters)) {
            return Err(Problem::new(
                "desk.reporters",
                format!("{reporters:?} is not a server's address"),
                "write scheme, host and port without a path, as in https://reports.example",
            ));
        }
        let socks = |proxy: &str| proxy.strip_prefix("socks5://").is_some_and(|at| is_origin(&format!("http://{at}")));
        if let Some(proxy) = self.proxy.as_deref().filter(|proxy| !socks(proxy)) {
            return Err(Problem::new(
                "desk.proxy",
                format!("{proxy:?} is not a SOCKS proxy"),
                "write it as socks5://127.0.0.1:9050",
            ));
        }
        if !self.listen.ip().is_loopback() {
            return Err(Problem::new(
                "desk.listen",
                format!("{} can be reached from other machines", self.listen.ip()),
                "write 127.0.0.1: the desk shows opened reports and is for this machine only",
            ));
        }
        if let Err(typo) = self.root_fingerprint() {
            return Err(Problem::new(
                "desk.root_fingerprint",
                typo.to_string(),
                "copy all 40 digits, or all 16 words, from the authority's poster or from amparo manifest show",
            ));
        }
        count("desk.idle_lock_minutes", self.idle_lock_minutes, 1, 120)
    }
}
