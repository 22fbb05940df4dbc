//! The description of an authority that people write: a TOML file, with the public halves of members' keys beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::new::DraftError;
use crate::cli::CliError;
use crate::cli::files::{FileError, folder_of, read};
use crate::protocol::manifest::{ByLanguage, Member, Role, RootPolicy, Unit, VALID_DAYS};
use crate::protocol::member::MemberPublic;
use crate::protocol::recipient::Recipient;

/// A commented description to begin with; only the root keys are missing.
pub const EXAMPLE: &str = include_str!("example.toml");

/// The largest description that is read, in bytes.
const SIZE_MAX: u64 = 1 << 20;

/// The largest public half that is read, in bytes; [`MemberPublic::parse`] takes less.
const PUBLIC_MAX: u64 = 64 << 10;

/// The authority as described, with the members' keys.
#[derive(Clone, Debug)]
pub struct Authority {
    /// Its name.
    pub name: ByLanguage,
    /// Who signs.
    pub root: RootPolicy,
    /// Its units, with the ids of their members.
    pub units: Vec<Unit>,
    /// Its members, in the order of their names in the file.
    pub members: Vec<Member>,
    /// Recipient of the recovery key.
    pub recovery: Option<Recipient>,
    /// How many custodians open an identity.
    pub identity_threshold: u8,
    /// Who receives reports about the others.
    pub oversight_unit: Option<String>,
    /// How long the manifest is to be valid, in days.
    pub valid_days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: ByLanguage,
    root: DescribedRoot,
    units: Vec<DescribedUnit>,
    members: BTreeMap<String, DescribedMember>,
    recovery: Option<Recipient>,
    identity_threshold: u8,
    oversight_unit: Option<String>,
    #[serde(default = "longest")]
    valid_days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedRoot {
    threshold: u8,
    /// As text, so that the one that is wrong can be named.
    keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedUnit {
    id: String,
    name: ByLanguage,
    remit: ByLanguage,
    members: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DescribedMember {
    title: ByLanguage,
    roles: BTreeSet<Role>,
    public: String,
}

fn longest() -> i64 {
    VALID_DAYS
}

impl Authority {
    /// Reads the description at `path` and the files it names, which lie beside it.
    pub fn read(path: &Path) -> Result<Self, CliError> {
        let wrong = |what: String| DraftError::Description { path: path.to_owned(), what };
        let text = String::from_utf8(read(path, SIZE_MAX)?).map_err(|_| FileError::NotText(path.to_owned()))?;
        let described: Described = toml::from_str(&text).map_err(|error| wrong(error.to_string().trim().to_owned()))?;
        let key_of = |text: &String| {
            text.parse().map_err(|_| wrong(format!("{text:?} is no verifying key as `amparo keys show` tells it")))
        };
        let keys = described.root.keys.iter().map(key_of).collect::<Result<_, _>>()?;
        let mut ids = BTreeMap::new();
        let mut members = Vec::new();
        for (name, member) in described.members {
            let file = folder_of(path).join(&member.public);
            let public = MemberPublic::parse(&read(&file, PUBLIC_MAX)?)
                .map_err(|source| CliError::NotAMember { path: file, source })?;
            ids.insert(name, public.id);
            let DescribedMember { title, roles, .. } = member;
            let MemberPublic { id, recipient, verifying_key, .. } = public;
            members.push(Member { id, title, roles, recipient, verifying_key });
        }
        let mut units = Vec::new();
        for DescribedUnit { id, name, remit, members } in described.units {
            let id_of = |member: &String| {
                ids.get(member)
                    .copied()
                    .ok_or_else(|| wrong(format!("unit {id} names {member}, who has no [members.{member}]")))
            };
            let members = members.iter().map(id_of).collect::<Result<_, _>>()?;
            units.push(Unit { id, name, remit, members });
        }
        Ok(Self {
            name: described.name,
            root: RootPolicy { keys, threshold: described.root.threshold },
            units,
            members,
            recovery: described.recovery,
            identity_threshold: described.identity_threshold,
            oversight_unit: described.oversight_unit,
            valid_days: described.valid_days,
        })
    }
}
