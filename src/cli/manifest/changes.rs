//! What one manifest changes of the one before, in words.

use crate::cli::text::plain;
use crate::protocol::manifest::{Manifest, Member};

/// One line for each change that matters to reporters and members; "Nothing changes but the dates." if there is none.
#[must_use]
pub fn changes(before: &Manifest, now: &Manifest) -> Vec<String> {
    let mut lines = Vec::new();
    if before.name != now.name {
        lines.push(format!("The authority is called {} now.", plain(now.name.get("en"))));
    }
    if before.root.fingerprint() != now.root.fingerprint() {
        lines.push(format!(
            "OTHER ROOT KEYS take over; both the old and the new ones sign this manifest; new fingerprint {}.",
            now.root.fingerprint()
        ));
    }
    members(before, now, &mut lines);
    units(before, now, &mut lines);
    if before.identity_threshold != now.identity_threshold {
        let (old, new) = (before.identity_threshold, now.identity_threshold);
        lines.push(format!("Identities are opened by {new} custodians together, not {old}."));
    }
    if before.oversight_unit != now.oversight_unit {
        let unit = now.oversight_unit.as_deref().unwrap_or("none");
        lines.push(format!("The oversight unit is {unit} now."));
    }
    if before.recovery != now.recovery {
        let verb = if now.recovery.is_some() { "ANOTHER RECOVERY KEY is used" } else { "No recovery key is used" };
        lines.push(format!("{verb} from now on."));
    }
    if lines.is_empty() {
        lines.push("Nothing changes but the dates.".to_owned());
    }
    lines
}

fn named(member: &Member) -> String {
    format!("{} ({})", member.id, plain(member.title.get("en")))
}

fn members(before: &Manifest, now: &Manifest, lines: &mut Vec<String>) {
    for member in &now.members {
        let Some(old) = before.member(member.id) else {
            lines.push(format!("New member {}, fingerprint {}.", named(member), member.fingerprint()));
            continue;
        };
        if old.fingerprint() != member.fingerprint() {
            lines.push(format!("New keys for {}, fingerprint {}.", named(member), member.fingerprint()));
        }
        if old.roles != member.roles {
            lines.push(format!("Other roles for {}.", named(member)));
        }
        if old.title != member.title {
            lines.push(format!("Another title for {}; it was {}.", named(member), plain(old.title.get("en"))));
        }
    }
    let left = before.members.iter().filter(|member| now.member(member.id).is_none());
    lines.extend(left.map(|member| format!("Member {} leaves.", named(member))));
}

fn units(before: &Manifest, now: &Manifest, lines: &mut Vec<String>) {
    for unit in &now.units {
        match before.unit(&unit.id) {
            None => lines.push(format!("New unit {}.", unit.id)),
            Some(old) => {
                let joins = unit.members.iter().filter(|id| !old.members.contains(id));
                lines.extend(joins.map(|id| format!("Member {id} joins unit {}.", unit.id)));
                let leaves = old.members.iter().filter(|id| !unit.members.contains(id));
                lines.extend(leaves.map(|id| format!("Member {id} leaves unit {}.", unit.id)));
                if old.name != unit.name || old.remit != unit.remit {
                    lines.push(format!("Another name or remit for unit {}.", unit.id));
                }
            }
        }
    }
    let closed = before.units.iter().filter(|unit| now.unit(&unit.id).is_none());
    lines.extend(closed.map(|unit| format!("Unit {} is closed.", unit.id)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::example;
    use crate::protocol::manifest::Role;
    use ring::rand::SystemRandom;

    #[test]
    fn every_change_has_its_line() {
        let rng = SystemRandom::new();
        let before = example::authority(&rng).history.current().clone();
        let other = example::authority(&rng).history.current().clone();
        assert_eq!(changes(&before, &before), ["Nothing changes but the dates."]);
        let line = |change: &dyn Fn(&mut Manifest)| {
            let mut now = before.clone();
            change(&mut now);
            let lines = changes(&before, &now);
            assert_eq!(lines.len(), 1, "{lines:?}");
            lines[0].clone()
        };
        let rotated = line(&|now| now.members[0].verifying_key = other.members[0].verifying_key);
        assert!(rotated.starts_with("New keys for "), "{rotated}");
        assert!(line(&|now| now.root = other.root.clone()).starts_with("OTHER ROOT KEYS"));
        assert!(line(&|now| now.members.truncate(4)).ends_with("leaves."));
        assert!(line(&|now| now.members.push(other.members[0].clone())).starts_with("New member"));
        assert!(line(&|now| now.members[4].roles = [Role::Auditor].into()).starts_with("Other roles"));
        assert!(line(&|now| now.members[4].title = other.members[0].title.clone()).starts_with("Another title"));
        assert!(line(&|now| now.units[1].members.push(before.members[0].id)).ends_with("joins unit oversight."));
        assert!(line(&|now| now.units[0].members.truncate(1)).ends_with("leaves unit works."));
        assert!(line(&|now| now.units[0].remit = before.units[1].remit.clone()).starts_with("Another name or remit"));
        assert!(line(&|now| now.units.truncate(1)).ends_with("oversight is closed."));
        assert!(line(&|now| now.identity_threshold = 1).contains("1 custodians together, not 2"));
        assert!(line(&|now| now.oversight_unit = None).contains("none"));
        assert!(line(&|now| now.name = before.units[0].name.clone()).contains("Public works"));
        assert!(line(&|now| now.recovery = Some(other.members[1].recipient.clone())).starts_with("ANOTHER RECOVERY"));
    }
}
