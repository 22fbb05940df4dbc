//! When an acknowledgement is due.

use crate::clock::Day;
use crate::protocol::content::State;

/// Days within which a report is to be acknowledged (Directive (EU) 2019/1937, article 9(1)(b)).
pub const ACKNOWLEDGE_WITHIN: i64 = 7;

/// How a case stands against the date its acknowledgement is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It was acknowledged.
    Done,
    /// That many days are left; 0 is today.
    In(i64),
    /// That many days too late.
    Overdue(i64),
}

impl Due {
    /// For a case filed on `filed` that is in `state` on `today`.
    pub fn of(filed: Day, state: State, today: Day) -> Self {
        if state != State::Received {
            return Self::Done;
        }
        match ACKNOWLEDGE_WITHIN - today.days_since(filed) {
            left if left < 0 => Self::Overdue(-left),
            left => Self::In(left),
        }
    }

    /// The more urgent, the lower.
    pub fn urgency(self) -> i64 {
        match self {
            Self::Overdue(days) => -days,
            Self::In(days) => days,
            Self::Done => i64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_days_after_filing_it_is_due_and_the_day_after_overdue() {
        let filed: Day = "2026-02-26".parse().unwrap();
        let due = |days| Due::of(filed, State::Received, filed.plus(days).unwrap());
        assert_eq!([due(0), due(6), due(7), due(8)], [Due::In(7), Due::In(1), Due::In(0), Due::Overdue(1)]);
        assert_eq!(Due::of(filed, State::Acknowledged, filed.plus(90).unwrap()), Due::Done);
        assert!(due(9).urgency() < due(8).urgency() && due(8).urgency() < due(7).urgency());
        assert!(due(0).urgency() < Due::Done.urgency());
    }
}
