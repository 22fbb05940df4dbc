//! The desk's words for what the protocol names by id.

use std::borrow::Cow;

use crate::desk::book::{Order, View};
use crate::desk::due::Due;
use crate::protocol::bytes::MemberId;
use crate::protocol::content::{Channel, Danger, Record, State, Urgency};
use crate::protocol::manifest::History;

/// The questions of the report form, in its order, with the desk's labels.
pub const QUESTIONS: [(&str, &str); 7] = [
    ("what", "What happened"),
    ("when", "When"),
    ("where", "Where"),
    ("who", "Who is involved"),
    ("how_much", "How much is at stake"),
    ("how_known", "How the reporter knows"),
    ("told", "Who was told"),
];

/// A category's name; one that is not known is shown as it is.
pub fn category(id: &str) -> &str {
    match id {
        "bribery" => "Bribery",
        "embezzlement" => "Embezzlement",
        "trading_in_influence" => "Trading in influence",
        "abuse_of_functions" => "Abuse of functions",
        "illicit_enrichment" => "Illicit enrichment",
        "procurement" => "Procurement",
        "conflict_of_interest" => "Conflict of interest",
        "laundering" => "Laundering",
        "obstruction_of_justice" => "Obstruction of justice",
        "retaliation" => "Retaliation",
        "other" => "Other",
        unknown => unknown,
    }
}

/// A state's name.
pub fn state(state: State) -> &'static str {
    match state {
        State::Received => "Received",
        State::Acknowledged => "Acknowledged",
        State::Open => "Open",
        State::Closed => "Closed",
    }
}

/// How soon a case has to be looked at.
pub fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Low => "Low",
        Urgency::Normal => "Normal",
        Urgency::High => "High",
        Urgency::Urgent => "Urgent",
    }
}

/// A view's name.
pub fn view(view: View) -> &'static str {
    match view {
        View::Open => "Open",
        View::Unacknowledged => "To acknowledge",
        View::Waiting => "Waiting for us",
        View::Mine => "Mine",
        View::New => "New",
        View::Overdue => "Overdue",
        View::Closed => "Closed",
        View::All => "All",
    }
}

/// What a list is sorted by.
pub fn order(order: Order) -> &'static str {
    match order {
        Order::Due => "Due first",
        Order::Newest => "Newest report first",
        Order::Oldest => "Oldest report first",
        Order::LastWord => "Latest word first",
        Order::Urgency => "Urgency",
        Order::Fit => "Best match first",
    }
}

/// How a report came.
pub fn channel(channel: Channel, assisted: bool) -> &'static str {
    match (channel, assisted) {
        (Channel::Web, false) => "web form, sealed on the reporter’s device",
        (Channel::Web, true) => "web form, sealed by the server as it arrived",
        (Channel::Sms, _) => "text messages",
        (Channel::Hotline, _) => "telephone or in person, written down by the hotline operator",
        (Channel::Mail, _) => "e-mail",
        (Channel::Cli, _) => "command line, sealed on the reporter’s device",
    }
}

/// What became of the written record of a talk.
pub fn record(record: Record) -> &'static str {
    match record {
        Record::Agreed => "record agreed by the caller",
        Record::Unchecked => "record not checked by the caller",
    }
}

/// Whether somebody is in danger; `None` when nobody is.
pub fn danger(danger: Danger) -> Option<&'static str> {
    match danger {
        Danger::No => None,
        Danger::Yes => Some("Someone is in danger"),
        Danger::Unsure => Some("Someone may be in danger"),
    }
}

/// When the acknowledgement is due; empty when it was given.
pub fn due(due: Due) -> Cow<'static, str> {
    match due {
        Due::Done => "".into(),
        Due::In(0) => "due today".into(),
        Due::In(1) => "due tomorrow".into(),
        Due::In(days) => format!("due in {days} days").into(),
        Due::Overdue(1) => "1 day overdue".into(),
        Due::Overdue(days) => format!("{days} days overdue").into(),
    }
}

/// A member's title as the newest manifest that names them has it.
pub fn title(history: &History, member: MemberId) -> String {
    let serials = (1..=history.current().serial).rev();
    let manifests = serials.filter_map(|serial| history.by_serial(serial)).map(|(_, manifest)| manifest);
    let found = manifests.into_iter().find_map(|manifest| manifest.member(member));
    found.map_or_else(|| member.to_string(), |member| member.title.get("en").to_owned())
}

/// A size in bytes as people read it.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut tenths = bytes.saturating_add(50) / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let sizes = [0, 999, 1000, 1_949, 999_949, 999_950, 104_857_600].map(size);
        assert_eq!(sizes, ["0 bytes", "999 bytes", "1.0 KB", "1.9 KB", "999.9 KB", "1.0 MB", "104.9 MB"]);
    }
}
