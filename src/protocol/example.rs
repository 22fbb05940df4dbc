//! An authority with throwaway keys, for examples, tests, benches and the demonstration. Never for real reports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ring::rand::SecureRandom;

use super::bytes::{AuthorityId, hash};
use super::card::{SignedCard, UntrustedCard};
use super::desk_case::{DeskCase, DeskCaseError};
use super::envelope::{SealedEnvelope, UntrustedEnvelope};
use super::grant::{SealedGrant, UntrustedGrant};
use super::manifest::{
    ByLanguage, History, Manifest, Marker, Member, Role, RootPolicy, Unit, UntrustedManifest, sign, signature_line,
};
use super::member::{MemberKey, RootKey};
use crate::clock::Day;

/// The day on which the example's manifest is issued.
pub const DAY: &str = "2026-03-02";

/// An authority of two units, three investigators and two custodians.
pub struct Authority {
    /// Its root key.
    pub root: RootKey,
    /// Its one manifest.
    pub history: Arc<History>,
    /// Its members' keys, in the manifest's order: a lead and an investigator of the first unit, a lead of the
    /// oversight unit, two custodians.
    pub members: Vec<MemberKey>,
}

/// Makes an authority whose manifest is issued on [`DAY`].
///
/// # Panics
/// When the system gives no randomness.
#[must_use]
pub fn authority(rng: &dyn SecureRandom) -> Authority {
    authority_on(DAY.parse().expect("the example's day is a day"), rng)
}

/// Makes an authority whose manifest is issued on `issued` and valid for a quarter.
///
/// # Panics
/// When the system gives no randomness, or on the last days of the year 9999.
#[must_use]
pub fn authority_on(issued: Day, rng: &dyn SecureRandom) -> Authority {
    let aliases = ["lead", "investigator", "oversight", "custodian-1", "custodian-2"];
    let generate = |alias: &str| MemberKey::generate(alias.to_owned(), rng).expect("the system gives random bytes");
    let members: Vec<_> = aliases.into_iter().map(generate).collect();
    let root = RootKey::generate(rng).expect("the system gives random bytes");
    let bytes = manifest(issued, &root, &members).to_bytes();
    let id = AuthorityId(hash(&bytes).0);
    let signatures = signature_line(root.signing(), &sign(&bytes, &id, root.signing()));
    let history =
        History::verify(vec![UntrustedManifest { bytes, signatures }]).expect("the example's manifest is sound");
    Authority { root, history: Arc::new(history), members }
}

fn text(texts: [(&str, &str); 3]) -> ByLanguage {
    ByLanguage(texts.into_iter().map(|(tag, text)| (tag.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>())
}

fn manifest(issued: Day, root: &RootKey, members: &[MemberKey]) -> Manifest {
    let titles = [
        [("en", "Head of public works"), ("fr", "Chef des travaux publics"), ("ar", "رئيس الأشغال العامة")],
        [("en", "Investigator, public works"), ("fr", "Enquêtrice, travaux publics"), ("ar", "محققة، الأشغال العامة")],
        [("en", "Head of oversight"), ("fr", "Chef du contrôle interne"), ("ar", "رئيسة الرقابة الداخلية")],
        [("en", "Legal adviser"), ("fr", "Conseillère juridique"), ("ar", "المستشارة القانونية")],
        [("en", "Ombudsman's delegate"), ("fr", "Déléguée du médiateur"), ("ar", "مندوبة أمين المظالم")],
    ];
    let roles = [Role::Lead, Role::Investigator, Role::Lead, Role::Custodian, Role::Custodian];
    let describe = |((key, title), role): ((&MemberKey, _), Role)| Member {
        id: key.id,
        title: text(title),
        roles: BTreeSet::from([role]),
        recipient: key.identity().recipient(),
        verifying_key: key.signing().verifying_key(),
    };
    Manifest {
        amparo: Marker::Manifest,
        version: 1,
        authority: None,
        name: text([
            ("en", "Anti-Corruption Office of Exampleland"),
            ("fr", "Office anticorruption d’Exempleland"),
            ("ar", "مكتب مكافحة الفساد في مثاليا"),
        ]),
        root: RootPolicy { keys: vec![root.signing().verifying_key()], threshold: 1 },
        serial: 1,
        previous: None,
        issued,
        expires: issued.plus(super::manifest::VALID_DAYS).expect("a quarter later is still before the year 10000"),
        units: vec![
            Unit {
                id: "works".to_owned(),
                name: text([("en", "Public works"), ("fr", "Travaux publics"), ("ar", "الأشغال العامة")]),
                remit: text([
                    ("en", "Roads, buildings, tenders and contracts paid with public money."),
                    ("fr", "Routes, bâtiments, appels d’offres et contrats payés par l’argent public."),
                    ("ar", "الطرق والمباني والمناقصات والعقود التي تُدفع من المال العام."),
                ]),
                members: vec![members[0].id, members[1].id],
            },
            Unit {
                id: "oversight".to_owned(),
                name: text([("en", "Oversight"), ("fr", "Contrôle interne"), ("ar", "الرقابة الداخلية")]),
                remit: text([
                    ("en", "Reports about people who work in this office."),
                    ("fr", "Signalements visant des personnes qui travaillent dans cet office."),
                    ("ar", "البلاغات المتعلقة بمن يعملون في هذا المكتب."),
                ]),
                members: vec![members[2].id],
            },
        ],
        members: members.iter().zip(titles).zip(roles).map(describe).collect(),
        retired: Vec::new(),
        recovery: None,
        identity_threshold: 2,
        oversight_unit: Some("oversight".to_owned()),
    }
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
