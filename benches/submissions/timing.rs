//! How long each report took, and what is typical of many.

use std::fmt;
use std::time::Duration;

/// A number of reports, one after another on several connections or tasks at once.
pub struct Run {
    took: Duration,
    each: Vec<Duration>,
}

impl Run {
    /// `each` is the time of every report, `took` that of all of them together.
    pub fn new(took: Duration, mut each: Vec<Duration>) -> Self {
        each.sort_unstable();
        Self { took, each }
    }

    /// Reports a second.
    pub fn per_second(&self) -> f64 {
        f64::from(u32::try_from(self.each.len()).unwrap()) / self.took.as_secs_f64()
    }

    /// The time within which `percent` of the reports were filed, in milliseconds.
    fn percentile(&self, percent: usize) -> f64 {
        let place = (self.each.len() * percent).div_ceil(100).saturating_sub(1);
        self.each[place].as_secs_f64() * 1e3
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (p50, p99) = (self.percentile(50), self.percentile(99));
        write!(f, "{:.1} {p50:>6.0} ms {p99:>5.0} ms", self.per_second())
    }
}

/// MiB a second, for reports that carry `bytes` each.
pub fn per_second(run: &Run, bytes: usize) -> f64 {
    run.per_second() * f64::from(u32::try_from(bytes >> 20).unwrap())
}

/// The middle one, or the mean of the two in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) }
}
