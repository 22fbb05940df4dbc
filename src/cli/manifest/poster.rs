//! `amparo manifest poster`: a page to print and to hang up, with what reporters compare before they report.

use std::path::PathBuf;

use askama::Template;
use clap::Args;

use super::verify::VerifyError;
use crate::cli::serve::ServeError;
use crate::cli::{CliError, Context};
use crate::config::Config;
use crate::keys_folder;
use crate::locale::{Language, Locale};
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::History;

/// `amparo manifest poster`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo manifest poster --config /etc/amparo/amparo.toml > poster.html

Open it in a browser and print it. It loads nothing.")]
pub struct MakePoster {
    /// The server's configuration: its addresses and its folder of manifests
    #[arg(long, value_name = "FILE", default_value = "amparo.toml")]
    config: PathBuf,
}

/// Why there is no poster.
#[derive(Debug, thiserror::Error)]
pub enum PosterError {
    /// There is no address to print.
    #[error("the configuration names no address for reporters; set origin or onion in its [reporter] section")]
    NoAddress,
}

/// The page: what all languages share once, and the words around it in each.
#[derive(Template)]
#[template(path = "poster.html")]
struct Poster<'a> {
    addresses: Vec<&'a str>,
    fingerprint: Fingerprint,
    names: Vec<(Language, &'a str)>,
}

impl Poster<'_> {
    fn locales(&self) -> impl Iterator<Item = Locale> {
        self.names.iter().map(|(language, _)| language.locale())
    }
}

impl MakePoster {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let config = Config::load(&self.config).map_err(ServeError::from)?;
        let history = History::verify(keys_folder::read(&config.storage.keys)?)?;
        let current = history.current();
        if context.clock.today() > current.expires {
            return Err(VerifyError::Ended(current.expires).into());
        }
        let addresses: Vec<_> = [&config.reporter.origin, &config.reporter.onion].into_iter().flatten().collect();
        if addresses.is_empty() {
            return Err(PosterError::NoAddress.into());
        }
        let poster = Poster {
            addresses: addresses.into_iter().map(String::as_str).collect(),
            fingerprint: history.fingerprint(),
            names: Language::all().map(|language| (language, language.pick(&current.name.0))).collect(),
        };
        let page = poster.render().map_err(std::io::Error::other)?;
        Ok(writeln!(context.out, "{page}")?)
    }
}
