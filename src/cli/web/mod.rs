//! `amparo web`: what browsers get, so that it can be compared with what they should get.

pub mod check;
pub mod hashes;

use clap::Subcommand;

use super::{CliError, Context};

/// What can be done with what browsers get.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo web hashes
  amparo web check https://report.example.org")]
pub enum WebCommand {
    /// Print size and hashes of every script and style sheet
    ///
    /// The same source gives the same hashes on any machine. The list can be read by `sha384sum --check`.
    Hashes(hashes::Hashes),
    /// Compare what a site serves with what this program would serve
    ///
    /// Asks for every script, the pages in each language, and what the site publishes about itself. Run it now and
    /// then, from several places: a site that was taken over can answer one visitor otherwise than another.
    Check(check::Check),
}

impl WebCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        match self {
            Self::Hashes(command) => command.run(context),
            Self::Check(command) => command.run(context),
        }
    }
}
