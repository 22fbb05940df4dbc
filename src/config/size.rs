//! Sizes as people write them.

use std::fmt;
use std::str::FromStr;

const UNITS: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// A number of bytes, written `100 MiB`; units are B, KiB, MiB and GiB.
///
/// ```
/// use amparo::config::size::ByteSize;
/// let size: ByteSize = "100 MiB".parse().unwrap();
/// assert_eq!(size.bytes(), 104_857_600);
/// assert_eq!(size.to_string(), "100 MiB");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ByteSize(u64);

/// The text is not a size.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a size; write a whole number and B, KiB, MiB or GiB, as in \"100 MiB\"")]
pub struct NotASize(String);

impl ByteSize {
    /// That many bytes.
    #[must_use]
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// That many KiB (1024 bytes).
    #[must_use]
    pub const fn kib(count: u32) -> Self {
        Self((count as u64) << 10)
    }

    /// That many MiB (1024 KiB).
    #[must_use]
    pub const fn mib(count: u32) -> Self {
        Self((count as u64) << 20)
    }

    /// The number of bytes.
    #[must_use]
    pub const fn bytes(self) -> u64 {
        self.0
    }

    /// The number of bytes as a length in memory; the greatest there is where memory cannot hold so much.
    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for ByteSize {
    /// Exact, in the largest unit that divides it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unit, size) =
            UNITS.into_iter().find(|(_, size)| self.0 != 0 && self.0.is_multiple_of(*size)).unwrap_or(("B", 1));
        write!(f, "{} {unit}", self.0 / size)
    }
}

impl FromStr for ByteSize {
    type Err = NotASize;

    fn from_str(text: &str) -> Result<Self, NotASize> {
        let trimmed = text.trim();
        let digits = trimmed.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = trimmed.split_at(digits);
        let size = UNITS.into_iter().find(|(name, _)| *name == unit.trim_start()).map(|(_, size)| size);
        let parsed = size.and_then(|size| number.parse::<u64>().ok()?.checked_mul(size));
        parsed.map(Self).ok_or_else(|| NotASize(text.chars().take(20).collect()))
    }
}

impl serde::Serialize for ByteSize {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for ByteSize {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn every_size_reads_back_as_it_was_written(bytes: u64) {
            assert_eq!(ByteSize(bytes).to_string().parse::<ByteSize>().unwrap(), ByteSize(bytes));
        }
    }

    #[test]
    fn what_is_not_a_size_is_refused() {
        for text in ["", "MiB", "1 MB", "1.5 MiB", "-1 B", "1", "99999999999 GiB", "1 mib", "1 MiB x"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
        assert_eq!("0 B".parse::<ByteSize>().unwrap().to_string(), "0 B");
        assert_eq!("7KiB".parse::<ByteSize>().unwrap(), ByteSize::kib(7));
    }
}
