//! `amparo manifest show`: what one manifest says, without checking the others.

use std::path::{Path, PathBuf};

use clap::Args;

use super::sign::SignError;
use super::summary::summary;
use crate::cli::{CliError, Context};
use crate::keys_folder;
use crate::protocol::bytes::{AuthorityId, hash};
use crate::protocol::manifest::{HistoryError, Manifest, UntrustedManifest, holding_signatures};

/// `amparo manifest show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo manifest show --keys keys/
  amparo manifest show keys/manifest-0001.json
  amparo manifest show keys/manifest-0001.json --json")]
pub struct Show {
    /// The manifest [default: the newest in the keys folder]
    manifest: Option<PathBuf>,
    /// The folder of manifests
    #[arg(long, value_name = "FOLDER", default_value = "keys")]
    keys: PathBuf,
    /// Print the exact bytes that are signed, which are JSON
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let path = match self.manifest {
            Some(path) => path,
            None => keys_folder::list(&self.keys)?.pop().ok_or(HistoryError::Missing)?.path,
        };
        let bytes = keys_folder::read_manifest(&path)?;
        let unsound = |source| SignError::Unsound { path: path.clone(), source };
        let manifest = Manifest::parse(&bytes).map_err(unsound)?;
        if self.json {
            return Ok(context.out.write_all(&bytes)?);
        }
        writeln!(context.out, "{}", summary(&manifest))?;
        tell_signatures(&path, &manifest, bytes, context)?;
        writeln!(context.out, "`amparo manifest verify` tells whether these are the right keys.")?;
        Ok(())
    }
}

fn tell_signatures(path: &Path, manifest: &Manifest, bytes: Vec<u8>, context: &mut Context) -> Result<(), CliError> {
    let authority = manifest.authority.unwrap_or(AuthorityId(hash(&bytes).0));
    let signatures = keys_folder::read_signatures(path)?.unwrap_or_default();
    let holding = holding_signatures(&UntrustedManifest { bytes, signatures }, &authority, manifest.serial)?;
    if holding.is_empty() {
        writeln!(context.out, "Nobody has signed it: it is a draft.")?;
    }
    for key in holding.keys() {
        writeln!(context.out, "Signed by {key}")?;
    }
    Ok(())
}
