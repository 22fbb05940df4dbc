//! `amparo manifest sign`: a head reads what the manifest says, and signs it.

use std::io::{self, BufRead};
use std::path::{Path, PathBuf};

use clap::Args;

use super::changes::changes;
use super::summary::summary;
use crate::cli::files::{PUBLIC, folder_of, replace};
use crate::cli::keys;
use crate::cli::passphrase::PassphraseArgs;
use crate::cli::{CliError, Context};
use crate::keys_folder::{self, ManifestFile, signature_path};
use crate::protocol::bytes::{AuthorityId, hash, to_hex};
use crate::protocol::manifest::{History, Manifest, RootPolicy, Unsound, UntrustedManifest, holding_signatures, sign};
use crate::protocol::sign::VerifyingKey;

/// Why a manifest is not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// It is no sound manifest.
    #[error("{} is refused: {source}; ask whoever drafted it for the right file", path.display())]
    Unsound {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Unsound,
    },
    /// The file beside it holds signatures over something else.
    #[error(
        "{} holds signatures over another manifest, as if this one was changed after it was signed; find out why, then \
         delete that file and have everybody sign again", .0.display()
    )]
    Stale(PathBuf),
    /// It does not continue the manifests in its folder.
    #[error("{} does not follow from the manifests beside it; ask whoever drafted it to make it again", .0.display())]
    DoesNotFollow(PathBuf),
    /// Another key than the ones that count.
    #[error("{key} is not one of the root keys that sign this manifest; use one of them: {known}")]
    NotARootKey {
        /// The key in the file.
        key: VerifyingKey,
        /// Those that would count.
        known: String,
    },
    /// The head said no.
    #[error("nothing was signed; run it again and type yes if the manifest says what it should")]
    Declined,
}

/// `amparo manifest sign`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo manifest sign keys/manifest-0001.json --root root.key
  amparo manifest sign /media/stick/keys/manifest-0002.json --root root.key")]
pub struct Sign {
    /// The manifest
    manifest: PathBuf,
    /// The root key file to sign with
    #[arg(long, value_name = "FILE")]
    root: PathBuf,
    /// Sign without asking
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

impl Sign {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let path = &self.manifest;
        let bytes = keys_folder::read_manifest(path)?;
        let unsound = |source| SignError::Unsound { path: path.clone(), source };
        let manifest = Manifest::parse(&bytes).map_err(unsound)?;
        let authority = manifest.authority.unwrap_or(AuthorityId(hash(&bytes).0));
        let signatures = keys_folder::read_signatures(path)?.unwrap_or_default();
        let signed = UntrustedManifest { bytes, signatures };
        let mut holding = holding_signatures(&signed, &authority, manifest.serial)
            .map_err(|_| SignError::Stale(signature_path(path)))?;
        let before = earlier(path, &manifest)?;

        writeln!(context.out, "{}", summary(&manifest))?;
        tell_changes(&manifest, before.as_ref(), context)?;
        if !self.yes && !confirmed(context)? {
            return Err(SignError::Declined.into());
        }

        let root = keys::open(&self.root, &self.passphrase)?;
        let key = root.signing().verifying_key();
        let policies = signers(&manifest, before.as_ref());
        let mut known = policies.iter().flat_map(|(_, policy)| &policy.keys);
        if !policies.is_empty() && !known.clone().any(|known| *known == key) {
            let known = known.by_ref().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(SignError::NotARootKey { key, known }.into());
        }
        holding.insert(key, sign(&signed.bytes, &authority, root.signing()));
        let lines: Vec<_> = holding.iter().map(|(key, made)| format!("{key} {}\n", to_hex(&made.0))).collect();
        let file = signature_path(path);
        replace(&file, lines.concat().as_bytes(), PUBLIC, &*context.rng)?;
        writeln!(context.out, "{} holds your signature.", file.display())?;
        for (whose, policy) in policies {
            let found = policy.keys.iter().filter(|signer| holding.contains_key(signer)).count();
            writeln!(
                context.out,
                "{found} of the {} signatures it needs of the {whose}root keys are there.",
                policy.threshold
            )?;
        }
        Ok(())
    }
}

/// The verified manifests before `manifest`, when they all lie in its folder.
fn earlier(path: &Path, manifest: &Manifest) -> Result<Option<History>, CliError> {
    let last = manifest.serial - 1;
    // Alone on a stick there is a gap before it, which is no fault here.
    let files = keys_folder::list(folder_of(path)).unwrap_or_default();
    let files: Vec<_> = files.into_iter().filter(|file| file.serial <= last).collect();
    if last == 0 || files.last().is_none_or(|file| file.serial < last) {
        return Ok(None);
    }
    let history = History::verify(files.iter().map(ManifestFile::read).collect::<Result<_, _>>()?)?;
    let follows = manifest.previous == Some(history.current_hash())
        && manifest.authority == Some(*history.authority())
        && manifest.issued >= history.current().issued;
    if follows { Ok(Some(history)) } else { Err(SignError::DoesNotFollow(path.to_owned()).into()) }
}

/// Whose signatures count, as far as it can be known here: where the root is handed over, those of both sides.
pub(super) fn signers<'a>(manifest: &'a Manifest, before: Option<&'a History>) -> Vec<(&'static str, &'a RootPolicy)> {
    match before.map(|before| &before.current().root) {
        Some(before) if *before != manifest.root => {
            vec![("old ", before), ("new ", &manifest.root)]
        }
        None if manifest.serial > 1 => Vec::new(),
        _ => vec![("", &manifest.root)],
    }
}

fn tell_changes(manifest: &Manifest, before: Option<&History>, context: &mut Context) -> Result<(), CliError> {
    match before {
        Some(before) => {
            writeln!(context.out, "It follows from manifest {} as it should. What changes:", manifest.serial - 1)?;
            for change in changes(before.current(), manifest) {
                writeln!(context.out, "  {change}")?;
            }
        }
        None if manifest.serial == 1 => writeln!(context.out, "It is the first one: it founds an authority.")?,
        None => writeln!(
            context.out,
            "The manifests before it are not in its folder, so what changes is not shown, nor whether your key counts."
        )?,
    }
    Ok(writeln!(context.out)?)
}

fn confirmed(context: &mut Context) -> Result<bool, CliError> {
    write!(context.out, "Compare the fingerprints with each member by voice. Sign? Type yes or no: ")?;
    context.out.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}
