//! Conflict of interest: from what a reporter ticked to who will read a report, and who never can.
//!
//! `web/src/protocol/readers.ts` is the same rule; both are held to `tests/vectors/readers.json`.

use std::collections::BTreeSet;

use super::bytes::MemberId;
use super::manifest::{Manifest, Member, Unit};

/// Why a report cannot be sealed for anybody as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadersError {
    /// There is no such unit.
    #[error("there is no unit {0:?}; choose one of the authority's")]
    NoUnit(String),
    /// Somebody was named who neither reads reports in some unit nor opens names.
    #[error("there is nobody called {0:?} who could be left out; look through the list again")]
    Unknown(String),
    /// Everybody who could read it was named.
    #[error(
        "everybody who could read it there was named{}; choose another unit, or leave somebody out of the list",
        if *oversight { ", though the oversight unit can take it if you would rather not say who is involved" } else { "" }
    )]
    AllNamed {
        /// Whether the oversight unit can read it instead, when the reporter would rather not say who is involved.
        oversight: bool,
    },
}

/// For whom a report is sealed; all members in the manifest's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readers {
    /// Id of the unit.
    pub unit: String,
    /// Id of the unit that was chosen, when the oversight unit reads it instead.
    pub instead_of: Option<String>,
    /// Those of the unit who can open it.
    pub readers: Vec<MemberId>,
    /// Those of the unit's investigators, and of the custodians, who were named: what they get opens for nobody.
    pub left_out: Vec<MemberId>,
    /// Whether enough custodians are left to open a name.
    pub opens_names: bool,
}

impl Readers {
    /// What a reporter asks for: a unit, the ids of those `named`, and whether somebody in the unit chosen is involved
    /// whom they would rather not name (`unsaid`).
    ///
    /// Whoever is named is left out wherever they would take part, under whichever unit they stood; who has no part in
    /// this report is not told of. Where it is unsaid who is involved, the oversight unit reads it, and nobody of the
    /// unit chosen does, even if they belong to both; `unsaid` says nothing where no other unit has that office.
    pub fn chosen(manifest: &Manifest, unit: &str, named: &[&str], unsaid: bool) -> Result<Self, ReadersError> {
        let chosen = manifest.unit(unit).ok_or_else(|| ReadersError::NoUnit(unit.to_owned()))?;
        let custodians: Vec<_> = manifest.custodians().filter(|_| manifest.identity_threshold > 0).collect();
        let mut ids = BTreeSet::new();
        for &id in named {
            let listed = manifest.units.iter().flat_map(|unit| manifest.investigators(unit));
            let mut listed = listed.chain(custodians.iter().copied());
            let found = listed.find(|member| member.id.to_string() == id);
            ids.insert(found.ok_or_else(|| ReadersError::Unknown(id.to_owned()))?.id);
        }
        let instead = oversight_of(manifest, chosen).filter(|_| unsaid);
        if instead.is_some() {
            ids.extend(manifest.investigators(chosen).map(|member| member.id));
        }
        let unit = instead.unwrap_or(chosen);
        let is_named = |member: &&Member| ids.contains(&member.id);
        let readers: Vec<_> = manifest.investigators(unit).filter(|member| !is_named(member)).collect();
        if readers.is_empty() {
            let oversight = !unsaid && Self::chosen(manifest, &chosen.id, named, true).is_ok();
            return Err(ReadersError::AllNamed { oversight });
        }
        let takes_part = |member: &&Member| {
            unit.members.contains(&member.id) && member.receives_cases()
                || custodians.iter().any(|custodian| custodian.id == member.id)
        };
        let left_out = manifest.members.iter().filter(takes_part).filter(is_named);
        let opening = custodians.iter().filter(|custodian| !is_named(custodian)).count();
        Ok(Self {
            unit: unit.id.clone(),
            instead_of: instead.map(|_| chosen.id.clone()),
            readers: readers.into_iter().map(|member| member.id).collect(),
            left_out: left_out.map(|member| member.id).collect(),
            opens_names: !custodians.is_empty() && opening >= usize::from(manifest.identity_threshold),
        })
    }
}

/// The unit that takes reports about the members of `unit`; none where no other unit has that office.
#[must_use]
pub fn oversight_of<'a>(manifest: &'a Manifest, unit: &Unit) -> Option<&'a Unit> {
    let oversight = manifest.oversight_unit.as_deref()?;
    manifest.unit(oversight).filter(|oversight| oversight.id != unit.id)
}
