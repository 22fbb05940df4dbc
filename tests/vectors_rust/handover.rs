//! `handover.json`: a confidential case with files and notes that goes on while the authority's root is handed over and a
//! member with a classic recipient leaves.

use std::io::{Cursor, Read, Write as _};
use std::sync::Arc;

use amparo::protocol::bytes::{AuthorityId, Hash, hash};
use amparo::protocol::content::{IdentityCard, State};
use amparo::protocol::desk_case::{DeskCase, Entries};
use amparo::protocol::envelope::UntrustedEnvelope;
use amparo::protocol::example::{self, DAY};
use amparo::protocol::files::{FilePlace, Files};
use amparo::protocol::grant::{Grant, UntrustedGrant};
use amparo::protocol::keys::IdentityKey;
use amparo::protocol::manifest::{History, Manifest, RootPolicy, UntrustedManifest, sign, signature_line};
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::recipient::Identity;
use amparo::protocol::report::{Draft, Submission};
use amparo::protocol::seal::chunked_hash;
use amparo::protocol::sealed::{Kind, open_key, open_text};
use amparo::protocol::share::{Share, combine};
use amparo::protocol::sign::SigningKey;
use amparo::protocol::token::{Token, TokenKeys};
use amparo::protocol::wire::{CaseBody, Manifests};
use amparo::secret::Secret;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use crate::cases::{case_body, desk_of, member_inside, open_member, own_of, timeline, token_keys};
use crate::{file, list, text};

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

/// Seals a file into `files`, and its ciphertext into `blobs`.
fn attach(files: &mut Files, place: &FilePlace, name: &str, length: usize, blobs: &mut Vec<Value>) {
    let mut sealer = place.sealer(Vec::new(), &SystemRandom::new()).unwrap();
    sealer.write_all(&content(length)).unwrap();
    let (ciphertext, sealed) = sealer.finish().unwrap();
    let hash = Hash(chunked_hash(&ciphertext));
    blobs.push(json!({"hash": hash, "name": name, "length": length, "file": BASE64_STANDARD.encode(&ciphertext)}));
    files.add(sealed, hash, ciphertext.len() as u64, name.to_owned(), "application/octet-stream".to_owned());
}

fn signed(manifest: &Manifest, signers: &[&SigningKey]) -> UntrustedManifest {
    let bytes = manifest.to_bytes();
    let id = manifest.authority.unwrap_or(AuthorityId(hash(&bytes).0));
    let signatures = signers.iter().map(|key| signature_line(key, &sign(&bytes, &id, key))).collect();
    UntrustedManifest { bytes, signatures }
}

/// The example's authority, whose second member has a classic recipient.
fn authority() -> example::Authority {
    let rng = SystemRandom::new();
    let mut authority = example::authority(&rng);
    let mut inside = member_inside(&authority.members[1]);
    let identity = Identity::generate_classic(&rng).unwrap();
    inside["identity"] = json!(identity.to_secret_text().expose());
    authority.members[1] = open_member(&inside);
    let mut manifest = authority.history.current().clone();
    manifest.members[1].recipient = identity.recipient();
    authority.history = Arc::new(History::verify(vec![signed(&manifest, &[authority.root.signing()])]).unwrap());
    authority
}

/// The next manifest of `authority`, changed by `change`.
fn publish(authority: &mut example::Authority, signers: &[&SigningKey], change: impl FnOnce(&mut Manifest)) {
    let mut sources = authority.history.sources().to_vec();
    let mut manifest = authority.history.current().clone();
    manifest.authority = Some(*authority.history.authority());
    manifest.previous = Some(authority.history.current_hash());
    manifest.serial += 1;
    change(&mut manifest);
    sources.push(signed(&manifest, signers));
    authority.history = Arc::new(History::verify(sources).unwrap());
}

fn take(filed: &mut Submission, entries: Entries) {
    filed.envelopes.extend(entries.envelopes);
    filed.grants.extend(entries.grants);
}

fn make() -> Value {
    let (rng, day) = (SystemRandom::new(), DAY.parse().unwrap());
    let mut authority = authority();
    let token = Token::generate(&rng).unwrap();
    let keys = token_keys(&token, &authority.history);
    let mut blobs = Vec::new();
    let mut draft = Draft::begin(&authority.history, "works", &[], &keys, day, &rng).unwrap();
    let place = draft.place();
    for (name, length) in [("empty.txt", 0), ("contract.pdf", 5000)] {
        attach(&mut draft.files, &place, name, length, &mut blobs);
    }
    let identity = IdentityCard { name: "Awa".into(), contact: "+000".into(), safe_contact: "evenings".into() };
    let mut filed = draft.finish(example::story("They asked for ten percent."), Some(&identity), &rng).unwrap();
    // One envelope at a time, each by whoever has seen all before it.
    let lead = open_member(&member_inside(&authority.members[0]));
    let investigator = open_member(&member_inside(&authority.members[1]));
    let colleague = |authority: &example::Authority, filed: &Submission| {
        example::desk_case(authority, 1, &filed.card, &filed.grants, &filed.envelopes).unwrap()
    };
    let entries = desk_of(&authority, &filed).rekey(&lead, day, &rng).unwrap();
    take(&mut filed, entries);
    let entries = desk_of(&authority, &filed).note(&lead, "Who takes it?", day, &rng).unwrap();
    take(&mut filed, entries);
    let entries = colleague(&authority, &filed).note(&investigator, "I do.", day, &rng).unwrap();
    take(&mut filed, entries);
    let acknowledged = Some(State::Acknowledged);
    let entries = colleague(&authority, &filed).answer(&investigator, "Which works?", acknowledged, day, &rng).unwrap();
    take(&mut filed, entries);
    let own = own_of(&authority, &filed, &keys);
    let mut files = Files::default();
    attach(&mut files, &own.place(), "photo.jpg", 66_000, &mut blobs);
    filed.envelopes.extend(own.message(&keys, "The bridge.", &files, day, &rng).unwrap());

    let old_root = SigningKey::from_seed(Secret::from_slice(authority.root.signing().seed().expose()).unwrap());
    let roots = [0; 3].map(|_| SigningKey::from_seed(Secret::random(&rng).unwrap()));
    publish(&mut authority, &[&old_root, &roots[0], &roots[2]], |manifest| {
        manifest.root = RootPolicy { keys: roots.each_ref().map(SigningKey::verifying_key).to_vec(), threshold: 2 };
    });
    let entries = desk_of(&authority, &filed).answer(&lead, "Thank you.", Some(State::Open), day, &rng).unwrap();
    take(&mut filed, entries);
    publish(&mut authority, &[&roots[1], &roots[2]], |manifest| {
        let left = manifest.members.remove(1);
        manifest.units[0].members.retain(|member| *member != left.id);
    });
    let entries = desk_of(&authority, &filed).rekey(&lead, day, &rng).unwrap();
    take(&mut filed, entries);
    let own = own_of(&authority, &filed, &keys);
    filed.envelopes.extend(own.message(&keys, "It fell.", &Files::default(), day, &rng).unwrap());
    let entries = desk_of(&authority, &filed).answer(&lead, "We saw.", Some(State::Closed), day, &rng).unwrap();
    take(&mut filed, entries);
    let timelines = [0, 1].map(|place| {
        let desk = example::desk_case(&authority, place, &filed.card, &filed.grants, &filed.envelopes).unwrap();
        json!({"member": authority.members[place].id, "timeline": timeline(&desk)})
    });
    json!({
        "throwaway": "keys made for this file only", "token": token.expose(),
        "manifests": Manifests::from(authority.history.as_ref()),
        "members": authority.members.iter().map(member_inside).collect::<Vec<_>>(), "case": case_body(&filed),
        "card_hash": filed.card.hash(), "blobs": blobs, "timelines": timelines,
        "identity": {"name": "Awa", "contact": "+000", "safe_contact": "evenings"},
        "own": ["filed 2", "answer", "sent 1", "answer", "sent 0", "answer"],
        "answers": ["Which works?", "Thank you.", "We saw."], "state": "closed",
    })
}

/// The case of the file as a server shows it.
pub struct Shown {
    pub file: Value,
    pub history: Arc<History>,
    pub card: amparo::protocol::card::UntrustedCard,
    pub grants: Vec<UntrustedGrant>,
    pub envelopes: Vec<UntrustedEnvelope>,
    pub keys: TokenKeys,
}

impl Shown {
    pub fn of(file: Value) -> Self {
        let manifests: Manifests = serde_json::from_value(file["manifests"].clone()).unwrap();
        let history = Arc::new(History::verify(manifests.into()).unwrap());
        let body: CaseBody = serde_json::from_value(file["case"].clone()).unwrap();
        let (card, grants, envelopes) = body.into_untrusted();
        let keys = token_keys(&Token::parse(text(&file, "token")).unwrap(), &history);
        Self { file, history, card, grants, envelopes, keys }
    }

    /// Opens it as the member of that place would.
    pub fn desk(&self, member: usize) -> Result<DeskCase, amparo::protocol::desk_case::DeskCaseError> {
        let key = open_member(&list(&self.file, "members")[member]);
        DeskCase::open(Arc::clone(&self.history), &key, &self.card, &self.grants, self.envelopes.clone())
    }

    /// Opens it as its reporter would.
    pub fn own(&self) -> Result<OwnCase, amparo::protocol::own_case::OwnCaseError> {
        OwnCase::open(Arc::clone(&self.history), &self.card, self.envelopes.clone(), &self.keys)
    }
}

#[test]
fn handover() {
    let shown = Shown::of(file("handover", make));
    let file = &shown.file;
    assert_eq!(shown.history.current().serial, 3);
    assert_eq!(shown.card.verify(&shown.history).unwrap().hash().to_string(), text(file, "card_hash"));
    for (place, one) in list(file, "timelines").iter().enumerate() {
        assert_eq!(timeline(&shown.desk(place).unwrap()), one["timeline"]);
    }
    let desk = shown.desk(0).unwrap();
    let blobs = list(file, "blobs");
    assert_eq!(desk.attachments().count(), blobs.len());
    for (attachment, blob) in desk.attachments().zip(blobs) {
        assert_eq!(
            (attachment.hash.to_string(), &attachment.name[..]),
            (text(blob, "hash").into(), text(blob, "name"))
        );
        let ciphertext = BASE64_STANDARD.decode(text(blob, "file")).unwrap();
        let source = || Ok(Box::new(Cursor::new(ciphertext.clone())) as Box<dyn Read>);
        let mut opened = Vec::new();
        let length = desk.open_attachment(&attachment.hash, source, &mut opened).unwrap();
        opened.truncate(usize::try_from(length).unwrap());
        assert!(opened == content(usize::try_from(blob["length"].as_u64().unwrap()).unwrap()));
    }
    let own = shown.own().unwrap();
    let answers: Vec<_> = own.answers().iter().map(|read| read.answer.text.as_str()).collect();
    assert_eq!((json!(answers), own.state().0.as_str()), (file["answers"].clone(), text(file, "state")));
    check_identity(&shown);
}

/// Both custodians' shares together give the key of the identity.
fn check_identity(shown: &Shown) {
    let members: Vec<_> = list(&shown.file, "members").iter().map(open_member).collect();
    let shares = shown.grants.iter().filter_map(|untrusted| {
        let grant = Grant::parse(&untrusted.body).unwrap();
        let custodian = members.iter().find(|member| member.id == grant.member && grant.kind == Kind::Share)?;
        let body = open_key::<99>(custodian.identity(), &grant.binding(), untrusted.ciphertext.as_ref()?).unwrap();
        let body = body.expose();
        Some(Share { index: body[0], value: Secret::from_slice(&body[67..]).unwrap() })
    });
    let key = IdentityKey(combine(&shares.collect::<Vec<_>>()).unwrap());
    let header = |one: &&UntrustedEnvelope| amparo::protocol::envelope::Header::parse(&one.header).unwrap();
    let sealed = shown.envelopes.iter().find(|one| header(one).kind == Kind::Identity).unwrap();
    let (header, ciphertext) = (header(&sealed), sealed.ciphertext.as_ref().unwrap());
    let json = open_text(&key.identity(), &header.binding(), &header.commitment, ciphertext).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(json.expose()).unwrap(), shown.file["identity"]);
}
