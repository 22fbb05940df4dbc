//! `manifests.json`: manifests one by one, and whatever can be wrong with one. All keys in it grow from seeds, so that it
//! is the same in every run.

use amparo::protocol::manifest::Manifest;
use amparo::protocol::recipient::{Identity, Recipient};
use amparo::protocol::sign::SigningKey;
use serde_json::{Value, json};

use crate::{computed, secret};

/// The day on which the first manifest expires.
pub const EXPIRES: &str = "2026-06-01";
pub const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

pub fn signer(seed: u8) -> SigningKey {
    SigningKey::from_seed(secret(seed))
}

/// A classic recipient, since short ones keep the file small; the scalar is `seed` everywhere.
pub fn classic(seed: u8) -> Recipient {
    let prefix = bech32::Hrp::parse("AGE-SECRET-KEY-").unwrap();
    let text = bech32::encode::<bech32::Bech32>(prefix, &[seed; 32]).unwrap();
    Identity::parse(&text.to_uppercase()).unwrap().recipient()
}

fn member(seed: u8, role: &str) -> Value {
    json!({
        "id": format!("{seed:02x}").repeat(8), "title": {"en": format!("Member {seed}"), "ar": "عضو"}, "roles": [role],
        "recipient": classic(seed), "verifying_key": signer(seed).verifying_key(),
    })
}

/// The first manifest: two units, two members who receive cases, two custodians, one of whom has a hybrid recipient.
pub fn first() -> Value {
    let mut custodian = member(14, "custodian");
    custodian["recipient"] = json!(Identity::hybrid_from_seed(&secret(14)).recipient());
    let members = [member(11, "lead"), member(12, "investigator"), member(13, "custodian"), custodian];
    json!({
        "amparo": "manifest", "version": 1, "name": {"en": "Office", "fr": "Bureau"}, "serial": 1,
        "root": {"keys": [signer(1).verifying_key()], "threshold": 1}, "issued": "2026-03-02", "expires": EXPIRES,
        "units": [
            {"id": "works", "name": {"en": "Works"}, "remit": {"en": "Roads."},
             "members": [members[0]["id"], members[1]["id"]]},
            {"id": "oversight-2", "name": {"en": "Oversight"}, "remit": {"en": "Us."}, "members": [members[0]["id"]]},
        ],
        "members": members, "identity_threshold": 2, "oversight_unit": "oversight-2",
    })
}

pub fn bytes_of(manifest: &Value) -> Vec<u8> {
    manifest.to_string().into_bytes()
}

/// Texts of the first manifest that say the same, or something that holds as well.
fn sound_manifests() -> Vec<Value> {
    let good = first();
    let text = good.to_string();
    let with = |pointer: &str, value: Value| changed(&good, pointer, value).to_string();
    let cases = [
        ("as it is", text.clone()),
        ("white space and line ends", serde_json::to_string_pretty(&good).unwrap().replace('\n', "\r\n\t")),
        ("space around it", format!(" \n{text}\n")),
        ("a name in other spelling", text.replacen("\"amparo\"", r#""\u0061mparo""#, 1)),
        ("valid for one day", with("/expires", json!("2026-03-02"))),
        ("valid for 92 days", with("/expires", json!("2026-06-02"))),
        ("no identities", with("/identity_threshold", json!(0))),
        ("a name of a byte order mark", with("/name", json!({"en": "\u{feff}"}))),
        ("several roles", with("/members/0/roles", json!(["lead", "custodian", "auditor", "hotline"]))),
        ("one role twice", with("/members/0/roles", json!(["lead", "lead"]))),
        ("an empty list of retired keys", with("/retired", json!([]))),
        ("a unit id of 32 letters", with("/units/0/id", json!("a".repeat(32)))),
    ];
    let check = |(why, text): (&str, String)| {
        assert!(Manifest::parse(text.as_bytes()).is_ok(), "{why}");
        json!({"why": why, "text": text})
    };
    cases.into_iter().map(check).collect()
}

/// `manifest` with another value at `pointer`, which may be a field that it does not have.
fn changed(manifest: &Value, pointer: &str, value: Value) -> Value {
    let mut manifest = manifest.clone();
    match manifest.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => manifest[&pointer[1..]] = value,
    }
    manifest
}

fn refused_manifests() -> Vec<Value> {
    let good = first();
    let text = good.to_string();
    let (unit, member) = (&good["units"][0], &good["members"][0]);
    let retired = |key: &Value, recipient: &Value| json!([{"member": "0011223344556677", "recipient": recipient, "verifying_key": key, "day": "2026-01-01"}]);
    let (key, recipient) = (json!(signer(41).verifying_key()), json!(classic(41)));
    let spaces = " \u{85}\u{3000}";
    let recipient_text = classic(12).to_string();
    let mistyped = format!("{}{}", &recipient_text[..61], if recipient_text.ends_with('q') { "p" } else { "q" });
    let values = [
        ("version", "/version", json!(2)),
        ("marker", "/amparo", json!("member")),
        ("serial 0", "/serial", json!(0)),
        ("serial 2 without a manifest before", "/serial", json!(2)),
        ("serial of another form", "/serial", json!(1.0)),
        ("serial beyond 64 bits", "/serial", json!(18_446_744_073_709_551_616.0_f64)),
        ("serial as text", "/serial", json!("1")),
        ("an authority in the first", "/authority", json!(ZEROS)),
        ("a manifest before the first", "/previous", json!(ZEROS)),
        ("no name", "/name", json!({})),
        ("a blank name", "/name", json!({"en": spaces})),
        ("a name without language", "/name", json!({"": "a"})),
        ("a name in a list", "/name", json!([["en", "a"]])),
        ("expires before it is issued", "/expires", json!("2026-03-01")),
        ("valid too long", "/expires", json!("2026-06-03")),
        ("no such day", "/expires", json!("2026-02-30")),
        ("no root key", "/root/keys", json!([])),
        ("one root key twice", "/root/keys", json!([good["root"]["keys"][0], good["root"]["keys"][0]])),
        ("a root key of small order", "/root/keys", json!([ZEROS])),
        ("33 root keys", "/root/keys", json!((100..133).map(|seed| signer(seed).verifying_key()).collect::<Vec<_>>())),
        ("threshold 0", "/root/threshold", json!(0)),
        ("threshold above the keys", "/root/threshold", json!(2)),
        ("threshold beyond a byte", "/root/threshold", json!(257)),
        ("no unit", "/units", json!([])),
        ("one unit twice", "/units", json!([unit, unit])),
        ("a capital in a unit id", "/units/0/id", json!("Works")),
        ("an underscore in a unit id", "/units/0/id", json!("public_works")),
        ("an empty unit id", "/units/0/id", json!("")),
        ("a unit id of 33 letters", "/units/0/id", json!("a".repeat(33))),
        ("a unit without remit", "/units/0/remit", json!({})),
        ("a unit without members", "/units/0/members", json!([])),
        ("one member twice in a unit", "/units/0/members", json!([member["id"], member["id"]])),
        ("an unknown member", "/units/0/members", json!(["0000000000000000", member["id"]])),
        ("a unit of custodians only", "/units/0/members", json!([good["members"][3]["id"]])),
        ("a member id in capitals", "/members/0/id", json!("0B0B0B0B0B0B0B0B")),
        ("a member id of seven bytes", "/members/0/id", json!("0b0b0b0b0b0b0b")),
        ("one member id twice", "/members/1/id", member["id"].clone()),
        ("one verifying key twice", "/members/1/verifying_key", member["verifying_key"].clone()),
        ("one recipient twice", "/members/1/recipient", member["recipient"].clone()),
        ("a recipient in capitals", "/members/1/recipient", json!(classic(12).to_string().to_uppercase())),
        ("a recipient with a typo", "/members/1/recipient", json!(mistyped)),
        ("a verifying key of small order", "/members/1/verifying_key", json!(ZEROS)),
        ("no role", "/members/1/roles", json!([])),
        ("an unknown role", "/members/1/roles", json!(["chief"])),
        ("no title", "/members/1/title", json!({})),
        ("a retired key that is in use", "/retired", retired(&member["verifying_key"], &recipient)),
        ("a retired recipient that is in use", "/retired", retired(&key, &member["recipient"])),
        ("retired keys that are none", "/retired", Value::Null),
        ("a recovery recipient that is a member's", "/recovery", member["recipient"].clone()),
        ("more for an identity than there are custodians", "/identity_threshold", json!(3)),
        ("an oversight unit that is none", "/oversight_unit", json!("nowhere")),
        ("an unknown field", "/more", json!(1)),
    ];
    let inside = |name: &str, value: &str| text.replacen(name, value, 1);
    let texts = [
        ("nothing", String::new()),
        ("no object", "[]".to_owned()),
        ("cut short", text[..text.len() - 1].to_owned()),
        ("something after it", format!("{text}{{}}")),
        ("a byte order mark", format!("\u{feff}{text}")),
        ("a doubled name", inside("\"serial\":1", "\"serial\":1,\"serial\":1")),
        ("a doubled name in other spelling", inside("\"serial\":1", r#""serial":1,"s\u0065rial":1"#)),
        ("a doubled language", inside("\"en\":\"Office\"", "\"en\":\"Office\",\"en\":\"Bureau\"")),
        ("a doubled name in a member", inside("\"roles\":[\"lead\"]", "\"roles\":[\"lead\"],\"roles\":[\"lead\"]")),
        ("a doubled name in the root", inside("\"threshold\":1", "\"threshold\":1,\"threshold\":1")),
        ("an unknown field in a member", inside("\"roles\":[\"lead\"]", "\"roles\":[\"lead\"],\"more\":1")),
        ("an unknown field in a unit", inside("\"remit\":", "\"more\":1,\"remit\":")),
        ("an unknown field in the root", inside("\"threshold\":1", "\"threshold\":1,\"more\":1")),
        ("an absent field as null", inside("\"serial\":1", "\"serial\":1,\"recovery\":null")),
        ("a list in a list", inside("[\"lead\"]", "[[\"lead\"]]")),
        ("a role in an object", inside("[\"lead\"]", "[{\"lead\":1}]")),
        ("a comma at the end", inside("\"version\":1}", "\"version\":1,}")),
        ("a number with a leading zero", inside("\"serial\":1", "\"serial\":01")),
        ("a number with an exponent", inside("\"serial\":1", "\"serial\":1e0")),
        ("half a character", inside("\"Office\"", r#""\ud800""#)),
        ("a line end in a text", inside("\"Office\"", "\"Off\nice\"")),
        ("a comment", inside("\"serial\":1", "\"serial\":1/**/")),
    ];
    let values = values.map(|(why, pointer, value)| (why, changed(&good, pointer, value).to_string()));
    let check = |(why, bent): (&str, String)| {
        assert!(bent != text && Manifest::parse(bent.as_bytes()).is_err(), "{why}");
        json!({"why": why, "text": bent})
    };
    values.into_iter().chain(texts).map(check).collect()
}

#[test]
fn manifests() {
    computed("manifests", || json!({"manifests": sound_manifests(), "manifests_refused": refused_manifests()}));
}
