//! Requests of the gateways that bring text messages.

use amparo::config::smpp::{Alphabet, LongAnswers};
use amparo::protocol::bytes::to_hex;
use amparo::sms::gateway::africas_talking::AfricasTalking;
use amparo::sms::gateway::android::Android;
use amparo::sms::gateway::generic::Generic;
use amparo::sms::gateway::kannel::Kannel;
use amparo::sms::gateway::signed::{Headers, Seen, SigningKey};
use amparo::sms::gateway::smpp::delivery::{self, Address, Delivered};
use amparo::sms::gateway::smpp::pdu::{self, CommandId, HEAD, Head};
use amparo::sms::gateway::smpp::submission::submissions;
use amparo::sms::gateway::twilio::Twilio;
use amparo::sms::gateway::{Refused, kannel, twilio};
use amparo::sms::incoming::{Incoming, Number, Part};
use amparo::sms::text::gsm7;

/// What was taken is a text from a number to a number, whose answer holds all of it.
fn taken(read: Result<Incoming, Refused>) {
    let Ok(incoming) = read else { return };
    for number in [&incoming.from, &incoming.to] {
        assert!(Number::parse(number.expose()).is_some_and(|again| again == *number));
    }
    assert!(incoming.part.is_none_or(|part| Part::new(part.reference, part.total, part.number) == Some(part)));
    assert!(incoming.id.is_none_or(|id| (1..=256).contains(&id.len())));
    let answer = kannel::answer(std::slice::from_ref(&incoming.text));
    assert!(answer.body == incoming.text);
    assert_eq!(answer.headers.is_empty(), gsm7::septets(answer.body.expose()).is_some());
    let twiml = twilio::answer(&[incoming.text]);
    assert_eq!(twiml.body.expose().matches('<').count(), if answer.body.expose().is_empty() { 3 } else { 7 });
}

/// The query that Kannel asks with, behind its credentials; and in place of them.
pub fn sms_kannel(bytes: &[u8]) {
    let gateway = Kannel { user: "u".into(), password: "p".into() };
    let query = String::from_utf8_lossy(bytes);
    taken(gateway.read(&format!("user=u&password=p&{query}")));
    assert!(gateway.read(&query).is_err() || query.contains("password"));
}

/// The form that Twilio sends. Whatever it holds, the signature of another one refuses it.
pub fn sms_twilio(bytes: &[u8]) {
    let gateway = Twilio::new("https://sms.example.org/twilio".into(), &"token".into());
    taken(gateway.sign(bytes).and_then(|signature| gateway.read(Some(&signature), bytes)));
    let other = gateway.sign(b"another=form").expect("a form");
    assert!(gateway.read(Some(&other), bytes).is_err() || bytes == b"another=form");
}

/// The form that Africa's Talking sends, and its address.
pub fn sms_africas_talking(bytes: &[u8]) {
    let gateway = AfricasTalking { secret: "s".into(), username: "u".into(), api_key: "k".into() };
    taken(gateway.read("secret=s", bytes));
    assert!(gateway.read(&String::from_utf8_lossy(bytes), b"").is_err());
}

/// A key, and the headers of what it signed.
fn signed(parts: &[&[u8]]) -> (SigningKey, String) {
    let key = SigningKey::new(&"key".into());
    let signature = to_hex(&key.sign(parts));
    (key, signature)
}

/// The event that a phone sends.
pub fn sms_android(bytes: &[u8]) {
    let (key, signature) = signed(&[bytes, b"9"]);
    let number = Number::parse("+6757000001").expect("a number");
    let gateway = Android { key, number, user: "u".into(), password: "p".into() };
    let headers = Headers { timestamp: Some("9"), signature: Some(&signature) };
    taken(gateway.read(headers, bytes, 9, &Seen::default()));
    let text = String::from_utf8_lossy(bytes);
    let unsigned = Headers { timestamp: Some(&text), signature: Some(&text) };
    assert!(matches!(gateway.read(unsigned, bytes, 9, &Seen::default()), Err(Refused::Unproven)));
}

/// The message that any gateway sends.
pub fn sms_generic(bytes: &[u8]) {
    let (key, signature) = signed(&[b"9", b".", bytes]);
    let gateway = Generic { key };
    let headers = Headers { timestamp: Some("9"), signature: Some(&signature) };
    taken(gateway.read(headers, bytes, 9, &Seen::default()));
    let text = String::from_utf8_lossy(bytes);
    let (_, signature) = signed(&[text.as_bytes(), b".", bytes]);
    let odd = Headers { timestamp: Some(&text), signature: Some(&signature) };
    assert!(gateway.read(odd, bytes, 9_999_999, &Seen::default()).is_err());
}

/// The body of what a message centre delivers, and the head of any frame. What was taken is a text that can be
/// answered: it is submitted, and delivered back in the same way.
pub fn sms_smpp(bytes: &[u8]) {
    if let Some(head) = bytes.first_chunk::<HEAD>() {
        assert!(Head::read(head).is_ok_and(|head| HEAD + head.body <= pdu::LARGEST) || Head::read(head).is_err());
    }
    for (id, alphabet) in [(CommandId::DeliverSm, Alphabet::Gsm7), (CommandId::DataSm, Alphabet::Latin1)] {
        let Ok(Delivered::Text(delivered)) = delivery::read(id, bytes, alphabet) else { continue };
        let (from, to): (Address, Address) = (delivered.from.clone(), delivered.to.clone());
        let incoming = delivered.into_incoming("carrier/1".into());
        for long in [LongAnswers::Udh, LongAnswers::Udh16, LongAnswers::Sar, LongAnswers::Payload] {
            for submission in submissions(incoming.text.expose(), alphabet, long, 7) {
                let frame = pdu::submit(1, &to, &from, &submission);
                let head = Head::read(frame.first_chunk().expect("a frame has a head")).expect("a text is no longer");
                assert_eq!((head.id, head.body + HEAD), (CommandId::SubmitSm, frame.len()));
                // Both frames have the same fields.
                let back = delivery::read(CommandId::DeliverSm, &frame[HEAD..], alphabet);
                let Ok(Delivered::Text(back)) = back else { panic!("no text came back") };
                assert!(back.from.digits() == to.digits() && back.to.digits() == from.digits());
            }
        }
        taken(Ok(incoming));
    }
}
