//! An Android phone as the gateway, with the app *SMS Gateway for Android* (capcom6/android-sms-gateway): a signed
//! JSON webhook with every text, answered by a request to the app's API.
//!
//! The signature is HMAC-SHA256 over body and timestamp, in lower-case hex in `X-Signature`, the timestamp in seconds
//! since 1970-01-01 in `X-Timestamp` (the app's documentation, "Webhooks", "Payload Signing"). The app signs anew when
//! it tries again.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::send::Outgoing;
use super::signed::{Headers, Seen, SigningKey};
use super::{Refused, id};
use crate::secret::SecretText;
use crate::sms::incoming::{Incoming, Number};

/// The header with the time of signing.
pub const TIMESTAMP_HEADER: &str = "x-timestamp";

/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "x-signature";

/// Where the app's own server takes texts.
const PATH: &str = "/message";

/// How long the phone tries to send an answer, in seconds.
const TIME_TO_LIVE: u32 = 3600;

/// A phone's way to us and ours to it.
pub struct Android {
    /// The app's signing key.
    pub key: SigningKey,
    /// The phone's own number, which older versions of the app do not tell.
    pub number: Number,
    /// The user of the app's API.
    pub user: String,
    /// Their password.
    pub password: SecretText,
}

#[derive(Deserialize)]
struct Kind {
    event: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    payload: Received,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    message: String,
    phone_number: String,
    recipient: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Order<'a> {
    text_message: TextMessage<'a>,
    phone_numbers: [&'a str; 1],
    ttl: u32,
    with_delivery_report: bool,
}

#[derive(Serialize)]
struct TextMessage<'a> {
    text: &'a str,
}

impl Android {
    /// Reads `body`, when it is signed; `now` is in seconds since 1970-01-01. Events other than a received text are
    /// [`Refused::NoMessage`].
    pub fn read(&self, headers: Headers<'_>, body: &[u8], now: u64, seen: &Seen) -> Result<Incoming, Refused> {
        self.key.check(headers, |timestamp| [body, timestamp], now, seen)?;
        let kind: Kind = serde_json::from_slice(body).map_err(|_| Refused::Malformed("JSON"))?;
        if kind.event != "sms:received" {
            return Err(Refused::NoMessage);
        }
        let Event { id: identifier, payload } =
            serde_json::from_slice(body).map_err(|_| Refused::Malformed("payload"))?;
        let from = SecretText::new(payload.phone_number);
        let to = SecretText::new(payload.recipient.unwrap_or_default());
        Ok(Incoming {
            from: Number::parse(from.expose()).ok_or(Refused::Malformed("phoneNumber"))?,
            to: Number::parse(to.expose()).unwrap_or_else(|| self.number.clone()),
            text: SecretText::new(payload.message),
            part: None,
            id: id(Some(&identifier))?,
        })
    }

    /// The request that sends `text` to `to`.
    #[must_use]
    pub fn outgoing(&self, to: &Number, text: &SecretText) -> Outgoing {
        let order = Order {
            text_message: TextMessage { text: text.expose() },
            phone_numbers: [to.expose()],
            ttl: TIME_TO_LIVE,
            with_delivery_report: false,
        };
        let credentials = Zeroizing::new(format!("{}:{}", self.user, self.password.expose()));
        let credentials = Zeroizing::new(STANDARD.encode(credentials.as_bytes()));
        Outgoing {
            path: PATH,
            headers: vec![
                ("content-type", "application/json".into()),
                ("authorization", SecretText::new(format!("Basic {}", credentials.as_str()))),
            ],
            body: SecretText::new(serde_json::to_string(&order).expect("texts and numbers always serialise")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::bytes::to_hex;

    /// The example in the app's documentation. Its signature is by `printf '%s' "$BODY$TIMESTAMP" | openssl dgst
    /// -sha256 -hmac "$KEY"`, because none is published.
    const BODY: &str = r#"{
  "deviceId": "ffffffffceb0b1db0000018e937c815b",
  "event": "sms:received",
  "id": "Ey6ECgOkVVFjz3CL48B8C",
  "payload": {
    "messageId": "abc123",
    "message": "Android is always a sweet treat!",
    "phoneNumber": "6505551212",
    "simNumber": 1,
    "receivedAt": "2024-06-22T15:46:11.000+07:00"
  },
  "webhookId": "<unique-id>"
}"#;
    const TIMESTAMP: &str = "1719045971";
    const NOW: u64 = 1_719_045_971;
    const SIGNATURE: &str = "7814dc8e791649271695f1b378960e38e9fcaf3ab319f546a8ef6e47a22de32d";

    fn phone() -> Android {
        Android {
            key: SigningKey::new(&"k3y".into()),
            number: Number::parse("+6757000001").unwrap(),
            user: "sms".into(),
            password: "pässword".into(),
        }
    }

    fn read(body: &str) -> Result<Incoming, Refused> {
        let phone = phone();
        let signature = to_hex(&phone.key.sign(&[body.as_bytes(), TIMESTAMP.as_bytes()]));
        let headers = Headers { timestamp: Some(TIMESTAMP), signature: Some(&signature) };
        phone.read(headers, body.as_bytes(), NOW, &Seen::default())
    }

    #[test]
    fn the_documented_event_is_taken_once_when_it_is_signed() {
        let (phone, seen) = (phone(), Seen::default());
        let headers = Headers { timestamp: Some(TIMESTAMP), signature: Some(SIGNATURE) };
        let incoming = phone.read(headers, BODY.as_bytes(), NOW + 10, &seen).ok().unwrap();
        assert_eq!(incoming.from.expose(), "6505551212");
        assert_eq!(incoming.to.expose(), "+6757000001");
        assert_eq!(incoming.text.expose(), "Android is always a sweet treat!");
        assert_eq!(incoming.id.as_deref(), Some("Ey6ECgOkVVFjz3CL48B8C"));
        assert_eq!(phone.read(headers, BODY.as_bytes(), NOW + 10, &seen).err(), Some(Refused::Replayed));
        assert_eq!(phone.read(headers, BODY.as_bytes(), NOW + 301, &seen).err(), Some(Refused::Stale));
        assert_eq!(phone.read(headers, b"{}", NOW, &seen).err(), Some(Refused::Unproven));
        let none = Headers { signature: None, ..headers };
        assert_eq!(phone.read(none, BODY.as_bytes(), NOW, &seen).err(), Some(Refused::Unproven));
    }

    #[test]
    fn other_events_and_broken_ones_are_told_apart() {
        let with = |payload: &str| format!(r#"{{"id":"1","event":"sms:received","payload":{payload}}}"#);
        let newer =
            read(&with(r#"{"message":"سلام 😀","phoneNumber":"+1","sender":"+1","recipient":"+2"}"#)).ok().unwrap();
        assert_eq!((newer.to.expose(), newer.text.expose()), ("+2", "سلام 😀"));
        let unnamed = read(&with(r#"{"message":"a","phoneNumber":"+1","recipient":null}"#)).ok().unwrap();
        assert_eq!(unnamed.to.expose(), "+6757000001");
        assert_eq!(read(r#"{"id":"1","event":"system:ping","payload":{}}"#).err(), Some(Refused::NoMessage));
        for (body, what) in [
            (String::new(), "JSON"),
            (r#"{"id":"1","event":"sms:received"}"#.into(), "payload"),
            (with("{}"), "payload"),
            (with(r#"{"message":"a","phoneNumber":"Bank"}"#), "phoneNumber"),
        ] {
            assert_eq!(read(&body).err(), Some(Refused::Malformed(what)), "{body}");
        }
    }

    #[test]
    fn an_answer_is_a_request_to_the_phone() {
        let outgoing = phone().outgoing(&Number::parse("+6757123").unwrap(), &"a \"b\"".into());
        assert_eq!(
            outgoing.body.expose(),
            r#"{"textMessage":{"text":"a \"b\""},"phoneNumbers":["+6757123"],"ttl":3600,"withDeliveryReport":false}"#
        );
        // By `printf 'sms:pässword' | base64`.
        let basic = outgoing.headers.iter().find(|(name, _)| *name == "authorization").unwrap();
        assert_eq!(basic.1.expose(), "Basic c21zOnDDpHNzd29yZA==");
    }
}
