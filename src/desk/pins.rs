//! What the desk has seen once and holds the server to: `pin.json` (the newest manifest) and `cards.json` (cases).
//!
//! Both hold hashes and counts only, no word of any case. They are replaced as a whole, so that a crash leaves the old
//! file or the new one.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::protocol::bytes::{AuthorityId, CaseId, Hash};
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

/// What is kept of one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenCase {
    /// Hash of its card.
    pub card: Hash,
    /// Newest envelope of the reporter's chain when it was last opened; absent in files of older desks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<Hash>,
    /// Entries there were when it was last opened.
    pub entries: u64,
    /// Entries there were when the member last looked at it.
    pub looked: u64,
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

/// `cards.json`: every case this desk has opened.
pub struct Cards {
    path: PathBuf,
    cases: BTreeMap<CaseId, SeenCase>,
}

/// JSON has text keys only.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardsFile {
    cards: BTreeMap<String, SeenCase>,
}

impl Cards {
    /// Reads the folder's file; there is none before the first case.
    pub fn read(folder: &Path) -> Result<Self, PinError> {
        let path = folder.join("cards.json");
        let file: CardsFile = read(&path)?.unwrap_or_default();
        let parse = |(id, seen): (String, SeenCase)| id.parse().map(|id: CaseId| (id, seen));
        let cases = file.cards.into_iter().map(parse).collect::<Result<_, _>>();
        Ok(Self { cases: cases.map_err(|_| PinError::Damaged(path.clone()))?, path })
    }

    /// Compares an opened case with what was seen before and keeps what it has now; [`Cards::save`] writes it.
    ///
    /// Whoever knows the token, or knew it before the case moved, could sign other words of the reporter for a server
    /// that shows them in place of those seen; so the end of `reporters_chain` that was seen must still be in it.
    pub fn check(&mut self, case: CaseId, card: Hash, reporters_chain: &[Hash], entries: u64) -> Result<(), PinError> {
        let seen = self.cases.entry(case).or_insert(SeenCase { card, reporter: None, entries, looked: 0 });
        if seen.card != card {
            return Err(PinError::OtherCard);
        }
        if entries < seen.entries {
            return Err(PinError::Shorter { seen: seen.entries, found: entries });
        }
        if seen.reporter.is_some_and(|newest| !reporters_chain.contains(&newest)) {
            return Err(PinError::OtherWords);
        }
        seen.reporter = reporters_chain.last().copied();
        seen.entries = entries;
        Ok(())
    }

    /// How many entries the member has looked at; 0 when the case was never looked at.
    pub fn looked(&self, case: CaseId) -> u64 {
        self.cases.get(&case).map_or(0, |seen| seen.looked)
    }

    /// The member looks at a case; returns whether that is news.
    pub fn look(&mut self, case: CaseId) -> bool {
        let seen = self.cases.get_mut(&case);
        seen.is_some_and(|seen| std::mem::replace(&mut seen.looked, seen.entries) != seen.entries)
    }

    /// Writes the file.
    pub fn save(&self) -> Result<(), PinError> {
        let cards = self.cases.iter().map(|(id, seen)| (id.to_string(), *seen)).collect();
        write(&self.path, &CardsFile { cards })
    }
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, PinError> {
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
fn write(path: &Path, value: &impl Serialize) -> Result<(), PinError> {
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
    use crate::protocol::bytes::hash;
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

    #[test]
    fn a_card_is_pinned_at_first_sight_and_a_case_never_shrinks() {
        let folder = tempfile::tempdir().unwrap();
        let case = CaseId([1; 16]);
        let mut cards = Cards::read(folder.path()).unwrap();
        let chain = [hash(b"report"), hash(b"move"), hash(b"message")];
        cards.check(case, hash(b"a"), &chain[..2], 2).unwrap();
        assert!(cards.look(case) && !cards.look(case));
        cards.save().unwrap();
        let mut cards = Cards::read(folder.path()).unwrap();
        assert_eq!(cards.looked(case), 2);
        assert!(matches!(cards.check(case, hash(b"b"), &chain, 2), Err(PinError::OtherCard)));
        let shorter = cards.check(case, hash(b"a"), &chain, 1);
        assert!(matches!(shorter, Err(PinError::Shorter { seen: 2, found: 1 })));
        let forked = [chain[0], hash(b"not a move"), hash(b"nor this")];
        assert!(matches!(cards.check(case, hash(b"a"), &forked, 3), Err(PinError::OtherWords)));
        cards.check(case, hash(b"a"), &chain, 3).unwrap();
        let withheld = cards.check(case, hash(b"a"), &chain[..2], 3);
        assert!(matches!(withheld, Err(PinError::OtherWords)));
        let (id, card) = (case.to_string(), hash(b"a").to_string());
        let older = format!(r#"{{"cards":{{"{id}":{{"card":"{card}","entries":3,"looked":2}}}}}}"#);
        fs::write(folder.path().join("cards.json"), older).unwrap();
        Cards::read(folder.path()).unwrap().check(case, hash(b"a"), &forked, 3).unwrap();
        fs::write(folder.path().join("cards.json"), "{").unwrap();
        assert!(matches!(Cards::read(folder.path()), Err(PinError::Damaged(_))));
    }
}
