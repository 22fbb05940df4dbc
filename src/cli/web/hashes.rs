//! `amparo web hashes`: size and hashes of everything a browser runs or is styled with.

use clap::Args;

use crate::cli::{CliError, Context};
use crate::web_files;

/// `amparo web hashes`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo web hashes
  amparo web hashes > hashes && sha384sum --check --ignore-missing hashes")]
pub struct Hashes {}

impl Hashes {
    #[expect(clippy::unused_self, reason = "every command is run in the same way")]
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        Ok(write!(context.out, "{}", web_files::hashes())?)
    }
}
