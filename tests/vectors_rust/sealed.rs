//! `sealed.json`: texts, files and keys, each sealed to a hybrid and to a classic identity, and what does not open.

use std::io::Write as _;

use amparo::protocol::bytes::{Hash, hash, to_hex};
use amparo::protocol::recipient::Identity;
use amparo::protocol::seal::{self, SealError};
use amparo::protocol::sealed::{
    AttachmentSealer, Binding, Kind, OpenError, Text, open_attachment, open_key, open_text, seal_key,
};
use amparo::protocol::sign::{SigningKey, VerifyingKey};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use crate::{file, list, secret, text};

const CARD: Hash = Hash([1; 32]);
const CLASSIC: &str = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";

fn author() -> VerifyingKey {
    SigningKey::from_seed(secret(3)).verifying_key()
}

fn binding(kind: Kind) -> Binding {
    Binding { card: CARD, kind, author: author() }
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

fn identities() -> [Identity; 2] {
    [Identity::hybrid_from_seed(&secret(9)), Identity::parse(CLASSIC).unwrap()]
}

fn vector(identity: &Identity, kind: Kind, commitment: Hash, file: &[u8]) -> Value {
    json!({
        "identity": identity.to_secret_text().expose(), "card": CARD, "kind": kind as u8, "author": author(),
        "commitment": commitment, "file": BASE64_STANDARD.encode(file),
    })
}

fn with(mut vector: Value, name: &str, value: impl serde::Serialize) -> Value {
    vector[name] = json!(value);
    vector
}

fn make() -> Value {
    let rng = SystemRandom::new();
    let (mut texts, mut files, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for identity in identities() {
        let recipient = identity.recipient();
        for length in [0, 7, 4092, 4093, 61_000] {
            let text = Text::new(&binding(Kind::Message), &content(length), &rng).unwrap();
            let file = text.seal_to(&recipient).unwrap();
            texts.push(with(vector(&identity, Kind::Message, text.commitment, &file), "length", length));
        }
        for length in [0, 1, 1000, 65_000, 66_000] {
            let mut sealer = AttachmentSealer::new(&binding(Kind::Attachment), &recipient, Vec::new(), &rng).unwrap();
            sealer.write_all(&content(length)).unwrap();
            let (file, sealed) = sealer.finish().unwrap();
            files.push(with(vector(&identity, Kind::Attachment, sealed.commitment, &file), "length", length));
        }
        for (kind, length) in [(Kind::CaseGrant, 32), (Kind::DeskGrant, 32), (Kind::Share, 99)] {
            let key = content(length);
            let file = seal_key(&binding(kind), &key, &recipient).unwrap();
            keys.push(with(vector(&identity, kind, CARD, &file), "key", to_hex(&key)));
        }
    }
    json!({"texts": texts, "files": files, "keys": keys, "texts_refused": texts_refused()})
}

/// Texts that are not what their place says; each with the word of its refusal.
fn texts_refused() -> Vec<Value> {
    let rng = SystemRandom::new();
    let mut refused = Vec::new();
    for (identity, other) in identities().into_iter().zip(identities().into_iter().rev()) {
        let text = Text::new(&binding(Kind::Message), b"content", &rng).unwrap();
        let sound = text.seal_to(&identity.recipient()).unwrap();
        let mut add = |why: &str, code: &str, change: &dyn Fn(&mut Value)| {
            let mut vector = vector(&identity, Kind::Message, text.commitment, &sound);
            change(&mut vector);
            refused.push(with(with(vector, "why", why), "refused", code));
        };
        let as_file = |bytes: &[u8]| json!(BASE64_STANDARD.encode(bytes));
        add("of another case", "sealed-misplaced", &|one| one["card"] = json!(Hash([2; 32])));
        add("of another kind", "sealed-misplaced", &|one| one["kind"] = json!(Kind::Answer as u8));
        let other_author = SigningKey::from_seed(secret(4)).verifying_key();
        add("by another author", "sealed-misplaced", &|one| one["author"] = json!(other_author));
        add("another commitment", "sealed-commitment", &|one| one["commitment"] = json!(Hash([0; 32])));
        add("for another identity", "seal-not-for-this-identity", &|one| {
            one["identity"] = json!(other.to_secret_text().expose());
        });
        let length = sound.len();
        for (why, place) in [("the last byte changed", length - 1), ("the nonce changed", length - 4220)] {
            let mut changed = sound.clone();
            changed[place] ^= 1;
            add(why, "seal-damaged", &|one| one["file"] = as_file(&changed));
        }
        add("a byte cut", "seal-damaged", &|one| one["file"] = as_file(&sound[..length - 1]));
        add("a byte more", "seal-damaged", &|one| one["file"] = as_file(&[&sound, &[0][..]].concat()));
        add("no file", "seal-malformed", &|one| one["file"] = as_file(b""));
        add("half a header", "seal-malformed", &|one| one["file"] = as_file(&sound[..100]));
        // Sealed anew by somebody who writes it wrong, and signs what was written.
        let binding = [CARD.0.as_slice(), &[Kind::Message as u8], author().as_bytes()].concat();
        let mut padded = vec![0; 32];
        amparo::protocol::padding::pad_text(b"content", &mut padded).unwrap();
        let mut noisy = padded.clone();
        *noisy.last_mut().unwrap() = 1;
        let wrong: [(&str, &str, &[u8], &[u8]); 6] = [
            ("no binding", "sealed-misplaced", b"", b""),
            ("half a binding", "sealed-misplaced", &binding[..40], b""),
            ("a binding alone", "malformed", &binding, b""),
            ("half a salt", "malformed", &binding, &padded[..16]),
            ("no content", "malformed", &binding, &padded[..32]),
            ("padding that is not zero", "malformed", &binding, &noisy),
        ];
        for (why, code, binding, rest) in wrong {
            let file = seal::seal(&identity.recipient(), &[binding, rest].concat()).unwrap();
            add(why, code, &|one| {
                one["file"] = as_file(&file);
                one["commitment"] = json!(hash(rest));
            });
        }
    }
    refused
}

fn code(error: &OpenError) -> &'static str {
    match error {
        OpenError::Misplaced => "sealed-misplaced",
        OpenError::Commitment => "sealed-commitment",
        OpenError::Malformed(_) => "malformed",
        OpenError::Seal(SealError::Malformed) => "seal-malformed",
        OpenError::Seal(SealError::NotForThisIdentity) => "seal-not-for-this-identity",
        OpenError::Seal(SealError::SeveralRecipients) => "seal-several-recipients",
        OpenError::Seal(SealError::Damaged) => "seal-damaged",
        other => panic!("{other}"),
    }
}

/// What is needed to open a vector.
struct Place {
    identity: Identity,
    binding: Binding,
    commitment: Hash,
    file: Vec<u8>,
}

impl Place {
    fn of(one: &Value) -> Self {
        let kind = Kind::from_u8(u8::try_from(one["kind"].as_u64().unwrap()).unwrap()).unwrap();
        let [card, author] = [text(one, "card"), text(one, "author")];
        Self {
            identity: Identity::parse(text(one, "identity")).unwrap(),
            binding: Binding { card: card.parse().unwrap(), kind, author: author.parse().unwrap() },
            commitment: text(one, "commitment").parse().unwrap(),
            file: BASE64_STANDARD.decode(text(one, "file")).unwrap(),
        }
    }
}

#[test]
fn sealed() {
    let vectors = file("sealed", make);
    let length = |one: &Value| usize::try_from(one["length"].as_u64().unwrap()).unwrap();
    for one in list(&vectors, "texts") {
        let place = Place::of(one);
        let opened = open_text(&place.identity, &place.binding, &place.commitment, &place.file).unwrap();
        assert!(opened.expose() == content(length(one)));
    }
    for one in list(&vectors, "files") {
        let (place, mut opened) = (Place::of(one), Vec::new());
        let found =
            open_attachment(&place.identity, &place.binding, &place.commitment, &place.file[..], &mut opened).unwrap();
        opened.truncate(usize::try_from(found).unwrap());
        assert!(opened == content(length(one)));
    }
    for one in list(&vectors, "keys") {
        let place = Place::of(one);
        let opened = match place.binding.kind {
            Kind::Share => {
                open_key::<99>(&place.identity, &place.binding, &place.file).map(|key| key.expose().to_vec())
            }
            _ => open_key::<32>(&place.identity, &place.binding, &place.file).map(|key| key.expose().to_vec()),
        };
        assert_eq!(to_hex(&opened.unwrap()), text(one, "key"));
        assert!(matches!(open_key::<33>(&place.identity, &place.binding, &place.file), Err(OpenError::Malformed(_))));
    }
    for one in list(&vectors, "texts_refused") {
        let place = Place::of(one);
        let opened = open_text(&place.identity, &place.binding, &place.commitment, &place.file);
        assert_eq!(opened.err().as_ref().map(code), Some(text(one, "refused")), "{}", text(one, "why"));
    }
}
