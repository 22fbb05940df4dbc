//! Requests signed with HMAC-SHA256 and the time of signing.
//!
//! What is not signed rightly is refused before anything else is looked at; then what is older than five minutes, or
//! as far ahead; then what came before. To try again a gateway signs again, with the time of then.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use ring::hmac;
use subtle::ConstantTimeEq;

use super::Refused;
use crate::protocol::bytes::from_hex;
use crate::secret::{SecretText, on_wiped_stack};

/// How far the time of signing may be from now, in seconds.
pub const WINDOW: u64 = 300;

/// How many signatures are remembered, each in about 50 bytes: more than 200 texts in a second for as long as they
/// count.
pub const REMEMBERED: usize = 1 << 17;

/// The two headers of a signed request, as they came.
#[derive(Clone, Copy)]
pub struct Headers<'a> {
    /// Seconds since 1970-01-01, in digits.
    pub timestamp: Option<&'a str>,
    /// 64 lower-case hex digits.
    pub signature: Option<&'a str>,
}

/// The key that both sides know.
pub struct SigningKey(hmac::Key);

impl SigningKey {
    /// The key that is the bytes of `secret`.
    #[must_use]
    pub fn new(secret: &SecretText) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose().as_bytes()))
    }

    /// The signature under these parts, one after the other.
    #[must_use]
    pub fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        // The hash keeps the end of what it is given in a buffer on the stack.
        on_wiped_stack(|| {
            let mut context = hmac::Context::with_key(&self.0);
            for part in parts {
                context.update(part);
            }
            context.sign().as_ref().try_into().expect("SHA-256 gives 32 bytes")
        })
    }

    /// Checks a request. `parts` gives what is signed, from the timestamp as it came; `now` is in seconds since
    /// 1970-01-01.
    pub fn check<'a, const N: usize>(
        &self,
        headers: Headers<'a>,
        parts: impl FnOnce(&'a [u8]) -> [&'a [u8]; N],
        now: u64,
        seen: &Seen,
    ) -> Result<(), Refused> {
        let timestamp = headers.timestamp.ok_or(Refused::Unproven)?;
        let signature = headers.signature.and_then(|hex| from_hex::<32>(hex).ok()).ok_or(Refused::Unproven)?;
        if !bool::from(self.sign(&parts(timestamp.as_bytes())).ct_eq(&signature)) {
            return Err(Refused::Unproven);
        }
        let signed = seconds(timestamp).ok_or(Refused::Malformed("timestamp"))?;
        if signed.abs_diff(now) > WINDOW {
            return Err(Refused::Stale);
        }
        seen.remember(signed, signature, now)
    }
}

/// Digits alone: what else Rust takes for a number is none here.
fn seconds(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The signatures of the last minutes, in memory only. They hold nothing of what was signed.
pub struct Seen {
    places: usize,
    signatures: Mutex<BTreeSet<(u64, [u8; 32])>>,
}

impl Default for Seen {
    fn default() -> Self {
        Self::new(REMEMBERED)
    }
}

impl Seen {
    /// Room for `places` signatures. While it is full of ones that still count, nothing more is taken.
    #[must_use]
    pub fn new(places: usize) -> Self {
        Self { places, signatures: Mutex::default() }
    }

    fn remember(&self, signed: u64, signature: [u8; 32], now: u64) -> Result<(), Refused> {
        let mut signatures = self.signatures.lock().unwrap_or_else(PoisonError::into_inner);
        while signatures.first().is_some_and(|(oldest, _)| oldest.saturating_add(WINDOW) < now) {
            signatures.pop_first();
        }
        if signatures.contains(&(signed, signature)) {
            return Err(Refused::Replayed);
        }
        if signatures.len() >= self.places {
            return Err(Refused::Crowded);
        }
        signatures.insert((signed, signature));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::protocol::bytes::to_hex;

    const NOW: u64 = 1_700_000_000;

    fn key() -> SigningKey {
        SigningKey::new(&"secret".into())
    }

    fn check(timestamp: &str, body: &[u8], signature: &str, now: u64, seen: &Seen) -> Result<(), Refused> {
        let headers = Headers { timestamp: Some(timestamp), signature: Some(signature) };
        key().check(headers, |time| [time, b".", body], now, seen)
    }

    fn signed(timestamp: &str, body: &[u8]) -> String {
        to_hex(&key().sign(&[timestamp.as_bytes(), b".", body]))
    }

    #[test]
    fn only_what_is_signed_is_looked_at() {
        let seen = Seen::default();
        let (time, body) = (NOW.to_string(), b"{}");
        let good = signed(&time, body);
        for (headers_time, headers_signature) in [(None, Some(&good)), (Some(&time), None), (None, None)] {
            let headers = Headers {
                timestamp: headers_time.map(String::as_str),
                signature: headers_signature.map(String::as_str),
            };
            assert_eq!(key().check(headers, |time| [time, b".", body], NOW, &seen), Err(Refused::Unproven));
        }
        for bad in ["", &good[1..], &good.to_uppercase(), &signed(&time, b"{} "), &format!("{good}0")] {
            assert_eq!(check(&time, body, bad, NOW, &seen), Err(Refused::Unproven), "{bad}");
        }
        let other = (NOW + 1).to_string();
        assert_eq!(check(&other, body, &good, NOW, &seen), Err(Refused::Unproven));
        assert_eq!(check(&time, body, &good, NOW, &seen), Ok(()));
    }

    #[test]
    fn a_signature_counts_for_five_minutes_and_once() {
        let seen = Seen::default();
        for (age, taken) in [(-301, false), (-300, true), (0, true), (300, true), (301, false)] {
            let time = NOW.checked_add_signed(age).unwrap().to_string();
            let answer = check(&time, b"a", &signed(&time, b"a"), NOW, &seen);
            assert_eq!(answer, if taken { Ok(()) } else { Err(Refused::Stale) }, "{age}");
        }
        let time = NOW.to_string();
        assert_eq!(check(&time, b"a", &signed(&time, b"a"), NOW + 300, &seen), Err(Refused::Replayed));
        assert_eq!(check(&time, b"a", &signed(&time, b"a"), NOW + 301, &seen), Err(Refused::Stale));
        let (ahead, body) = ((NOW + 300).to_string(), b"a");
        assert_eq!(check(&ahead, body, &signed(&ahead, body), NOW + 600, &seen), Err(Refused::Replayed));
        for odd in ["+1700000000", "", "1.7e9", "99999999999999999999999"] {
            assert_eq!(check(odd, b"a", &signed(odd, b"a"), NOW, &seen), Err(Refused::Malformed("timestamp")), "{odd}");
        }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_let_go_of() {
        let seen = Seen::new(2);
        let at =
            |time: u64, body: &[u8], now| check(&time.to_string(), body, &signed(&time.to_string(), body), now, &seen);
        assert_eq!(at(NOW, b"1", NOW), Ok(()));
        assert_eq!(at(NOW, b"2", NOW), Ok(()));
        assert_eq!(at(NOW, b"3", NOW), Err(Refused::Crowded));
        assert_eq!(at(NOW, b"1", NOW), Err(Refused::Replayed));
        assert_eq!(at(NOW + 301, b"3", NOW + 301), Ok(()));
        assert_eq!(seen.signatures.lock().unwrap().len(), 1);
    }

    proptest! {
        #[test]
        fn one_byte_changed_anywhere_is_refused_and_takes_no_turn_from_the_right_one(
            body in prop::collection::vec(any::<u8>(), 1..300),
            age in -300..=300_i64,
            at: prop::sample::Index,
            change in 1..=u8::MAX,
        ) {
            let seen = Seen::default();
            let time = NOW.checked_add_signed(age).unwrap().to_string();
            let signature = signed(&time, &body);
            let changed = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                let at = at.index(bytes.len());
                bytes[at] ^= change;
                bytes
            };
            prop_assert_eq!(check(&time, &changed(&body), &signature, NOW, &seen), Err(Refused::Unproven));
            // A header that is no text does not come as far as this.
            if let Ok(time) = String::from_utf8(changed(time.as_bytes())) {
                prop_assert_eq!(check(&time, &body, &signature, NOW, &seen), Err(Refused::Unproven));
            }
            if let Ok(signature) = String::from_utf8(changed(signature.as_bytes())) {
                prop_assert_eq!(check(&time, &body, &signature, NOW, &seen), Err(Refused::Unproven));
            }
            prop_assert_eq!(check(&time, &body, &signature, NOW, &seen), Ok(()));
        }

        #[test]
        fn a_request_is_taken_near_its_time_and_never_again(age in -400..=400_i64, wait in 0..=800_u64) {
            let seen = Seen::default();
            let signed_at = NOW.checked_add_signed(age).unwrap();
            let time = signed_at.to_string();
            let at = |now: u64| check(&time, b"{}", &signed(&time, b"{}"), now, &seen);
            let counts = |now: u64| signed_at.abs_diff(now) <= WINDOW;
            prop_assert_eq!(at(NOW), if counts(NOW) { Ok(()) } else { Err(Refused::Stale) });
            let later = NOW + wait;
            let again = match (counts(later), counts(NOW)) {
                (false, _) => Err(Refused::Stale),
                (true, true) => Err(Refused::Replayed),
                (true, false) => Ok(()),
            };
            prop_assert_eq!(at(later), again);
        }
    }
}
