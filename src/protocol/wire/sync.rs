//! How a desk keeps up with the server: the list in pages, many cases at once, and what has changed since.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{CaseBody, CaseSummary};
use crate::protocol::bytes::{CaseId, from_hex, to_hex};

/// The most cases on one page of the list.
pub const PAGE_MAX: usize = 10_000;

/// The most cases that are asked for at once.
pub const CASES_AT_ONCE: usize = 64;

/// The longest time to wait for a change, in seconds.
pub const WAIT_MAX: u64 = 25;

/// The longest text of a [`Mark`], in bytes.
const MARK_MAX: usize = 4 << 10;

/// `GET /v1/cases`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CasePage {
    /// Cases of the member's units, by id.
    pub cases: Vec<CaseSummary>,
    /// The last id on this page, when there are more behind it.
    #[serde(default)]
    pub next: Option<CaseId>,
}

/// `POST /v1/cases/bodies`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseIds {
    /// At most [`CASES_AT_ONCE`], each once.
    pub ids: Vec<CaseId>,
}

/// What `POST /v1/cases/bodies` is answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CaseBodies {
    /// In the order asked for; nothing for a case that is not there for this member, or is to be asked for later.
    pub cases: Vec<Option<CaseBody>>,
    /// Those that would have made the answer too large.
    #[serde(default)]
    pub later: Vec<CaseId>,
}

/// `GET /v1/changes`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Changes {
    /// What to ask with next.
    pub now: Mark,
    /// The server cannot tell all that has changed: list the cases anew, then go on from `now`.
    #[serde(default)]
    pub restart: bool,
    /// What a list shows of the cases that have changed, each once, by id.
    #[serde(default)]
    pub cases: Vec<CaseSummary>,
    /// Cases that are not there for this member any more.
    #[serde(default)]
    pub gone: Vec<CaseId>,
}

/// How far a desk has heard of changes: good for one member, in the same units, as long as the server runs.
///
/// ```
/// use amparo::protocol::wire::sync::Mark;
/// let mark: Mark = "000102030405060708090a0b0c0d0e0f-7.0".parse().unwrap();
/// assert_eq!(mark.seen, [7, 0]);
/// assert!("000102030405060708090a0b0c0d0e0f-07".parse::<Mark>().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Names the run of the server, the member and the units.
    pub epoch: [u8; 16],
    /// The number of the last change of each of the member's units, in the order of the units' ids.
    pub seen: Vec<u64>,
}

/// A text that is no [`Mark`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected 32 lower-case hex digits, a hyphen and numbers")]
pub struct NotAMark;

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seen: Vec<String> = self.seen.iter().map(u64::to_string).collect();
        write!(f, "{}-{}", to_hex(&self.epoch), seen.join("."))
    }
}

impl FromStr for Mark {
    type Err = NotAMark;

    fn from_str(text: &str) -> Result<Self, NotAMark> {
        let (epoch, seen) = text.split_once('-').filter(|_| text.len() <= MARK_MAX).ok_or(NotAMark)?;
        let number = |text: &str| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
            text.parse().ok().filter(|_| is_plain).ok_or(NotAMark)
        };
        let seen = if seen.is_empty() { Ok(Vec::new()) } else { seen.split('.').map(number).collect() };
        Ok(Self { epoch: from_hex(epoch).map_err(|_| NotAMark)?, seen: seen? })
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_mark_reads_as_it_was_written(epoch: [u8; 16], seen in prop::collection::vec(any::<u64>(), 0..40)) {
            let mark = Mark { epoch, seen };
            prop_assert_eq!(mark.to_string().parse(), Ok(mark.clone()));
            let json = serde_json::to_string(&mark).unwrap();
            prop_assert_eq!(serde_json::from_str::<Mark>(&json).unwrap(), mark);
        }

        #[test]
        fn whatever_reads_as_a_mark_is_written_in_the_same_way(text in "[0-9a-f]{31,33}-?[0-9.+-]{0,12}") {
            if let Ok(mark) = text.parse::<Mark>() {
                prop_assert_eq!(mark.to_string(), text);
            }
        }
    }

    #[test]
    fn what_is_no_mark_is_refused() {
        let epoch = "ab".repeat(16);
        assert_eq!(format!("{epoch}-").parse::<Mark>().unwrap().seen, [0_u64; 0]);
        for bad in ["", "-", "1", "-1", "+1", "1.", ".1", "1..2", "01", "18446744073709551616", "1 ", "1.x"] {
            assert_eq!(format!("{epoch}-{bad}").parse::<Mark>().is_err(), !bad.is_empty() && bad != "1", "{bad}");
        }
        for bad in [String::new(), epoch.clone(), format!("{}-1", epoch.to_uppercase()), format!("{epoch}00-1")] {
            assert!(bad.parse::<Mark>().is_err(), "{bad}");
        }
        assert!(format!("{epoch}-{}", vec!["1"; MARK_MAX].join(".")).parse::<Mark>().is_err());
    }
}
