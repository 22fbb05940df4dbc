//! `amparo manifest verify`: whether the manifests of a folder hold, from the first to the newest, today.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::cli::text::plain;
use crate::cli::{CliError, Context};
use crate::clock::Day;
use crate::keys_folder::{self, refuse_private_keys};
use crate::protocol::manifest::{Fingerprint, History};

/// From so many days before the end on, the next manifest should be made.
const SOON: i64 = 21;

/// The manifests hold, but are not what was expected.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The root keys are others.
    #[error(
        "the fingerprint is {found}, not the one given; do not use these manifests before you have compared it with the \
         authority's poster or by voice"
    )]
    OtherFingerprint {
        /// The one of the current root policy.
        found: String,
    },
    /// The newest manifest has ended.
    #[error("the newest manifest ended on {0}, so no report is taken; make the next one with `amparo manifest new`")]
    Ended(Day),
    /// The newest manifest has not begun.
    #[error("the newest manifest begins on {0}, so no report is taken before; wait, or check this machine's date")]
    NotBegun(Day),
}

/// The 40 digits of a fingerprint, as somebody typed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerprintDigits(String);

impl FromStr for FingerprintDigits {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let only_digits = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '-');
        if only_digits && digits.len() == 40 {
            Ok(Self(digits))
        } else {
            Err("a fingerprint has 40 digits, in eight groups of five")
        }
    }
}

impl FingerprintDigits {
    /// Whether they are those of `fingerprint`.
    #[must_use]
    pub fn is(&self, fingerprint: Fingerprint) -> bool {
        fingerprint.to_string().replace(' ', "") == self.0
    }
}

/// `amparo manifest verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo manifest verify --keys keys/
  amparo manifest verify --keys keys/ --fingerprint \"12345 67890 12345 67890 12345 67890 12345 67890\"")]
pub struct Verify {
    /// The folder of manifests
    #[arg(long, value_name = "FOLDER", default_value = "keys")]
    keys: PathBuf,
    /// The fingerprint on the authority's poster
    #[arg(long, value_name = "DIGITS")]
    fingerprint: Option<FingerprintDigits>,
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
        writeln!(context.out, "fingerprint  {}", history.fingerprint())?;
        if let Some(expected) = &self.fingerprint {
            if !expected.is(history.fingerprint()) {
                return Err(VerifyError::OtherFingerprint { found: history.fingerprint().to_string() }.into());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::bytes::hash;

    #[test]
    fn a_fingerprint_is_taken_however_it_is_grouped_and_nothing_shorter() {
        let fingerprint = Fingerprint(hash(b"x"));
        let shown = fingerprint.to_string();
        for text in [shown.clone(), shown.replace(' ', ""), shown.replace(' ', "-"), format!(" {shown}\n")] {
            assert!(text.parse::<FingerprintDigits>().unwrap().is(fingerprint), "{text}");
        }
        let mut other = shown.replace(' ', "");
        let last = if other.ends_with('0') { "1" } else { "0" };
        other.replace_range(39.., last);
        assert!(!other.parse::<FingerprintDigits>().unwrap().is(fingerprint));
        for bad in ["", "12345", &shown[1..], &format!("{shown}1"), &shown.replacen(' ', "x", 1)] {
            assert!(bad.parse::<FingerprintDigits>().is_err(), "{bad}");
        }
    }
}
