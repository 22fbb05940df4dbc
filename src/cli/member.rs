//! `amparo member`: the members' own keys. They stay with the member; only their public half goes into the manifest.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::files::{KEY_FILE_MAX, PRIVATE, PUBLIC, read, refuse_among_manifests, refuse_existing, write_new};
use super::passphrase::PassphraseArgs;
use super::text::{plain, word_lines};
use super::{CliError, Context};
use crate::protocol::bytes::MemberId;
use crate::protocol::member::{MemberKey, MemberPublic};

/// What can be done with members' keys.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo member new --alias ana --out ana.key --public ana.json
  amparo member show ana.key
  amparo member show ana.json")]
pub enum MemberCommand {
    /// Make a member key and seal it with a passphrase
    ///
    /// Every member makes their own key on their own machine. The file that --public writes goes to whoever drafts the
    /// manifest; the key file never leaves its holder. With --id, new keys are made for a member who has some already;
    /// the old file is still needed for the cases that came before.
    New(New),
    /// Show a member key, or the public half of one
    ///
    /// The fingerprint is what the member and the head who signs the manifest compare by voice.
    Show(Show),
}

/// `amparo member new`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo member new --alias ana --out ana.key --public ana.json
  amparo member new --alias ana --id 8f3c01d2a4b5c6d7 --out ana-2027.key --public ana-2027.json")]
pub struct New {
    /// A short name by which you recognise the file; it stays inside the sealed file
    #[arg(long, value_name = "NAME")]
    alias: String,
    /// The key file to make; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Write the public half here, for whoever drafts the manifest; it must not exist
    #[arg(long, value_name = "FILE")]
    public: Option<PathBuf>,
    /// The id of a member who gets new keys, as `amparo member show` tells it
    #[arg(long, value_name = "ID")]
    id: Option<MemberId>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

/// `amparo member show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo member show ana.key
  amparo member show ana.key --json > ana.json
  amparo member show ana.json")]
pub struct Show {
    /// A member key file, or the public half of one
    file: PathBuf,
    /// Print the public half as JSON, for whoever drafts the manifest
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

impl MemberCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        match self {
            Self::New(command) => command.run(context),
            Self::Show(command) => command.run(context),
        }
    }
}

impl New {
    fn run(self, context: &mut Context) -> Result<(), CliError> {
        let path = &self.out;
        refuse_among_manifests(path)?;
        refuse_existing(path)?;
        self.public.as_deref().map_or(Ok(()), refuse_existing)?;
        let passphrase = self.passphrase.new_one(path)?;
        let mut key = MemberKey::generate(self.alias, &*context.rng)?;
        key.id = self.id.unwrap_or(key.id);
        let sealed = key.seal(&passphrase, None).map_err(CliError::key_file(path))?;
        write_new(path, sealed.as_bytes(), PRIVATE, &*context.rng)?;
        writeln!(context.out, "{} holds a new member key.", path.display())?;
        describe(Some(&key.alias), &key.public(), context)?;
        let public = match &self.public {
            Some(public) => {
                write_new(public, key.public().to_json().as_bytes(), PUBLIC, &*context.rng)?;
                format!("Give {} to whoever drafts the manifest", public.display())
            }
            None => format!(
                "Give what `amparo member show {} --json` prints to whoever drafts the manifest",
                path.display()
            ),
        };
        writeln!(
            context.out,
            "\nKeep a copy on a second medium, and the passphrase apart from both; nobody can recover either.\n{public},\n\
             and compare the fingerprint with them by voice."
        )?;
        Ok(())
    }
}

impl Show {
    fn run(self, context: &mut Context) -> Result<(), CliError> {
        let path = &self.file;
        let bytes = read(path, KEY_FILE_MAX)?;
        let (alias, public) = if bytes.trim_ascii_start().starts_with(b"{") {
            let not_a_member = |source| CliError::NotAMember { path: path.clone(), source };
            (None, MemberPublic::parse(&bytes).map_err(not_a_member)?)
        } else {
            let text = String::from_utf8(bytes).map_err(|_| super::files::FileError::NotText(path.clone()))?;
            let passphrase = self.passphrase.existing(path)?;
            let key = MemberKey::open(&passphrase, &text).map_err(CliError::key_file(path))?;
            (Some(key.alias.clone()), key.public())
        };
        if self.json {
            return Ok(write!(context.out, "{}", public.to_json())?);
        }
        describe(alias.as_deref(), &public, context)
    }
}

fn describe(alias: Option<&str>, public: &MemberPublic, context: &mut Context) -> Result<(), CliError> {
    if let Some(alias) = alias {
        writeln!(context.out, "  alias          {}", plain(alias))?;
    }
    writeln!(context.out, "  id             {}", public.id)?;
    writeln!(context.out, "  fingerprint    {}", public.fingerprint())?;
    let [first, second] = word_lines(public.fingerprint());
    writeln!(context.out, "  in words       {first}\n                 {second}")?;
    writeln!(context.out, "  verifying key  {}", public.verifying_key)?;
    writeln!(context.out, "  recipient      {}", public.recipient)?;
    Ok(())
}
