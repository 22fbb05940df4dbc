//! `histories.json`: histories between whose manifests the root is handed over, and whatever can be wrong with one. All
//! keys in it grow from seeds, so that it is the same in every run.

use amparo::clock::Day;
use amparo::protocol::bytes::{AuthorityId, hash, to_hex};
use amparo::protocol::manifest::{History, HistoryError, UntrustedManifest, sign, signature_line};
use amparo::protocol::sign::Purpose;
use serde_json::{Value, json};

use crate::computed;
use crate::manifests::{EXPIRES, ZEROS, bytes_of, classic, first, signer};

/// The manifest that follows `before`, changed by `change`.
fn next(before: &Value, authority: &AuthorityId, change: impl FnOnce(&mut Value)) -> Value {
    let mut manifest = before.clone();
    manifest["authority"] = json!(authority);
    manifest["previous"] = json!(hash(&bytes_of(before)));
    manifest["serial"] = json!(before["serial"].as_u64().unwrap() + 1);
    change(&mut manifest);
    manifest
}

/// Three manifests: the root is handed from one key to two of three with the second, a member retires with the third.
fn three() -> ([Value; 3], AuthorityId) {
    let first = first();
    let authority = AuthorityId(hash(&bytes_of(&first)).0);
    let second = next(&first, &authority, |manifest| {
        let keys = [3, 4, 2].map(|seed| signer(seed).verifying_key());
        manifest["root"] = json!({"keys": keys, "threshold": 2});
        (manifest["issued"], manifest["expires"]) = (json!("2026-05-01"), json!("2026-08-01"));
    });
    let third = next(&second, &authority, |manifest| {
        let old = manifest["members"][1].clone();
        manifest["members"][1]["recipient"] = json!(classic(22));
        manifest["members"][1]["verifying_key"] = json!(signer(22).verifying_key());
        manifest["retired"] = json!([{
            "member": old["id"], "recipient": old["recipient"], "verifying_key": old["verifying_key"],
            "day": "2026-06-01",
        }]);
        manifest["recovery"] = json!(classic(31));
    });
    ([first, second, third], authority)
}

fn line(manifest: &[u8], authority: &AuthorityId, seed: u8) -> String {
    signature_line(&signer(seed), &sign(manifest, authority, &signer(seed)))
}

fn signed(manifest: &Value, authority: &AuthorityId, seeds: &[u8]) -> UntrustedManifest {
    let bytes = bytes_of(manifest);
    let signatures = seeds.iter().map(|seed| line(&bytes, authority, *seed)).collect();
    UntrustedManifest { bytes, signatures }
}

fn files(history: &[UntrustedManifest]) -> Value {
    let file = |one: &UntrustedManifest| json!({"manifest": String::from_utf8(one.bytes.clone()).unwrap(), "signatures": one.signatures});
    history.iter().map(file).collect()
}

fn code(error: &HistoryError) -> &'static str {
    match error {
        HistoryError::Missing => "manifest-missing",
        HistoryError::Unsound(..) => "manifest-unsound",
        HistoryError::Signatures(_) => "manifest-signature",
        HistoryError::Unsigned { .. } => "manifest-unsigned",
        HistoryError::Broken(..) => "manifest-broken",
        other => panic!("{other}"),
    }
}

fn sound() -> Vec<Value> {
    let ([first, second, third], authority) = three();
    let all = [
        signed(&first, &authority, &[1]),
        signed(&second, &authority, &[1, 2, 4]),
        signed(&third, &authority, &[2, 3]),
    ];
    let mut more_signatures = all.clone();
    more_signatures[1].signatures =
        format!("\n{}\r\n{}  \n", more_signatures[1].signatures, line(&all[1].bytes, &authority, 9));
    let mut spaced = all.clone();
    spaced[0].signatures = format!("\u{a0}\u{2003}{}\u{85}\n\u{3000}\n", spaced[0].signatures.trim());
    let sound = [&all[..1], &all[..2], &all, &more_signatures, &spaced];
    let vector = |history: &[UntrustedManifest]| {
        let verified = History::verify(history.to_vec()).unwrap();
        let valid: Vec<_> =
            ["2026-03-01", "2026-03-02", "2026-04-30", "2026-05-01", EXPIRES, "2026-06-02", "2026-08-01", "2026-08-02"]
                .iter()
                .filter(|day| verified.valid_on(day.parse::<Day>().unwrap()).is_some())
                .collect();
        json!({
            "manifests": files(history), "authority": verified.authority(), "serial": verified.current().serial,
            "hash": verified.current_hash(), "fingerprint": verified.fingerprint().to_string(), "valid_on": valid,
        })
    };
    sound.iter().map(|history| vector(history)).collect()
}

/// Histories that begin later, which only a reader takes who knows the first of them otherwise: by a card.
fn later() -> Vec<Value> {
    let ([_, second, third], authority) = three();
    let later = [signed(&second, &authority, &[2, 3]), signed(&third, &authority, &[2, 3])];
    assert_eq!(History::verify(later.to_vec()).err().as_ref().map(code), Some("manifest-broken"));
    vec![json!({"manifests": files(&later), "authority": authority, "serial": 3})]
}

fn refused() -> Vec<Value> {
    let ([first, second, third], authority) = three();
    let start = signed(&first, &authority, &[1]);
    let hand_over = |manifest: &Value| vec![start.clone(), signed(manifest, &authority, &[1, 2, 3])];
    let changed = |change: fn(&mut Value)| {
        let mut manifest = second.clone();
        change(&mut manifest);
        hand_over(&manifest)
    };
    let with_signatures = |signatures: String| vec![UntrustedManifest { signatures, ..start.clone() }];
    let own = start.signatures.clone();
    let (key, signature) = own.trim().split_once(' ').unwrap();
    let by_purpose = signer(1).sign(Purpose::Card, &authority, &start.bytes);
    let mut flipped = start.clone();
    flipped.bytes.push(b' ');
    let mut padded = hand_over(&second);
    padded[1].bytes.push(b'\n');
    let mut mixed = hand_over(&second);
    mixed[1].signatures.push_str(&line(b"another manifest", &authority, 4));
    let cases = [
        ("no manifest", "manifest-missing", vec![]),
        ("no signature", "manifest-unsigned", with_signatures(String::new())),
        ("signed by another key", "manifest-unsigned", with_signatures(line(&start.bytes, &authority, 9))),
        (
            "signed for another authority",
            "manifest-signature",
            with_signatures(line(&start.bytes, &AuthorityId([0; 32]), 1)),
        ),
        (
            "signed for another purpose",
            "manifest-signature",
            with_signatures(format!("{key} {}", to_hex(&by_purpose.0))),
        ),
        ("a changed byte", "manifest-signature", vec![flipped]),
        (
            "another key's signature",
            "manifest-signature",
            with_signatures(format!("{} {signature}", signer(2).verifying_key())),
        ),
        ("a line without a signature", "manifest-signature", with_signatures(format!("{own}{key}\n"))),
        ("a line with three words", "manifest-signature", with_signatures(format!("{key} {signature} x\n"))),
        ("two spaces", "manifest-signature", with_signatures(format!("{key}  {signature}\n"))),
        ("a tab", "manifest-signature", with_signatures(format!("{key}\t{signature}\n"))),
        ("capital digits", "manifest-signature", with_signatures(own.to_uppercase())),
        ("a signature cut", "manifest-signature", with_signatures(format!("{key} {}\n", &signature[2..]))),
        ("a byte order mark after it", "manifest-signature", with_signatures(format!("{own}\u{feff}"))),
        ("a byte order mark", "manifest-signature", with_signatures(format!("\u{feff}{own}"))),
        ("a signature that does not hold beside those that do", "manifest-signature", mixed),
        (
            "handed over without the new root",
            "manifest-unsigned",
            vec![start.clone(), signed(&second, &authority, &[1])],
        ),
        (
            "handed over by the new root alone",
            "manifest-unsigned",
            vec![start.clone(), signed(&second, &authority, &[2, 3])],
        ),
        ("too few of the new root", "manifest-unsigned", vec![start.clone(), signed(&second, &authority, &[1, 2])]),
        (
            "one of the new root twice",
            "manifest-unsigned",
            vec![start.clone(), signed(&second, &authority, &[1, 2, 2])],
        ),
        ("the old root goes on", "manifest-unsigned", {
            let mut history = hand_over(&second);
            history.push(signed(&third, &authority, &[1, 2]));
            history
        }),
        ("one left out", "manifest-broken", vec![start.clone(), signed(&third, &authority, &[1, 2, 3])]),
        ("the first twice", "manifest-broken", vec![start.clone(), start.clone()]),
        ("another serial", "manifest-broken", changed(|manifest| manifest["serial"] = json!(3))),
        ("another manifest before", "manifest-broken", changed(|manifest| manifest["previous"] = json!(ZEROS))),
        ("another authority", "manifest-broken", changed(|manifest| manifest["authority"] = json!(ZEROS))),
        (
            "issued earlier",
            "manifest-broken",
            changed(|manifest| {
                (manifest["issued"], manifest["expires"]) = (json!("2026-03-01"), json!("2026-05-01"));
            }),
        ),
        ("a manifest that says more", "manifest-unsound", changed(|manifest| manifest["more"] = json!(1))),
        ("a byte after the second", "manifest-signature", padded),
    ];
    let check = |(why, refused, history): (&str, &str, Vec<UntrustedManifest>)| {
        let found = History::verify(history.clone());
        assert_eq!(found.err().as_ref().map(code), Some(refused), "{why}");
        json!({"why": why, "manifests": files(&history), "refused": refused})
    };
    cases.into_iter().map(check).collect()
}

#[test]
fn histories() {
    computed("histories", || json!({"histories": sound(), "later_histories": later(), "histories_refused": refused()}));
}
