//! The manifest: who receives reports, with which keys, signed by the heads of the authority.
//!
//! A manifest is JSON, signed and kept as the exact bytes. [`History`] reads all of an authority's manifests, checks
//! that each follows from the one before, and is the only way to a [`Manifest`], so that an unchecked one cannot be
//! used.

mod history;

pub use history::{History, HistoryError, Pin, UntrustedManifest, holding_signatures, sign, signature_line};

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::bytes::{AuthorityId, Hash, MemberId, fields, hash_of};
use super::fingerprint::Fingerprint;
use super::json::{is_plain, unique_map};
use super::recipient::Recipient;
use super::sign::VerifyingKey;
use crate::clock::Day;

/// The longest time a manifest may be valid, in days: a quarter.
pub const VALID_DAYS: i64 = 92;

/// The largest manifest that is read, in bytes.
pub const SIZE_MAX: usize = 4 << 20;

/// Text in several languages, by language tag (`en`, `fr`, `ar`…).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ByLanguage(pub BTreeMap<String, String>);

impl ByLanguage {
    /// The text in `language`, else in English, else in whichever language comes first; empty when there is none.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        let found = self.0.get(language).or_else(|| self.0.get("en")).or_else(|| self.0.values().next());
        found.map_or("", String::as_str)
    }

    fn is_complete(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|(tag, text)| !tag.is_empty() && !text.trim().is_empty())
    }
}

impl<'de> Deserialize<'de> for ByLanguage {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        unique_map(deserializer).map(Self)
    }
}

/// What a member may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Reads and answers the unit's cases.
    Investigator,
    /// An investigator who leads the unit.
    Lead,
    /// Holds a share of confidential reporters' identities.
    Custodian,
    /// Takes reports by telephone and in person.
    Hotline,
    /// Sees records of access, not cases.
    Auditor,
}

/// The keys that sign manifests, and how many of them must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootPolicy {
    /// The heads' verifying keys.
    pub keys: Vec<VerifyingKey>,
    /// How many of them must sign.
    pub threshold: u8,
}

impl RootPolicy {
    /// The hash that posters, page footers and the desk show.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let sorted: BTreeSet<_> = self.keys.iter().map(|key| *key.as_bytes()).collect();
        let joined: Vec<u8> = sorted.into_iter().flatten().collect();
        let body = fields(&[&joined, &u64::from(self.threshold).to_be_bytes()]);
        Fingerprint(hash_of(&[b"amparo/v1/root\0", &body]))
    }

    fn is_sound(&self) -> bool {
        let distinct: BTreeSet<_> = self.keys.iter().collect();
        distinct.len() == self.keys.len()
            && (1..=32).contains(&self.keys.len())
            && (1..=self.keys.len()).contains(&usize::from(self.threshold))
    }
}

/// A receiving unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Short name for programs: `[a-z0-9-]{1,32}`.
    pub id: String,
    /// Its name, by language.
    pub name: ByLanguage,
    /// What it looks into, by language.
    pub remit: ByLanguage,
    /// Who works in it.
    pub members: Vec<MemberId>,
}

/// A member as the manifest names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Stays when keys rotate.
    pub id: MemberId,
    /// Office or title, as reporters would know them, by language.
    pub title: ByLanguage,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// What is sealed for them is sealed to this.
    pub recipient: Recipient,
    /// Checks what they sign.
    pub verifying_key: VerifyingKey,
}

impl Member {
    /// Whether the cases of a unit this member belongs to are sealed for them.
    #[must_use]
    pub fn receives_cases(&self) -> bool {
        self.roles.contains(&Role::Investigator) || self.roles.contains(&Role::Lead)
    }

    /// What the member compares with their own key file; see [`member_fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        member_fingerprint(self.id, &self.verifying_key, &self.recipient)
    }
}

/// The hash of a member's id and public keys, by which a member and whoever signs the manifest make sure, by voice,
/// that the right keys stand in it.
#[must_use]
pub fn member_fingerprint(id: MemberId, verifying_key: &VerifyingKey, recipient: &Recipient) -> Fingerprint {
    let body = fields(&[id.as_bytes(), verifying_key.as_bytes(), &recipient.to_bytes()]);
    Fingerprint(hash_of(&[b"amparo/v1/member\0", &body]))
}

/// Keys of a member that are no longer used; kept so that what they signed can still be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retired {
    /// Whose they were.
    pub member: MemberId,
    /// The old recipient.
    pub recipient: Recipient,
    /// The old verifying key.
    pub verifying_key: VerifyingKey,
    /// Since when they are retired.
    pub day: Day,
}

/// What a manifest says. Its fields are those of `docs/protocol.md`, section 4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always `manifest`.
    pub amparo: Marker,
    /// Always 1.
    pub version: u8,
    /// The authority id; absent in the first manifest, whose hash it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<AuthorityId>,
    /// The authority's name, by language.
    pub name: ByLanguage,
    /// Who signs the next manifest.
    pub root: RootPolicy,
    /// 1, then one more each time.
    pub serial: u64,
    /// Hash of the manifest before; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Hash>,
    /// First day it is valid.
    pub issued: Day,
    /// Last day it is valid.
    pub expires: Day,
    /// The receiving units, in the order reporters see them.
    pub units: Vec<Unit>,
    /// Everybody who holds a key.
    pub members: Vec<Member>,
    /// Keys that were used once.
    #[serde(default)]
    pub retired: Vec<Retired>,
    /// Recipient of the recovery key, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recipient>,
    /// How many custodians must act together to open an identity; 0 when confidential reports are not offered.
    pub identity_threshold: u8,
    /// The unit that receives reports about the others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oversight_unit: Option<String>,
}

/// The word `manifest`, by which the file tells what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Marker {
    /// The only value there is.
    #[serde(rename = "manifest")]
    Manifest,
}

/// Why a manifest's content is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// The bytes are not the JSON of a manifest.
    #[error("it cannot be read: {0}")]
    Json(String),
    /// It contradicts itself or the protocol.
    #[error("{0}")]
    Rule(String),
}

impl Manifest {
    /// Reads the exact bytes and checks everything that one manifest alone can show.
    pub fn parse(bytes: &[u8]) -> Result<Self, Unsound> {
        if bytes.len() > SIZE_MAX {
            return Err(Unsound::Rule(format!("it has {} bytes, more than {SIZE_MAX}", bytes.len())));
        }
        if !is_plain(bytes) {
            return Err(Unsound::Json("it is no object, or has `null` or a list in a list".to_owned()));
        }
        let manifest: Self = serde_json::from_slice(bytes).map_err(|e| Unsound::Json(e.to_string()))?;
        manifest.check().map_err(Unsound::Rule)?;
        Ok(manifest)
    }

    /// The bytes to sign: JSON, indented so that people can read what they sign.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("a manifest has string keys only");
        bytes.push(b'\n');
        bytes
    }

    /// The unit called `id`.
    #[must_use]
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// The member called `id`.
    #[must_use]
    pub fn member(&self, id: MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    /// The members of `unit` for whom its cases are sealed, in the manifest's order.
    pub fn investigators<'a>(&'a self, unit: &'a Unit) -> impl Iterator<Item = &'a Member> {
        self.members.iter().filter(|member| member.receives_cases() && unit.members.contains(&member.id))
    }

    /// The custodians, in the manifest's order, which is that of their shares.
    pub fn custodians(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.roles.contains(&Role::Custodian))
    }

    /// Whether it is valid on `day`.
    #[must_use]
    pub fn is_valid_on(&self, day: Day) -> bool {
        (self.issued..=self.expires).contains(&day)
    }

    fn check(&self) -> Result<(), String> {
        let rule = |holds: bool, broken: &str| if holds { Ok(()) } else { Err(broken.to_owned()) };
        rule(self.version == 1, "its version is not 1; a newer Amparo may read it")?;
        rule(self.serial >= 1, "its serial is 0")?;
        let first = self.serial == 1;
        rule(first == self.authority.is_none(), "`authority` must stand in every manifest but the first")?;
        rule(first == self.previous.is_none(), "`previous` must stand in every manifest but the first")?;
        rule(self.root.is_sound(), "`root` needs 1 to 32 different keys and a threshold they can reach")?;
        rule(self.name.is_complete(), "`name` must be given in at least one language")?;
        let days = self.expires.days_since(self.issued);
        rule((0..=VALID_DAYS).contains(&days), "`expires` must be 0 to 92 days after `issued`")?;
        self.check_members()?;
        self.check_units()?;
        let custodians = self.custodians().count();
        rule(
            usize::from(self.identity_threshold) <= custodians,
            "`identity_threshold` is more than there are custodians",
        )?;
        rule(custodians <= 255, "there are more than 255 custodians")?;
        let oversight = self.oversight_unit.as_deref();
        rule(oversight.is_none_or(|id| self.unit(id).is_some()), "`oversight_unit` is not one of the units")
    }

    fn check_members(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        let mut keys = BTreeSet::new();
        let mut recipients = BTreeSet::new();
        for member in &self.members {
            let id = member.id;
            if !ids.insert(id) {
                return Err(format!("member {id} stands twice"));
            }
            if !member.title.is_complete() || member.roles.is_empty() {
                return Err(format!("member {id} needs a title and at least one role"));
            }
            if !keys.insert(member.verifying_key) || !recipients.insert(member.recipient.to_bytes()) {
                return Err(format!("a key of member {id} is also somebody else's"));
            }
        }
        for retired in &self.retired {
            if !keys.insert(retired.verifying_key) || !recipients.insert(retired.recipient.to_bytes()) {
                return Err(format!("a retired key of member {} is used elsewhere", retired.member));
            }
        }
        let recovery = self.recovery.as_ref().map(Recipient::to_bytes);
        if recovery.is_some_and(|bytes| recipients.contains(&bytes)) {
            return Err("the recovery recipient is also a member's".to_owned());
        }
        Ok(())
    }

    fn check_units(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        if self.units.is_empty() {
            return Err("there is no unit".to_owned());
        }
        for unit in &self.units {
            let id = &unit.id;
            let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if !plain || !(1..=32).contains(&id.len()) {
                return Err(format!("unit id {id:?} must be 1 to 32 of a-z, 0-9 and -"));
            }
            if !ids.insert(id) {
                return Err(format!("unit {id} stands twice"));
            }
            if !unit.name.is_complete() || !unit.remit.is_complete() {
                return Err(format!("unit {id} needs a name and a remit"));
            }
            let members: BTreeSet<_> = unit.members.iter().collect();
            if members.len() != unit.members.len() || members.iter().any(|&&member| self.member(member).is_none()) {
                return Err(format!("unit {id} names a member twice, or one that is not in `members`"));
            }
            if self.investigators(unit).next().is_none() {
                return Err(format!("unit {id} has no investigator or lead, so nobody could read its reports"));
            }
        }
        Ok(())
    }
}
