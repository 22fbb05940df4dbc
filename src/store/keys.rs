//! Queries that ask for many keys at once.

use super::transaction::Query;

/// How many keys one query takes.
pub(super) const KEYS: usize = 64;

/// `text` with as many placeholders as one query takes keys in place of `KEYS`, from `$1` on.
pub(super) fn with_keys(text: &str) -> String {
    let places: Vec<String> = (1..=KEYS).map(|place| format!("${place}")).collect();
    text.replace("KEYS", &places.join(", "))
}

/// Gives a query its keys, at most [`KEYS`]; what is left of the places finds nothing.
pub(super) fn bind_keys<'q, const N: usize>(query: Query<'q>, keys: &'q [[u8; N]]) -> Query<'q> {
    (0..KEYS).fold(query, |query, place| query.bind(keys.get(place).map(|key| &key[..])))
}
