//! The rule of who reads a report, held to the table that the second implementation is held to as well:
//! `tests/vectors/readers.json`, written by hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use amparo::protocol::bytes::MemberId;
use amparo::protocol::example;
use amparo::protocol::manifest::{Manifest, Member, Role, Unit};
use amparo::protocol::readers::{Readers, ReadersError};
use ring::rand::SystemRandom;
use serde::Deserialize;

#[derive(Deserialize)]
struct Table {
    authorities: BTreeMap<String, Authority>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Authority {
    members: Vec<Named>,
    units: BTreeMap<String, Vec<String>>,
    oversight_unit: Option<String>,
    identity_threshold: u8,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    id: String,
    roles: BTreeSet<Role>,
}

#[derive(Deserialize)]
struct Case {
    what: String,
    authority: String,
    unit: String,
    /// Names of members, or ids as a form might bring them.
    named: Vec<String>,
    unsaid: bool,
    refused: Option<String>,
    reads: Option<String>,
    instead_of: Option<String>,
    #[serde(default)]
    readers: Vec<String>,
    #[serde(default)]
    left_out: Vec<String>,
    #[serde(default)]
    opens_names: bool,
}

impl Authority {
    /// The id of the member called so, or the name itself.
    fn id<'a>(&'a self, name: &'a str) -> &'a str {
        self.members.iter().find(|member| member.name == name).map_or(name, |member| &*member.id)
    }

    fn ids(&self, names: &[String]) -> Vec<MemberId> {
        names.iter().map(|name| self.id(name).parse().unwrap()).collect()
    }

    /// An example's manifest with this authority's members, whose keys do not matter here.
    fn manifest(&self, like: &Manifest) -> Manifest {
        let member =
            |one: &Named| Member { id: one.id.parse().unwrap(), roles: one.roles.clone(), ..like.members[0].clone() };
        let unit = |(id, names): (&String, &Vec<String>)| Unit {
            id: id.clone(),
            members: self.ids(names),
            ..like.units[0].clone()
        };
        Manifest {
            members: self.members.iter().map(member).collect(),
            units: self.units.iter().map(unit).collect(),
            oversight_unit: self.oversight_unit.clone(),
            identity_threshold: self.identity_threshold,
            ..like.clone()
        }
    }
}

fn word(error: &ReadersError) -> &'static str {
    match error {
        ReadersError::NoUnit(_) => "no-unit",
        ReadersError::Unknown(_) => "unknown",
        ReadersError::AllNamed { oversight: true } => "all-named-oversight",
        ReadersError::AllNamed { oversight: false } => "all-named",
    }
}

#[test]
fn who_reads_and_who_is_left_out() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/readers.json");
    let table: Table = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let like = example::authority(&SystemRandom::new()).history.current().clone();
    println!("readers.json: cases: {}", table.cases.len());
    assert!(table.cases.len() > 30);
    for case in &table.cases {
        let authority = &table.authorities[&case.authority];
        let named: Vec<_> = case.named.iter().map(|name| authority.id(name)).collect();
        let found = Readers::chosen(&authority.manifest(&like), &case.unit, &named, case.unsaid);
        let expected = match &case.refused {
            Some(refused) => Err(refused.as_str()),
            None => Ok(Readers {
                unit: case.reads.clone().unwrap(),
                instead_of: case.instead_of.clone(),
                readers: authority.ids(&case.readers),
                left_out: authority.ids(&case.left_out),
                opens_names: case.opens_names,
            }),
        };
        assert_eq!(found.as_ref().map_err(word), expected.as_ref().map_err(|refused| *refused), "{}", case.what);
    }
}
