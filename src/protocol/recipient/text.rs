//! age's text form of keys: Bech32 (BIP-173) without its limit of 90 characters.

use age_core::primitives::{bech32_decode, bech32_encode};
use bech32::Hrp;
use zeroize::{Zeroize, Zeroizing};

pub(super) const HYBRID_RECIPIENT: Hrp = Hrp::parse_unchecked("age1pq");
pub(super) const CLASSIC_RECIPIENT: Hrp = Hrp::parse_unchecked("age");
pub(super) const HYBRID_IDENTITY: Hrp = Hrp::parse_unchecked("AGE-SECRET-KEY-PQ-");
pub(super) const CLASSIC_IDENTITY: Hrp = Hrp::parse_unchecked("AGE-SECRET-KEY-");

/// Longest payload of any key, in bytes; stops the reading of longer texts.
const LONGEST: usize = 1216;

/// Recipients are written in lower case, identities in capitals.
pub(super) fn encode(prefix: Hrp, key: &[u8]) -> String {
    let mut text = bech32_encode(prefix, key);
    if prefix == HYBRID_IDENTITY || prefix == CLASSIC_IDENTITY {
        text.make_ascii_uppercase();
    }
    text
}

/// The key in `text`, when it stands there in the one form that [`encode`] writes: the Bech32 reader alone would take
/// either case, and any value of the bits left over at the end.
pub(super) fn decode(prefix: Hrp, text: &str) -> Option<Zeroizing<Vec<u8>>> {
    if text.len() > 2 * LONGEST {
        return None;
    }
    let mut key = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
    bech32_decode(
        text,
        |_| (),
        |found| (found == prefix).then_some(()).ok_or(()),
        |_, bytes| {
            key.extend(bytes.take(LONGEST + 1));
            Ok(())
        },
    )
    .ok()?;
    let mut again = encode(prefix, &key);
    let same = again == text;
    again.zeroize();
    same.then_some(key)
}
