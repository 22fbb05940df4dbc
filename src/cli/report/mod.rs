//! `amparo report`: filing a report without a browser.
//!
//! | file | what |
//! | --- | --- |
//! | [`answers`] | what the reporter says: asked for, or from a file |
//! | [`new`] | `amparo report new`: seals, and sends or saves |
//! | [`send`] | `amparo report send`: sends what was sealed before |
//! | [`chosen`] | files: looked at and cleaned |
//! | [`attach`] | files: sealed, on their way |
//! | [`token`] | a token, shown once and typed back |

pub mod answers;
pub mod attach;
pub mod chosen;
pub mod new;
pub mod send;
pub mod token;

use std::io;

use clap::Subcommand;

use super::files::FileError;
use super::serve::ServeError;
use super::{CliError, Context};
use crate::keys_folder::KeysFolderError;
use crate::protocol::report::DraftError;
use crate::protocol::wire::file::FileError as ReportFileError;
use crate::reporter::authority::AuthorityError;
use crate::reporter::client::ReporterError;
use crate::reporter::upload::SendError;
use crate::secret::NoRandomness;

/// What can be done with a report.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo report new --server https://reports.example --fingerprint \"01234 56789 …\"
  amparo report send report.amparo --server https://reports.example")]
pub enum ReportCommand {
    /// Seal a report on this machine, and send it or save it to a file
    ///
    /// The fingerprint on the authority's poster says whose keys it is sealed to, so that not even the server can put
    /// others in their place. Without --answers everything is asked for. Give --proxy with the address of Tor's
    /// SOCKS proxy to send through Tor.
    New(new::New),
    /// Send a report that was sealed to a file before
    ///
    /// Any machine will do: the file holds nothing that could be read, and the token is not in it.
    Send(send::Send),
}

/// Why a report is not filed.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// There are no answers.
    #[error(transparent)]
    Answers(#[from] answers::AnswersError),
    /// The authority's keys do not hold.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// Nothing can be sealed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A file cannot be attached.
    #[error(transparent)]
    Attach(#[from] attach::AttachError),
    /// The server cannot be asked, or refuses.
    #[error(transparent)]
    Client(#[from] ReporterError),
    /// It does not reach the server.
    #[error(transparent)]
    Send(#[from] SendError),
    /// A sealed file is none.
    #[error(transparent)]
    ReportFile(#[from] ReportFileError),
    /// Neither a server nor a folder and a file.
    #[error("nothing says where the keys come from or where the report goes; give --server, or --keys and --save")]
    Nowhere,
    /// The folder of manifests is not as it should be.
    #[error(transparent)]
    Keys(#[from] KeysFolderError),
    /// The sealed file cannot be written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The terminal cannot be used.
    #[error("the terminal cannot be used ({0}); check where the output goes, and whether that disk is full")]
    Output(#[from] io::Error),
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl ReportCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        crate::process::harden().map_err(ServeError::from)?;
        Ok(match self {
            Self::New(command) => command.run(context),
            Self::Send(command) => command.run(context),
        }?)
    }
}
