//! What one implementation accepts, the other does: a few thousand inputs, bent in small ways from a fixed seed, read by
//! Rust and by TypeScript (`web/test/differential.ts`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use amparo::protocol::bytes::{AuthorityId, Hash, to_hex};
use amparo::protocol::card::UntrustedCard;
use amparo::protocol::content::{Answer, Message, Report, from_json};
use amparo::protocol::envelope::{Header, UntrustedMove};
use amparo::protocol::example;
use amparo::protocol::grant::Grant;
use amparo::protocol::manifest::{History, Manifest, RootPolicy, UntrustedManifest, sign, signature_line};
use amparo::protocol::padding;
use amparo::protocol::recipient::{Identity, Recipient};
use amparo::protocol::seal;
use amparo::protocol::sealed::{Binding, Kind, Text, open_text};
use amparo::protocol::sign::{Purpose, Signature, SigningKey, VerifyingKey};
use amparo::protocol::token::Token;
use amparo::protocol::wire::{CaseBody, Manifests};
use amparo::secret::{Secret, SecretBytes};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

/// Inputs made of each sample.
const TIMES: usize = 150;
const AUTHORITY: AuthorityId = AuthorityId([7; 32]);
const SEED: [u8; 32] = [9; 32];

/// splitmix64: the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap()
    }
}

/// Pieces that readers of JSON and of text disagree about.
const PIECES: [&str; 30] = [
    "null",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "\"text\":\"b\",",
    "\\u0041",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\udc00",
    "1e3",
    "-0",
    "-1",
    "01",
    "1.0",
    "18446744073709551615",
    "18446744073709551616",
    " ",
    "\n",
    "\u{feff}",
    "\u{0}",
    "\u{7f}",
    "true",
    "\r",
    "\\/",
    "\u{85}",
    "٣",
];

/// `sample`, bent in one to three places.
fn bend(sample: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..=numbers.below(3) {
        // Half of the time near the front or the end, where lengths and marks stand.
        let place = match numbers.below(4) {
            0 => numbers.below(bytes.len().min(64)),
            1 => bytes.len() - 1 - numbers.below(bytes.len().min(24)),
            _ => numbers.below(bytes.len()),
        };
        match numbers.below(8) {
            0 | 1 => bytes[place] ^= 1 << numbers.below(8),
            2 => bytes[place] = [0, 1, 0x0a, 0x20, 0x2d, 0x7f, 0xff][numbers.below(7)],
            3 => drop(bytes.remove(place)),
            4 => bytes.insert(place, bytes[numbers.below(bytes.len())]),
            5 => drop(bytes.splice(place..place, PIECES[numbers.below(PIECES.len())].bytes())),
            6 => {
                let end = (place + numbers.below(40)).min(bytes.len());
                let piece = bytes[place..end].to_vec();
                bytes.splice(place..place, piece);
            }
            _ => bytes.truncate(place.max(1)),
        }
        if bytes.is_empty() {
            bytes.push(0);
        }
    }
    bytes
}

/// All inputs with what Rust says of them.
struct Inputs {
    numbers: Numbers,
    all: Vec<Value>,
}

impl Inputs {
    /// Adds `sample` and what becomes of it; `accepts` is Rust's verdict.
    fn add(&mut self, kind: &str, sample: &[u8], accepts: impl Fn(&[u8]) -> bool) {
        assert!(accepts(sample), "the sample of {kind} is sound");
        self.all.push(json!({"kind": kind, "input": to_hex(sample), "accepted": true}));
        let mut refused = 0;
        for _ in 0..TIMES {
            let input = bend(sample, &mut self.numbers);
            let accepted = accepts(&input);
            refused += usize::from(!accepted);
            self.all.push(json!({"kind": kind, "input": to_hex(&input), "accepted": accepted}));
        }
        println!("{kind}: {} accepted, {refused} refused", TIMES + 1 - refused);
    }

    fn add_text(&mut self, kind: &str, sample: &str, accepts: impl Fn(&str) -> bool) {
        self.add(kind, sample.as_bytes(), |input| std::str::from_utf8(input).is_ok_and(&accepts));
    }
}

fn secret() -> Secret<32> {
    Secret::from_slice(&SEED).unwrap()
}

fn json_of<T: for<'a> serde::Deserialize<'a>>(input: &[u8]) -> bool {
    from_json::<T>(&SecretBytes::new(input.to_vec())).is_ok()
}

/// Contents, padding, tokens and keys.
fn add_plain(inputs: &mut Inputs) {
    let id = "00".repeat(32);
    let attachment = format!(r#"{{"hash":"{id}","name":"a","media_type":"b","size":7}}"#);
    let message = format!(r#"{{"day":"2026-01-01","text":"a \"b\" \u00e9","attachments":[{attachment}]}}"#);
    let report = format!(
        r#"{{"day":"2026-01-01","channel":"web","assisted":false,"language":"en","category":"c","fields":{{"what":"x"}},"danger":"no","confidential":true,"attachments":[{attachment}],"identity":"{id}","grants":["{id}"],"left_out":["0011223344556677"]}}"#
    );
    inputs.add("message", message.as_bytes(), json_of::<Message>);
    inputs.add("report", report.as_bytes(), json_of::<Report>);
    inputs.add("answer", br#"{"day":"2026-12-31","text":"a","state":"open"}"#, json_of::<Answer>);
    let mut padded = Vec::new();
    padding::pad_text(b"abc", &mut padded).unwrap();
    inputs.add("padded-text", &padded, |input| padding::unpad_text(input).is_ok());
    let mut padded = vec![1; 1000];
    padding::finish_file(1000, &mut padded).unwrap();
    let unpads = |input: &[u8]| padding::unpad_file(&SecretBytes::new(input.to_vec())).is_ok();
    inputs.add("padded-file", &padded, unpads);
    inputs.add_text("token", "1234-5678-9012-3456-7890-1235", |input| Token::parse(input).is_ok());
    inputs.add_text("day", "2028-02-29", |input| input.parse::<amparo::clock::Day>().is_ok());
    let classic =
        Identity::parse("AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33").unwrap();
    for recipient in [Identity::hybrid_from_seed(&secret()).recipient(), classic.recipient()] {
        inputs.add_text("recipient", &recipient.to_string(), |input| input.parse::<Recipient>().is_ok());
        inputs.add("recipient-bytes", &recipient.to_bytes(), |input| Recipient::from_bytes(input).is_ok());
    }
}

/// Age files, whole and in their place.
fn add_sealed(inputs: &mut Inputs) {
    let identity = Identity::hybrid_from_seed(&secret());
    let file = seal::seal(&identity.recipient(), b"what happened").unwrap();
    let opens = |input: &[u8]| seal::open(&identity, input).is_ok();
    inputs.add("file", &file, opens);
    let end = file.windows(4).position(|four| four == b"\n---").unwrap();
    inputs.add("file-header", &file[..end + 60], |input| opens(&[input, &file[end + 60..]].concat()));
    let tail = to_hex(&file[end + 60..]);
    for input in inputs.all.iter_mut().filter(|input| input["kind"] == "file-header") {
        input["tail"] = json!(tail);
    }
    let author = SigningKey::from_seed(secret()).verifying_key();
    let binding = Binding { card: Hash([1; 32]), kind: Kind::Message, author };
    let text = Text::new(&binding, b"content", &SystemRandom::new()).unwrap();
    let file = text.seal_to(&identity.recipient()).unwrap();
    inputs.add("text", &file, |input| open_text(&identity, &binding, &text.commitment, input).is_ok());
    for input in inputs.all.iter_mut().filter(|input| input["kind"] == "text") {
        input["commitment"] = json!(text.commitment);
    }
}

/// A key, a message and its signature.
fn add_signatures(inputs: &mut Inputs) {
    let key = SigningKey::from_seed(secret());
    let signature = key.sign(Purpose::Card, &AUTHORITY, b"body");
    let sample = [key.verifying_key().as_bytes(), signature.0.as_slice()].concat();
    inputs.add("signature", &sample, |input| {
        let Some((key, signature)) = input.split_first_chunk::<32>() else { return false };
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        VerifyingKey::from_bytes(*key)
            .is_ok_and(|key| key.verify(Purpose::Card, &AUTHORITY, b"body", &signature).is_ok())
    });
}

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(path);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// What a case is made of, from `tests/vectors/`.
fn add_case(inputs: &mut Inputs) {
    let case = read("case.json");
    let manifests: Manifests = serde_json::from_value(case["manifests"].clone()).unwrap();
    inputs.add("manifest", &manifests.manifests[0].manifest.0, |input| Manifest::parse(input).is_ok());
    let history = Arc::new(History::verify(manifests.into()).unwrap());
    let body: CaseBody = serde_json::from_value(case["case"].clone()).unwrap();
    let (card, grants, envelopes) = body.into_untrusted();
    let key = SigningKey::from_seed(secret());
    let mut sample = card.bytes;
    // The author's key stands before the day, the last field.
    let place = sample.len() - (4 + 10) - 32;
    sample[place..place + 32].copy_from_slice(key.verifying_key().as_bytes());
    inputs.add("card", &sample, |input| {
        let signature = key.sign(Purpose::Card, history.authority(), input).0.to_vec();
        UntrustedCard { bytes: input.to_vec(), signature }.verify(&history).is_ok()
    });
    inputs.add("grant", &grants[4].body, |input| Grant::parse(input).is_ok());
    inputs.add("header", &envelopes[3].header, |input| Header::parse(input).is_ok());
    let filed = read("from_typescript/filed.json");
    let moves = filed["follow_ups"].as_array().unwrap();
    let envelope: amparo::protocol::wire::WireEnvelope = serde_json::from_value(moves[2].clone()).unwrap();
    inputs.add("move", &envelope.ciphertext.unwrap().0, |input| UntrustedMove::parse(input).is_ok());
}

/// One value of a sound manifest after another, put wrong or to its limit.
fn add_manifests(inputs: &mut Inputs) {
    let case = read("case.json");
    let manifests: Manifests = serde_json::from_value(case["manifests"].clone()).unwrap();
    let good: Value = serde_json::from_slice(&manifests.manifests[0].manifest.0).unwrap();
    let id = "00".repeat(32);
    let (unit, member) = (&good["units"][0], &good["members"][0]);
    let retired = |key: &Value, recipient: &Value| json!([{"member": "0011223344556677", "recipient": recipient, "verifying_key": key, "day": "2026-01-01"}]);
    let other = &read("keys.json")["members"][0]["public"];
    let changes = [
        ("/version", json!(2)),
        ("/serial", json!(0)),
        ("/serial", json!(2)),
        ("/serial", json!(1.0)),
        ("/amparo", json!("member")),
        ("/name", json!({})),
        ("/name", json!({"en": " \u{85}\u{3000}"})),
        ("/name", json!({"en": "\u{feff}"})),
        ("/name", json!({"": "a"})),
        ("/authority", json!(id)),
        ("/previous", json!(id)),
        ("/expires", json!("2026-03-01")),
        ("/expires", json!("2026-03-02")),
        ("/expires", json!("2026-06-03")),
        ("/root/threshold", json!(0)),
        ("/root/threshold", json!(2)),
        ("/root/threshold", json!(256)),
        ("/root/keys", json!([])),
        ("/root/keys", json!([good["root"]["keys"][0], good["root"]["keys"][0]])),
        ("/root/keys", json!([id])),
        ("/units", json!([])),
        ("/units", json!([unit, unit])),
        ("/units/0/id", json!("Works")),
        ("/units/0/id", json!("a".repeat(33))),
        ("/units/0/id", json!("")),
        ("/units/0/remit", json!({})),
        ("/units/0/members", json!([])),
        ("/units/0/members", json!([member["id"], member["id"]])),
        ("/units/0/members", json!(["0000000000000000", member["id"]])),
        ("/units/0/members", json!([good["members"][3]["id"]])),
        ("/members/1/id", member["id"].clone()),
        ("/members/1/verifying_key", member["verifying_key"].clone()),
        ("/members/1/recipient", member["recipient"].clone()),
        ("/members/1/recipient", other["recipient"].clone()),
        ("/members/1/roles", json!([])),
        ("/members/1/roles", json!(["lead", "lead"])),
        ("/members/1/roles", json!(["chief"])),
        ("/members/1/title", json!({})),
        ("/retired", retired(&other["verifying_key"], &other["recipient"])),
        ("/retired", retired(&member["verifying_key"], &other["recipient"])),
        ("/retired", retired(&other["verifying_key"], &member["recipient"])),
        ("/recovery", other["recipient"].clone()),
        ("/recovery", member["recipient"].clone()),
        ("/identity_threshold", json!(0)),
        ("/identity_threshold", json!(3)),
        ("/oversight_unit", json!("nowhere")),
        ("/more", json!(1)),
    ];
    for (pointer, value) in changes {
        let mut bent = good.clone();
        match bent.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => bent[&pointer[1..]] = value,
        }
        let bytes = bent.to_string().into_bytes();
        let accepted = Manifest::parse(&bytes).is_ok();
        inputs.all.push(json!({"kind": "manifest", "input": to_hex(&bytes), "accepted": accepted}));
    }
}

/// Two manifests between which the root is handed over, whole and with one thing wrong.
fn add_histories(inputs: &mut Inputs) {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let (old, new) = (authority.root.signing(), SigningKey::from_seed(secret()));
    let first = authority.history.sources()[0].clone();
    let id = *authority.history.authority();
    let sound = {
        let mut second = authority.history.current().clone();
        second.authority = Some(id);
        second.previous = Some(authority.history.current_hash());
        second.serial = 2;
        second.root = RootPolicy { keys: vec![new.verifying_key()], threshold: 1 };
        second
    };
    let with = |change: fn(&mut Manifest), signers: &[&SigningKey]| {
        let mut second = sound.clone();
        change(&mut second);
        let bytes = second.to_bytes();
        let line = |key: &&SigningKey| signature_line(key, &sign(&bytes, &id, key));
        let signatures = signers.iter().map(line).collect();
        vec![first.clone(), UntrustedManifest { bytes, signatures }]
    };
    let both = [old, &new];
    let member = authority.members[0].signing();
    let mut histories = vec![
        with(|_| (), &both),
        with(|_| (), &[&new, member, old]),
        with(|_| (), &[old]),
        with(|_| (), &[&new]),
        with(|_| (), &[]),
        with(|second| second.serial = 3, &both),
        with(|second| second.previous = Some(Hash([0; 32])), &both),
        with(|second| second.authority = Some(AuthorityId([0; 32])), &both),
        with(|second| second.issued = second.issued.plus(-1).unwrap(), &both),
        with(|second| second.root.keys.push(VerifyingKey::from_bytes([2; 32]).unwrap()), &both),
        vec![first.clone()],
        vec![first.clone(), first.clone()],
        vec![],
    ];
    for signatures in ["\n", " \r\n", "x", "\u{feff}"] {
        let mut history = with(|_| (), &both);
        history[1].signatures.push_str(signatures);
        histories.push(history);
    }
    let mut flipped = with(|_| (), &both);
    flipped[1].bytes.push(b' ');
    histories.push(flipped);
    for history in histories {
        let file = |one: &UntrustedManifest| json!({"manifest": to_hex(&one.bytes), "signatures": one.signatures});
        let manifests: Vec<_> = history.iter().map(file).collect();
        let accepted = History::verify(history).is_ok();
        inputs.all.push(json!({"kind": "history", "input": "", "manifests": manifests, "accepted": accepted}));
    }
}

#[test]
fn both_implementations_accept_the_same() {
    let mut inputs = Inputs { numbers: Numbers(2026), all: Vec::new() };
    add_plain(&mut inputs);
    add_sealed(&mut inputs);
    add_signatures(&mut inputs);
    add_case(&mut inputs);
    add_manifests(&mut inputs);
    add_histories(&mut inputs);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inputs.json");
    std::fs::write(&path, serde_json::to_vec(&inputs.all).unwrap()).unwrap();
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("web");
    let done = Command::new("node").args(["test/script.mjs", "differential"]).arg(&path).current_dir(&web).output();
    let done = done.unwrap_or_else(|error| panic!("node cannot be started ({error}); install Node 20 or newer"));
    let said = [done.stdout, done.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    println!("{said}");
    assert!(done.status.success(), "the implementations disagree:\n{said}");
    assert!(said.contains(&format!("{} inputs", inputs.all.len())), "{said}");
}
