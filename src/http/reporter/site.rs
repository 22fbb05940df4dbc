//! What the pages know of the authority: taken from its manifest and the configuration.

use std::collections::BTreeMap;

use super::{FileLimits, Page, Person, Unit};
use crate::config::limits::Limits;
use crate::config::reporter as config;
use crate::locale::Language;
use crate::protocol::bytes::MemberId;
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::{self, History};

/// The authority as its pages present it.
#[derive(Clone, Debug)]
pub struct Site {
    /// Name by language tag.
    pub name: BTreeMap<String, String>,
    /// Fingerprint of the root policy.
    pub fingerprint: Fingerprint,
    /// Where *leave now* leads.
    pub leave_url: String,
    /// Address of the onion service, when there is one.
    pub onion: Option<String>,
    /// Scheme, host and port under which reporters know the site, when they are configured.
    pub origin: Option<String>,
    /// The units that take reports, in the manifest's order.
    pub units: Vec<SiteUnit>,
    /// Those who open names together; empty when confidential reports are not offered.
    pub custodians: Vec<SiteMember>,
    /// Id of the unit that takes reports about the others.
    pub oversight: Option<String>,
    /// How many custodians must act together to open an identity; 0 when confidential reports are not offered.
    pub identity_threshold: u64,
    /// What a report or message may carry.
    pub limits: FileLimits,
}

/// A unit with its texts by language tag.
#[derive(Clone, Debug)]
pub struct SiteUnit {
    /// Id in the manifest (`[a-z0-9-]{1,32}`).
    pub id: String,
    /// Name by language tag.
    pub name: BTreeMap<String, String>,
    /// Remit by language tag.
    pub remit: BTreeMap<String, String>,
    /// Those who read its reports, in the manifest's order.
    pub members: Vec<SiteMember>,
}

/// A member by office or title, as reporters would know them.
#[derive(Clone, Debug)]
pub struct SiteMember {
    /// Id in the manifest.
    pub id: MemberId,
    /// Office or title by language tag.
    pub title: BTreeMap<String, String>,
}

impl Site {
    /// What the newest of `history`'s manifests and the configuration say.
    #[must_use]
    pub fn new(history: &History, reporter: &config::Reporter, limits: &Limits) -> Self {
        let manifest = history.current();
        let unit = |unit: &manifest::Unit| SiteUnit {
            id: unit.id.clone(),
            name: unit.name.0.clone(),
            remit: unit.remit.0.clone(),
            members: manifest.investigators(unit).map(SiteMember::from).collect(),
        };
        let offered = manifest.identity_threshold > 0;
        Self {
            name: manifest.name.0.clone(),
            fingerprint: history.fingerprint(),
            leave_url: reporter.leave_url.clone(),
            onion: reporter.onion.clone(),
            origin: reporter.origin.clone(),
            units: manifest.units.iter().map(unit).collect(),
            custodians: manifest.custodians().filter(|_| offered).map(SiteMember::from).collect(),
            oversight: manifest.oversight_unit.clone(),
            identity_threshold: u64::from(manifest.identity_threshold),
            limits: FileLimits { count: limits.files_per_submission as u64, bytes: limits.file_bytes.bytes() },
        }
    }

    /// The frame of a page; see [`Page::path`] for `path`.
    #[must_use]
    pub fn page<'a>(&'a self, language: Language, path: Option<&'a str>) -> Page<'a> {
        Page {
            locale: language.locale(),
            authority: language.pick(&self.name),
            fingerprint: self.fingerprint,
            leave_url: &self.leave_url,
            path,
        }
    }

    /// The name of the unit called `id`, in the reader's language; the id itself when the unit is no more.
    #[must_use]
    pub fn unit_name<'a>(&'a self, language: Language, id: &'a str) -> &'a str {
        self.units.iter().find(|unit| unit.id == id).map_or(id, |unit| unit.spoken(language).name)
    }

    /// The unit called `id`.
    #[must_use]
    pub fn unit(&self, id: &str) -> Option<&SiteUnit> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// Those of `ids` who read reports or open names, in the reader's language; each once.
    #[must_use]
    pub fn people(&self, ids: &[MemberId], language: Language) -> Vec<Person<'_>> {
        let listed = || self.units.iter().flat_map(|unit| &unit.members).chain(&self.custodians);
        people(ids.iter().filter_map(|id| listed().find(|member| member.id == *id)), language)
    }

    /// The units in the reader's language.
    #[must_use]
    pub fn units(&self, language: Language) -> Vec<Unit<'_>> {
        self.units.iter().map(|unit| unit.spoken(language)).collect()
    }
}

impl SiteUnit {
    /// The unit in the reader's language.
    #[must_use]
    pub fn spoken(&self, language: Language) -> Unit<'_> {
        Unit {
            id: &self.id,
            name: language.pick(&self.name),
            remit: language.pick(&self.remit),
            members: people(&self.members, language),
        }
    }
}

impl From<&manifest::Member> for SiteMember {
    fn from(member: &manifest::Member) -> Self {
        Self { id: member.id, title: member.title.0.clone() }
    }
}

/// `members` in the reader's language.
pub(super) fn people<'a>(members: impl IntoIterator<Item = &'a SiteMember>, language: Language) -> Vec<Person<'a>> {
    let person = |member: &'a SiteMember| Person { id: member.id.to_string(), title: language.pick(&member.title) };
    members.into_iter().map(person).collect()
}
