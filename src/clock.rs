//! Time as Amparo may keep it: a [`Day`] is the finest that can be written anywhere.
//!
//! A [`Clock`] is handed to whatever needs today's date, so that tests choose the day; `clippy.toml` bans asking the
//! system directly anywhere else.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Days from 1970-01-01 to 2000-01-01 and to 9999-12-31, the first and last day there is.
const FIRST: i64 = 10_957;
const LAST: i64 = 2_932_896;

/// A UTC calendar day from 2000-01-01 to 9999-12-31, written `YYYY-MM-DD`.
///
/// ```
/// use amparo::clock::Day;
/// let day: Day = "2026-02-27".parse().unwrap();
/// assert_eq!(day.plus(2).unwrap().to_string(), "2026-03-01");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// The text is not a real day in the form `YYYY-MM-DD`.
#[derive(Debug, thiserror::Error)]
#[error("{0:?} is not a day; write it as 2026-01-31")]
pub struct NotADay(String);

impl Day {
    /// The day that many days after 1970-01-01, when it is in range.
    #[must_use]
    pub fn from_unix_days(days: i64) -> Option<Self> {
        (FIRST..=LAST).contains(&days).then_some(Self(days))
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub fn unix_days(self) -> i64 {
        self.0
    }

    /// The day `days` later (earlier when negative).
    #[must_use]
    pub fn plus(self, days: i64) -> Option<Self> {
        Self::from_unix_days(self.0.checked_add(days)?)
    }

    /// Whole days from `earlier` to this day; negative when `earlier` is later.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }

    /// Year, month (1–12) and day of the month (1–31).
    ///
    /// Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*, `civil_from_days`.
    #[must_use]
    pub fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }

    /// The inverse of [`Day::civil`]; `None` for a date that does not exist.
    #[must_use]
    pub fn from_civil(year: i64, month: i64, day: i64) -> Option<Self> {
        if !(2000..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let shifted_year = year - i64::from(month <= 2);
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let month_from_march = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let found = Self::from_unix_days(era * 146_097 + day_of_era - 719_468)?;
        (found.civil() == (year, month, day)).then_some(found)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let bytes = text.as_bytes();
        let number = |range: std::ops::Range<usize>| {
            bytes[range].iter().try_fold(0, |sum, b| b.is_ascii_digit().then(|| sum * 10 + i64::from(b - b'0')))
        };
        let parsed = (bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-')
            .then(|| Self::from_civil(number(0..4)?, number(5..7)?, number(8..10)?))
            .flatten();
        parsed.ok_or_else(|| NotADay(text.chars().take(20).collect()))
    }
}

impl serde::Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Tells today's date; cheap to clone.
///
/// ```
/// use amparo::clock::Clock;
/// let clock = Clock::fixed("2026-05-04".parse().unwrap());
/// assert_eq!(clock.today().to_string(), "2026-05-04");
/// ```
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Day + Send + Sync>);

impl Clock {
    /// The system's UTC date, brought into the range of [`Day`] when the system's clock is far off.
    #[must_use]
    pub fn system() -> Self {
        Self::from_fn(|| {
            #[allow(clippy::disallowed_methods, reason = "the one place that asks the system")]
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            let days = since.map_or(FIRST, |d| i64::try_from(d.as_secs() / 86_400).unwrap_or(LAST));
            Day(days.clamp(FIRST, LAST))
        })
    }

    /// A clock that stands on `day`.
    #[must_use]
    pub fn fixed(day: Day) -> Self {
        Self::from_fn(move || day)
    }

    /// A clock that asks `today`.
    pub fn from_fn(today: impl Fn() -> Day + Send + Sync + 'static) -> Self {
        Self(Arc::new(today))
    }

    /// Today's date, UTC.
    #[must_use]
    pub fn today(&self) -> Day {
        (self.0)()
    }
}

/// Tells the seconds since 1970-01-01, to judge how old a signed request is; cheap to clone. What it tells is compared
/// and dropped, and written nowhere.
///
/// ```
/// use amparo::clock::Seconds;
/// assert_eq!(Seconds::fixed(1_700_000_000).now(), 1_700_000_000);
/// ```
#[derive(Clone)]
pub struct Seconds(Arc<dyn Fn() -> u64 + Send + Sync>);

impl Seconds {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Arc::new(|| {
            #[allow(clippy::disallowed_methods, reason = "never kept")]
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            since.map_or(0, |since| since.as_secs())
        }))
    }

    /// A clock that stands.
    #[must_use]
    pub fn fixed(seconds: u64) -> Self {
        Self(Arc::new(move || seconds))
    }

    /// The seconds at this moment.
    #[must_use]
    pub fn now(&self) -> u64 {
        (self.0)()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_eight_centuries_round_trips_through_its_text() {
        for days in FIRST..FIRST + 292_200 {
            let day = Day(days);
            assert_eq!(day.to_string().parse::<Day>().unwrap(), day);
        }
        assert_eq!(Day(FIRST).to_string(), "2000-01-01");
        assert_eq!(Day(LAST).to_string(), "9999-12-31");
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in
            ["2026-02-29", "2026-13-01", "2026-00-01", "1999-12-31", "2026-1-01", "2026-01-01 ", "٢٠٢٦-01-01", ""]
        {
            assert!(text.parse::<Day>().is_err(), "{text}");
        }
        assert!("2028-02-29".parse::<Day>().is_ok());
    }
}
