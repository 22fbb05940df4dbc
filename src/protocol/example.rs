//! An authority with throwaway keys, for examples, tests, benches and the demonstration. Never for real reports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ring::rand::SecureRandom;

use super::bytes::{AuthorityId, hash};
use super::card::{SignedCard, UntrustedCard};
use super::content::{Answers, Channel, Danger};
use super::desk_case::{DeskCase, DeskCaseError};
use super::envelope::{SealedEnvelope, UntrustedEnvelope};
use super::grant::{SealedGrant, UntrustedGrant};
use super::manifest::{
    ByLanguage, History, Manifest, Marker, Member, Role, RootPolicy, Unit, UntrustedManifest, sign, signature_line,
};
use super::member::{MemberKey, RootKey};
use super::report::Story;
use crate::clock::Day;

/// The day on which the example's manifest is issued.
pub const DAY: &str = "2026-03-02";

/// An authority whose keys are all here.
pub struct Authority {
    /// Its root key.
    pub root: RootKey,
    /// Its manifests: one, where nothing else is said.
    pub history: Arc<History>,
    /// Its members' keys, in the manifest's order.
    pub members: Vec<MemberKey>,
}

/// A made-up member: alias, titles, role, and the unit they belong to.
struct Seat(&'static str, Texts, Role, Option<&'static str>);

/// A text in English, French and Arabic.
type Texts = [&'static str; 3];

/// A made-up unit: id, name, remit.
struct Office(&'static str, Texts, Texts);

/// The small authority: a lead and an investigator of the first unit, a lead of the oversight unit, two custodians.
const SMALL: [Seat; 5] = [
    Seat("lead", ["Head of public works", "Chef des travaux publics", "رئيس الأشغال العامة"], Role::Lead, Some("works")),
    Seat(
        "investigator",
        ["Investigator, public works", "Enquêtrice, travaux publics", "محققة، الأشغال العامة"],
        Role::Investigator,
        Some("works"),
    ),
    Seat(
        "oversight",
        ["Head of oversight", "Chef du contrôle interne", "رئيسة الرقابة الداخلية"],
        Role::Lead,
        Some("oversight"),
    ),
    Seat("custodian-1", ["Legal adviser", "Conseillère juridique", "المستشارة القانونية"], Role::Custodian, None),
    Seat(
        "custodian-2",
        ["Ombudsman's delegate", "Déléguée du médiateur", "مندوبة أمين المظالم"],
        Role::Custodian,
        None,
    ),
];

/// Who else is in the large authority.
const MORE: [Seat; 7] = [
    Seat(
        "engineer",
        ["Engineer, public works", "Ingénieur, travaux publics", "مهندس، الأشغال العامة"],
        Role::Investigator,
        Some("works"),
    ),
    Seat("health-lead", ["Head of health", "Cheffe de la santé", "رئيسة الصحة"], Role::Lead, Some("health")),
    Seat(
        "health-investigator",
        ["Investigator, health", "Enquêteur, santé", "محقق، الصحة"],
        Role::Investigator,
        Some("health"),
    ),
    Seat(
        "auditor",
        ["Auditor of accounts, health", "Vérificatrice des comptes, santé", "مدققة الحسابات، الصحة"],
        Role::Investigator,
        Some("health"),
    ),
    Seat(
        "inspector",
        ["Inspector, oversight", "Inspecteur, contrôle interne", "مفتش، الرقابة الداخلية"],
        Role::Investigator,
        Some("oversight"),
    ),
    Seat("custodian-3", ["Retired judge", "Magistrate à la retraite", "قاضية متقاعدة"], Role::Custodian, None),
    Seat(
        "hotline",
        ["Hotline operator", "Opérateur de la permanence téléphonique", "موظف الخط الساخن"],
        Role::Hotline,
        None,
    ),
];

const WORKS: Office = Office(
    "works",
    ["Public works", "Travaux publics", "الأشغال العامة"],
    [
        "Roads, buildings, tenders and contracts paid with public money.",
        "Routes, bâtiments, appels d’offres et contrats payés par l’argent public.",
        "الطرق والمباني والمناقصات والعقود التي تُدفع من المال العام.",
    ],
);

const HEALTH: Office = Office(
    "health",
    ["Health", "Santé", "الصحة"],
    [
        "Hospitals, medicines and what is bought for them.",
        "Hôpitaux, médicaments et achats faits pour eux.",
        "المستشفيات والأدوية وما يُشترى لها.",
    ],
);

const OVERSIGHT: Office = Office(
    "oversight",
    ["Oversight", "Contrôle interne", "الرقابة الداخلية"],
    [
        "Reports about people who work in this office.",
        "Signalements visant des personnes qui travaillent dans cet office.",
        "البلاغات المتعلقة بمن يعملون في هذا المكتب.",
    ],
);

/// Makes an authority of two units, whose manifest is issued on [`DAY`].
///
/// # Panics
/// When the system gives no randomness.
#[must_use]
pub fn authority(rng: &dyn SecureRandom) -> Authority {
    authority_on(DAY.parse().expect("the example's day is a day"), rng)
}

/// Makes an authority of two units, whose manifest is issued on `issued` and valid for a quarter.
///
/// # Panics
/// When the system gives no randomness, or on the last days of the year 9999.
#[must_use]
pub fn authority_on(issued: Day, rng: &dyn SecureRandom) -> Authority {
    make(&[issued], rng, &[&WORKS, &OVERSIGHT], SMALL.iter())
}

/// Makes one of three units, in each of which somebody can be left out and somebody still reads.
///
/// # Panics
/// As [`authority_on`] does.
#[must_use]
pub fn large_authority_on(issued: Day, rng: &dyn SecureRandom) -> Authority {
    large_authority_since(issued, issued, rng)
}

/// The same with a past: manifests that follow on each other, the oldest issued on `first` or up to a quarter before it
/// and the newest on `issued`, so that something could be sealed on every day from `first` on.
///
/// # Panics
/// As [`authority_on`] does, and where `first` lies less than a quarter after the year 2000 began.
#[must_use]
pub fn large_authority_since(first: Day, issued: Day, rng: &dyn SecureRandom) -> Authority {
    let before = |day: Day| day.plus(-super::manifest::VALID_DAYS).expect("a quarter earlier is after the year 2000");
    let mut days = vec![issued];
    while days[days.len() - 1] > first {
        days.push(before(days[days.len() - 1]));
    }
    days.reverse();
    make(&days, rng, &[&WORKS, &HEALTH, &OVERSIGHT], SMALL.iter().chain(&MORE))
}

/// One manifest for each day of `issued`, in order.
fn make<'a>(
    issued: &[Day],
    rng: &dyn SecureRandom,
    offices: &[&Office],
    seats: impl Iterator<Item = &'a Seat>,
) -> Authority {
    let generate = |alias: &str| MemberKey::generate(alias.to_owned(), rng).expect("the system gives random bytes");
    let staff: Vec<_> = seats.map(|seat| (seat, generate(seat.0))).collect();
    let root = RootKey::generate(rng).expect("the system gives random bytes");
    let mut manifests: Vec<UntrustedManifest> = Vec::with_capacity(issued.len());
    for (day, serial) in issued.iter().zip(1..) {
        let mut next = manifest(*day, &root, offices, &staff);
        next.serial = serial;
        next.previous = manifests.last().map(|before| hash(&before.bytes));
        next.authority = manifests.first().map(|first| AuthorityId(hash(&first.bytes).0));
        let bytes = next.to_bytes();
        let id = next.authority.unwrap_or_else(|| AuthorityId(hash(&bytes).0));
        let signatures = signature_line(root.signing(), &sign(&bytes, &id, root.signing()));
        manifests.push(UntrustedManifest { bytes, signatures });
    }
    let history = History::verify(manifests).expect("the example's manifests are sound");
    Authority { root, history: Arc::new(history), members: staff.into_iter().map(|(_, key)| key).collect() }
}

fn text(texts: Texts) -> ByLanguage {
    let texts = ["en", "fr", "ar"].into_iter().zip(texts);
    ByLanguage(texts.map(|(tag, text)| (tag.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>())
}

fn manifest(issued: Day, root: &RootKey, offices: &[&Office], staff: &[(&Seat, MemberKey)]) -> Manifest {
    let unit = |Office(id, name, remit): &&Office| Unit {
        id: (*id).to_owned(),
        name: text(*name),
        remit: text(*remit),
        members: staff.iter().filter(|(seat, _)| seat.3 == Some(*id)).map(|(_, key)| key.id).collect(),
    };
    let member = |(Seat(_, title, role, _), key): &(&Seat, MemberKey)| Member {
        id: key.id,
        title: text(*title),
        roles: BTreeSet::from([*role]),
        recipient: key.identity().recipient(),
        verifying_key: key.signing().verifying_key(),
    };
    Manifest {
        amparo: Marker::Manifest,
        version: 1,
        authority: None,
        name: text([
            "Anti-Corruption Office of Exampleland",
            "Office anticorruption d’Exempleland",
            "مكتب مكافحة الفساد في مثاليا",
        ]),
        root: RootPolicy { keys: vec![root.signing().verifying_key()], threshold: 1 },
        serial: 1,
        previous: None,
        issued,
        expires: issued.plus(super::manifest::VALID_DAYS).expect("a quarter later is still before the year 10000"),
        units: offices.iter().map(unit).collect(),
        members: staff.iter().map(member).collect(),
        retired: Vec::new(),
        recovery: None,
        identity_threshold: 2,
        oversight_unit: Some("oversight".to_owned()),
    }
}

/// What a report says in tests: one that a server seals, in English, of bribery.
#[must_use]
pub fn story(what: &str) -> Story {
    let mut fields = Answers::default();
    fields.insert("what", what.to_owned());
    let (language, category) = ("en".to_owned(), "bribery".to_owned());
    Story { channel: Channel::Web, assisted: true, language, category, fields, danger: Danger::No }
}

/// Opens a case as the authority's member of that place in the list would.
pub fn desk_case(
    authority: &Authority,
    member: usize,
    card: &SignedCard,
    grants: &[SealedGrant],
    envelopes: &[SealedEnvelope],
) -> Result<DeskCase, DeskCaseError> {
    let grants: Vec<_> = grants.iter().map(UntrustedGrant::from).collect();
    let envelopes = envelopes.iter().map(UntrustedEnvelope::from).collect();
    let key = &authority.members[member];
    DeskCase::open(Arc::clone(&authority.history), key, &untrusted_card(card), &grants, envelopes)
}

/// A card as it comes from a server.
#[must_use]
pub fn untrusted_card(card: &SignedCard) -> UntrustedCard {
    UntrustedCard { bytes: card.card().to_bytes(), signature: card.signature().0.to_vec() }
}
