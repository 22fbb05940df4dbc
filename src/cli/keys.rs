//! `amparo keys`: the root keys, one for each head of the authority, kept on that head's own offline machine.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::files::{PRIVATE, read_key_file, refuse_among_manifests, refuse_existing, write_new};
use super::passphrase::PassphraseArgs;
use super::text::word_lines;
use super::{CliError, Context};
use crate::protocol::manifest::RootPolicy;
use crate::protocol::member::RootKey;

/// What can be done with root keys.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo keys new-root --out root.key
  amparo keys show root.key")]
pub enum KeysCommand {
    /// Make a root key and seal it with a passphrase
    ///
    /// A root key signs manifests, which say who receives reports. Each head of the authority makes their own, on a
    /// machine that stays offline, and hands its verifying key to whoever drafts the manifest.
    NewRoot(NewRoot),
    /// Show the verifying key of a root key file
    Show(Show),
}

/// `amparo keys new-root`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo keys new-root --out root.key
  amparo keys new-root --out /media/stick/root.key --passphrase-file passphrase.txt")]
pub struct NewRoot {
    /// The file to make; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// `amparo keys show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo keys show root.key")]
pub struct Show {
    /// The root key file
    file: PathBuf,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

impl KeysCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        match self {
            Self::NewRoot(command) => command.run(context),
            Self::Show(command) => command.run(context),
        }
    }
}

impl NewRoot {
    fn run(self, context: &mut Context) -> Result<(), CliError> {
        let path = &self.out;
        refuse_among_manifests(path)?;
        refuse_existing(path)?;
        let passphrase = self.passphrase.new_one(path)?;
        let root = RootKey::generate(&*context.rng)?;
        let sealed = root.seal(&passphrase, None).map_err(CliError::key_file(path))?;
        write_new(path, sealed.as_bytes(), PRIVATE, &*context.rng)?;
        writeln!(context.out, "{} holds a new root key.", path.display())?;
        describe(&root, context)?;
        writeln!(
            context.out,
            "\nKeep a copy on a second medium, and the passphrase apart from both; nobody can recover either.\nGive the \
             verifying key to whoever drafts the manifest: it goes under [root] in authority.toml."
        )?;
        Ok(())
    }
}

impl Show {
    fn run(self, context: &mut Context) -> Result<(), CliError> {
        describe(&open(&self.file, &self.passphrase)?, context)
    }
}

/// Opens a root key file, asking for its passphrase.
pub(super) fn open(path: &Path, passphrase: &PassphraseArgs) -> Result<RootKey, CliError> {
    let file = read_key_file(path)?;
    RootKey::open(&passphrase.existing(path)?, &file).map_err(CliError::key_file(path))
}

fn describe(root: &RootKey, context: &mut Context) -> Result<(), CliError> {
    let key = root.signing().verifying_key();
    let alone = RootPolicy { keys: vec![key], threshold: 1 };
    writeln!(context.out, "  verifying key  {key}")?;
    writeln!(context.out, "  fingerprint    {}  (if it is the authority's only root key)", alone.fingerprint())?;
    let [first, second] = word_lines(alone.fingerprint());
    writeln!(context.out, "  in words       {first}\n                 {second}")?;
    Ok(())
}
