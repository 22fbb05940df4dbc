//! All manifests of one authority, each following from the one before.

use std::collections::BTreeMap;

use super::{Manifest, Member, Unsound};
use crate::clock::Day;
use crate::protocol::bytes::{AuthorityId, Hash, MemberId, from_hex, hash, to_hex};
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::sign::{Purpose, Signature, SigningKey, VerifyingKey};

/// A manifest as it came: the exact bytes, and the lines of its signature file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UntrustedManifest {
    /// The exact bytes that were signed.
    pub bytes: Vec<u8>,
    /// Lines of verifying key, space and signature, both in hex.
    pub signatures: String,
}

/// Why manifests are refused, with the serial of the one that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// There is none.
    #[error("there is no manifest; make one with `amparo manifest new` and sign it")]
    Missing,
    /// One cannot be read or contradicts itself.
    #[error("manifest {0} is refused: {1}; copy it anew from where it was made")]
    Unsound(u64, Unsound),
    /// A line of the signature file is not a key and a signature of it over this manifest.
    #[error(
        "manifest {0} and its signatures do not fit together, as if one of them was changed; copy both anew from where \
         they were made"
    )]
    Signatures(u64),
    /// Too few of the right keys have signed.
    #[error("manifest {serial} has {found} of the {needed} signatures it needs; have it signed by the root keys")]
    Unsigned {
        /// Which manifest.
        serial: u64,
        /// Signatures that hold.
        found: usize,
        /// Signatures that are needed.
        needed: u8,
    },
    /// It does not follow from the one before.
    #[error("manifest {0} does not follow from the one before: {1}; copy all of them anew from where they were made")]
    Broken(u64, &'static str),
    /// The root or the authority is another one than was pinned.
    #[error(
        "these manifests are of another authority than the one known here; compare the fingerprint with the poster"
    )]
    OtherAuthority,
    /// They end before the newest serial that was seen already.
    #[error("the newest manifest is number {found}, but number {pinned} was seen already; an old state is being shown")]
    Older {
        /// The newest there is.
        found: u64,
        /// The newest that was seen.
        pinned: u64,
    },
}

/// What a reader has seen and keeps: nothing else, and nothing older, is taken after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The authority.
    pub authority: AuthorityId,
    /// The newest manifest seen.
    pub serial: u64,
    /// Its hash.
    pub hash: Hash,
}

/// An authority's manifests, all checked.
#[derive(Clone, Debug)]
pub struct History {
    authority: AuthorityId,
    manifests: Vec<(Hash, Manifest)>,
    sources: Vec<UntrustedManifest>,
}

impl History {
    /// Checks `manifests`, serial 1 first: content, signatures, and that each follows from the one before.
    pub fn verify(manifests: Vec<UntrustedManifest>) -> Result<Self, HistoryError> {
        let first = manifests.first().ok_or(HistoryError::Missing)?;
        let authority = AuthorityId(hash(&first.bytes).0);
        let mut checked: Vec<(Hash, Manifest)> = Vec::with_capacity(manifests.len());
        for (source, serial) in manifests.iter().zip(1_u64..) {
            let manifest = Manifest::parse(&source.bytes).map_err(|e| HistoryError::Unsound(serial, e))?;
            if manifest.serial != serial {
                return Err(HistoryError::Broken(serial, "its serial is another number"));
            }
            if let Some((before_hash, before)) = checked.last() {
                if manifest.authority != Some(authority) {
                    return Err(HistoryError::Broken(serial, "it names another authority"));
                }
                if manifest.previous != Some(*before_hash) {
                    return Err(HistoryError::Broken(serial, "it names another manifest as the one before"));
                }
                if manifest.issued < before.issued {
                    return Err(HistoryError::Broken(serial, "it was issued before it"));
                }
            }
            // The root before hands over, and the root named in it accepts: else anybody could write the public keys
            // of another authority into a manifest of their own and show its fingerprint.
            let signed = holding_signatures(source, &authority, serial)?;
            let before = checked.last().map(|(_, before)| &before.root);
            for policy in before.into_iter().chain([&manifest.root]) {
                let found = policy.keys.iter().filter(|key| signed.contains_key(*key)).count();
                if found < usize::from(policy.threshold) {
                    return Err(HistoryError::Unsigned { serial, found, needed: policy.threshold });
                }
            }
            checked.push((hash(&source.bytes), manifest));
        }
        Ok(Self { authority, manifests: checked, sources: manifests })
    }

    /// Refuses another authority than `pin`'s, and anything older than it.
    pub fn check_pin(&self, pin: &Pin) -> Result<(), HistoryError> {
        if self.authority != pin.authority {
            return Err(HistoryError::OtherAuthority);
        }
        match self.by_serial(pin.serial) {
            Some((hash, _)) if *hash == pin.hash => Ok(()),
            Some(_) => Err(HistoryError::OtherAuthority),
            None => Err(HistoryError::Older { found: self.current().serial, pinned: pin.serial }),
        }
    }

    /// What to keep, so that nothing older is taken later.
    #[must_use]
    pub fn pin(&self) -> Pin {
        Pin { authority: self.authority, serial: self.current().serial, hash: self.current_hash() }
    }

    /// The authority all of them belong to.
    #[must_use]
    pub fn authority(&self) -> &AuthorityId {
        &self.authority
    }

    /// The fingerprint of the current root policy.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.current().root.fingerprint()
    }

    /// The newest manifest.
    ///
    /// # Panics
    /// Never: a history has at least one.
    #[must_use]
    pub fn current(&self) -> &Manifest {
        &self.manifests.last().expect("a history has at least one manifest").1
    }

    /// The newest manifest's hash.
    ///
    /// # Panics
    /// Never: a history has at least one.
    #[must_use]
    pub fn current_hash(&self) -> Hash {
        self.manifests.last().expect("a history has at least one manifest").0
    }

    /// The manifest of that serial, with its hash.
    #[must_use]
    pub fn by_serial(&self, serial: u64) -> Option<&(Hash, Manifest)> {
        self.manifests.get(usize::try_from(serial.checked_sub(1)?).ok()?)
    }

    /// Everything as it came, to be handed on, serial 1 first.
    #[must_use]
    pub fn sources(&self) -> &[UntrustedManifest] {
        &self.sources
    }

    /// The current manifest when it is valid on `day`, so that something new may be sealed to it.
    #[must_use]
    pub fn valid_on(&self, day: Day) -> Option<&Manifest> {
        Some(self.current()).filter(|manifest| manifest.is_valid_on(day))
    }

    /// The member whose verifying key `key` is or was in any manifest, as the newest manifest with that key names them.
    #[must_use]
    pub fn member_of_key(&self, key: &VerifyingKey) -> Option<&Member> {
        let mut newest_first = self.manifests.iter().rev();
        newest_first.find_map(|(_, manifest)| manifest.members.iter().find(|member| member.verifying_key == *key))
    }

    /// The member called `id`, as the newest manifest with them names them.
    #[must_use]
    pub fn member(&self, id: MemberId) -> Option<&Member> {
        self.manifests.iter().rev().find_map(|(_, manifest)| manifest.member(id))
    }

    /// Whether `member` receives the cases of `unit` in any manifest from `serial` on.
    #[must_use]
    pub fn received_cases(&self, member: MemberId, unit: &str, serial: u64) -> bool {
        self.manifests.iter().filter(|(_, manifest)| manifest.serial >= serial).any(|(_, manifest)| {
            manifest.unit(unit).is_some_and(|unit| manifest.investigators(unit).any(|found| found.id == member))
        })
    }
}

/// The keys whose signature over `source` holds; a line that cannot be read, or whose signature does not hold, refuses
/// the file, since somebody meant it to count.
pub fn holding_signatures(
    source: &UntrustedManifest,
    authority: &AuthorityId,
    serial: u64,
) -> Result<BTreeMap<VerifyingKey, Signature>, HistoryError> {
    let wrong = || HistoryError::Signatures(serial);
    let mut holding = BTreeMap::new();
    for line in source.signatures.lines().filter(|line| !line.trim().is_empty()) {
        let (key, signature) = line.trim().split_once(' ').ok_or_else(wrong)?;
        let key: VerifyingKey = key.parse().map_err(|_| wrong())?;
        let signature = Signature(from_hex(signature).map_err(|_| wrong())?);
        key.verify(Purpose::Manifest, authority, &source.bytes, &signature).map_err(|_| wrong())?;
        holding.insert(key, signature);
    }
    Ok(holding)
}

/// Signs the exact bytes of a manifest of `authority`; for the first manifest, pass its own hash.
#[must_use]
pub fn sign(bytes: &[u8], authority: &AuthorityId, root: &SigningKey) -> Signature {
    root.sign(Purpose::Manifest, authority, bytes)
}

/// The line that stands in the signature file.
#[must_use]
pub fn signature_line(root: &SigningKey, signature: &Signature) -> String {
    format!("{} {}\n", root.verifying_key(), to_hex(&signature.0))
}
