//! Africa's Talking: a form with every text, answered by a request to their sending API.
//!
//! Their callback is not signed and names no sender that could be checked, so the address given to them holds a
//! secret. Whoever learns it can hand over texts as if they were from anybody; it cannot read or answer anything,
//! because answers go to Africa's Talking and not to the caller.

use std::fmt::Write;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::fields::Fields;
use super::send::Outgoing;
use super::{Refused, id};
use crate::secret::SecretText;
use crate::sms::incoming::{Incoming, Number};

/// The path of the sending API.
const PATH: &str = "/version1/messaging";

/// An account's way to us and ours to it.
pub struct AfricasTalking {
    /// What `secret` in the callback's address must say.
    pub secret: SecretText,
    /// The account's name, `sandbox` for their simulator.
    pub username: String,
    /// The account's key for the sending API.
    pub api_key: SecretText,
}

impl AfricasTalking {
    /// Reads the form in `body`, when the query holds the secret.
    pub fn read(&self, query: &str, body: &[u8]) -> Result<Incoming, Refused> {
        let address = Fields::parse(query.as_bytes())?;
        let given = address.bytes("secret").unwrap_or_default();
        if !bool::from(given.ct_eq(self.secret.expose().as_bytes())) {
            return Err(Refused::Unproven);
        }
        let fields = Fields::parse(body)?;
        let identifier = fields.text("id").filter(|id| !id.is_empty()).ok_or(Refused::Malformed("id"))?;
        Ok(Incoming {
            from: fields.number("from")?,
            to: fields.number("to")?,
            text: fields.text("text").ok_or(Refused::Malformed("text"))?.into(),
            part: None,
            id: id(Some(identifier))?,
        })
    }

    /// The request that sends `text` to `to`, from the number or short code that was written to.
    #[must_use]
    pub fn outgoing(&self, from: &Number, to: &Number, text: &SecretText) -> Outgoing {
        let fields = [
            ("username", self.username.as_str()),
            ("to", to.expose()),
            ("from", from.expose()),
            ("message", text.expose()),
        ];
        let mut form =
            Zeroizing::new(String::with_capacity(fields.iter().map(|(n, v)| n.len() + 3 * v.len() + 2).sum()));
        for (name, value) in fields {
            if !form.is_empty() {
                form.push('&');
            }
            form.push_str(name);
            form.push('=');
            for byte in value.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => form.push(char::from(byte)),
                    byte => write!(form, "%{byte:02X}").expect("a string takes all"),
                }
            }
        }
        Outgoing {
            path: PATH,
            headers: vec![
                ("content-type", "application/x-www-form-urlencoded".into()),
                ("accept", "application/json".into()),
                ("apikey", self.api_key.clone()),
            ],
            body: form.as_str().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account() -> AfricasTalking {
        AfricasTalking { secret: "s&cret".into(), username: "sandbox".into(), api_key: "key".into() }
    }

    /// As their documentation shows a notification, with all of its fields.
    const FORM: &str = "linkId=SampleLinkId123&text=Hab%C3%A4ri+%F0%9F%98%80&to=28901&id=c0ffee&date=2018-04-20+10%3A11&\
                        from=%2B254711XXXYYY&networkCode=63902&cost=None";

    fn form() -> String {
        FORM.replace("XXXYYY", "123456")
    }

    #[test]
    fn a_text_comes_with_the_secret_and_not_without() {
        let incoming = account().read("secret=s%26cret", form().as_bytes()).ok().unwrap();
        assert_eq!(incoming.from.expose(), "+254711123456");
        assert_eq!(incoming.to.expose(), "28901");
        assert_eq!(incoming.text.expose(), "Habäri 😀");
        assert_eq!(incoming.id.as_deref(), Some("c0ffee"));
        for query in ["", "secret", "secret=", "secret=s%26cre", "secret=s%26crets", "Secret=s%26cret"] {
            assert_eq!(account().read(query, form().as_bytes()).err(), Some(Refused::Unproven), "{query}");
            assert_eq!(account().read(query, b"%").err(), Some(Refused::Unproven), "{query}");
        }
    }

    #[test]
    fn what_is_no_text_from_a_number_is_refused() {
        for (form, what) in [
            (FORM.to_owned(), "from"),
            (form().replace("28901", ""), "to"),
            (form().replace("text=", "txt="), "text"),
            (form().replace("c0ffee", ""), "id"),
            (form().replace("%C3", "%"), "percent-encoding"),
            ("a=1&a=1".into(), "list of fields"),
        ] {
            let read = account().read("secret=s%26cret", form.as_bytes());
            assert_eq!(read.err(), Some(Refused::Malformed(what)), "{form}");
        }
    }

    #[test]
    fn an_answer_is_a_form_for_the_sending_api() {
        let (from, to) = (Number::parse("28901").unwrap(), Number::parse("+254711123456").unwrap());
        let outgoing = account().outgoing(&from, &to, &"é & 1".into());
        assert_eq!(outgoing.path, "/version1/messaging");
        assert_eq!(outgoing.body.expose(), "username=sandbox&to=%2B254711123456&from=28901&message=%C3%A9%20%26%201");
        let sent = Fields::parse(outgoing.body.expose().as_bytes()).unwrap();
        assert_eq!(sent.text("message"), Some("é & 1"));
        assert!(outgoing.headers.iter().any(|(name, value)| *name == "apikey" && value.expose() == "key"));
    }
}
