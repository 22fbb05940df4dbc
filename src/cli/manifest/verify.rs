//! `amparo manifest verify`: whether the manifests of a folder hold, from the first to the newest, today.

use std::path::PathBuf;

use clap::Args;

use crate::cli::text::{plain, word_lines};
use crate::cli::{CliError, Context};
use crate::clock::Day;
use crate::keys_folder::{self, refuse_private_keys};
use crate::protocol::fingerprint::{Fingerprint, TypedFingerprint};
use crate::protocol::manifest::History;

/// From so many days before the end on, the next manifest should be made.
const SOON: i64 = 21;

/// The manifests hold, but are not what was expected.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The root keys are others.
    #[error(
        "the fingerprint is {found}, in words {}, and not the one given; do not use these manifests before you have \
         compared it with the authority's poster or by voice",
        found.in_words()
    )]
    OtherFingerprint {
        /// The one of the current root policy.
        found: Fingerprint,
    },
    /// The newest manifest has ended.
    #[error("the newest manifest ended on {0}, so no report is taken; make the next one with `amparo manifest new`")]
    Ended(Day),
    /// The newest manifest has not begun.
    #[error("the newest manifest begins on {0}, so no report is taken before; wait, or check this machine's date")]
    NotBegun(Day),
}

/// `amparo manifest verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo manifest verify --keys keys/
  amparo manifest verify --keys keys/ --fingerprint \"01234 56789 01234 56789 01234 56789 01234 56789\"")]
pub struct Verify {
    /// The folder of manifests
    #[arg(long, value_name = "FOLDER", default_value = "keys")]
    keys: PathBuf,
    /// The fingerprint on the authority's poster, in digits or in words
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Option<TypedFingerprint>,
}

impl Verify {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        refuse_private_keys(&self.keys)?;
        let history = History::verify(keys_folder::read(&self.keys)?)?;
        for serial in 1..=history.current().serial {
            let (_, manifest) = history.by_serial(serial).expect("serials run from 1 to the newest");
            writeln!(context.out, "manifest {serial}: signed, {} to {}", manifest.issued, manifest.expires)?;
        }
        let current = history.current();
        writeln!(context.out, "authority    {} ({})", history.authority(), plain(current.name.get("en")))?;
        let fingerprint = history.fingerprint();
        writeln!(context.out, "fingerprint  {fingerprint}")?;
        let [first, second] = word_lines(fingerprint);
        writeln!(context.out, "in words     {first}\n             {second}")?;
        if let Some(expected) = &self.fingerprint {
            if !expected.is(fingerprint) {
                return Err(VerifyError::OtherFingerprint { found: fingerprint }.into());
            }
            writeln!(context.out, "             the same as the one given")?;
        }
        let today = context.clock.today();
        if today < current.issued {
            return Err(VerifyError::NotBegun(current.issued).into());
        }
        match current.expires.days_since(today) {
            ..0 => return Err(VerifyError::Ended(current.expires).into()),
            left @ ..SOON => writeln!(context.out, "ends in {left} days: make the next manifest now")?,
            left => writeln!(context.out, "ends in {left} days")?,
        }
        Ok(())
    }
}
