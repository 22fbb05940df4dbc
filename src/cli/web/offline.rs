//! `amparo web offline`: the offline page as a file, made here instead of being downloaded.

use std::path::{Path, PathBuf};

use clap::Args;

use super::site::{SiteError, served};
use crate::cli::files::{PUBLIC, write_new};
use crate::cli::report::new::language;
use crate::cli::serve::ServeError;
use crate::cli::{CliError, Context};
use crate::config::Config;
use crate::http::reporter::{OfflineFiles, Site, wire_limits};
use crate::keys_folder;
use crate::locale::Language;
use crate::protocol::fingerprint::TypedFingerprint;
use crate::protocol::manifest::History;
use crate::remote::Remote;

/// `amparo web offline`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo web offline --from https://report.example.org --fingerprint \"12345 67890 …\" --out offline-en.html
  amparo web offline --from http://ABCDEF.onion --proxy socks5://127.0.0.1:9050 --fingerprint \"12345 67890 …\" \\
      --language ar --out offline-ar.html
  amparo web offline --config /etc/amparo/amparo.toml --language fr > offline-fr.html")]
pub struct Offline {
    /// Scheme and name of the site whose manifest, limits and addresses go in, without a path
    #[arg(long, value_name = "URL", requires = "fingerprint")]
    from: Option<String>,
    /// A SOCKS proxy to ask through, such as Tor's
    #[arg(long, value_name = "ADDRESS", requires = "from")]
    proxy: Option<String>,
    /// The fingerprint on the authority's poster, in digits or in words
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Option<TypedFingerprint>,
    /// Without a site, the configuration of the server, which also names its keys folder
    #[arg(long, value_name = "FILE", default_value = "amparo.toml", conflicts_with = "from")]
    config: PathBuf,
    /// The language of the page: en, fr or ar
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language)]
    language: Language,
    /// Write it to this file, which must not exist, instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Offline {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let (history, files) = match &self.from {
            Some(site) => served(&Remote::new(site, self.proxy.as_deref()).map_err(SiteError::from)?)?,
            None => configured(&self.config)?,
        };
        if self.fingerprint.as_ref().is_some_and(|expected| !expected.is(history.fingerprint())) {
            return Err(SiteError::OtherFingerprint(history.fingerprint()).into());
        }
        let file = files.spoken(self.language).ok_or(SiteError::NoScripts)?;
        match &self.out {
            Some(path) => write_new(path, &file.bytes, PUBLIC, &*context.rng)?,
            None => context.out.write_all(&file.bytes)?,
        }
        Ok(())
    }
}

/// What the server of this configuration offers.
fn configured(file: &Path) -> Result<(History, OfflineFiles), CliError> {
    let config = Config::load(file).map_err(ServeError::from)?;
    let history = History::verify(keys_folder::read(&config.storage.keys)?)?;
    let site = Site::new(&history, &config.reporter, &config.limits);
    let files = OfflineFiles::new(&site, &history, wire_limits(&config.limits));
    Ok((history, files))
}
