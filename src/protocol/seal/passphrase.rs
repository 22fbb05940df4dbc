//! Files with a passphrase: armoured age files (scrypt, r = 8, p = 1), for the keys that people keep.
//!
//! Source: <https://c2sp.org/age#the-scrypt-recipient-type>. Only for passphrases that somebody remembers; for keys,
//! seal to a recipient.

use std::io::Write;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::SecretString;
use age::{DecryptError, scrypt};

use super::opener::{read_all, read_header};
use super::{SealError, Sealer};
use crate::secret::{SecretBytes, SecretText};

/// scrypt's log₂ N when none is asked for: 256 MiB of memory and about a second. Fixed rather than measured, since a
/// busy machine would measure itself slow and choose a weak one.
pub const DEFAULT_LOG_N: u8 = 18;

/// The highest log₂ N that is accepted: 1 GiB of memory and about four seconds.
pub const MAX_LOG_N: u8 = 20;

/// Seals `plaintext` with `passphrase` at a cost of 2^`log_n` (1 to [`MAX_LOG_N`]; [`DEFAULT_LOG_N`] when `None`; less
/// is for tests). The text is ASCII and ends with a line end.
pub fn seal_with_passphrase(passphrase: &SecretText, plaintext: &[u8], log_n: Option<u8>) -> Result<String, SealError> {
    let log_n = log_n.unwrap_or(DEFAULT_LOG_N);
    if !(1..=MAX_LOG_N).contains(&log_n) {
        return Err(SealError::TooMuchWork { log_n });
    }
    let mut recipient = scrypt::Recipient::new(to_age(passphrase));
    recipient.set_work_factor(log_n);
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).map_err(SealError::Io)?;
    let mut sealer = Sealer::start(&recipient, armor)?;
    sealer.write_all(plaintext).map_err(SealError::Io)?;
    let text = sealer.finish()?.finish().map_err(SealError::Io)?;
    String::from_utf8(text).map_err(|error| SealError::Io(std::io::Error::other(error)))
}

/// Opens what [`seal_with_passphrase`] or another age program wrote, at a cost of at most 2^[`MAX_LOG_N`].
pub fn open_with_passphrase(passphrase: &SecretText, text: &str) -> Result<SecretBytes, SealError> {
    // age allows space around armour; the crate takes it only at the end.
    let file = read_header(ArmoredReader::new(text.trim_ascii_start().as_bytes()))?;
    if !file.is_scrypt() {
        return Err(SealError::NoPassphrase);
    }
    let mut identity = scrypt::Identity::new(to_age(passphrase));
    identity.set_max_work_factor(MAX_LOG_N);
    let content = file.decrypt(std::iter::once(&identity as &dyn age::Identity)).map_err(|error| match error {
        DecryptError::DecryptionFailed => SealError::WrongPassphrase,
        other => other.into(),
    })?;
    read_all(content, text.len())
}

fn to_age(passphrase: &SecretText) -> SecretString {
    SecretString::from(passphrase.expose().to_owned())
}
