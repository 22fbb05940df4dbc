//! What the second implementation writes (`npm run vectors` in `web/`), opened here: `tests/vectors/from_typescript/`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod interop;

use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use amparo::protocol::bytes::{Hash, from_hex, hash_of, to_hex};
use amparo::protocol::content::{Channel, Danger, DeskBody, DeskEntry, IdentityCard, from_json};
use amparo::protocol::desk_case::{Content, DeskCase};
use amparo::protocol::grant::{Grant, UntrustedGrant};
use amparo::protocol::keys::IdentityKey;
use amparo::protocol::manifest::History;
use amparo::protocol::member::MemberKey;
use amparo::protocol::own_case::{OwnCase, OwnCaseError};
use amparo::protocol::recipient::Identity;
use amparo::protocol::seal::seal_with_passphrase;
use amparo::protocol::sealed::{Binding, Kind, open_attachment, open_key, open_text};
use amparo::protocol::share::{Share, combine};
use amparo::protocol::sign::VerifyingKey;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::reporter::NewReport;
use amparo::protocol::wire::{CaseBody, Manifests, WireEnvelope};
use amparo::secret::{Secret, SecretText};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use interop::classic_of;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

fn read(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(path);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().filter(|list| !list.is_empty()).unwrap()
}

fn file(value: &Value) -> Vec<u8> {
    BASE64_STANDARD.decode(text(value, "file")).unwrap()
}

fn secret(value: &Value, name: &str) -> Secret<32> {
    Secret::from_slice(&from_hex::<32>(text(value, name)).unwrap()).unwrap()
}

/// What the TypeScript side fills its files with.
fn filling(length: u64) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

#[test]
fn texts_files_keys_and_shares_open() {
    let vectors = read("from_typescript/sealed.json");
    let (card, author) = (text(&vectors, "card").parse().unwrap(), text(&vectors, "author").parse().unwrap());
    let binding = |kind| Binding { card, kind, author };
    let identity = |one: &Value| match text(one, "recipient") {
        "hybrid" => Identity::hybrid_from_seed(&secret(one, "secret")),
        _ => classic_of(secret(one, "secret").expose()),
    };
    let commitment = |one: &Value| text(one, "commitment").parse::<Hash>().unwrap();
    for one in list(&vectors, "texts") {
        let opened = open_text(&identity(one), &binding(Kind::Message), &commitment(one), &file(one)).unwrap();
        assert_eq!(opened.expose(), text(one, "words").as_bytes());
        assert!(open_text(&identity(one), &binding(Kind::Report), &commitment(one), &file(one)).is_err());
    }
    for one in list(&vectors, "files") {
        let mut content = Vec::new();
        let place = binding(Kind::Attachment);
        let length =
            open_attachment(&identity(one), &place, &commitment(one), Cursor::new(file(one)), &mut content).unwrap();
        content.truncate(usize::try_from(length).unwrap());
        assert!(content == filling(one["length"].as_u64().unwrap()), "{length}");
    }
    for one in list(&vectors, "keys") {
        let key = open_key::<32>(&identity(one), &binding(Kind::CaseGrant), &file(one)).unwrap();
        assert_eq!(to_hex(key.expose()), text(one, "key"));
    }
    let shares: Vec<_> = list(&vectors["shares"], "shares").iter().map(share).collect();
    for chosen in shares.windows(3) {
        assert_eq!(to_hex(combine(chosen).unwrap().expose()), text(&vectors["shares"], "secret"));
    }
}

fn share(value: &Value) -> Share {
    Share { index: u8::try_from(value["index"].as_u64().unwrap()).unwrap(), value: secret(value, "value") }
}

fn open_member(inside: &Value) -> MemberKey {
    let passphrase = SecretText::from("throwaway");
    let sealed = seal_with_passphrase(&passphrase, inside.to_string().as_bytes(), Some(1)).unwrap();
    MemberKey::open(&passphrase, &sealed).unwrap()
}

fn token_keys(history: &History, token: &str) -> TokenKeys {
    TokenKeys::derive(&Token::parse(token).unwrap(), history.authority(), &mut TokenArena::new())
}

/// What each entry says, in order.
fn words(desk: &DeskCase) -> Vec<(&'static str, String)> {
    let words = |content: &Content| match content {
        Content::Report(report) => ("report", report.fields.get("what").to_owned()),
        Content::Message(message) => ("message", message.text.clone()),
        Content::Answer(answer) => ("answer", answer.text.clone()),
        Content::Forget => ("forget", String::new()),
        Content::Moved => ("moved", String::new()),
        Content::Attachment => ("attachment", String::new()),
        Content::Identity => ("identity", String::new()),
        Content::Rekey(_) => ("rekey", String::new()),
        Content::Desk(DeskEntry { body: DeskBody::Note { text }, .. }) => ("desk", text.clone()),
        Content::Desk(_) => ("desk", String::new()),
        Content::Unreadable => ("unreadable", String::new()),
    };
    desk.entries().iter().map(|entry| words(&entry.content)).collect()
}

#[test]
fn a_report_its_messages_and_its_move_open_at_the_desk() {
    let vectors = read("from_typescript/filed.json");
    let members: Vec<_> = list(&read("case.json"), "members").iter().map(open_member).collect();
    let manifests: Manifests = serde_json::from_value(read("case.json")["manifests"].clone()).unwrap();
    let history = Arc::new(History::verify(manifests.into()).unwrap());
    let mut body = vectors["submission"].clone();
    let mut envelopes = list(&body, "envelopes").clone();
    envelopes.extend(list(&vectors, "follow_ups").clone());
    body["envelopes"] = json!(envelopes);
    let body: CaseBody = serde_json::from_value(body).unwrap();
    let (card, grants, envelopes) = body.into_untrusted();
    let signed = card.verify(&history).unwrap();
    assert_eq!(signed.hash().to_string(), text(&vectors, "card_hash"));
    let sent: NewReport = serde_json::from_value(vectors["submission"].clone()).unwrap();
    let (untrusted, upload) = sent.into_untrusted();
    assert!(upload.is_none());
    let taken = untrusted.verify(&history, signed.card().day).unwrap();
    assert_eq!(taken.envelopes.len(), 4, "a server takes the report with its two files and its identity");
    let keys = token_keys(&history, text(&vectors, "token"));
    let new_keys = token_keys(&history, text(&vectors, "new_token"));
    assert_eq!(keys.locator_hash().to_string(), text(&vectors["submission"], "locator_hash"));

    let open = |member: &MemberKey| DeskCase::open(Arc::clone(&history), member, &card, &grants, envelopes.clone());
    let desk = open(&members[0]).unwrap();
    let said = |kind: &'static str, words: &str| (kind, words.to_owned());
    let expected = [
        said("report", "Ils ont demandé\ndix pour cent."),
        said("attachment", ""),
        said("attachment", ""),
        said("identity", ""),
        said("message", "Une photo."),
        said("attachment", ""),
        said("moved", ""),
        said("message", "Du nouveau jeton."),
        said("forget", ""),
    ];
    assert_eq!(words(&desk), expected);
    let report = desk.report();
    assert_eq!((report.channel, report.assisted, report.danger), (Channel::Web, false, Danger::Unsure));
    assert_eq!((report.language.as_str(), report.category.as_str(), report.confidential), ("fr", "bribery", true));
    assert_eq!(report.fields.iter().count(), 2, "what is blank is not kept");
    assert_eq!(report.left_out, [members[1].id]);
    assert!(open(&members[1]).is_err(), "whoever was left out cannot open it");

    let blobs = list(&vectors, "blobs");
    assert_eq!(desk.attachments().count(), blobs.len());
    for (attachment, blob) in desk.attachments().zip(blobs) {
        assert_eq!((&attachment.hash.to_string()[..], &attachment.name[..]), (text(blob, "hash"), text(blob, "name")));
        let mut content = Vec::new();
        let ciphertext = || Ok(Box::new(Cursor::new(file(blob))) as Box<dyn std::io::Read>);
        let length = desk.open_attachment(&attachment.hash, ciphertext, &mut content).unwrap();
        content.truncate(usize::try_from(length).unwrap());
        assert_eq!(length, attachment.size);
        assert!(content == filling(length));
    }
    check_identity(&vectors, &grants, &envelopes[3], &members[3..]);

    let own = |keys: &TokenKeys| {
        let shown = envelopes.clone().into_iter().map(|mut envelope| {
            let is_move = amparo::protocol::envelope::Header::parse(&envelope.header).unwrap().kind == Kind::Move;
            envelope.ciphertext = envelope.ciphertext.filter(|_| is_move);
            envelope
        });
        OwnCase::open(Arc::clone(&history), &card, shown.collect(), keys)
    };
    assert_eq!(own(&new_keys).unwrap().entries().len(), 4);
    assert!(matches!(own(&keys), Err(OwnCaseError::Moved)));
}

/// The custodians' shares give the key of the identity, which holds what was written.
fn check_identity(
    vectors: &Value,
    grants: &[UntrustedGrant],
    envelope: &amparo::protocol::envelope::UntrustedEnvelope,
    custodians: &[MemberKey],
) {
    let opened = grants.iter().filter_map(|untrusted| {
        let grant = Grant::parse(&untrusted.body).unwrap();
        let custodian = custodians.iter().find(|member| member.id == grant.member && grant.kind == Kind::Share)?;
        let body = open_key::<99>(custodian.identity(), &grant.binding(), untrusted.ciphertext.as_ref()?).unwrap();
        let [index, k, n, rest @ ..] = body.expose();
        assert_eq!((*k, *n, &rest[32..64]), (2, 2, grant.card.as_bytes().as_slice()));
        Some(Share { index: *index, value: Secret::from_slice(&rest[64..]).unwrap() })
    });
    let key = IdentityKey(combine(&opened.collect::<Vec<_>>()).unwrap());
    let header = amparo::protocol::envelope::Header::parse(&envelope.header).unwrap();
    let ciphertext = envelope.ciphertext.as_ref().unwrap();
    let json = open_text(&key.identity(), &header.binding(), &header.commitment, ciphertext).unwrap();
    let identity: IdentityCard = from_json(&json).unwrap();
    let expected = &vectors["identity"];
    assert_eq!(identity.name, text(expected, "name"));
    assert_eq!(identity.contact, text(expected, "contact"));
    assert_eq!(identity.safe_contact, text(expected, "safeContact"));
}

#[test]
fn a_message_to_a_desk_key_stands_after_the_answer_it_was_written_to() {
    let vectors = read("from_typescript/continued.json");
    let case = read("case.json");
    let member = open_member(&list(&case, "members")[0]);
    let manifests: Manifests = serde_json::from_value(case["manifests"].clone()).unwrap();
    let history = Arc::new(History::verify(manifests.into()).unwrap());
    let body: CaseBody = serde_json::from_value(case["case"].clone()).unwrap();
    let (card, grants, mut envelopes) = body.into_untrusted();
    envelopes.truncate(usize::try_from(vectors["after"].as_u64().unwrap()).unwrap());
    let added: Vec<WireEnvelope> = serde_json::from_value(vectors["envelopes"].clone()).unwrap();
    envelopes.extend(added.into_iter().map(Into::into));
    let desk = DeskCase::open(history, &member, &card, &grants, envelopes).unwrap();
    let [.., (before, _), last] = &words(&desk)[..] else { panic!("the case has entries") };
    assert_eq!((*before, last), ("answer", &("message", text(&vectors, "words").to_owned())));
}

#[test]
fn edge_cases_of_ed25519_are_read_the_same() {
    let vectors = read("from_typescript/ed25519.json");
    let bytes = |one: &Value, name: &str| -> Vec<u8> {
        text(one, name)
            .as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    };
    for one in list(&vectors, "cases") {
        // Both steps that a `VerifyingKey` takes, over a message without a purpose.
        let key = text(one, "key").parse::<VerifyingKey>();
        let holds = key.is_ok_and(|key| {
            UnparsedPublicKey::new(&ED25519, key.as_bytes())
                .verify(&bytes(one, "message"), &bytes(one, "signature"))
                .is_ok()
        });
        assert_eq!(Some(holds), one["holds"].as_bool(), "{}", text(one, "why"));
    }
    println!("edge cases of Ed25519: {}", list(&vectors, "cases").len());
}

#[test]
fn work_that_was_solved_there_holds_here() {
    for one in list(&read("from_typescript/work.json"), "solved") {
        let (challenge, solution) = text(one, "header").split_once('.').unwrap();
        let (challenge, solution) = (from_hex::<37>(challenge).unwrap(), from_hex::<64>(solution).unwrap());
        let bits = u32::try_from(one["bits"].as_u64().unwrap()).unwrap();
        for (puzzle, number) in (0..16_u8).zip(solution.chunks_exact(4)) {
            let found = hash_of(&[&challenge, &[puzzle], number]);
            let first = u32::from_be_bytes(*found.as_bytes().first_chunk().unwrap());
            assert!(first.leading_zeros() >= bits, "{puzzle}");
        }
    }
}
