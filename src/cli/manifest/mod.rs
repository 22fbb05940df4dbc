//! `amparo manifest`: from a description of the authority to manifests that its heads have signed.
//!
//! [`authority`] reads the description, [`new`] makes a draft of it, [`sign`] adds a head's signature, [`show`] and
//! [`verify`] tell what is there, [`poster`] prints it. [`summary`] and [`changes`] put a manifest into words.

pub mod authority;
pub mod changes;
pub mod new;
pub mod poster;
pub mod show;
pub mod sign;
pub mod summary;
pub mod verify;

use clap::Subcommand;

use super::{CliError, Context};

/// What can be done with manifests.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo manifest new --example > authority.toml
  amparo manifest new --from authority.toml --keys keys/
  amparo manifest sign keys/manifest-0001.json --root root.key
  amparo manifest verify --keys keys/")]
pub enum ManifestCommand {
    /// Make the draft of a manifest from a description of the authority
    ///
    /// The first manifest founds the authority; each later one follows from the manifests in the keys folder. Keys of
    /// members that changed or left are kept as retired, so that what they signed can still be checked.
    New(new::New),
    /// Sign a manifest with a root key
    ///
    /// Shows what the manifest says, and asks. The signature goes into a file beside the manifest, after those of other
    /// heads. Works in any folder: copy the keys folder to a stick, sign on the offline machine that holds the root key,
    /// and copy the signature file back. Without the earlier manifests, what has changed cannot be shown.
    Sign(sign::Sign),
    /// Show what a manifest says
    Show(show::Show),
    /// Check all manifests of a folder: signatures, order, dates and fingerprint
    Verify(verify::Verify),
    /// Make a page to print: the address, and the fingerprint in digits and in words
    Poster(poster::MakePoster),
}

impl ManifestCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        match self {
            Self::New(command) => command.run(context),
            Self::Sign(command) => command.run(context),
            Self::Show(command) => command.run(context),
            Self::Verify(command) => command.run(context),
            Self::Poster(command) => command.run(context),
        }
    }
}
