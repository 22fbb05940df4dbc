//! What the desk has seen once and holds the server to: `pin.json` (the newest manifest). What was seen of cases is in the
//! [`cache`](super::cache).
//!
//! It is replaced as a whole, so that a crash leaves the old file or the new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::protocol::bytes::{AuthorityId, Hash};
use crate::protocol::fingerprint::{Fingerprint, TypedFingerprint};
use crate::protocol::manifest::{History, HistoryError, Pin};

/// The largest pin file that is read, in bytes.
const SIZE_MAX: u64 = 64 << 20;

/// Why the server's manifests or the desk's own pins cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// A file of the desk's folder cannot be read or written.
    #[error("{path}: {error}; check the folder's permissions and the disk's free space")]
    Io {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file of the desk's folder is damaged.
    #[error(
        "{0} is damaged, so this desk no longer knows what it has seen; put it back from a copy, or compare the fingerprint with the poster and remove the file"
    )]
    Damaged(PathBuf),
    /// The manifests are refused.
    #[error("the server shows keys that this desk refuses: {0}")]
    History(#[from] HistoryError),
    /// The root key is another one than the settings name.
    #[error(
        "the server's authority has the fingerprint {found}, in words {}, but this desk was set up for another; do not go on, and compare it with the poster",
        found.in_words()
    )]
    OtherRoot {
        /// What the server's manifests give.
        found: Fingerprint,
    },
    /// A case has another card than at first sight.
    #[error(
        "this case has another card than when this desk first saw it; it was replaced, so trust nothing in it and tell the head of the authority"
    )]
    OtherCard,
    /// A case is shown in the place of another.
    #[error("the server shows another case in its place")]
    OtherCase,
    /// What the reporter said is not what it was.
    #[error(
        "what this desk last saw of this case's reporter is no longer in it; their words were exchanged, so trust nothing in it and tell the head of the authority"
    )]
    OtherWords,
    /// A case has lost entries.
    #[error(
        "this case had {seen} entries when this desk last saw it and now has {found}; part of it is being withheld, so tell the head of the authority"
    )]
    Shorter {
        /// Entries seen before.
        seen: u64,
        /// Entries there are now.
        found: u64,
    },
}

/// `pin.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PinFile {
    authority: AuthorityId,
    serial: u64,
    hash: Hash,
}

/// Checks the server's manifests against the pin and the settings' fingerprint, and moves the pin on.
pub fn check_history(history: &History, folder: &Path, fingerprint: Option<TypedFingerprint>) -> Result<(), PinError> {
    let path = folder.join("pin.json");
    let pinned: Option<PinFile> = read(&path)?;
    if let Some(PinFile { authority, serial, hash }) = pinned {
        history.check_pin(&Pin { authority, serial, hash })?;
    }
    if let Some(expected) = fingerprint
        && !expected.is(history.fingerprint())
    {
        return Err(PinError::OtherRoot { found: history.fingerprint() });
    }
    let Pin { authority, serial, hash } = history.pin();
    if pinned.is_none_or(|pinned| pinned.serial < serial) {
        write(&path, &PinFile { authority, serial, hash })?;
    }
    Ok(())
}

pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, PinError> {
    let io_error = |error| PinError::Io { path: path.to_owned(), error };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error(error)),
    };
    let mut bytes = Vec::new();
    file.take(SIZE_MAX).read_to_end(&mut bytes).map_err(io_error)?;
    serde_json::from_slice(&bytes).map(Some).map_err(|_| PinError::Damaged(path.to_owned()))
}

/// Writes beside the file, makes it last, and puts it in the file's place.
pub(super) fn write(path: &Path, value: &impl Serialize) -> Result<(), PinError> {
    let replace = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let beside = path.with_extension("json.new");
        let mut file = private(OpenOptions::new().write(true).create(true).truncate(true)).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(value)?)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder)?.sync_all()
    };
    replace().map_err(|error| PinError::Io { path: path.to_owned(), error })
}

/// Files that only their owner reads.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::example;
    use crate::protocol::manifest::{RootPolicy, UntrustedManifest, sign, signature_line};
    use crate::protocol::member::RootKey;
    use ring::rand::SystemRandom;

    #[test]
    fn the_first_authority_seen_is_the_only_one_taken_later() {
        let rng = SystemRandom::new();
        let folder = tempfile::tempdir().unwrap();
        let (own, other) = (example::authority(&rng).history, example::authority(&rng).history);
        check_history(&own, folder.path(), None).unwrap();
        check_history(&own, folder.path(), Some(own.fingerprint().into())).unwrap();
        let refused = check_history(&other, folder.path(), None);
        assert!(matches!(refused, Err(PinError::History(HistoryError::OtherAuthority))));
        let refused = check_history(&own, folder.path(), Some(other.fingerprint().into()));
        assert!(matches!(refused, Err(PinError::OtherRoot { .. })));
    }

    #[test]
    fn naming_the_poster_s_root_without_its_signature_is_not_enough() {
        let rng = SystemRandom::new();
        let real = example::authority(&rng);
        let forger = example::authority(&rng);
        let mut next = forger.history.current().clone();
        next.authority = Some(*forger.history.authority());
        next.serial = 2;
        next.previous = Some(forger.history.current_hash());
        next.root = RootPolicy { keys: vec![real.root.signing().verifying_key()], threshold: 1 };
        let bytes = next.to_bytes();
        let signed = |root: &RootKey| sign(&bytes, forger.history.authority(), root.signing());
        let signatures = signature_line(forger.root.signing(), &signed(&forger.root));
        let mut sources = forger.history.sources().to_vec();
        sources.push(UntrustedManifest { bytes: bytes.clone(), signatures });
        assert!(matches!(History::verify(sources), Err(HistoryError::Unsigned { serial: 2, found: 0, needed: 1 })));
        let folder = tempfile::tempdir().unwrap();
        let refused = check_history(&forger.history, folder.path(), Some(real.history.fingerprint().into()));
        assert!(matches!(refused, Err(PinError::OtherRoot { .. })));
        assert!(!folder.path().join("pin.json").exists());
    }
}
