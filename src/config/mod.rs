//! The configuration file: TOML, one section a file here, each with its defaults and checks.
//!
//! An empty file is a whole configuration: every key has a default. Unknown keys are refused, so that a typo is
//! never a silent default. Relative paths are relative to the file. No section holds a secret: a key whose name ends
//! in `_file` says where one lies, and [`secret_file::read`] reads it when it is needed. That is why a configuration
//! may be printed.
//!
//! ```
//! use amparo::config::Config;
//! let config = Config::parse("[limits]\nfile_bytes = \"20 MiB\"", "/etc/amparo/amparo.toml".as_ref()).unwrap();
//! assert_eq!(config.limits.file_bytes.bytes(), 20 << 20);
//! assert_eq!(config.storage.data, std::path::Path::new("/etc/amparo/data"));
//! ```
//!
//! To add a key: its field, default and check in the section's file, and its line in `deploy/amparo.example.toml`;
//! a test tells when one is missing. To add a section: a file here, and a field of [`Config`].

pub mod desk;
mod error;
pub mod limits;
pub mod mail;
pub mod member;
pub mod reporter;
pub mod secret_file;
pub mod size;
pub mod smpp;
pub mod sms;
pub mod sms_gateways;
pub mod storage;

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use error::{ConfigError, Problem};

/// Everything that can be set, each section with its defaults where the file says nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What reporters see.
    pub reporter: reporter::Reporter,
    /// Where members' desks connect.
    pub member: member::Member,
    /// Where things lie.
    pub storage: storage::Storage,
    /// How much is taken.
    pub limits: limits::Limits,
    /// Reports by text message.
    pub sms: sms::Sms,
    /// Where text messages come from.
    pub sms_gateways: sms_gateways::SmsGateways,
    /// Reports by e-mail.
    pub mail: mail::Mail,
    /// The investigator's program.
    pub desk: desk::Desk,
}

impl Config {
    /// Reads and checks `file`.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { file: file.to_owned(), source };
        let text = std::fs::read_to_string(file).map_err(unreadable)?;
        Self::parse(&text, &std::path::absolute(file).map_err(unreadable)?)
    }

    /// Reads and checks `text` as if it stood in `file`, which gives relative paths their start and errors a name.
    pub fn parse(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let mut config: Self = toml::from_str(text).map_err(|e| ConfigError::malformed(file, text, &e))?;
        if let Some(folder) = file.parent() {
            config.storage.resolve(folder);
            config.sms_gateways.resolve(folder);
            config.mail.resolve(folder);
            config.desk.resolve(folder);
        }
        config.check().map_err(|problem| ConfigError::Refused { file: file.to_owned(), problem })?;
        Ok(config)
    }

    /// A server and a desk inside one folder, on whichever ports are free: the demo, and tests.
    #[must_use]
    pub fn for_folder(folder: &Path) -> Self {
        let mut config = Self::default();
        config.reporter.listen.set_port(0);
        config.member.listen.set_port(0);
        config.storage.resolve(folder);
        config.desk.key_file = Some(PathBuf::from("member.age"));
        config.desk.resolve(folder);
        config
    }

    /// Checks what a single value cannot tell: ranges, addresses, and keys that must fit each other.
    ///
    /// [`Config::load`] has done it; whoever changes a loaded configuration, by a flag say, does it again.
    pub fn check(&self) -> Result<(), Problem> {
        self.reporter.check()?;
        self.storage.check()?;
        self.limits.check()?;
        self.sms.check()?;
        self.sms_gateways.check()?;
        self.mail.check(self.limits.file_bytes)?;
        self.desk.check()?;
        if self.sms_gateways.is_any() && self.sms.numbers.is_empty() {
            return Err(Problem::new(
                "sms.numbers",
                "gateways may bring texts, and no number takes them",
                "name one and its unit, as deploy/amparo.example.toml shows",
            ));
        }
        let port = self.reporter.listen.port();
        if port != 0 && port == self.member.listen.port() {
            return Err(Problem::new(
                "member.listen",
                format!("port {port} is the reporters' port"),
                "give members a port of their own",
            ));
        }
        Ok(())
    }
}

impl fmt::Display for Config {
    /// The configuration in force, as a file that could be loaded again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&toml::to_string(self).map_err(|_| fmt::Error)?)
    }
}

#[cfg(test)]
mod tests;
