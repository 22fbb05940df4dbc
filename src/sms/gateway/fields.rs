//! Fields of a query or form, `application/x-www-form-urlencoded`, taken apart exactly.

use zeroize::Zeroizing;

use super::Refused;
use crate::sms::incoming::Number;

/// The most fields of one request; the gateway with most of them, Twilio, sends about 30.
const MAX_FIELDS: usize = 100;

type Bytes = Zeroizing<Vec<u8>>;

/// The fields, each name once; wiped when dropped.
///
/// ```
/// use amparo::sms::gateway::fields::Fields;
/// let fields = Fields::parse(b"text=caf%C3%A9+%2B&id=").unwrap();
/// assert_eq!(fields.text("text"), Some("café +"));
/// assert_eq!(fields.text("id"), Some(""));
/// assert!(Fields::parse(b"text=%C").is_err());
/// ```
pub struct Fields(Vec<(Bytes, Bytes)>);

impl Fields {
    /// Reads `encoded`. Refuses broken escapes, a name that stands twice (whoever checks one of them would use the
    /// other), and more than 100 fields.
    pub fn parse(encoded: &[u8]) -> Result<Self, Refused> {
        let mut fields: Vec<(Bytes, Bytes)> = Vec::new();
        for field in encoded.split(|byte| *byte == b'&').filter(|field| !field.is_empty()) {
            let (name, value) = match field.iter().position(|byte| *byte == b'=') {
                Some(at) => (&field[..at], &field[at + 1..]),
                None => (field, &[][..]),
            };
            let name = decode(name)?;
            if fields.len() == MAX_FIELDS || fields.iter().any(|(other, _)| *other == name) {
                return Err(Refused::Malformed("list of fields"));
            }
            fields.push((name, decode(value)?));
        }
        Ok(Self(fields))
    }

    /// The bytes of the field `name`.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(other, _)| other.as_slice() == name.as_bytes()).map(|(_, value)| value.as_slice())
    }

    /// The text of the field `name`, when it is UTF-8.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.bytes(name).and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// The telephone number in the field `name`; refuses what is none.
    pub fn number(&self, name: &'static str) -> Result<Number, Refused> {
        self.text(name).and_then(Number::parse).ok_or(Refused::Malformed(name))
    }

    /// All names and values in the order of the names' bytes.
    #[must_use]
    pub fn sorted(&self) -> Vec<(&[u8], &[u8])> {
        let mut fields: Vec<_> = self.0.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        fields.sort_unstable();
        fields
    }
}

/// `+` is a space, `%XX` a byte, everything else stands for itself (WHATWG URL, section 5.1).
fn decode(encoded: &[u8]) -> Result<Bytes, Refused> {
    // At its final size from the start: a vector that grows leaves copies behind.
    let mut decoded = Zeroizing::new(Vec::with_capacity(encoded.len()));
    let mut rest = encoded;
    while let [first, after @ ..] = rest {
        rest = after;
        decoded.push(match first {
            b'+' => b' ',
            b'%' => {
                let [high, low, after @ ..] = rest else { return Err(Refused::Malformed("percent-encoding")) };
                rest = after;
                hex(*high)? << 4 | hex(*low)?
            }
            byte => *byte,
        });
    }
    Ok(decoded)
}

fn hex(digit: u8) -> Result<u8, Refused> {
    let value = char::from(digit).to_digit(16).ok_or(Refused::Malformed("percent-encoding"))?;
    Ok(u8::try_from(value).expect("a hex digit is below 16"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encode(bytes: &[u8], plain: bool) -> String {
        let one = |byte: &u8| match byte {
            b' ' if plain => "+".to_owned(),
            byte if plain && byte.is_ascii_alphanumeric() => char::from(*byte).to_string(),
            byte => format!("%{byte:02X}"),
        };
        bytes.iter().map(one).collect()
    }

    proptest! {
        #[test]
        fn every_value_comes_back_byte_for_byte(values in prop::collection::vec(any::<Vec<u8>>(), 0..8), plain: bool) {
            let pairs: Vec<_> = values.iter().enumerate().map(|(i, v)| format!("f{i}={}", encode(v, plain))).collect();
            let fields = Fields::parse(pairs.join("&").as_bytes()).unwrap();
            for (i, value) in values.iter().enumerate() {
                prop_assert_eq!(fields.bytes(&format!("f{i}")), Some(value.as_slice()));
            }
            prop_assert_eq!(fields.sorted().len(), values.len());
        }
    }

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let fields = Fields::parse(b"&a=1&&b&=c&d=x=y%3d%26&%61b=%e2%82%AC").unwrap();
        assert_eq!(fields.text("a"), Some("1"));
        assert_eq!(fields.text("b"), Some(""));
        assert_eq!(fields.text(""), Some("c"));
        assert_eq!(fields.text("d"), Some("x=y=&"));
        assert_eq!(fields.text("ab"), Some("€"));
        assert_eq!(fields.text("c"), None);
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for bad in ["a=%", "a=%4", "a=%4g", "a=%+1", "%zz=1", "a=1&a=2", "a=1&%61=2"] {
            assert!(Fields::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let many = |n: usize| (0..n).map(|i| format!("f{i}=")).collect::<Vec<_>>().join("&");
        assert!(Fields::parse(many(100).as_bytes()).is_ok());
        assert!(Fields::parse(many(101).as_bytes()).is_err());
        assert!(Fields::parse(b"a=%ff").unwrap().text("a").is_none());
    }
}
