//! Kannel: the smsbox asks for an address with the text in its query (`get-url`), and sends on what it is answered.
//!
//! Kannel can sign nothing, so a user and a password stand in the address, as in Kannel's own interfaces; they must
//! travel on this machine, or inside TLS.

use subtle::ConstantTimeEq;

use super::charset::Charset;
use super::fields::Fields;
use super::{Answer, Refused, id};
use crate::secret::SecretText;
use crate::sms::incoming::Incoming;
use crate::sms::text::{gsm7, ucs2, udh};

/// Who may hand over texts.
pub struct Kannel {
    /// The name in `user`.
    pub user: String,
    /// What `password` must say.
    pub password: SecretText,
}

impl Kannel {
    /// Reads the query of a request: `user`, `password`, `from`, `to`, `text`, and where they are told `charset`,
    /// `coding` (0 is text, 1 bytes, 2 UCS-2), `id` and `udh`.
    ///
    /// `text` is bytes in the charset, which without one is UTF-8, or UTF-16BE where `coding` is 2. `udh` is a user
    /// data header in bytes or in hex; only what it says of joining is looked at.
    pub fn read(&self, query: &str) -> Result<Incoming, Refused> {
        let fields = Fields::parse(query.as_bytes())?;
        let given = |name: &str| fields.bytes(name).unwrap_or_default();
        let proven =
            given("user").ct_eq(self.user.as_bytes()) & given("password").ct_eq(self.password.expose().as_bytes());
        if !bool::from(proven) {
            return Err(Refused::Unproven);
        }
        let charset = match fields.text("charset").filter(|name| !name.is_empty()) {
            Some(name) => Charset::named(name).ok_or(Refused::Malformed("charset"))?,
            None => match fields.text("coding").unwrap_or_default() {
                "" | "-1" | "0" => Charset::Utf8,
                "1" => Charset::Unknown,
                "2" => Charset::Utf16Be,
                _ => return Err(Refused::Malformed("coding")),
            },
        };
        let text = fields.bytes("text").ok_or(Refused::Malformed("text"))?;
        let part = header(given("udh")).and_then(|header| udh::read(&header).ok()?.part);
        Ok(Incoming {
            from: fields.number("from")?,
            to: fields.number("to")?,
            text: match (part, charset) {
                // A part may end within a character, which is whole when the parts are joined.
                (Some(_), Charset::Utf16Be) => SecretText::new(ucs2::decode(text)),
                _ => charset.decode(text),
            },
            part,
            id: id(fields.text("id"))?,
        })
    }
}

/// A user data header: as it is when its first byte tells its length, or in hex.
fn header(given: &[u8]) -> Option<Vec<u8>> {
    let is_whole = |bytes: &[u8]| bytes.first().is_some_and(|length| usize::from(*length) + 1 == bytes.len());
    if is_whole(given) {
        return Some(given.to_vec());
    }
    let digits = given.iter().map(|digit| char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()));
    let digits: Vec<u8> = digits.collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    (digits.len().is_multiple_of(2) && is_whole(&bytes)).then_some(bytes)
}

/// What the smsbox is to send back: all answers as one text, which it cuts as its `max-messages` says.
///
/// Kannel takes an answer for one in the phone's own alphabet unless it is told; with `accept-x-kannel-headers` the
/// header `X-Kannel-Coding: 2` asks for UCS-2.
#[must_use]
pub fn answer(texts: &[SecretText]) -> Answer {
    if texts.iter().all(|text| text.expose().is_empty()) {
        return Answer::nothing();
    }
    let texts: Vec<&str> = texts.iter().map(SecretText::expose).collect();
    let body = SecretText::new(texts.join("\n\n"));
    let headers: &[_] = if gsm7::septets(body.expose()).is_some() { &[] } else { &[("x-kannel-coding", "2")] };
    Answer { headers, body, ..Answer::nothing() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sms::incoming::Part;

    const CREDENTIALS: &str = "user=amparo&password=a%26b";

    fn read(rest: &str) -> Result<Incoming, Refused> {
        let kannel = Kannel { user: "amparo".into(), password: "a&b".into() };
        kannel.read(&format!("{CREDENTIALS}&{rest}"))
    }

    fn text(rest: &str) -> String {
        read(&format!("from=%2B6757123&to=16321&{rest}")).ok().unwrap().text.expose().to_owned()
    }

    #[test]
    fn only_who_knows_the_password_is_listened_to() {
        let kannel = Kannel { user: "amparo".into(), password: "secret".into() };
        let rest = "from=1&to=2&text=a";
        for credentials in [
            "",
            "user=amparo",
            "user=amparo&password=",
            "password=secret",
            "user=amparo&password=secre",
            "user=amparo&password=Secret",
            "user=Amparo&password=secret",
            "user=&password=secret",
        ] {
            assert!(matches!(kannel.read(&format!("{credentials}&{rest}")), Err(Refused::Unproven)), "{credentials}");
        }
        assert!(kannel.read(&format!("user=amparo&password=secret&{rest}")).is_ok());
        assert!(kannel.read(&format!("user=amparo&password=x&password=secret&{rest}")).is_err());
        assert!(matches!(kannel.read("user=amparo&password=secre&coding=7"), Err(Refused::Unproven)));
    }

    #[test]
    fn a_text_arrives_as_it_was_written() {
        let incoming = read("from=%2B675+7123&to=16321&text=a+b%0Ac&charset=UTF-8&coding=0&id=x-1&udh=").ok().unwrap();
        assert_eq!(incoming.from.expose(), "+6757123");
        assert_eq!(incoming.to.expose(), "16321");
        assert_eq!(incoming.text.expose(), "a b\nc");
        assert_eq!((incoming.part, incoming.id.as_deref()), (None, Some("x-1")));
        assert_eq!(text("text=caf%C3%A9+%F0%9F%98%80&charset=UTF-8"), "café 😀");
        assert_eq!(text("text=%00a%D8%3D%DE%00&charset=UTF-16BE&coding=2"), "a😀");
        assert_eq!(text("text=%06%33%06%44&coding=2"), "سل");
        assert_eq!(text("text=caf%E9&charset=ISO-8859-1"), "café");
        assert_eq!(text("text=caf%E9&coding=1&charset=8-BIT"), "café");
        assert_eq!(text("text="), "");
    }

    #[test]
    fn parts_are_told_by_either_header_in_bytes_or_hex() {
        let part = |udh: &str| read(&format!("from=1&to=2&text=a&udh={udh}")).ok().unwrap().part;
        let expected = Part::new(0x2a, 3, 2);
        assert_eq!(part("%05%00%03%2A%03%02"), expected);
        assert_eq!(part("0500032A0302"), expected);
        assert_eq!(part("%06%08%04%01%2A%03%02"), Part::new(0x12a, 3, 2));
        let cut = |text: &str| {
            let read = read(&format!("from=1&to=2&coding=2&udh=0500032A0302&text={text}"));
            read.ok().unwrap().text.expose().to_owned()
        };
        assert_eq!(ucs2::mend(&(cut("%D8%3D") + &cut("%DE%00"))), "😀");
        for none in ["", "%05", "05000", "050003", "zz", "%06%05%04%15%82%00%00"] {
            assert_eq!(part(none), None, "{none}");
        }
    }

    #[test]
    fn what_cannot_be_answered_or_read_is_refused_with_its_name() {
        for (rest, what) in [
            ("to=2&text=a", "from"),
            ("from=Bank&to=2&text=a", "from"),
            ("from=1&text=a", "to"),
            ("from=1&to=2", "text"),
            ("from=1&to=2&text=a&charset=EBCDIC", "charset"),
            ("from=1&to=2&text=a&coding=9", "coding"),
            ("from=1&to=2&text=%4", "percent-encoding"),
        ] {
            assert_eq!(read(rest).err(), Some(Refused::Malformed(what)), "{rest}");
        }
        let long = "x".repeat(257);
        assert_eq!(read(&format!("from=1&to=2&text=a&id={long}")).err(), Some(Refused::Malformed("identifier")));
    }

    #[test]
    fn an_answer_asks_for_ucs2_when_it_needs_it() {
        let plain = answer(&["Token: 1234 {é}".into()]);
        assert_eq!((plain.headers, plain.body.expose()), (&[][..], "Token: 1234 {é}"));
        let arabic = answer(&["شكرا".into(), "b".into()]);
        assert_eq!((arabic.headers, arabic.body.expose()), (&[("x-kannel-coding", "2")][..], "شكرا\n\nb"));
        assert_eq!(arabic.content_type, "text/plain; charset=utf-8");
        assert!(answer(&[]).body.expose().is_empty() && answer(&["".into()]).body.expose().is_empty());
    }
}
