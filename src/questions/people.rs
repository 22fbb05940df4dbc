//! Units and members as a form lists them, in the reader's language.

use crate::locale::Language;
use crate::protocol::manifest::{Manifest, Member};

/// A member in the reader's language.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// Id in the manifest, 16 hex digits.
    pub id: String,
    /// Office or title.
    pub title: &'a str,
}

/// A unit in the reader's language.
#[derive(Clone, Debug)]
pub struct Unit<'a> {
    /// Id in the manifest.
    pub id: &'a str,
    /// Name.
    pub name: &'a str,
    /// What it deals with.
    pub remit: &'a str,
    /// Those who read its reports.
    pub members: Vec<Person<'a>>,
}

/// The units of `manifest`, each with those who read its reports.
#[must_use]
pub fn units_of(manifest: &Manifest, language: Language) -> Vec<Unit<'_>> {
    let mut units = Vec::new();
    for unit in &manifest.units {
        units.push(Unit {
            id: &unit.id,
            name: language.pick(&unit.name.0),
            remit: language.pick(&unit.remit.0),
            members: manifest.investigators(unit).map(|member| person(member, language)).collect(),
        });
    }
    units
}

/// Those who open names together; nobody when confidential reports are not offered.
#[must_use]
pub fn custodians_of(manifest: &Manifest, language: Language) -> Vec<Person<'_>> {
    let offered = manifest.identity_threshold > 0;
    manifest.custodians().filter(|_| offered).map(|member| person(member, language)).collect()
}

fn person(member: &Member, language: Language) -> Person<'_> {
    Person { id: member.id.to_string(), title: language.pick(&member.title.0) }
}
