//! `amparo web`: what browsers get, so that it can be compared with what they should get.

pub mod check;
pub mod hashes;
pub mod offline;
pub mod site;

use clap::Subcommand;

use super::{CliError, Context};

/// What can be done with what browsers get.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo web hashes
  amparo web check https://report.example.org
  amparo web offline --from https://report.example.org --fingerprint \"12345 67890 …\" --out offline-en.html")]
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
    /// Make the page that seals a report without any network, as one file
    ///
    /// The same version makes the same bytes of the same manifest, limits and addresses. Hand it to people in danger
    /// on a disk, or compare it with the one that the site offers.
    Offline(offline::Offline),
}

impl WebCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        match self {
            Self::Hashes(command) => command.run(context),
            Self::Check(command) => command.run(context),
            Self::Offline(command) => command.run(context),
        }
    }
}
