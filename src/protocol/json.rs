//! JSON as the protocol reads it: a name that stands twice is refused everywhere, and everything is said by name.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

/// Whether `json` is an object without `null` and without a list in a list. serde would also take a list of an object's
/// values in the place of the object, and `null` for what is absent, to which the protocol gives no meaning.
pub(super) fn is_plain(json: &[u8]) -> bool {
    let mut lists = Vec::new();
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => {
                while let Some(byte) = bytes.next().filter(|byte| **byte != b'"') {
                    if *byte == b'\\' {
                        bytes.next();
                    }
                }
            }
            b'{' => lists.push(false),
            b'[' if lists.last() == Some(&false) => lists.push(true),
            b'}' | b']' => drop(lists.pop()),
            // Outside of texts, `n` stands in `null` only.
            b'[' | b'n' => return false,
            _ => {}
        }
    }
    true
}

/// Reads an object of any names into a map; serde's own would take the last of two values under one name.
pub(super) fn unique_map<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, V>, D::Error> {
    struct Unique<V>(PhantomData<V>);

    impl<'de, V: Deserialize<'de>> Visitor<'de> for Unique<V> {
        type Value = BTreeMap<String, V>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut found = BTreeMap::new();
            while let Some(name) = map.next_key::<String>()? {
                let value = map.next_value()?;
                if found.contains_key(&name) {
                    return Err(A::Error::custom(format_args!("`{name}` stands twice")));
                }
                found.insert(name, value);
            }
            Ok(found)
        }
    }

    deserializer.deserialize_map(Unique(PhantomData))
}
