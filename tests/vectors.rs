//! Fixed vectors for a second implementation: `tests/vectors/*.json`. What follows from its input alone is computed
//! anew in each run and must be what the file says; what was random once is fixed in the file and must open as it says.
//!
//! `AMPARO_WRITE_VECTORS=1 cargo test --test vectors` writes the files anew, which is right only when the protocol
//! changes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use amparo::protocol::bytes::{AuthorityId, Fields, Hash, fields, from_hex, hash, to_hex};
use amparo::protocol::card::UntrustedCard;
use amparo::protocol::content::{self, Answers, Channel, Danger, Message, State};
use amparo::protocol::desk_case::{Content, DeskCase};
use amparo::protocol::envelope::{Header, SealedEnvelope, UntrustedEnvelope, UntrustedMove};
use amparo::protocol::example::{self, DAY};
use amparo::protocol::files::Files;
use amparo::protocol::grant::{Grant, UntrustedGrant};
use amparo::protocol::keys::{CaseKey, DeskKey, IdentityKey};
use amparo::protocol::manifest::{History, Manifest, RootPolicy};
use amparo::protocol::member::MemberKey;
use amparo::protocol::own_case::{OwnCase, OwnCaseError};
use amparo::protocol::padding;
use amparo::protocol::recipient::Identity;
use amparo::protocol::report::{Draft, Story, Submission};
use amparo::protocol::seal::{chunked_hash, seal_with_passphrase};
use amparo::protocol::sealed::{Binding, Kind, Text, open_text};
use amparo::protocol::share::{Share, combine, split};
use amparo::protocol::sign::{Purpose, Signature, SigningKey, VerifyingKey};
use amparo::protocol::token::{Token, TokenArena, TokenKeys, TokenTypo};
use amparo::protocol::wire::{CaseBody, Manifests, NewEntries, WireEnvelope, card_parts};
use amparo::protocol::work::{Challenge, Work, WorkKey};
use amparo::secret::{Secret, SecretBytes, SecretText};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

const AUTHORITY: AuthorityId = AuthorityId([7; 32]);
const PURPOSES: [(&str, Purpose); 8] = [
    ("manifest", Purpose::Manifest),
    ("card", Purpose::Card),
    ("envelope", Purpose::Envelope),
    ("envelope-case", Purpose::EnvelopeCase),
    ("grant", Purpose::Grant),
    ("grant-case", Purpose::GrantCase),
    ("request", Purpose::Request),
    ("move", Purpose::Move),
];

fn writes() -> bool {
    std::env::var_os("AMPARO_WRITE_VECTORS").is_some_and(|value| value == "1")
}

/// The file of that topic; written first with what `make` gives when vectors are to be written.
fn file(topic: &str, make: impl FnOnce() -> Value) -> Value {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/vectors/{topic}.json"));
    if writes() {
        fs::write(&path, serde_json::to_string_pretty(&make()).unwrap() + "\n").unwrap();
    }
    let value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for (name, list) in value.as_object().unwrap() {
        println!("{topic}.json: {name}: {}", list.as_array().map_or(1, Vec::len));
    }
    value
}

/// A topic in which everything follows from its input.
fn computed(topic: &str, make: impl Fn() -> Value) {
    assert_eq!(file(topic, &make), make(), "{topic}");
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

fn list<'a>(value: &'a Value, name: &str) -> &'a Vec<Value> {
    value[name].as_array().filter(|list| !list.is_empty()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).map(|pair| from_hex::<1>(std::str::from_utf8(pair).unwrap()).unwrap()[0]).collect()
}

fn secret(byte: u8) -> Secret<32> {
    Secret::from_slice(&[byte; 32]).unwrap()
}

#[test]
fn tokens() {
    computed("tokens", || {
        let typed = [
            "000000000000000000000098",
            "9999 9999 9999 9999 9999 9926",
            "1234-5678-9012-3456-7890-1235",
            "١٢٣٤ ٥٦٧٨ ٩٠١٢ ٣٤٥٦ ٧٨٩٠ ١٢٣٥",
            "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶۷۸۹۰۱۲۳۵",
            "１２３４／５６７８／９０１２／３４５６／７８９０／１２３５",
            "\u{200f}१२३४\n५६७८\t९०१२ · ३४५६ · ७८९० · १२३५.",
            "",
            "1234-5678",
            "1234-5678-9012-3456-7890-12355",
            "O00000000000000000000098",
            "000000000000000000000099",
            "1234-5678-9012-3456-7809-1235",
            "²34567890123456789012345",
        ];
        let read = typed.iter().map(|typed| match Token::parse(typed) {
            Ok(token) => json!({"typed": typed, "digits": token.expose()}),
            Err(TokenTypo::Length(found)) => json!({"typed": typed, "typo": "length", "found": found}),
            Err(TokenTypo::Letter) => json!({"typed": typed, "typo": "letter"}),
            Err(TokenTypo::CheckDigits) => json!({"typed": typed, "typo": "check digits"}),
        });
        let keys = ["000000000000000000000098", "123456789012345678901235"].map(|digits| {
            let keys = TokenKeys::derive(&Token::parse(digits).unwrap(), &AUTHORITY, &mut TokenArena::new());
            json!({
                "token": digits, "authority": AUTHORITY, "locator": to_hex(keys.locator().expose()),
                "locator_hash": keys.locator_hash(), "reply_recipient": keys.reply().recipient(),
                "author": keys.author().verifying_key(),
            })
        });
        json!({"typed": read.collect::<Vec<_>>(), "keys": keys})
    });
}

#[test]
fn keys() {
    computed("keys", || {
        let seeds = [0, 1, 0xff].map(|byte| {
            let case = CaseKey(secret(byte));
            json!({
                "key": to_hex(&[byte; 32]), "case_recipient": case.identity().recipient(),
                "case_verifying_key": case.signing().verifying_key(),
                "desk_recipient": DeskKey(secret(byte)).identity().recipient(),
                "identity_recipient": IdentityKey(secret(byte)).recipient(),
            })
        });
        let signer = |byte| SigningKey::from_seed(secret(byte)).verifying_key();
        let policies = [(vec![signer(1)], 1), (vec![signer(2), signer(1), signer(3)], 2)].map(|(keys, threshold)| {
            let policy = RootPolicy { keys, threshold };
            let print = policy.fingerprint();
            json!({"root": policy, "hash": print.0, "fingerprint": print.to_string()})
        });
        let classic = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
        let identities =
            [classic.to_owned(), Identity::hybrid_from_seed(&secret(9)).to_secret_text().expose().to_owned()];
        let members = identities.map(|identity| {
            let member = member_of(&identity, 4).public();
            json!({
                "identity": identity, "signing_seed": to_hex(&[4; 32]), "public": member,
                "recipient_bytes_hash": hash(&member.recipient.to_bytes()), "fingerprint_hash": member.fingerprint().0,
                "fingerprint": member.fingerprint().to_string(),
            })
        });
        json!({"derived": seeds, "root_policies": policies, "members": members})
    });
}

/// The member of a key file that is written here, since nothing else gives a key of one's choice.
fn member_of(identity: &str, seed: u8) -> MemberKey {
    let inside = json!({
        "amparo": "member-key", "version": 1, "id": "0011223344556677", "alias": "throwaway", "identity": identity,
        "signing_seed": to_hex(&[seed; 32]),
    });
    open_member(&inside)
}

fn open_member(inside: &Value) -> MemberKey {
    let passphrase = SecretText::from("throwaway");
    let sealed = seal_with_passphrase(&passphrase, inside.to_string().as_bytes(), Some(1)).unwrap();
    MemberKey::open(&passphrase, &sealed).unwrap()
}

#[test]
fn work() {
    computed("work", || {
        let key = WorkKey::from_secret(&secret(5));
        let solved = [(0, 0), (7, 1), (600, 8), (u32::MAX, 14)].map(|(second, bits)| {
            let random = [bits ^ 0x5a; 16];
            let work = Work::solve(Challenge::assemble(&key, second, bits, random)).unwrap();
            json!({
                "key": to_hex(&[5; 32]), "second": second, "bits": bits, "random": to_hex(&random),
                "challenge": work.challenge, "numbers": work.numbers, "header": work.to_string(),
            })
        });
        let header = Work::solve(Challenge::assemble(&key, 7, 4, [9; 16])).unwrap().to_string();
        let (challenge, numbers) = header.split_once('.').unwrap();
        let refused = [
            String::new(),
            challenge.to_owned(),
            format!("{challenge}."),
            format!(".{numbers}"),
            format!("{header}."),
            format!("{header}00"),
            format!("{challenge}{numbers}"),
            format!(" {header}"),
            header.to_uppercase(),
            header[2..].to_owned(),
            header[..header.len() - 1].to_owned(),
        ];
        assert!(refused.iter().all(|text| text.parse::<Work>().is_err()));
        let undone = format!("{challenge}.{}", "ff".repeat(64));
        assert!(!undone.parse::<Work>().unwrap().is_done());
        json!({"solved": solved, "refused": refused, "undone": [undone]})
    });
}

#[test]
fn signatures() {
    const L: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";
    computed("signatures", || {
        let key = SigningKey::from_seed(secret(3));
        let good = PURPOSES.map(|(name, purpose)| {
            let signature = to_hex(&key.sign(purpose, &AUTHORITY, b"body").0);
            json!({
                "seed": to_hex(&[3; 32]), "verifying_key": key.verifying_key(), "purpose": name, "authority": AUTHORITY,
                "body": to_hex(b"body"), "signature": signature,
            })
        });
        let mut refused = Vec::new();
        for (name, purpose) in PURPOSES {
            let signature = key.sign(purpose, &AUTHORITY, b"body");
            for (other_name, other) in PURPOSES.iter().filter(|(other, _)| *other != name) {
                assert!(key.verifying_key().verify(*other, &AUTHORITY, b"body", &signature).is_err());
                refused.push(json!({
                    "why": format!("made for {name}"), "verifying_key": key.verifying_key(), "purpose": other_name,
                    "authority": AUTHORITY, "body": to_hex(b"body"), "signature": to_hex(&signature.0),
                }));
            }
        }
        let mut large = key.sign(Purpose::Card, &AUTHORITY, b"body");
        let mut carry = 0;
        for (byte, add) in large.0[32..].iter_mut().zip(from_hex::<32>(L).unwrap()) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
        }
        assert!(key.verifying_key().verify(Purpose::Card, &AUTHORITY, b"body", &large).is_err());
        refused.push(json!({
            "why": "S >= L", "verifying_key": key.verifying_key(), "purpose": "card", "authority": AUTHORITY,
            "body": to_hex(b"body"), "signature": to_hex(&large.0),
        }));
        let mut keys: Vec<[u8; 32]> = [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ]
        .map(|y| from_hex(y).unwrap())
        .to_vec();
        keys.extend((0xed..=0xff).map(|low| {
            let mut y = [0xff; 32];
            (y[0], y[31]) = (low, 0x7f);
            y
        }));
        let with_sign = |mut y: [u8; 32]| {
            y[31] |= 0x80;
            y
        };
        let keys: Vec<_> = keys.iter().flat_map(|y| [*y, with_sign(*y)]).collect();
        assert!(keys.iter().all(|key| VerifyingKey::from_bytes(*key).is_err()));
        json!({"good": good, "refused": refused, "refused_keys": keys.iter().map(|key| to_hex(key)).collect::<Vec<_>>()})
    });
}

#[test]
fn encodings() {
    computed("encodings", || {
        let lists: [&[&[u8]]; 4] = [&[], &[b""], &[b"a", b"", b"bc"], &[&[0xff; 40]]];
        let fields = lists.map(|list| {
            let hex: Vec<_> = list.iter().map(|field| to_hex(field)).collect();
            json!({"fields": hex, "bytes": to_hex(&fields(list))})
        });
        let mib = 1 << 20;
        let hashed = [0, 1, mib - 1, mib, mib + 1, 3 * mib].map(|length| {
            let content: Vec<u8> = (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect();
            json!({"length": length, "hash": Hash(chunked_hash(&content))})
        });
        let texts = [0, 1, 4092, 4093, 8188, 8189, 16_380, 16_381, 70_000, mib]
            .map(|length| json!({"length": length, "padded": padding::text_size(length)}));
        let files = [0_u64, 1, 2, 8, 9, 92, 1000, 4096, 65_536, 1_000_000, 100_000_000, 1 << 40].map(
            |length| json!({"length": length, "padme": padding::padme(length), "padded": padding::file_size(length)}),
        );
        let mut padded = Vec::new();
        padding::pad_text(b"abc", &mut padded).unwrap();
        json!({
            "fields": fields, "chunked_hash_of_place_mod_251": hashed, "text_sizes": texts, "file_sizes": files,
            "padded_text": {"content": to_hex(b"abc"), "begins": to_hex(&padded[..8]), "bytes": padded.len(), "hash": hash(&padded)},
        })
    });
}

#[test]
fn contents() {
    computed("contents", || {
        let good = [
            r#"{"day":"2026-01-01","text":"a","attachments":[]}"#,
            r#"{"attachments":[],"text":"","day":"2028-02-29"}"#,
        ];
        let bad = [
            r#"{"day":"2026-01-01","text":"a","text":"b","attachments":[]}"#,
            r#"{"day":"2026-01-01","text":"a","attachments":[],"more":1}"#,
            r#"{"day":"2026-02-29","text":"a","attachments":[]}"#,
            r#"{"day":"2026-01-01","attachments":[]}"#,
            r#"{"day":"2026-01-01","text":"a","attachments":[]} x"#,
            r#"["2026-01-01","a",[]]"#,
            r#"{"day":"2026-01-01","text":null,"attachments":[]}"#,
            r#"{"day":"2026-01-01","text":"a","attachments":[["00","a","b",1]]}"#,
            r#"{"day":"2026-01-01","text":"\ud800","attachments":[]}"#,
            r#"{"day":"2026-01-01","text":"a","\u0074ext":"b","attachments":[]}"#,
            r#"{"day":"2026-01-01","text":"a","attachments":[],}"#,
        ];
        let reads = |text: &&str| content::from_json::<Message>(&SecretBytes::new(text.as_bytes().to_vec())).is_ok();
        assert!(good.iter().all(&reads) && !bad.iter().any(&reads));
        json!({"message": good, "message_refused": bad})
    });
}

#[test]
fn shares() {
    let made = || {
        let rng = SystemRandom::new();
        let key = Secret::<32>::random(&rng).unwrap();
        let shares = split(&key, 3, 5, &rng).unwrap().unwrap();
        let shares = shares.iter().map(|one| json!({"index": one.index, "value": to_hex(one.value.expose())}));
        json!({"splits": [{"k": 3, "n": 5, "key": to_hex(key.expose()), "shares": shares.collect::<Vec<_>>()}]})
    };
    for split in list(&file("shares", made), "splits") {
        let shares: Vec<_> = list(split, "shares")
            .iter()
            .map(|one| Share {
                index: u8::try_from(one["index"].as_u64().unwrap()).unwrap(),
                value: Secret::from_slice(&bytes(text(one, "value"))).unwrap(),
            })
            .collect();
        let key = |shares: &[Share]| to_hex(combine(shares).unwrap().expose());
        for chosen in shares.windows(3) {
            assert_eq!(key(chosen), text(split, "key"));
        }
        assert_ne!(key(&shares[..2]), text(split, "key"));
    }
}

#[test]
fn sealed() {
    let author = SigningKey::from_seed(secret(3)).verifying_key();
    let binding = |kind| Binding { card: Hash([1; 32]), kind, author };
    let seeds = [("hybrid", Identity::hybrid_from_seed(&secret(9)))];
    let made = || {
        let identity = &seeds[0].1;
        let text = Text::new(&binding(Kind::Message), b"content", &SystemRandom::new()).unwrap();
        let file = text.seal_to(&identity.recipient()).unwrap();
        json!({"texts": [{
            "identity": identity.to_secret_text().expose(), "card": Hash([1; 32]), "kind": 2, "author": author,
            "commitment": text.commitment, "content": to_hex(b"content"), "file": to_hex(&file),
        }]})
    };
    for one in list(&file("sealed", made), "texts") {
        let identity = Identity::parse(text(one, "identity")).unwrap();
        let sealed = bytes(text(one, "file"));
        let commitment: Hash = text(one, "commitment").parse().unwrap();
        let opened =
            |binding: Binding, commitment: &Hash, file: &[u8]| open_text(&identity, &binding, commitment, file);
        let content = opened(binding(Kind::Message), &commitment, &sealed).unwrap();
        assert_eq!(to_hex(content.expose()), text(one, "content"));
        assert!(opened(binding(Kind::Report), &commitment, &sealed).is_err());
        assert!(opened(binding(Kind::Message), &Hash([0; 32]), &sealed).is_err());
        let mut flipped = sealed.clone();
        *flipped.last_mut().unwrap() ^= 1;
        assert!(opened(binding(Kind::Message), &commitment, &flipped).is_err());
    }
}

/// A small report that the holder of `keys` files with an example's authority.
fn file_case(authority: &example::Authority, keys: &TokenKeys) -> Submission {
    let rng = SystemRandom::new();
    let mut answers = Answers::default();
    answers.insert("what", "They asked for ten percent.".to_owned());
    let story = Story {
        channel: Channel::Web,
        assisted: true,
        language: "en".to_owned(),
        category: "bribery".to_owned(),
        fields: answers,
        danger: Danger::No,
    };
    let draft = Draft::begin(&authority.history, "works", &[], keys, DAY.parse().unwrap(), &rng).unwrap();
    draft.finish(story, None, &rng).unwrap()
}

fn desk_of(authority: &example::Authority, filed: &Submission) -> DeskCase {
    example::desk_case(authority, 0, &filed.card, &filed.grants, &filed.envelopes).unwrap()
}

fn own_of(authority: &example::Authority, filed: &Submission, keys: &TokenKeys) -> OwnCase {
    let envelopes = filed.envelopes.iter().map(UntrustedEnvelope::from).collect();
    let card = example::untrusted_card(&filed.card);
    OwnCase::open(Arc::clone(&authority.history), &card, envelopes, keys).unwrap()
}

fn case_body(filed: &Submission) -> CaseBody {
    let (card, card_signature) = card_parts(&filed.card);
    CaseBody {
        card,
        card_signature,
        grants: filed.grants.iter().map(Into::into).collect(),
        envelopes: filed.envelopes.iter().map(WireEnvelope::from).collect(),
    }
}

/// What stands inside a member's key file.
fn member_inside(key: &MemberKey) -> Value {
    json!({
        "amparo": "member-key", "version": 1, "id": key.id, "alias": key.alias,
        "identity": key.identity().to_secret_text().expose(), "signing_seed": to_hex(key.signing().seed().expose()),
    })
}

/// One case from report to withdrawal, with every key in the clear.
fn make_case() -> Value {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let history = &authority.history;
    let day = DAY.parse().unwrap();
    let token = Token::generate(&rng).unwrap();
    let keys = TokenKeys::derive(&token, history.authority(), &mut TokenArena::new());
    let mut filed = file_case(&authority, &keys);
    let member = &authority.members[0];
    let entries = desk_of(&authority, &filed).rekey(member, day, &rng).unwrap();
    filed.envelopes.extend(entries.envelopes);
    filed.grants.extend(entries.grants);
    let acknowledged = Some(State::Acknowledged);
    let entries = desk_of(&authority, &filed).answer(member, "We have read it.", acknowledged, day, &rng).unwrap();
    filed.envelopes.extend(entries.envelopes);
    let message = own_of(&authority, &filed, &keys).message(&keys, "The deputy.", &Files::default(), day, &rng);
    filed.envelopes.extend(message.unwrap());
    let forget = own_of(&authority, &filed, &keys).forget(&keys, day, &rng).unwrap();
    filed.envelopes.push(forget);
    json!({
        "throwaway": "keys made for this file only", "token": token.expose(), "manifests": Manifests::from(history.as_ref()),
        "members": authority.members.iter().map(member_inside).collect::<Vec<_>>(), "case": case_body(&filed),
        "card_hash": filed.card.hash(), "timeline": timeline(&desk_of(&authority, &filed)),
    })
}

/// A case that moves twice, with an answer and a message under each token; and forgeries by those who know an older one.
fn make_moves() -> Value {
    let rng = SystemRandom::new();
    let authority = example::authority(&rng);
    let (history, member, day) = (&authority.history, &authority.members[0], DAY.parse().unwrap());
    let tokens = [0; 3].map(|_| Token::generate(&rng).unwrap());
    let keys = tokens.each_ref().map(|one| TokenKeys::derive(one, history.authority(), &mut TokenArena::new()));
    let mut filed = file_case(&authority, &keys[0]);
    let entries = desk_of(&authority, &filed).rekey(member, day, &rng).unwrap();
    filed.envelopes.extend(entries.envelopes);
    filed.grants.extend(entries.grants);
    let mut forged = Vec::new();
    for (place, words) in ["First", "Second", "Third"].into_iter().enumerate() {
        let entries = desk_of(&authority, &filed).answer(member, words, None, day, &rng).unwrap();
        filed.envelopes.extend(entries.envelopes);
        let own = own_of(&authority, &filed, &keys[place]);
        let message = own.message(&keys[place], words, &Files::default(), day, &rng).unwrap();
        let Some(next) = keys.get(place + 1) else {
            filed.envelopes.extend(message);
            break;
        };
        // Signed by the old key, for the place that the move takes: a server that knew the old token could show it.
        forged.push(json!({"why": "a fork of the chain", "envelopes": [WireEnvelope::from(&message[0])]}));
        let moved = own.moved_to(&keys[place], next, &rng).unwrap();
        let mut bare = WireEnvelope::from(&moved);
        bare.ciphertext = None;
        forged.push(json!({"why": "a move without its body", "instead_of": moved.header.hash(), "envelopes": [bare]}));
        let other = resigned(&moved, &keys[place], history, |body| *body.last_mut().unwrap() ^= 1);
        let why = "a move with another heirloom, signed by the old key";
        forged.push(json!({"why": why, "instead_of": moved.header.hash(), "envelopes": [other]}));
        filed.envelopes.push(moved);
    }
    let moves = filed.envelopes.iter().filter(|one| one.header.kind == Kind::Move).map(|one| {
        json!({"envelope": one.header.hash(), "signed": to_hex(&signed_by_new_key(&one.header, one.ciphertext.as_ref().unwrap()))})
    });
    json!({
        "throwaway": "keys made for this file only", "tokens": tokens.each_ref().map(Token::expose),
        "manifests": Manifests::from(history.as_ref()),
        "members": authority.members.iter().map(member_inside).collect::<Vec<_>>(), "case": case_body(&filed),
        "moves": moves.collect::<Vec<_>>(), "timeline": timeline(&desk_of(&authority, &filed)),
        "answers": ["First", "Second", "Third"], "forged": forged,
    })
}

/// A move with another body under the old token's signature.
fn resigned(
    envelope: &SealedEnvelope,
    keys: &TokenKeys,
    history: &History,
    change: impl FnOnce(&mut Vec<u8>),
) -> WireEnvelope {
    let mut envelope = envelope.clone();
    let body = envelope.ciphertext.as_mut().unwrap();
    change(body);
    envelope.header.ciphertext = Hash(chunked_hash(body));
    envelope.signature = keys.author().sign(Purpose::Envelope, history.authority(), &envelope.header.to_bytes());
    WireEnvelope::from(&envelope)
}

/// What docs/protocol.md says that a move's new key signs, from header and body as they are sent.
fn signed_by_new_key(header: &Header, body: &[u8]) -> Vec<u8> {
    let mut reader = Fields::new(body, "move");
    let [recipient, author, _signature, heirloom] = [(); 4].map(|()| reader.bytes().unwrap());
    let optional = |hash: Option<Hash>| hash.map_or(Vec::new(), |hash| hash.0.to_vec());
    fields(&[
        &header.case.0,
        &header.card.0,
        header.author.as_bytes(),
        &header.sequence.to_be_bytes(),
        &optional(header.previous),
        &optional(header.seen),
        &header.commitment.0,
        recipient,
        author,
        &chunked_hash(heirloom),
    ])
}

fn timeline(desk: &DeskCase) -> Value {
    let entry = |entry: &amparo::protocol::desk_case::OpenEntry| {
        let (kind, words) = match &entry.content {
            Content::Report(report) => ("report", report.fields.get("what").to_owned()),
            Content::Message(message) => ("message", message.text.clone()),
            Content::Answer(answer) => ("answer", answer.text.clone()),
            Content::Desk(note) => ("desk", note.text.clone()),
            Content::Forget => ("forget", String::new()),
            Content::Moved => ("move", String::new()),
            Content::Attachment => ("attachment", String::new()),
            Content::Identity => ("identity", String::new()),
            Content::Rekey(rekey) => ("rekey", rekey.recipient.to_string()),
            Content::Unreadable => ("unreadable", String::new()),
        };
        json!({"hash": entry.hash, "kind": kind, "member": entry.member, "words": words})
    };
    Value::Array(desk.entries().iter().map(entry).collect())
}

#[test]
fn moves() {
    let file = file("move", make_moves);
    let manifests: Manifests = serde_json::from_value(file["manifests"].clone()).unwrap();
    let history = Arc::new(History::verify(manifests.into()).unwrap());
    let body: CaseBody = serde_json::from_value(file["case"].clone()).unwrap();
    let (card, grants, envelopes) = body.into_untrusted();
    let desk = |envelopes: Vec<UntrustedEnvelope>| {
        let member = open_member(&list(&file, "members")[0]);
        DeskCase::open(Arc::clone(&history), &member, &card, &grants, envelopes)
    };
    assert_eq!(timeline(&desk(envelopes.clone()).unwrap()), file["timeline"]);
    let keys = list(&file, "tokens").iter().map(|token| {
        let token = Token::parse(token.as_str().unwrap()).unwrap();
        TokenKeys::derive(&token, history.authority(), &mut TokenArena::new())
    });
    let keys: Vec<_> = keys.collect();
    let own = |keys, envelopes| OwnCase::open(Arc::clone(&history), &card, envelopes, keys);
    for older in &keys[..2] {
        assert!(matches!(own(older, envelopes.clone()), Err(OwnCaseError::Moved)));
    }
    let newest = own(&keys[2], envelopes.clone()).unwrap();
    let answers: Vec<_> = newest.answers().iter().map(|read| read.answer.text.clone()).collect();
    assert_eq!((json!(answers), newest.unreadable()), (file["answers"].clone(), 0));

    for (one, after) in list(&file, "moves").iter().zip(&keys[1..]) {
        let name: Hash = text(one, "envelope").parse().unwrap();
        let envelope = envelopes.iter().find(|envelope| hash(&envelope.header) == name).unwrap();
        let (header, body) = (Header::parse(&envelope.header).unwrap(), envelope.ciphertext.as_ref().unwrap());
        assert_eq!(to_hex(&signed_by_new_key(&header, body)), text(one, "signed"));
        let mut reader = Fields::new(body, "move");
        let signature = [(); 3].map(|()| reader.bytes().unwrap())[2];
        let (author, signature) = (after.author().verifying_key(), Signature::from_slice(signature).unwrap());
        author.verify(Purpose::Move, history.authority(), &bytes(text(one, "signed")), &signature).unwrap();
        assert_eq!(&UntrustedMove::parse(body).unwrap().to_bytes(), body);
        let cut = [&body[..body.len() - 1], &[body.as_slice(), &[0]].concat()].map(UntrustedMove::parse);
        assert!(cut.iter().all(Result::is_err));
    }
    for forged in list(&file, "forged") {
        let replaced: Option<Hash> = forged["instead_of"].as_str().map(|name| name.parse().unwrap());
        let kept = envelopes.iter().filter(|envelope| Some(hash(&envelope.header)) != replaced).cloned();
        let more = list(forged, "envelopes").iter();
        let more = more.map(|one| serde_json::from_value::<WireEnvelope>(one.clone()).unwrap().into());
        let shown: Vec<UntrustedEnvelope> = kept.chain(more).collect();
        assert!(desk(shown.clone()).is_err() && own(&keys[2], shown).is_err(), "{}", text(forged, "why"));
    }
}

#[test]
fn case() {
    let file = file("case", make_case);
    let manifests: Manifests = serde_json::from_value(file["manifests"].clone()).unwrap();
    let history = Arc::new(History::verify(manifests.clone().into()).unwrap());
    let body: CaseBody = serde_json::from_value(file["case"].clone()).unwrap();
    let (card, grants, envelopes) = body.into_untrusted();
    assert_eq!(card.verify(&history).unwrap().hash().to_string(), text(&file, "card_hash"));
    for member in &list(&file, "members")[..2] {
        let desk =
            DeskCase::open(Arc::clone(&history), &open_member(member), &card, &grants, envelopes.clone()).unwrap();
        assert_eq!(timeline(&desk), file["timeline"]);
    }
    let stranger = open_member(&list(&file, "members")[2]);
    assert!(DeskCase::open(Arc::clone(&history), &stranger, &card, &grants, envelopes.clone()).is_err());
    let token = Token::parse(text(&file, "token")).unwrap();
    let keys = TokenKeys::derive(&token, history.authority(), &mut TokenArena::new());
    let own = OwnCase::open(Arc::clone(&history), &card, envelopes.clone(), &keys).unwrap();
    assert_eq!((own.answers().len(), own.state().0), (1, State::Acknowledged));

    // Bodies cut short or with a byte more are refused, for each kind of body.
    let cut_and_longer = |body: &[u8]| [body[..body.len() - 1].to_vec(), [body, &[0]].concat()];
    for bad in cut_and_longer(&card.bytes) {
        assert!(UntrustedCard { bytes: bad, signature: card.signature.clone() }.verify(&history).is_err());
    }
    for UntrustedGrant { body, .. } in &grants {
        assert_eq!(&Grant::parse(body).unwrap().to_bytes(), body);
        assert!(cut_and_longer(body).iter().all(|bad| Grant::parse(bad).is_err()));
    }
    for UntrustedEnvelope { header, .. } in &envelopes {
        assert_eq!(&Header::parse(header).unwrap().to_bytes(), header);
        assert!(cut_and_longer(header).iter().all(|bad| Header::parse(bad).is_err()));
    }
    // Each kind of bad manifest.
    let good: Value = serde_json::from_slice(&manifests.manifests[0].manifest.0).unwrap();
    assert!(Manifest::parse(good.to_string().as_bytes()).is_ok());
    let bad: [(&str, Value); 8] = [
        ("version", json!(2)),
        ("serial", json!(0)),
        ("serial", json!(2)),
        ("name", json!({})),
        ("units", json!([])),
        ("expires", json!("2027-03-02")),
        ("identity_threshold", json!(3)),
        ("more", json!(1)),
    ];
    for (name, value) in bad {
        let mut manifest = good.clone();
        manifest[name] = value;
        assert!(Manifest::parse(manifest.to_string().as_bytes()).is_err(), "{name}");
    }
    assert!(
        serde_json::from_value::<NewEntries>(json!({"envelopes": [], "grants": [], "state": null, "more": 1})).is_err()
    );
    assert!(Signature::from_slice(&[0; 63]).is_err());
}
