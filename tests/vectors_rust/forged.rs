//! `forged.json`: what a server, a colleague or a stranger could make of the case of `handover.json`, and what each reader
//! says to it.

mod grants;

use amparo::protocol::bytes::{CaseId, Hash, from_hex, hash};
use amparo::protocol::card::Card;
use amparo::protocol::content::{Answer, to_json};
use amparo::protocol::desk_case::Content;
use amparo::protocol::envelope::{Header, UntrustedEnvelope};
use amparo::protocol::example::DAY;
use amparo::protocol::grant::Grant;
use amparo::protocol::keys::CaseKey;
use amparo::protocol::recipient::{Identity, Recipient};
use amparo::protocol::seal::{chunked_hash, seal};
use amparo::protocol::sealed::{Binding, Kind, Text, open_key};
use amparo::protocol::sign::{Purpose, SigningKey};
use amparo::protocol::token::Token;
use amparo::protocol::wire::{Base64, WireEnvelope, WireGrant};
use ring::rand::SystemRandom;
use serde_json::{Value, json};

use crate::cases::{desk_code, open_member, own_code, token_keys};
use crate::handover::Shown;
use crate::{file, list, read, secret, text};

/// Places in the case.
const ATTACHMENT: usize = 2;
const IDENTITY: usize = 3;
const REKEY: usize = 4;
const NOTE: usize = 6;
const MESSAGE: usize = 12;
const ANSWER: usize = 13;

const READS: &str = "reads";
const UNREADABLE: &str = "1 unreadable";

/// What is done to a header.
type Change<'a> = &'a dyn Fn(&mut Header);

/// The true case with the keys of everybody in it.
struct Forger {
    shown: Shown,
    /// A lead and an investigator of the unit, the oversight unit's lead, two custodians.
    members: Vec<SigningKey>,
    case: SigningKey,
    stranger: SigningKey,
    forged: Vec<Value>,
}

fn hash_of(file: &[u8]) -> Hash {
    Hash(chunked_hash(file))
}

impl Forger {
    fn new() -> Self {
        let shown = Shown::of(read("handover"));
        let keys: Vec<_> = list(&shown.file, "members").iter().map(open_member).collect();
        let lead = &keys[0];
        let case_key = shown.grants.iter().find_map(|untrusted| {
            let grant = Grant::parse(&untrusted.body).unwrap();
            let own = grant.member == lead.id && grant.kind == Kind::CaseGrant;
            let ciphertext = untrusted.ciphertext.as_ref().filter(|_| own)?;
            Some(CaseKey(open_key(lead.identity(), &grant.binding(), ciphertext).unwrap()))
        });
        let members = list(&shown.file, "members").iter().map(|inside| {
            let seed: [u8; 32] = from_hex(text(inside, "signing_seed")).unwrap();
            SigningKey::from_seed(amparo::secret::Secret::from_slice(&seed).unwrap())
        });
        let members = members.collect();
        let case = case_key.unwrap().signing();
        Self { shown, members, case, stranger: SigningKey::from_seed(secret(0x77)), forged: Vec::new() }
    }

    /// Adds a forgery: `change` to what is shown, with what desk and reporter say to it.
    fn add(&mut self, why: &str, desk: &str, own: &str, change: Value) {
        let mut vector = change;
        (vector["why"], vector["desk"], vector["own"]) = (json!(why), json!(desk), json!(own));
        self.forged.push(vector);
    }

    /// Adds an envelope after the first `keep` of the case.
    fn put(&mut self, why: &str, desk: &str, own: &str, keep: usize, envelope: UntrustedEnvelope) {
        self.add(why, desk, own, json!({"keep": keep, "add": [WireEnvelope::from(envelope)]}));
    }

    /// The envelope of that place with another header, signed by `signer` and `case`.
    fn signed(
        &self,
        place: usize,
        change: impl FnOnce(&mut Header),
        signer: &SigningKey,
        case: Option<&SigningKey>,
    ) -> UntrustedEnvelope {
        let mut envelope = self.shown.envelopes[place].clone();
        let mut header = Header::parse(&envelope.header).unwrap();
        change(&mut header);
        header.author = signer.verifying_key();
        let authority = self.shown.history.authority();
        envelope.header = header.to_bytes();
        envelope.signature = signer.sign(Purpose::Envelope, authority, &envelope.header).0.to_vec();
        envelope.case_signature =
            case.map(|case| case.sign(Purpose::EnvelopeCase, authority, &envelope.header).0.to_vec());
        envelope
    }

    fn by_reporter(&self, change: impl FnOnce(&mut Header)) -> UntrustedEnvelope {
        self.signed(MESSAGE, change, self.shown.keys.author(), None)
    }

    fn by_lead(&self, change: impl FnOnce(&mut Header)) -> UntrustedEnvelope {
        self.signed(ANSWER, change, &self.members[0], Some(&self.case))
    }

    /// The message at the end of the reporter's chain, in another place than its own.
    fn messages(&mut self) {
        let other = Hash([9; 32]);
        let answer = hash(&self.shown.envelopes[10].header);
        let changes: [(&str, &str, Change); 11] = [
            ("a message of another case", "envelope-misplaced", &|header| header.case = CaseId([9; 16])),
            ("a message under another card", "envelope-misplaced", &|header| header.card = other),
            ("a message one place later", "timeline-missing", &|header| header.sequence += 1),
            ("a message one place earlier", "timeline-fork", &|header| header.sequence -= 1),
            ("a message at the last place there is", "timeline-missing", &|header| header.sequence = u64::MAX),
            ("a message in the report's place", "timeline-fork", &|header| {
                (header.sequence, header.previous) = (0, None);
            }),
            ("a message after an envelope that is not there", "timeline-fork", &|header| {
                header.previous = Some(other);
            }),
            ("a message after an answer", "timeline-fork", &|header| header.previous = Some(answer)),
            ("a message that has seen what is not there", "timeline-missing", &|header| {
                header.seen = Some(other);
            }),
            ("a second report", "timeline-no-report", &|header| header.kind = Kind::Report),
            ("a message without its place", "envelope-malformed", &|header| header.previous = None),
        ];
        for (why, word, change) in changes {
            let envelope = self.by_reporter(change);
            self.put(why, word, word, MESSAGE, envelope);
        }
        let forget = self.by_reporter(|header| header.kind = Kind::Forget);
        self.put("a message under the kind of a forget", UNREADABLE, READS, MESSAGE, forget);
        let last = self.by_reporter(|header| header.ciphertext = hash_of(b""));
        let emptied = UntrustedEnvelope { ciphertext: Some(Vec::new()), size: 0, ..last };
        self.put("a message that is no age file", UNREADABLE, READS, MESSAGE, emptied);
    }

    /// Whoever may not speak as the reporter.
    fn authors(&mut self) {
        let same = |_: &mut Header| ();
        let word = "envelope-signature";
        let sound = self.shown.envelopes[MESSAGE].clone();
        let of = |signature: Vec<u8>| UntrustedEnvelope { signature, ..sound.clone() };
        let author = self.shown.keys.author();
        let by_card = author.sign(Purpose::Card, self.shown.history.authority(), &sound.header).0.to_vec();
        let with_case = self.signed(MESSAGE, same, author, Some(&self.case));
        let forged = [
            ("a message by a stranger", word, self.signed(MESSAGE, same, &self.stranger, None)),
            ("a message by a member", word, self.signed(MESSAGE, same, &self.members[0], None)),
            ("a message by the case key", word, self.signed(MESSAGE, same, &self.case, None)),
            (
                "a message with a stranger's signature",
                word,
                of(self.signed(MESSAGE, same, &self.stranger, None).signature),
            ),
            ("a message signed as a card", word, of(by_card)),
            ("a message with a case signature", word, with_case),
            ("a signature of 63 bytes", "envelope-malformed", of(sound.signature[..63].to_vec())),
            ("a signature of nothing", "envelope-malformed", of(Vec::new())),
        ];
        for (why, word, envelope) in forged {
            self.put(why, word, word, MESSAGE, envelope);
        }
        let mut bent = sound.clone();
        bent.ciphertext.as_mut().unwrap()[7] ^= 1;
        self.put("a message whose ciphertext was changed", "envelope-altered", "envelope-altered", MESSAGE, bent);
        let replied = UntrustedEnvelope { reply: sound.ciphertext.clone(), ..sound.clone() };
        self.put("a message with a reply copy", "envelope-altered", "envelope-altered", MESSAGE, replied);
        let header = sound.header.clone();
        let mut headers = vec![
            ("a header with a byte more", [&header[..], &[0]].concat()),
            ("a header cut short", header[..header.len() - 1].to_vec()),
            ("no header", Vec::new()),
            ("a header with a field more", [&header[..], &[0; 4]].concat()),
        ];
        // The kind stands after case and card, each with its length before it.
        let kind = 4 + 16 + 4 + 32 + 4;
        for (why, number) in
            [("kind 0", 0), ("the kind of a grant", 16), ("an unknown kind", 10), ("an answer without reply", 4)]
        {
            let mut bytes = header.clone();
            bytes[kind] = number;
            headers.push((why, bytes));
        }
        for (why, header) in headers {
            let word = "envelope-malformed";
            self.put(why, word, word, MESSAGE, UntrustedEnvelope { header, ..sound.clone() });
        }
    }

    /// Whoever may not speak for the unit, and words lent from one member to another.
    fn answers(&mut self) {
        let first = |header: &mut Header| (header.sequence, header.previous) = (0, None);
        let same = |_: &mut Header| ();
        let word = "envelope-signature";
        let sound = self.shown.envelopes[ANSWER].clone();
        let exchanged = UntrustedEnvelope {
            signature: sound.case_signature.clone().unwrap(),
            case_signature: Some(sound.signature.clone()),
            ..sound.clone()
        };
        let forged = [
            ("an answer without case signature", self.signed(ANSWER, same, &self.members[0], None)),
            (
                "an answer with a member's key as the case's",
                self.signed(ANSWER, same, &self.members[0], Some(&self.members[0])),
            ),
            ("an answer by another unit's lead", self.signed(ANSWER, first, &self.members[2], Some(&self.case))),
            ("an answer by a custodian", self.signed(ANSWER, first, &self.members[3], Some(&self.case))),
            ("an answer by a stranger", self.signed(ANSWER, first, &self.stranger, Some(&self.case))),
            ("an answer by the reporter", self.signed(ANSWER, first, self.shown.keys.author(), Some(&self.case))),
            ("both signatures exchanged", exchanged),
        ];
        for (why, envelope) in forged {
            self.put(why, word, word, ANSWER, envelope);
        }
        // Its author's chain is another, in which it stands second.
        let seventh = hash(&self.shown.envelopes[7].header);
        let lent = self.signed(
            ANSWER,
            |header| (header.sequence, header.previous) = (1, Some(seventh)),
            &self.members[1],
            Some(&self.case),
        );
        self.put("a colleague's signature under the lead's words", UNREADABLE, UNREADABLE, ANSWER, lent);
        let later = self.by_lead(|header| header.sequence += 1);
        self.put("an answer one place later", "timeline-missing", "timeline-missing", ANSWER, later);
        let earlier = self.by_lead(|header| header.sequence -= 1);
        self.put("an answer one place earlier", "timeline-fork", "timeline-fork", ANSWER, earlier);
        let misplaced = self.by_lead(|header| header.case = CaseId([9; 16]));
        self.put("an answer of another case", "envelope-misplaced", "envelope-misplaced", ANSWER, misplaced);
        let without = |reply, ciphertext| UntrustedEnvelope { reply, ciphertext, ..sound.clone() };
        let hidden = without(None, sound.ciphertext.clone());
        self.put("an answer without its reply copy", READS, "timeline-missing", ANSWER, hidden);
        let hidden = without(sound.reply.clone(), None);
        self.put("an answer without its ciphertext", "timeline-missing", READS, ANSWER, hidden);
        let swapped = without(sound.ciphertext.clone(), sound.reply.clone());
        self.put("an answer with its copies exchanged", "envelope-altered", "envelope-altered", ANSWER, swapped);
    }

    /// Reply copies that their own author sealed wrong, and signed.
    fn replies(&mut self) {
        let rng = SystemRandom::new();
        let reply = self.shown.keys.reply().recipient();
        let header = Header::parse(&self.shown.envelopes[ANSWER].header).unwrap();
        let place = header.binding();
        let state = Some(amparo::protocol::content::State::Closed);
        let json = to_json(&Answer { day: DAY.parse().unwrap(), text: "We saw.".into(), state });
        let stranger = Identity::hybrid_from_seed(&secret(0x55)).recipient();
        let places: [(&str, Binding, &[u8], &Recipient); 6] = [
            ("a reply copy for another case", Binding { card: Hash([9; 32]), ..place }, json.expose(), &reply),
            ("a reply copy of another kind", Binding { kind: Kind::Message, ..place }, json.expose(), &reply),
            (
                "a reply copy by another author",
                Binding { author: self.stranger.verifying_key(), ..place },
                json.expose(),
                &reply,
            ),
            ("a reply copy for somebody else", place, json.expose(), &stranger),
            ("a reply copy that is no JSON", place, b"We saw.", &reply),
            ("a reply copy that says too much", place, br#"{"day":"2026-03-02","text":"a","more":1}"#, &reply),
        ];
        for (why, binding, content, recipient) in places {
            let text = Text::new(&binding, content, &rng).unwrap();
            let copy = text.seal_to(recipient).unwrap();
            self.reply(why, text.commitment, copy);
        }
        let text = Text::new(&place, json.expose(), &rng).unwrap();
        self.reply("a reply copy with another commitment", Hash([9; 32]), text.seal_to(&reply).unwrap());
        self.reply("a reply copy that is no age file", text.commitment, b"We saw.".to_vec());
        self.reply("a reply copy without binding", text.commitment, seal(&reply, b"We saw.").unwrap());
    }

    fn reply(&mut self, why: &str, commitment: Hash, copy: Vec<u8>) {
        let mut envelope =
            self.by_lead(|header| (header.commitment, header.reply) = (commitment, Some(hash_of(&copy))));
        envelope.reply = Some(copy);
        // The desk's copy does not have this commitment either.
        self.put(why, UNREADABLE, UNREADABLE, ANSWER, envelope);
    }

    /// What a server keeps back, or shows twice.
    fn withheld(&mut self) {
        let missing = "timeline-missing";
        let drops = [
            ("the report withheld", 0, "timeline-no-report", "timeline-no-report"),
            ("an attachment withheld", ATTACHMENT, missing, missing),
            ("the identity withheld", IDENTITY, missing, missing),
            ("a rekey withheld", REKEY, missing, missing),
            ("an answer withheld", 7, missing, missing),
            ("a message withheld", 8, missing, missing),
            ("a note withheld that nobody points at", NOTE, READS, READS),
            ("the newest answer withheld", ANSWER, READS, READS),
        ];
        for (why, place, desk, own) in drops {
            self.add(why, desk, own, json!({"drop": [place]}));
        }
        let again = WireEnvelope::from(self.shown.envelopes[ANSWER].clone());
        self.add("an answer shown twice", "timeline-fork", "timeline-fork", json!({"add": [again]}));
        let report = WireEnvelope::from(self.shown.envelopes[0].clone());
        self.add("the report shown twice", "timeline-no-report", "timeline-no-report", json!({"add": [report]}));
    }

    /// Cards that are not the case's.
    fn cards(&mut self) {
        let sound = self.shown.card.verify(&self.shown.history).unwrap().card().clone();
        let with = |change: fn(&mut Card), signer: &SigningKey, author: &SigningKey| {
            let mut card = sound.clone();
            change(&mut card);
            card.author = author.verifying_key();
            let bytes = card.to_bytes();
            let signature = signer.sign(Purpose::Card, self.shown.history.authority(), &bytes).0.to_vec();
            json!({"card": Base64(bytes), "card_signature": Base64(signature)})
        };
        let own = self.shown.keys.author();
        let lead = &self.members[0];
        let cut = |bytes: &[u8]| json!({"card": Base64(bytes.to_vec()), "card_signature": Base64(self.shown.card.signature.clone())});
        let bytes = self.shown.card.bytes.clone();
        let forged = [
            ("a card signed by a stranger", "card-signature", None, with(|_| (), &self.stranger, own)),
            ("a card by a member", "card-member", None, with(|_| (), lead, lead)),
            ("a card of another manifest", "card-manifest", None, with(|card| card.manifest = Hash([9; 32]), own, own)),
            ("a card of another serial", "card-manifest", None, with(|card| card.serial = 2, own, own)),
            ("a card of a serial to come", "card-manifest", None, with(|card| card.serial = 4, own, own)),
            ("a card of serial 0", "card-manifest", None, with(|card| card.serial = 0, own, own)),
            ("a card of no unit", "card-manifest", None, with(|card| card.unit = "nowhere".into(), own, own)),
            ("a card cut short", "card-malformed", None, cut(&bytes[..bytes.len() - 1])),
            ("a card with a byte more", "card-malformed", None, cut(&[&bytes[..], &[0]].concat())),
            (
                "a card of another day",
                "grant-misplaced",
                Some("envelope-misplaced"),
                with(|card| card.day = "2026-03-03".parse().unwrap(), own, own),
            ),
            (
                "a card of another case",
                "grant-misplaced",
                Some("envelope-misplaced"),
                with(|card| card.case = CaseId([9; 16]), own, own),
            ),
            (
                "a stranger's card",
                "grant-misplaced",
                Some("envelope-misplaced"),
                with(|_| (), &self.stranger, &self.stranger),
            ),
        ];
        for (why, desk, own, change) in forged {
            self.add(why, desk, own.unwrap_or(desk), change);
        }
        self.add("another token", READS, "other-author", json!({"token": "000000000000000000000098"}));
    }
}

fn make() -> Value {
    let mut forger = Forger::new();
    forger.messages();
    forger.authors();
    forger.answers();
    forger.replies();
    forger.withheld();
    forger.cards();
    forger.first_grants();
    forger.desk_grants();
    json!({"case": "handover.json", "forged": forger.forged})
}

/// `all` without those at the places of `drop`, and with those of `add` at the end.
fn changed<T: Clone>(all: &[T], drop: &Value, add: Vec<T>) -> Vec<T> {
    let drop: Vec<usize> = serde_json::from_value(drop.clone()).unwrap_or_default();
    let kept = all.iter().enumerate().filter(|(place, _)| !drop.contains(place)).map(|(_, one)| one.clone());
    kept.chain(add).collect()
}

fn all_of<W: serde::de::DeserializeOwned, T: From<W>>(list: &Value) -> Vec<T> {
    serde_json::from_value::<Option<Vec<W>>>(list.clone()).unwrap().into_iter().flatten().map(T::from).collect()
}

fn counted(unreadable: usize) -> String {
    if unreadable == 0 { READS.to_owned() } else { format!("{unreadable} unreadable") }
}

#[test]
fn forged() {
    let file = file("forged", make);
    let mut shown = Shown::of(read("handover"));
    let (card, grants, envelopes) = (shown.card.clone(), shown.grants.clone(), shown.envelopes.clone());
    for one in list(&file, "forged") {
        let keep = one["keep"].as_u64().map_or(envelopes.len(), |keep| usize::try_from(keep).unwrap());
        shown.envelopes = changed(&envelopes[..keep], &one["drop"], all_of::<WireEnvelope, _>(&one["add"]));
        shown.grants = changed(&grants, &one["grants"]["drop"], all_of::<WireGrant, _>(&one["grants"]["add"]));
        shown.card = card.clone();
        if one["card"].is_string() {
            let part = |name| serde_json::from_value::<Base64>(one[name].clone()).unwrap().0;
            (shown.card.bytes, shown.card.signature) = (part("card"), part("card_signature"));
        }
        let token = one["token"].as_str().unwrap_or_else(|| text(&shown.file, "token"));
        shown.keys = token_keys(&Token::parse(token).unwrap(), &shown.history);
        let desk = match shown.desk(0) {
            Ok(desk) => {
                counted(desk.entries().iter().filter(|entry| matches!(entry.content, Content::Unreadable)).count())
            }
            Err(error) => desk_code(&error).to_owned(),
        };
        let own = match shown.own() {
            Ok(own) => counted(own.unreadable()),
            Err(error) => own_code(&error).to_owned(),
        };
        assert_eq!((&desk[..], &own[..]), (text(one, "desk"), text(one, "own")), "{}", text(one, "why"));
    }
}
