//! Whose keys a report is sealed to.

use std::sync::Arc;

use crate::clock::Day;
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::{History, HistoryError, UntrustedManifest};

/// How far a device's date may run ahead before it is believed more than the server's.
const AHEAD: i64 = 2;

/// Why nothing can be sealed for this authority.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The manifests do not hold.
    #[error("the authority's keys do not hold, so nothing was sent: {0}")]
    History(#[from] HistoryError),
    /// The root keys are others than those on the poster.
    #[error(
        "these are not the keys of the fingerprint you gave, so nothing was sent; their fingerprint is {found}, in words \
         {}. Compare it once more with the authority's poster or gazette: if it differs, this is another server, or \
         somebody has taken it over",
        found.in_words()
    )]
    OtherFingerprint {
        /// The fingerprint of the keys that came.
        found: Fingerprint,
    },
    /// The newest manifest has expired.
    #[error(
        "the authority's keys ended on {expires} and today is {today}, so nothing was sent; check this machine's date, \
         and try again when the authority has signed new ones"
    )]
    Expired {
        /// The last day of the newest manifest.
        expires: Day,
        /// The day it was compared with.
        today: Day,
    },
}

/// Manifests that were checked, and the day on which they are used.
pub struct Authority {
    /// All manifests, from the first on.
    pub history: Arc<History>,
    /// The server's day, or this machine's where no server was asked.
    pub day: Day,
}

impl Authority {
    /// Checks `manifests` from the first on against the fingerprint that was compared with the poster.
    ///
    /// `served` is the day the server says, `device` the one this machine says.
    pub fn check(
        manifests: Vec<UntrustedManifest>,
        is_expected: impl FnOnce(Fingerprint) -> bool,
        served: Option<Day>,
        device: Day,
    ) -> Result<Self, AuthorityError> {
        let history = Arc::new(History::verify(manifests)?);
        let found = history.fingerprint();
        if !is_expected(found) {
            return Err(AuthorityError::OtherFingerprint { found });
        }
        Ok(Self { history, day: served.unwrap_or(device) })
    }

    /// Refuses to seal anything new when the newest manifest has expired, by the later of the server's day and
    /// two days before this machine's: a server that says an old day must not revive old keys.
    pub fn check_valid(&self, device: Day) -> Result<(), AuthorityError> {
        let today = device.plus(-AHEAD).map_or(self.day, |device| device.max(self.day));
        let expires = self.history.current().expires;
        if today > expires { Err(AuthorityError::Expired { expires, today }) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::example;
    use ring::rand::SystemRandom;

    #[test]
    fn other_keys_and_old_ones_are_refused_whatever_day_the_server_says() {
        let example = example::authority(&SystemRandom::new());
        let manifests = || {
            let copy = |from: &UntrustedManifest| UntrustedManifest {
                bytes: from.bytes.clone(),
                signatures: from.signatures.clone(),
            };
            example.history.sources().iter().map(copy).collect()
        };
        let first: Day = example::DAY.parse().unwrap();
        let expected = example.history.fingerprint();
        let check = |served| Authority::check(manifests(), |found| found == expected, Some(served), first);
        let refused = Authority::check(manifests(), |_| false, None, first);
        assert!(matches!(refused, Err(AuthorityError::OtherFingerprint { .. })));
        let last = example.history.current().expires;
        let authority = check(first).unwrap();
        assert!(authority.check_valid(last).is_ok());
        assert!(authority.check_valid(last.plus(2).unwrap()).is_ok());
        assert!(matches!(authority.check_valid(last.plus(3).unwrap()), Err(AuthorityError::Expired { .. })));
        assert!(check(last.plus(1).unwrap()).unwrap().check_valid(first).is_err());
    }
}
