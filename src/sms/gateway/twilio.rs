//! Twilio: a form with every text, signed with the account's auth token, answered in TwiML.
//!
//! The signature is HMAC-SHA1 over the address that was given to Twilio and all fields of the form, in base64 in
//! `X-Twilio-Signature` (Twilio, *Security*, "Validating requests"). It holds no time, and Twilio tries again with the
//! same bytes: what comes twice is known by its `MessageSid`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use zeroize::Zeroizing;

use super::fields::Fields;
use super::{Answer, Refused, id};
use crate::secret::{SecretText, on_wiped_stack};
use crate::sms::incoming::Incoming;

/// The header with the signature.
pub const SIGNATURE_HEADER: &str = "x-twilio-signature";

/// An account's way to us.
pub struct Twilio {
    url: String,
    key: hmac::Key,
}

impl Twilio {
    /// For an account with that auth token, where `url` is the address of the webhook exactly as it stands in
    /// Twilio's console. A proxy in between may change the address that arrives here, so that one is not asked.
    #[must_use]
    pub fn new(url: String, auth_token: &SecretText) -> Self {
        Self { url, key: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, auth_token.expose().as_bytes()) }
    }

    /// Reads the form in `body`, when `signature` holds for it.
    pub fn read(&self, signature: Option<&str>, body: &[u8]) -> Result<Incoming, Refused> {
        let signature = signature.and_then(|base64| STANDARD.decode(base64).ok()).ok_or(Refused::Unproven)?;
        let fields = Fields::parse(body)?;
        // The hash keeps the end of what it is given in a buffer on the stack.
        if on_wiped_stack(|| hmac::verify(&self.key, &self.signed(&fields), &signature)).is_err() {
            return Err(Refused::Unproven);
        }
        let sid = fields.text("MessageSid").filter(|sid| !sid.is_empty()).ok_or(Refused::Malformed("MessageSid"))?;
        Ok(Incoming {
            from: fields.number("From")?,
            to: fields.number("To")?,
            text: fields.text("Body").ok_or(Refused::Malformed("Body"))?.into(),
            part: None,
            id: id(Some(sid))?,
        })
    }

    /// What Twilio's header says for the form in `body`.
    pub fn sign(&self, body: &[u8]) -> Result<String, Refused> {
        let fields = Fields::parse(body)?;
        Ok(STANDARD.encode(hmac::sign(&self.key, &self.signed(&fields))))
    }

    /// The bytes that are signed.
    fn signed(&self, fields: &Fields) -> Zeroizing<Vec<u8>> {
        let fields = fields.sorted();
        let length = fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() + self.url.len();
        let mut signed = Zeroizing::new(Vec::with_capacity(length));
        signed.extend_from_slice(self.url.as_bytes());
        for (name, value) in fields {
            signed.extend_from_slice(name);
            signed.extend_from_slice(value);
        }
        signed
    }
}

/// TwiML that sends each of `texts`, in this order.
#[must_use]
pub fn answer(texts: &[SecretText]) -> Answer {
    let room: usize = texts.iter().map(|text| 6 * text.expose().len() + 64).sum();
    let mut xml = String::with_capacity(room + 128);
    xml.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>");
    for text in texts.iter().filter(|text| !text.expose().is_empty()) {
        xml.push_str("<Message><Body>");
        escape(text.expose(), &mut xml);
        xml.push_str("</Body></Message>");
    }
    xml.push_str("</Response>");
    Answer { content_type: "text/xml; charset=utf-8", headers: &[], body: SecretText::new(xml) }
}

/// Text inside an element; what XML 1.0 has no place for (section 2.2) becomes U+FFFD.
fn escape(text: &str, xml: &mut String) {
    for c in text.chars() {
        match c {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '\t' | '\n' => xml.push(c),
            // A bare carriage return would be read as a line feed.
            '\r' => xml.push_str("&#13;"),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => xml.push(char::REPLACEMENT_CHARACTER),
            c => xml.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Address, form and signature under the token 12345. The first is the example of Twilio's documentation; both were
    /// calculated again with `openssl dgst`.
    const EXAMPLES: [(&str, &str, &str); 2] = [
        (
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            "CallSid=CA1234567890ABCDE&From=%2B12349013030&To=%2B18005551212&Caller=%2B12349013030&Digits=1234",
            "0/KCTR6DLpKmkAf8muzZqo1nDgQ=",
        ),
        (
            "https://example.com/myapp.php?foo=1&bar=2",
            "Digits=1234&To=%2B18005551212&From=%2B14158675310&Caller=%2B14158675310&CallSid=CA1234567890ABCDE",
            "L/OH5YylLD5NRKLltdqwSvS0BnU=",
        ),
    ];

    #[test]
    fn the_signatures_of_examples_hold_and_no_others() {
        for (url, form, signature) in EXAMPLES {
            let twilio = Twilio::new(url.into(), &"12345".into());
            assert_eq!(twilio.sign(form.as_bytes()).as_deref(), Ok(signature));
            // They are calls, which get as far as the fields of a text.
            assert_eq!(twilio.read(Some(signature), form.as_bytes()).err(), Some(Refused::Malformed("MessageSid")));
            for (url, token, form, signature) in [
                (format!("{url}3"), "12345", form.to_owned(), Some(signature)),
                (url.replace("https", "http"), "12345", form.to_owned(), Some(signature)),
                (url.into(), "12346", form.to_owned(), Some(signature)),
                (url.into(), "12345", form.replace("1234", "1235"), Some(signature)),
                (url.into(), "12345", format!("{form}&a="), Some(signature)),
                (url.into(), "12345", form.to_owned(), Some(&signature[1..])),
                (url.into(), "12345", form.to_owned(), Some("")),
                (url.into(), "12345", form.to_owned(), None),
            ] {
                let read = Twilio::new(url, &token.into()).read(signature, form.as_bytes());
                assert_eq!(read.err(), Some(Refused::Unproven));
            }
        }
    }

    fn read(form: &str) -> Result<Incoming, Refused> {
        let twilio = Twilio::new("https://sms.example.org/twilio".into(), &"token".into());
        twilio.read(Some(&twilio.sign(form.as_bytes())?), form.as_bytes())
    }

    #[test]
    fn a_text_arrives_whole() {
        let form =
            "ToCountry=GB&MessageSid=SM1f&NumMedia=0&From=%2B6757123&To=%2B447700900001&Body=caf%C3%A9+%F0%9F%98%80%0A";
        let incoming = read(form).ok().unwrap();
        assert_eq!(incoming.from.expose(), "+6757123");
        assert_eq!(incoming.to.expose(), "+447700900001");
        assert_eq!(incoming.text.expose(), "café 😀\n");
        assert_eq!((incoming.part, incoming.id.as_deref()), (None, Some("SM1f")));
        for (form, what) in [
            ("MessageSid=SM1&From=whatsapp%3A%2B6757123&To=%2B44&Body=a", "From"),
            ("MessageSid=SM1&From=%2B6757123&Body=a", "To"),
            ("MessageSid=SM1&From=%2B6757123&To=%2B44", "Body"),
            ("MessageSid=SM1&From=%2B6757123&To=%2B44&Body=%FF", "Body"),
            ("MessageSid=&From=%2B6757123&To=%2B44&Body=a", "MessageSid"),
        ] {
            assert_eq!(read(form).err(), Some(Refused::Malformed(what)), "{form}");
        }
    }

    #[test]
    fn an_answer_is_twiml_that_nothing_breaks_out_of() {
        let twiml = answer(&["a < b & c\u{1}</Body>".into(), "شكرا\r\n".into(), "".into()]);
        assert_eq!(
            twiml.body.expose(),
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response><Message><Body>a &lt; b &amp; \
             c\u{fffd}&lt;/Body&gt;</Body></Message><Message><Body>شكرا&#13;\n</Body></Message></Response>"
        );
        let nothing = answer(&[]);
        assert!(nothing.body.expose().ends_with("<Response></Response>"));
        assert_eq!(nothing.content_type, "text/xml; charset=utf-8");
    }
}
