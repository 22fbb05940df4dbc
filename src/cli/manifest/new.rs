//! `amparo manifest new`: the draft of the next manifest.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;

use super::authority::{Authority, EXAMPLE};
use super::changes::changes;
use super::sign::signers;
use crate::cli::files::{FileError, PUBLIC, replace, write_new};
use crate::cli::{CliError, Context};
use crate::clock::Day;
use crate::keys_folder::{self, ManifestFile, refuse_private_keys};
use crate::protocol::manifest::{History, Manifest, Marker, Member, Retired, Unsound};

/// Why no draft is made.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// The description cannot be read.
    #[error("{} is refused: {what}; correct it, or look at `amparo manifest new --example`", path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// What it describes is no sound manifest.
    #[error("this would not be a sound manifest: {0}; correct the description and make it again")]
    Unsound(Unsound),
    /// The last draft was not signed.
    #[error(
        "{path} is a draft that nobody has signed; sign it with `amparo manifest sign {path} --root root.key`, or make \
         it anew with --replace-draft", path = .0.display()
    )]
    DraftThere(PathBuf),
    /// The dates go backwards.
    #[error("the manifest before was issued on {0}, which is later; check this machine's date, or give --issued DAY")]
    Backwards(Day),
    /// Past the last day there is.
    #[error("the manifest would be valid for {0} days; set valid_days to 1 to 92")]
    Days(i64),
}

/// `amparo manifest new`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo manifest new --example > authority.toml
  amparo manifest new --from authority.toml --keys keys/
  amparo manifest new --from authority.toml --keys keys/ --issued 2026-10-01")]
pub struct New {
    /// The description of the authority
    #[arg(long, value_name = "FILE", required_unless_present = "example")]
    from: Option<PathBuf>,
    /// The folder of manifests; made if it is not there
    #[arg(long, value_name = "FOLDER", default_value = "keys")]
    keys: PathBuf,
    /// The first day of validity [default: today]
    #[arg(long, value_name = "DAY")]
    issued: Option<Day>,
    /// Replace the last draft, as long as nobody has signed it
    #[arg(long)]
    replace_draft: bool,
    /// Print a commented description to begin with
    #[arg(long, conflicts_with_all = ["from", "issued", "replace_draft"])]
    example: bool,
}

impl New {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let Some(from) = &self.from else {
            return Ok(write!(context.out, "{EXAMPLE}")?);
        };
        let authority = Authority::read(from)?;
        make_folder(&self.keys)?;
        refuse_private_keys(&self.keys)?;
        let before = self.history()?;
        let issued = self.issued.unwrap_or_else(|| context.clock.today());
        let manifest = draft(authority, before.as_ref(), issued)?;
        let bytes = manifest.to_bytes();
        Manifest::parse(&bytes).map_err(DraftError::Unsound)?;
        let path = ManifestFile::named(&self.keys, manifest.serial).path;
        let write = if self.replace_draft { replace } else { write_new };
        write(&path, &bytes, PUBLIC, &*context.rng)?;
        let shown = path.display();
        writeln!(context.out, "{shown} is a draft, valid from {issued} to {} once it is signed.", manifest.expires)?;
        if let Some(before) = &before {
            for change in changes(before.current(), &manifest) {
                writeln!(context.out, "  {change}")?;
            }
        }
        writeln!(context.out)?;
        for (whose, policy) in signers(&manifest, before.as_ref()) {
            let (threshold, count) = (policy.threshold, policy.keys.len());
            writeln!(context.out, "{threshold} of {count} {whose}root keys must sign it.")?;
        }
        writeln!(context.out, "Each with:\n  amparo manifest sign {shown} --root root.key")?;
        Ok(())
    }

    /// The signed manifests, without a draft that is to be replaced.
    fn history(&self) -> Result<Option<History>, CliError> {
        let files = keys_folder::list(&self.keys)?;
        let mut sources = files.iter().map(ManifestFile::read).collect::<Result<Vec<_>, _>>()?;
        if let Some((file, last)) = files.last().zip(sources.last())
            && last.signatures.trim().is_empty()
        {
            if !self.replace_draft {
                return Err(DraftError::DraftThere(file.path.clone()).into());
            }
            sources.pop();
        }
        if sources.is_empty() { Ok(None) } else { Ok(Some(History::verify(sources)?)) }
    }
}

/// Makes the folder if it is not there, open to be read whatever the umask.
fn make_folder(folder: &Path) -> Result<(), FileError> {
    if folder.is_dir() {
        return Ok(());
    }
    fs::create_dir(folder)
        .and_then(|()| fs::set_permissions(folder, Permissions::from_mode(0o755)))
        .map_err(|source| FileError::Unwritable { path: folder.to_owned(), source })
}

/// The manifest that follows from `before`, or the first one.
fn draft(authority: Authority, before: Option<&History>, issued: Day) -> Result<Manifest, DraftError> {
    let last = before.map(History::current);
    if let Some(last) = last.filter(|last| last.issued > issued) {
        return Err(DraftError::Backwards(last.issued));
    }
    Ok(Manifest {
        amparo: Marker::Manifest,
        version: 1,
        authority: before.map(|before| *before.authority()),
        serial: last.map_or(1, |last| last.serial + 1),
        previous: before.map(History::current_hash),
        issued,
        expires: issued.plus(authority.valid_days).ok_or(DraftError::Days(authority.valid_days))?,
        retired: last.map(|last| retired(last, &authority.members, issued)).unwrap_or_default(),
        name: authority.name,
        root: authority.root,
        units: authority.units,
        members: authority.members,
        recovery: authority.recovery,
        identity_threshold: authority.identity_threshold,
        oversight_unit: authority.oversight_unit,
    })
}

/// The keys that were retired before, and those in `last` that nobody in `members` has any more.
fn retired(last: &Manifest, members: &[Member], day: Day) -> Vec<Retired> {
    let gone = |old: &&Member| members.iter().all(|new| new.verifying_key != old.verifying_key);
    let retire = |old: &Member| Retired {
        member: old.id,
        recipient: old.recipient.clone(),
        verifying_key: old.verifying_key,
        day,
    };
    last.retired.iter().cloned().chain(last.members.iter().filter(gone).map(retire)).collect()
}
