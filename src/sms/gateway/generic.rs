//! Any other gateway: a signed JSON webhook of our own, `docs/sms.md`, "Any other gateway".
//!
//! `X-Amparo-Timestamp` holds the seconds since 1970-01-01, `X-Amparo-Signature` the HMAC-SHA256 over that timestamp,
//! a dot and the body, in lower-case hex.

use serde::{Deserialize, Serialize};

use super::signed::{Headers, Seen, SigningKey};
use super::{Answer, Refused, id};
use crate::secret::SecretText;
use crate::sms::incoming::{Incoming, Number, Part};

/// The header with the time of signing.
pub const TIMESTAMP_HEADER: &str = "x-amparo-timestamp";

/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "x-amparo-signature";

/// A gateway that signs as our documentation says.
pub struct Generic {
    /// The key that both sides know.
    pub key: SigningKey,
}

#[derive(Deserialize)]
struct Message {
    id: Option<String>,
    from: String,
    to: String,
    text: String,
    part: Option<PartOfText>,
}

#[derive(Deserialize)]
struct PartOfText {
    reference: u16,
    total: u8,
    number: u8,
}

impl Generic {
    /// Reads `body`, when it is signed; `now` is in seconds since 1970-01-01.
    pub fn read(&self, headers: Headers<'_>, body: &[u8], now: u64, seen: &Seen) -> Result<Incoming, Refused> {
        self.key.check(headers, |timestamp| [timestamp, b".", body], now, seen)?;
        let message: Message = serde_json::from_slice(body).map_err(|_| Refused::Malformed("JSON"))?;
        let (from, to) = (SecretText::new(message.from), SecretText::new(message.to));
        Ok(Incoming {
            from: Number::parse(from.expose()).ok_or(Refused::Malformed("from"))?,
            to: Number::parse(to.expose()).ok_or(Refused::Malformed("to"))?,
            text: SecretText::new(message.text),
            part: message.part.and_then(|part| Part::new(part.reference, part.total, part.number)),
            id: id(message.id.as_deref())?,
        })
    }
}

#[derive(Serialize)]
struct Answers<'a> {
    answers: Vec<&'a str>,
}

/// JSON with the texts to be sent back, in this order.
#[must_use]
pub fn answer(texts: &[SecretText]) -> Answer {
    let texts = texts.iter().map(SecretText::expose).filter(|text| !text.is_empty());
    let json = serde_json::to_string(&Answers { answers: texts.collect() }).expect("texts always serialise");
    Answer { content_type: "application/json", headers: &[], body: SecretText::new(json) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::bytes::to_hex;

    /// Made by `printf '%s' "$TIMESTAMP.$BODY" | openssl dgst -sha256 -hmac "$SECRET"`, as the documentation shows.
    const SECRET: &str = "correct horse battery staple";
    const TIMESTAMP: &str = "1700000000";
    const BODY: &str = r#"{"id":"7","from":"+6757123","to":"16321","text":"café 😀"}"#;
    const SIGNATURE: &str = "3bc0c6af656c9bf160b64e52bfc3709367b3e10a7c0a9cc8f4ee86661f5e4844";

    fn generic() -> Generic {
        Generic { key: SigningKey::new(&SECRET.into()) }
    }

    fn read(body: &str) -> Result<Incoming, Refused> {
        let generic = generic();
        let signature = to_hex(&generic.key.sign(&[TIMESTAMP.as_bytes(), b".", body.as_bytes()]));
        let headers = Headers { timestamp: Some(TIMESTAMP), signature: Some(&signature) };
        generic.read(headers, body.as_bytes(), 1_700_000_000, &Seen::default())
    }

    #[test]
    fn what_openssl_signed_is_taken_once() {
        let (generic, seen) = (generic(), Seen::default());
        let headers = Headers { timestamp: Some(TIMESTAMP), signature: Some(SIGNATURE) };
        let incoming = generic.read(headers, BODY.as_bytes(), 1_700_000_299, &seen).ok().unwrap();
        assert_eq!(incoming.from.expose(), "+6757123");
        assert_eq!(incoming.to.expose(), "16321");
        assert_eq!(incoming.text.expose(), "café 😀");
        assert_eq!((incoming.part, incoming.id.as_deref()), (None, Some("7")));
        assert_eq!(generic.read(headers, BODY.as_bytes(), 1_700_000_299, &seen).err(), Some(Refused::Replayed));
        assert_eq!(generic.read(headers, BODY.as_bytes(), 1_700_000_301, &seen).err(), Some(Refused::Stale));
        assert_eq!(generic.read(headers, b"{}", 1_700_000_000, &seen).err(), Some(Refused::Unproven));
    }

    #[test]
    fn parts_are_told_and_a_part_that_makes_no_sense_is_a_whole() {
        let with =
            |part: &str| read(&format!(r#"{{"from":"1","to":"2","text":"a","part":{part}}}"#)).ok().unwrap().part;
        assert_eq!(with(r#"{"reference":300,"total":3,"number":2}"#), Part::new(300, 3, 2));
        assert_eq!(with(r#"{"reference":300,"total":3,"number":4}"#), None);
        assert_eq!(with("null"), None);
    }

    #[test]
    fn what_is_signed_and_no_message_is_refused() {
        for (body, what) in [
            ("", "JSON"),
            ("{}", "JSON"),
            (r#"{"from":"1","to":"2"}"#, "JSON"),
            (r#"{"from":"Bank","to":"2","text":"a"}"#, "from"),
            (r#"{"from":"1","to":"","text":"a"}"#, "to"),
        ] {
            assert_eq!(read(body).err(), Some(Refused::Malformed(what)), "{body}");
        }
        assert!(read(r#"{"from":"1","to":"2","text":"a","later":{}}"#).is_ok());
    }

    #[test]
    fn an_answer_is_a_list_of_texts() {
        assert_eq!(
            answer(&["a\"b\n".into(), "".into(), "شكرا".into()]).body.expose(),
            r#"{"answers":["a\"b\n","شكرا"]}"#
        );
        assert_eq!(answer(&[]).body.expose(), r#"{"answers":[]}"#);
    }
}
