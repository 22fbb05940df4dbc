//! What one implementation accepts, the other does: a few thousand inputs, bent in small ways from a fixed seed, read by
//! Rust and by TypeScript (`web/test/differential.ts`). What stands in `tests/vectors/` is compared there,
//! with the reason of each refusal.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod bend;
#[path = "../interop/mod.rs"]
mod interop;

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use amparo::protocol::bytes::{AuthorityId, Hash, to_hex};
use amparo::protocol::card::UntrustedCard;
use amparo::protocol::content::{Answer, Forget, IdentityCard, Message, Rekey, Report, from_json};
use amparo::protocol::envelope::{Header, UntrustedEnvelope, UntrustedMove};
use amparo::protocol::grant::Grant;
use amparo::protocol::manifest::{History, Manifest, UntrustedManifest};
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::padding;
use amparo::protocol::recipient::{Identity, Recipient};
use amparo::protocol::seal;
use amparo::protocol::sealed::{AttachmentSealer, Binding, Kind, Text, open_attachment, open_key, open_text, seal_key};
use amparo::protocol::sign::{Purpose, Signature, SigningKey, VerifyingKey};
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::{Base64, CaseBody, Manifests, WireEnvelope};
use amparo::protocol::work::{Challenge, MAX_BITS, Work, WorkKey};
use amparo::secret::{Secret, SecretBytes};
use bend::{Numbers, bend};
use interop::script;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

const AUTHORITY: AuthorityId = AuthorityId([7; 32]);
const SEED: [u8; 32] = [9; 32];

/// All inputs with what Rust says of them.
struct Inputs {
    numbers: Numbers,
    /// How many are made of each sample.
    times: usize,
    all: Vec<Value>,
}

impl Inputs {
    /// Adds `sample` and what becomes of it; `accepts` is Rust's verdict.
    fn add(&mut self, kind: &str, sample: &[u8], accepts: impl Fn(&[u8]) -> bool) {
        self.add_with(kind, sample, &json!({}), accepts);
    }

    /// The same with what TypeScript needs beside the input.
    fn add_with(&mut self, kind: &str, sample: &[u8], more: &Value, accepts: impl Fn(&[u8]) -> bool) {
        assert!(accepts(sample), "the sample of {kind} is sound");
        let mut refused = 0;
        let vector = |input: &[u8], accepted: bool| {
            let mut vector = more.clone();
            (vector["kind"], vector["input"], vector["accepted"]) =
                (json!(kind), json!(to_hex(input)), json!(accepted));
            vector
        };
        self.all.push(vector(sample, true));
        for _ in 0..self.times {
            let input = bend(sample, &mut self.numbers);
            let accepted = accepts(&input);
            refused += usize::from(!accepted);
            self.all.push(vector(&input, accepted));
        }
        println!("{kind}: {} accepted, {refused} refused", self.times + 1 - refused);
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

/// What stands inside envelopes.
fn add_contents(inputs: &mut Inputs) {
    let contents = read("contents.json");
    let sample = |kind: &str, place: usize| contents[kind][place].as_str().unwrap().as_bytes().to_vec();
    inputs.add("message", &sample("message", 1), json_of::<Message>);
    inputs.add("message", &sample("message", 2), json_of::<Message>);
    inputs.add("report", &sample("report", 0), json_of::<Report>);
    inputs.add("answer", &sample("answer", 0), json_of::<Answer>);
    inputs.add("identity-card", &sample("identity", 0), json_of::<IdentityCard>);
    inputs.add("rekey", &sample("rekey", 0), json_of::<Rekey>);
    inputs.add("forget", &sample("forget", 0), json_of::<Forget>);
    let mut padded = Vec::new();
    padding::pad_text(b"abc", &mut padded).unwrap();
    inputs.add("padded-text", &padded, |input| padding::unpad_text(input).is_ok());
    let unpads = |input: &[u8]| padding::unpad_file(&SecretBytes::new(input.to_vec())).is_ok();
    for length in [3, 1000] {
        let mut padded = vec![1; length];
        padding::finish_file(length as u64, &mut padded).unwrap();
        inputs.add("padded-file", &padded, unpads);
    }
}

/// What people type, and what stands in texts.
fn add_texts(inputs: &mut Inputs) {
    for typed in ["1234-5678-9012-3456-7890-1235", "١٢٣٤ ٥٦٧٨ ٩٠١٢ ٣٤٥٦ ٧٨٩٠ ١٢٣٥"] {
        inputs.add_text("token", typed, |input| Token::parse(input).is_ok());
    }
    inputs.add_text("day", "2028-02-29", |input| input.parse::<amparo::clock::Day>().is_ok());
    inputs.add_text("hash", &to_hex(&SEED), |input| input.parse::<Hash>().is_ok());
    for base64 in ["AAECAwQFBgcICQ==", "AAECAwQFBgcICQo=", "AAECAwQF"] {
        inputs.add_text("base64", base64, |input| serde_json::from_value::<Base64>(json!(input)).is_ok());
    }
    for identity in identities() {
        let recipient = identity.recipient();
        inputs.add_text("recipient", &recipient.to_string(), |input| input.parse::<Recipient>().is_ok());
        inputs.add("recipient-bytes", &recipient.to_bytes(), |input| Recipient::from_bytes(input).is_ok());
        let identity = identity.to_secret_text();
        inputs.add_text("identity", identity.expose(), |input| Identity::parse(input).is_ok());
    }
    let challenge = Challenge::assemble(&WorkKey::from_secret(&secret()), 7, 4, [3; 16]);
    let work = Work::solve(challenge).unwrap().to_string();
    let is_done = |work: Work| work.challenge.bits() <= MAX_BITS && work.is_done();
    inputs.add_text("work", &work, |input| input.parse().is_ok_and(is_done));
}

fn identities() -> [Identity; 2] {
    let classic = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    [Identity::hybrid_from_seed(&secret()), Identity::parse(classic).unwrap()]
}

/// Age files, whole and in their place.
fn add_sealed(inputs: &mut Inputs) {
    for identity in identities() {
        let file = seal::seal(&identity.recipient(), b"what happened").unwrap();
        let opens = |input: &[u8]| seal::open(&identity, input).is_ok();
        let secret_text = identity.to_secret_text();
        let more = json!({"identity": secret_text.expose()});
        inputs.add_with("file", &file, &more, opens);
        let end = file.windows(4).position(|four| four == b"\n---").unwrap();
        let more = json!({"identity": secret_text.expose(), "tail": to_hex(&file[end + 60..])});
        inputs.add_with("file-header", &file[..end + 60], &more, |input| opens(&[input, &file[end + 60..]].concat()));
    }
    let [identity, _] = identities();
    let author = SigningKey::from_seed(secret()).verifying_key();
    let binding = |kind| Binding { card: Hash([1; 32]), kind, author };
    let (rng, recipient) = (SystemRandom::new(), identity.recipient());
    let text = Text::new(&binding(Kind::Message), b"content", &rng).unwrap();
    let more = json!({"commitment": text.commitment});
    inputs.add_with("text", &text.seal_to(&recipient).unwrap(), &more, |input| {
        open_text(&identity, &binding(Kind::Message), &text.commitment, input).is_ok()
    });
    let mut sealer = AttachmentSealer::new(&binding(Kind::Attachment), &recipient, Vec::new(), &rng).unwrap();
    sealer.write_all(b"content").unwrap();
    let (file, sealed) = sealer.finish().unwrap();
    let more = json!({"commitment": sealed.commitment});
    inputs.add_with("attachment", &file, &more, |input| {
        let place = binding(Kind::Attachment);
        open_attachment(&identity, &place, &sealed.commitment, input, &mut Vec::new()).is_ok()
    });
    let file = seal_key(&binding(Kind::CaseGrant), &SEED, &recipient).unwrap();
    inputs.add("key", &file, |input| open_key::<32>(&identity, &binding(Kind::CaseGrant), input).is_ok());
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
    let desk_grant = grants.iter().find(|grant| Grant::parse(&grant.body).unwrap().kind == Kind::DeskGrant).unwrap();
    inputs.add("grant", &desk_grant.body, |input| Grant::parse(input).is_ok());
    for envelope in [&envelopes[3], &envelopes[2]] {
        inputs.add("header", &envelope.header, |input| Header::parse(input).is_ok());
    }
    let filed = read("from_typescript/filed.json");
    let moves = filed["follow_ups"].as_array().unwrap();
    let envelope: WireEnvelope = serde_json::from_value(moves[2].clone()).unwrap();
    inputs.add("move", &envelope.ciphertext.unwrap().0, |input| UntrustedMove::parse(input).is_ok());
}

/// A manifest, and the signatures of one that hands the root over.
fn add_history(inputs: &mut Inputs) {
    let sample = read("manifests.json")["manifests"][0]["text"].clone();
    inputs.add("manifest", sample.as_str().unwrap().as_bytes(), |input| Manifest::parse(input).is_ok());
    let history = read("histories.json")["histories"][1]["manifests"].clone();
    let text = |place: usize, name: &str| history[place][name].as_str().unwrap().to_owned();
    let source = |place| UntrustedManifest {
        bytes: text(place, "manifest").into_bytes(),
        signatures: text(place, "signatures"),
    };
    inputs.add_text("signatures", &text(1, "signatures"), |input| {
        let second = UntrustedManifest { signatures: input.to_owned(), ..source(1) };
        History::verify(vec![source(0), second]).is_ok()
    });
}

/// The newest message of a case, whose own author signs a bent header: what holds by itself may not fit the rest.
fn add_own_case(inputs: &mut Inputs) {
    let case = read("handover.json");
    let manifests: Manifests = serde_json::from_value(case["manifests"].clone()).unwrap();
    let history = Arc::new(History::verify(manifests.into()).unwrap());
    let body: CaseBody = serde_json::from_value(case["case"].clone()).unwrap();
    let (card, _, mut envelopes) = body.into_untrusted();
    let token = Token::parse(case["token"].as_str().unwrap()).unwrap();
    let keys = TokenKeys::derive(&token, history.authority(), &mut TokenArena::new());
    envelopes.truncate(13);
    let message = envelopes.pop().unwrap();
    let times = std::mem::replace(&mut inputs.times, 0);
    inputs.times = times / 4;
    inputs.add("own-case", &message.header, |header| {
        let signature = keys.author().sign(Purpose::Envelope, history.authority(), header).0.to_vec();
        let bent = UntrustedEnvelope { header: header.to_vec(), signature, ..message.clone() };
        let shown = envelopes.iter().cloned().chain([bent]).collect();
        OwnCase::open(Arc::clone(&history), &card, shown, &keys).is_ok()
    });
    inputs.times = times;
}

/// Both read `times` bent inputs of each kind, and agree on every one.
fn compare(seed: u64, times: usize) {
    let mut inputs = Inputs { numbers: Numbers(seed), times, all: Vec::new() };
    add_contents(&mut inputs);
    add_texts(&mut inputs);
    add_sealed(&mut inputs);
    add_signatures(&mut inputs);
    add_case(&mut inputs);
    add_history(&mut inputs);
    add_own_case(&mut inputs);
    let said = script("differential", &inputs.all);
    assert!(said.contains(&format!("{} inputs, 0 of them read otherwise", inputs.all.len())), "{said}");
}

#[test]
fn both_implementations_accept_the_same() {
    compare(2026, 120);
}

/// `AMPARO_DIFFERENTIAL_SEED` gives other inputs than those of every run, which are 2,500 of each kind.
#[test]
fn heavy_both_implementations_accept_the_same_of_many_more() {
    let seed = std::env::var("AMPARO_DIFFERENTIAL_SEED").map_or(7, |seed| seed.parse().unwrap());
    compare(seed, 2500);
}
