//! What fuzzing feeds: one function for each reader of bytes from outside. Each must take any bytes without panicking,
//! and what it takes must be the one way to write it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use amparo::clean::{Cleaning, clean};
use amparo::clock::Day;
use amparo::mail::correspondent::correspondent;
use amparo::mail::lmtp::{Command, Data};
use amparo::mail::reduce::{Bounds, reduce};
use amparo::mail::{deliver, message};
use amparo::protocol::bytes::{Hash, hash};
use amparo::protocol::card::UntrustedCard;
use amparo::protocol::content::{
    self, Answer, Answers, DeskBody, DeskEntry, Forget, IdentityCard, Message, Rekey, Report,
};
use amparo::protocol::desk_case::DeskCase;
use amparo::protocol::envelope::{Header, Reporter, SealedEnvelope, UntrustedEnvelope, UntrustedMove};
use amparo::protocol::example::{self, Authority};
use amparo::protocol::fingerprint::TypedFingerprint;
use amparo::protocol::grant::Grant;
use amparo::protocol::manifest::{History, Manifest, UntrustedManifest, holding_signatures};
use amparo::protocol::member::{MemberKey, MemberPublic, RootKey};
use amparo::protocol::own_case::OwnCase;
use amparo::protocol::padding;
use amparo::protocol::recipient::{Identity, Recipient};
use amparo::protocol::report::{Draft, Story, Submission};
use amparo::protocol::seal::{self, open, seal_with_passphrase};
use amparo::protocol::sealed::{Binding, Kind, open_attachment, open_key, open_text};
use amparo::protocol::submission::UntrustedFollowUp;
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::reporter::{CaseRequest, NewMessage, NewReport, OwnCaseBody};
use amparo::protocol::wire::sync::{CaseBodies, CaseIds, CasePage, Changes, Mark};
use amparo::protocol::wire::{CaseBody, Manifests, NewEntries};
use amparo::protocol::work::{Challenge, Work, WorkKey};
use amparo::secret::{Secret, SecretBytes, SecretText};
use amparo::sms::incoming::{Incoming, Number, Part};
use amparo::sms::text::fit;
use amparo::sms::text::joiner::{Joiner, Limits};
use amparo::sms::text::keyword::{self, parse};
use amparo::sms::text::{gsm7, ucs2, udh};
use ring::rand::SystemRandom;

#[path = "gateways.rs"]
pub mod gateways;

/// A target: its name, what it does with bytes, and bytes it takes.
pub type Target = (&'static str, fn(&[u8]), fn() -> Vec<Vec<u8>>);

/// All of them.
pub const TARGETS: [Target; 31] = [
    ("token", token, || vec![b"0000 0000-0000 0000 0000 0098".to_vec(), "٠٠".as_bytes().to_vec()]),
    ("sms_kannel", gateways::sms_kannel, || {
        let rest = "from=%2B6757123&to=16321&id=7&charset=UTF-16BE&coding=2&udh=%05%00%03%2A%03%02&text=%06%33%D8%3D";
        vec![
            rest.into(),
            b"from=1&to=2&text=caf%C3%A9+%F0%9F%98%80".to_vec(),
            b"from=1&to=2&udh=0500032A0302&text=".to_vec(),
        ]
    }),
    ("sms_twilio", gateways::sms_twilio, || {
        vec![b"MessageSid=SM1f&From=%2B6757123&To=%2B447700900001&Body=caf%C3%A9+%F0%9F%98%80&NumMedia=0".to_vec()]
    }),
    ("sms_africas_talking", gateways::sms_africas_talking, || {
        vec![b"linkId=1&text=rushwa+%F0%9F%98%80&to=28901&id=c0ffee&date=2018-04-20&from=%2B254711123456".to_vec()]
    }),
    ("sms_android", gateways::sms_android, || {
        let text = r#"{"deviceId":"f","event":"sms:received","id":"E","payload":{"messageId":"a","message":"Text \ud83d\ude00","phoneNumber":"6505551212","recipient":null,"simNumber":1},"webhookId":"w"}"#;
        vec![text.into(), br#"{"id":"1","event":"system:ping","payload":{"health":{}}}"#.to_vec()]
    }),
    ("sms_generic", gateways::sms_generic, || {
        let text =
            r#"{"id":"7","from":"+6757123","to":"16321","text":"café","part":{"reference":300,"total":3,"number":2}}"#;
        vec![text.into()]
    }),
    ("sms_smpp", gateways::sms_smpp, || {
        let deliver = |esm_class: u8, data_coding: u8, message: &[u8], parameters: &[u8]| {
            let mut body = b"\0\x01\x016757123\0\0\x0116321\0".to_vec();
            body.extend([esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0, message.len().to_le_bytes()[0]]);
            [&body, message, parameters].concat()
        };
        let sar = [2, 0x0c, 0, 2, 1, 7, 2, 0x0e, 0, 1, 3, 2, 0x0f, 0, 1, 2, 2, 4, 0, 2, 0, 9];
        vec![
            deliver(0, 0, b"bribe \x1b\x65", &sar),
            deliver(0x40, 8, b"\x06\x08\x04\x01\x2a\x03\x02\x06\x33\xd8\x3d", &[]),
            deliver(0, 3, b"", &[4, 0x24, 0, 4, b'c', b'a', b'f', 0xe9]),
            [&b"\0\x01\x016757123\0\0\x0116321\0\0\0\x08"[..], &[4, 0x24, 0, 2, 6, 0x33]].concat(),
            [0, 0, 0, 17, 0x80, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 7, 0].to_vec(),
        ]
    }),
    ("fingerprint", fingerprint, || {
        let print = world().authority.history.fingerprint();
        vec![print.to_string().into_bytes(), print.in_words().into_bytes(), b"Acorn, albums".to_vec()]
    }),
    ("recipient", recipient, || {
        let texts = [classic().recipient(), hybrid().recipient()];
        texts.iter().flat_map(|one| [one.to_string().into_bytes(), one.to_bytes()]).collect()
    }),
    ("manifest", manifest, || vec![source().bytes.clone()]),
    ("signatures", signatures, || vec![source().signatures.clone().into_bytes()]),
    ("member_public", member_public, || vec![world().authority.members[0].public().to_json().into_bytes()]),
    ("key_file", key_file, || {
        vec![KEY_FILE.to_vec(), br#"{"amparo":"root-key","version":1,"signing_seed":""}"#.to_vec()]
    }),
    ("card", card, || vec![world().filed.card.card().to_bytes()]),
    ("grant", grant, || world().filed.grants.iter().take(2).map(|sealed| sealed.grant.to_bytes()).collect()),
    ("header", header, || world().filed.envelopes.iter().map(|sealed| sealed.header.to_bytes()).collect()),
    ("move_body", move_body, || vec![moved().ciphertext.clone().expect("a move has its body with it")]),
    ("age_file", age_file, || {
        let file = |identity: &Identity| seal::seal(&identity.recipient(), b"content").expect("the system gives bytes");
        vec![file(classic()), file(hybrid())]
    }),
    ("sealed", sealed, || {
        let mut text = vec![0; 32];
        padding::pad_text(b"{}", &mut text).expect("two bytes are a short text");
        let mut file = vec![1; 40];
        padding::finish_file(8, &mut file).expect("memory takes all");
        vec![text, file]
    }),
    ("padding", unpad, || {
        let mut file = vec![1; 1000];
        padding::finish_file(1000, &mut file).expect("memory takes all");
        let mut text = Vec::new();
        padding::pad_text(b"abc", &mut text).expect("three bytes are a short text");
        vec![file, text]
    }),
    ("content", opened_json, || {
        let day = "2026-03-02";
        vec![
            format!(r#"{{"day":"{day}","text":"a","attachments":[]}}"#).into_bytes(),
            format!(r#"{{"day":"{day}","type":"note","text":"a"}}"#).into_bytes(),
            br#"{"what":"a","who":"b"}"#.to_vec(),
        ]
    }),
    ("submission", submission, || {
        let report = NewReport::new(&world().filed, None);
        let mut bare = report.clone();
        bare.grants.iter_mut().for_each(|grant| grant.ciphertext = None);
        bare.envelopes.iter_mut().for_each(|envelope| envelope.ciphertext = None);
        [report, bare].iter().map(|report| serde_json::to_vec(report).expect("text")).collect()
    }),
    ("wire", wire, || {
        let ids = CaseIds { ids: vec![world().filed.card.card().case] };
        let mark = Mark { epoch: [7; 16], seen: vec![0, 12, u64::MAX] };
        let changes = Changes { now: mark.clone(), restart: false, cases: Vec::new(), gone: ids.ids.clone() };
        let bodies = CaseBodies { cases: vec![Some(case_body()), None], later: ids.ids.clone() };
        vec![
            serde_json::to_vec(&case_body()).expect("text"),
            serde_json::to_vec(&manifests()).expect("text"),
            serde_json::to_vec(&ids).expect("text"),
            serde_json::to_vec(&changes).expect("text"),
            serde_json::to_vec(&bodies).expect("text"),
            mark.to_string().into_bytes(),
        ]
    }),
    ("work", work, || {
        let key = WorkKey::from_secret(&Secret::from_slice(&[1; 32]).expect("32 bytes"));
        [0, 3]
            .map(|bits| Work::solve(Challenge::assemble(&key, 9, bits, [7; 16])).expect("few bits"))
            .map(|work| work.to_string().into_bytes())
            .to_vec()
    }),
    ("sms_command", sms_command, || {
        let texts =
            ["STATUS 1000 0000 0000 0000 0000 0042", "еще l000000000000OOOOOOOOO42 слова", "مساعدة!", "状态1000"];
        texts.iter().map(|text| text.as_bytes().to_vec()).collect()
    }),
    ("sms_fit", sms_fit, || {
        vec!["€".repeat(200).into_bytes(), "я 😀 ".repeat(100).into_bytes(), "Où ça ? ".repeat(60).into_bytes()]
    }),
    ("sms_user_data", sms_user_data, || {
        let packed = |header: &[u8]| [header, &gsm7::pack(&[b'a'; 20], header.len())].concat();
        vec![packed(&udh::concatenation(7, 2, 1)), packed(&[6, 8, 4, 1, 7, 3, 2]), ucs2::encode("a😀я")]
    }),
    ("sms_joiner", sms_joiner, || vec![vec![0, 7, 2, 1, 0, 1, 7, 2, 2, 9, 0, 7, 2, 2, 60], (0..=255).collect()]),
    ("clean", clean_picture, || PICTURES.iter().map(|picture| picture.to_vec()).collect()),
    ("letter", letter, || LETTERS.iter().map(|letter| letter.to_vec()).collect()),
    ("lmtp", lmtp, || {
        let lines: [&[u8]; 2] = [b"MAIL FROM:<@x:\"a b\"@c> SIZE=12 BODY=8BITMIME", b"RCPT TO:<report@example.org>"];
        lines.into_iter().chain([&b"a\r\n..b\r\n.\r\nQUIT\r\n"[..]]).map(<[u8]>::to_vec).collect()
    }),
];

const LETTERS: [&[u8]; 3] = [
    b"Subject: =?utf-8?Q?Caf=C3=A9?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
      Content-Type: multipart/alternative; boundary=y\r\n\r\n--y\r\n\r\nplain\r\n--y\r\nContent-Type: text/html; \
      charset=windows-1256\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p title=3D\"a\">&amp;&#x41;</p>\r\n--y--\r\n\
      --x\r\nContent-Disposition: attachment; filename*0*=utf-8''a%C3; filename*1=b.png\r\n\
      Content-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--x--\r\n",
    b"Content-Type: multipart/encrypted; boundary=\"x\"\n\n--x\n\nVersion: 1\n--x--\n",
    b"Content-Type: text/plain; charset=iso-2022-jp\nContent-Language: fr-CA, ar\n\n\x1b$B$\"\x1b(B",
];

const PICTURES: [&[u8]; 6] = [
    include_bytes!("../tests/vectors/files/photo.jpg"),
    include_bytes!("../tests/vectors/files/screen.png"),
    include_bytes!("../tests/vectors/files/moving.webp"),
    include_bytes!("../tests/vectors/files/photo.webp"),
    include_bytes!("../tests/vectors/files/scan-big.tif"),
    include_bytes!("../tests/vectors/files/photo.heic"),
];

const KEY_FILE: &[u8] = br#"{"amparo":"member-key","version":1,"id":"0011223344556677","alias":"a","identity":"AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33","signing_seed":"0000000000000000000000000000000000000000000000000000000000000001"}"#;

struct World {
    authority: Authority,
    filed: Submission,
    /// A move of the case to another token.
    moved: SealedEnvelope,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let rng = SystemRandom::new();
        let authority = example::authority(&rng);
        let token_keys = || {
            let token = Token::generate(&rng).expect("the system gives bytes");
            TokenKeys::derive(&token, authority.history.authority(), &mut TokenArena::new())
        };
        let keys = token_keys();
        let day: Day = example::DAY.parse().expect("a day");
        let story = Story {
            channel: content::Channel::Web,
            assisted: true,
            language: "en".to_owned(),
            category: "bribery".to_owned(),
            fields: Answers::default(),
            danger: content::Danger::No,
        };
        let draft = Draft::begin(&authority.history, "works", &[], &keys, day, &rng).expect("a valid manifest");
        let filed = draft.finish(story, None, &rng).expect("a short report");
        let envelopes = filed.envelopes.iter().map(UntrustedEnvelope::from).collect();
        let card = example::untrusted_card(&filed.card);
        let own = OwnCase::open(Arc::clone(&authority.history), &card, envelopes, &keys).expect("the reporter's own");
        let moved = own.moved_to(&keys, &token_keys(), &rng).expect("a fresh token");
        World { authority, filed, moved }
    })
}

fn history() -> &'static Arc<History> {
    &world().authority.history
}

fn moved() -> &'static SealedEnvelope {
    &world().moved
}

fn source() -> &'static UntrustedManifest {
    &history().sources()[0]
}

fn hybrid() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    IDENTITY.get_or_init(|| Identity::hybrid_from_seed(&Secret::from_slice(&[7; 32]).expect("32 bytes")))
}

fn classic() -> &'static Identity {
    static IDENTITY: OnceLock<Identity> = OnceLock::new();
    let text = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33";
    IDENTITY.get_or_init(|| Identity::parse(text).expect("age's own example"))
}

fn case_body() -> CaseBody {
    let World { filed, .. } = world();
    let (card, card_signature) = amparo::protocol::wire::card_parts(&filed.card);
    CaseBody {
        card,
        card_signature,
        grants: filed.grants.iter().map(Into::into).collect(),
        envelopes: filed.envelopes.iter().map(Into::into).collect(),
    }
}

fn manifests() -> Manifests {
    Manifests::from(history().as_ref())
}

/// A case token as typed.
pub fn token(bytes: &[u8]) {
    if let Ok(token) = Token::parse(&String::from_utf8_lossy(bytes)) {
        assert!(Token::parse(&token.groups().join("-")).is_ok_and(|again| again == token));
    }
}

/// A fingerprint in digits or words, from a poster.
pub fn fingerprint(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match text.parse::<TypedFingerprint>() {
        Ok(typed) => assert_eq!(text.to_uppercase().replace(' ', "\n").parse(), Ok(typed)),
        Err(typo) => assert!(typo.to_string().len() < 400),
    }
}

/// The header of a proof of work.
pub fn work(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(work) = text.parse::<Work>() {
        assert_eq!(work.to_string(), text);
        let _ = work.is_done();
    }
}

/// A recipient as text and as bytes, and an identity.
pub fn recipient(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(recipient) = text.parse::<Recipient>() {
        assert_eq!(recipient.to_string(), text);
    }
    if let Ok(recipient) = Recipient::from_bytes(bytes) {
        assert_eq!(recipient.to_bytes(), bytes);
    }
    if let Ok(identity) = Identity::parse(&text) {
        assert_eq!(identity.to_secret_text().expose(), text);
    }
}

/// A manifest's bytes.
pub fn manifest(bytes: &[u8]) {
    if let Ok(manifest) = Manifest::parse(bytes) {
        assert_eq!(Manifest::parse(&manifest.to_bytes()), Ok(manifest));
    }
}

/// A manifest's signature file.
pub fn signatures(bytes: &[u8]) {
    let signatures = String::from_utf8_lossy(bytes).into_owned();
    let manifest = UntrustedManifest { bytes: source().bytes.clone(), signatures };
    let _ = holding_signatures(&manifest, history().authority(), 1);
    let _ = History::verify(vec![manifest]);
}

/// The public half of a member key.
pub fn member_public(bytes: &[u8]) {
    if let Ok(public) = MemberPublic::parse(bytes) {
        assert_eq!(MemberPublic::parse(public.to_json().as_bytes()), Ok(public));
    }
}

/// A key file: as it lies on the disk, and what stands inside it.
pub fn key_file(bytes: &[u8]) {
    let passphrase = SecretText::from("correct horse");
    let text = String::from_utf8_lossy(bytes);
    // A sealed file may ask for a gigabyte; only what is none is tried as it is.
    if !text.contains("BEGIN AGE") {
        assert!(MemberKey::open(&passphrase, &text).is_err());
    }
    if let Ok(file) = seal_with_passphrase(&passphrase, bytes, Some(1)) {
        let _ = MemberKey::open(&passphrase, &file);
        let _ = RootKey::open(&passphrase, &file);
    }
}

/// A card, with a signature that cannot hold.
pub fn card(bytes: &[u8]) {
    let signed = world().filed.card.signature().0.to_vec();
    let verified = UntrustedCard { bytes: bytes.to_vec(), signature: signed }.verify(history());
    assert!(verified.is_err() || bytes == world().filed.card.card().to_bytes());
}

/// A grant's outside.
pub fn grant(bytes: &[u8]) {
    if let Ok(grant) = Grant::parse(bytes) {
        assert_eq!(grant.to_bytes(), bytes);
    }
}

/// An envelope's header.
pub fn header(bytes: &[u8]) {
    if let Ok(header) = Header::parse(bytes) {
        assert_eq!(header.to_bytes(), bytes);
    }
}

/// A move's body, under the header of a move whose old key is known: what it says holds only as it was written.
pub fn move_body(bytes: &[u8]) {
    if let Ok(body) = UntrustedMove::parse(bytes) {
        assert_eq!(body.to_bytes(), bytes);
    }
    let followed = Reporter::of(&world().filed.card).follow(history(), &moved().header, bytes);
    assert_eq!(followed.is_ok(), moved().ciphertext.as_deref() == Some(bytes));
}

/// An age file, for either kind of identity.
pub fn age_file(bytes: &[u8]) {
    let _ = open(classic(), bytes);
    let _ = open(hybrid(), bytes);
}

/// What stands in a sealed text, file or key after its binding; whoever seals may put anything there.
pub fn sealed(bytes: &[u8]) {
    let author = world().filed.card.card().author;
    let recipient = classic().recipient();
    for kind in [Kind::Message, Kind::Attachment, Kind::CaseGrant] {
        let binding = Binding { card: Hash([1; 32]), kind, author };
        let plaintext = [&[1; 32], [kind as u8].as_slice(), author.as_bytes(), bytes].concat();
        let ciphertext = seal::seal(&recipient, &plaintext).expect("the system gives bytes");
        match kind {
            Kind::Message => drop(open_text(classic(), &binding, &hash(bytes), &ciphertext)),
            Kind::Attachment => {
                let mut out = Vec::new();
                let opened = open_attachment(classic(), &binding, &hash(bytes), ciphertext.as_slice(), &mut out);
                assert!(opened.is_err() || opened.is_ok_and(|length| length <= out.len() as u64));
            }
            _ => assert_eq!(open_key::<32>(classic(), &binding, &ciphertext).is_ok(), bytes.len() == 32),
        }
    }
}

/// Padding of texts and files.
pub fn unpad(bytes: &[u8]) {
    if let Ok(content) = padding::unpad_text(bytes) {
        let mut again = Vec::new();
        padding::pad_text(content, &mut again).expect("it was short enough");
        assert_eq!(again, bytes);
    }
    if let Ok(content) = padding::unpad_file(&SecretBytes::new(bytes.to_vec())) {
        let mut again = content.expose().to_vec();
        padding::finish_file(again.len() as u64, &mut again).expect("memory takes all");
        assert_eq!(again, bytes);
    }
}

/// The JSON inside envelopes.
pub fn opened_json(bytes: &[u8]) {
    let json = SecretBytes::new(bytes.to_vec());
    let _ = content::from_json::<Report>(&json);
    let _ = content::from_json::<Message>(&json);
    let _ = content::from_json::<Answer>(&json);
    if let Ok(entry) = DeskEntry::from_json(&json)
        && entry.body != DeskBody::Newer
    {
        let again = entry.to_json().map(|json| DeskEntry::from_json(&json));
        assert!(matches!(again, Ok(Ok(again)) if again == entry));
    }
    let _ = content::from_json::<IdentityCard>(&json);
    let _ = content::from_json::<Rekey>(&json);
    let _ = content::from_json::<Forget>(&json);
    let _ = content::from_json::<Answers>(&json);
}

/// A sealed report as it comes over the network, and what comes later in the same words.
pub fn submission(bytes: &[u8]) {
    let day: Day = example::DAY.parse().expect("a day");
    if let Ok(report) = serde_json::from_slice::<NewReport>(bytes) {
        let (submission, _) = report.into_untrusted();
        let names = submission.names();
        let follow_up = UntrustedFollowUp::Message(submission.envelopes.clone());
        if let Ok(taken) = submission.verify(history(), day) {
            let again = NewReport::new(&taken, None).into_untrusted().0;
            assert_eq!(again.names(), names);
            assert!(follow_up.verify(history(), &taken.card, &Reporter::of(&taken.card)).is_err());
        }
    }
    if let Ok(message) = serde_json::from_slice::<NewMessage>(bytes) {
        let card = &world().filed.card;
        let _ = message.into_untrusted().1.verify(history(), card, &Reporter::of(card));
    }
}

/// The JSON between server and desk, and all that a desk checks behind it.
pub fn wire(bytes: &[u8]) {
    let _ = serde_json::from_slice::<CaseRequest>(bytes);
    let _ = serde_json::from_slice::<OwnCaseBody>(bytes);
    let _ = serde_json::from_slice::<NewEntries>(bytes);
    let _ = serde_json::from_slice::<CaseIds>(bytes);
    let _ = serde_json::from_slice::<CaseBodies>(bytes);
    let _ = serde_json::from_slice::<CasePage>(bytes);
    let _ = serde_json::from_slice::<Changes>(bytes);
    let text = String::from_utf8_lossy(bytes);
    if let Ok(mark) = text.parse::<Mark>() {
        assert_eq!(mark.to_string(), text);
    }
    if let Ok(manifests) = serde_json::from_slice::<Manifests>(bytes) {
        let _ = History::verify(manifests.into());
    }
    if let Ok(body) = serde_json::from_slice::<CaseBody>(bytes) {
        let (card, grants, envelopes) = body.into_untrusted();
        let member = &world().authority.members[0];
        let _ = DeskCase::open(Arc::clone(history()), member, &card, &grants, envelopes);
    }
}

/// A text message that may be a command.
pub fn sms_command(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (command, language) = parse(&text);
    match command {
        keyword::Command::Report => assert_eq!(language, None),
        keyword::Command::More(_, words) => assert!(text.ends_with(words.expose())),
        _ => {}
    }
}

/// A text on its way out: its segments, and what is cut to fit.
pub fn sms_fit(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    assert_eq!(fit::segments(&text).concat(), text);
    assert_eq!(fit::segments(&text).len(), fit::fit(&text).segments);
    assert!(fit::texts(&text).iter().all(|one| fit::fit(one).segments <= fit::SEGMENTS));
    let plain = fit::plain(&text);
    assert_eq!(fit::plain(&plain), plain);
    assert!(fit::shorten(&text, 24).chars().count() <= 24);
}

/// The user data of a message: a header, and a text in either encoding behind it.
pub fn sms_user_data(bytes: &[u8]) {
    let behind = match udh::read(bytes) {
        Ok(header) => &bytes[header.octets..],
        Err(_) => bytes,
    };
    let septets = gsm7::unpack(behind, 160, bytes.len() - behind.len());
    let text = gsm7::decode(&septets);
    assert_eq!(gsm7::decode(&gsm7::encode(&text).expect("all of it is in the tables")), text);
    let text = ucs2::mend(&ucs2::decode(behind));
    assert_eq!(ucs2::decode(&ucs2::encode(&text)), text);
}

/// Parts of long texts: each five bytes are a sender, a reference, a total, a number, and seconds that pass.
pub fn sms_joiner(bytes: &[u8]) {
    let limits = Limits { time: Duration::from_mins(1), texts: 9, texts_of_one: 3, bytes: 4000 };
    let mut joiner = Joiner::new(limits);
    let mut now = Duration::ZERO;
    for [sender, reference, total, number, seconds] in bytes.as_chunks().0 {
        now += Duration::from_secs(u64::from(*seconds));
        let number_of = |digits: String| Number::parse(&digits).expect("digits are a number");
        let incoming = Incoming {
            from: number_of(format!("+{sender}")),
            to: number_of("16321".to_owned()),
            text: format!("{number}{}", ".".repeat(usize::from(*seconds))).as_str().into(),
            part: Some(Part { reference: u16::from(*reference), total: *total, number: *number }),
            id: None,
        };
        let out = joiner.add(incoming, now);
        assert!(joiner.waiting() <= limits.texts);
        assert!(out.iter().all(|one| !one.text.expose().is_empty()));
        assert!(joiner.next_due().is_none_or(|due| due > now));
    }
    let waiting = joiner.waiting();
    assert_eq!(joiner.finish().len(), waiting);
}

/// A picture; nothing is left to take out of a clean copy.
pub fn clean_picture(bytes: &[u8]) {
    if let Cleaning::Cleaned { pieces, .. } = clean(bytes) {
        let copy: Vec<u8> = pieces.iter().flat_map(|piece| piece.bytes(bytes).into_owned()).collect();
        assert_eq!(clean(&copy), Cleaning::Nothing);
    }
}

/// A letter; what is kept of it is within the bounds.
pub fn letter(bytes: &[u8]) {
    let bounds = Bounds { text: 64, files: 3 };
    let letter = reduce(bytes, bounds);
    assert!(letter.text.expose().len() <= bounds.text && letter.files.len() <= bounds.files);
    let (header, _) = message::split(bytes);
    assert_eq!(message::fields(header).collect::<Vec<_>>().concat(), header);
    assert!(bytes.ends_with(deliver::without_mailbox_line(bytes)));
    let sender = deliver::return_path(bytes).unwrap_or_else(|| "ana@example.net".to_owned());
    if let Some(found) = correspondent(&sender, header, &[]) {
        let id = found.message_id.as_ref().map_or("", SecretText::expose);
        assert!([found.address.expose(), id].concat().bytes().all(|byte| byte.is_ascii_graphic()));
    }
}

/// A line and the content of a letter on the socket; it ends in the same place in whatever pieces it comes, and one that
/// `amparo receive-mail` hands over ends where it should.
pub fn lmtp(bytes: &[u8]) {
    let _ = Command::parse(bytes);
    let mut whole = Data::new(32);
    let taken = whole.take(bytes);
    let mut by_bytes = Data::new(32);
    let ended = bytes.iter().position(|byte| by_bytes.take(&[*byte]).1);
    assert_eq!(ended.map_or((bytes.len(), false), |at| (at + 1, true)), taken);
    assert_eq!(whole.finish(), by_bytes.finish());
    let handed_over = deliver::content(bytes);
    assert_eq!(Data::new(0).take(&handed_over), (handed_over.len(), true));
}
