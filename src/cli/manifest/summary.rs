//! A manifest in words, for whoever is about to sign it or wants to know what it says.

use std::fmt::{self, Display, Write};

use crate::cli::text::{in_all_languages, plain, word_lines};
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::{Manifest, Member, Role, Unit};

/// Everything that a manifest says, readable on a terminal.
///
/// # Panics
/// Never: a `String` takes everything.
#[must_use]
pub fn summary(manifest: &Manifest) -> String {
    let mut text = String::new();
    write(manifest, &mut text).expect("a String takes everything");
    text
}

fn write(manifest: &Manifest, text: &mut String) -> fmt::Result {
    writeln!(text, "Manifest {}", manifest.serial)?;
    text.push_str(&in_all_languages("name", &manifest.name));
    let days = manifest.expires.days_since(manifest.issued);
    row(text, "valid", format_args!("{} to {} ({days} days)", manifest.issued, manifest.expires))?;
    let root = &manifest.root;
    row(text, "root", format_args!("{} of {} keys must sign the next manifest", root.threshold, root.keys.len()))?;
    write_fingerprint(root.fingerprint(), text)?;
    for key in &root.keys {
        row(text, "", format_args!("key {key}"))?;
    }
    match manifest.identity_threshold {
        0 => row(text, "identities", "confidential reports are not offered")?,
        k => row(
            text,
            "identities",
            format_args!("{k} of {} custodians open one together", manifest.custodians().count()),
        )?,
    }
    row(text, "oversight", manifest.oversight_unit.as_deref().unwrap_or("none"))?;
    match &manifest.recovery {
        None => row(text, "recovery", "none")?,
        Some(recipient) => row(text, "recovery", recipient)?,
    }
    row(text, "retired keys", manifest.retired.len())?;
    manifest.units.iter().try_for_each(|unit| write_unit(manifest, unit, text))?;
    manifest.members.iter().try_for_each(|member| write_member(member, text))
}

fn row(text: &mut String, label: &str, value: impl Display) -> fmt::Result {
    writeln!(text, "  {label:<12} {value}")
}

fn write_unit(manifest: &Manifest, unit: &Unit, text: &mut String) -> fmt::Result {
    writeln!(text, "\nUnit {}", plain(&unit.id))?;
    text.push_str(&in_all_languages("name", &unit.name));
    text.push_str(&in_all_languages("remit", &unit.remit));
    for (number, id) in unit.members.iter().enumerate() {
        let title = manifest.member(*id).map_or("unknown", |member| member.title.get("en"));
        row(text, if number == 0 { "members" } else { "" }, format_args!("{id} {}", plain(title)))?;
    }
    Ok(())
}

fn write_member(member: &Member, text: &mut String) -> fmt::Result {
    writeln!(text, "\nMember {}", member.id)?;
    text.push_str(&in_all_languages("title", &member.title));
    let roles: Vec<_> = member.roles.iter().map(|role| name(*role)).collect();
    row(text, "roles", roles.join(", "))?;
    write_fingerprint(member.fingerprint(), text)
}

fn write_fingerprint(fingerprint: Fingerprint, text: &mut String) -> fmt::Result {
    row(text, "fingerprint", fingerprint)?;
    let [first, second] = word_lines(fingerprint);
    row(text, "in words", first)?;
    row(text, "", second)
}

fn name(role: Role) -> &'static str {
    match role {
        Role::Investigator => "investigator",
        Role::Lead => "lead",
        Role::Custodian => "custodian",
        Role::Hotline => "hotline",
        Role::Auditor => "auditor",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::example;
    use ring::rand::SystemRandom;

    #[test]
    fn everything_that_is_signed_is_told() {
        let authority = example::authority(&SystemRandom::new());
        let manifest = authority.history.current();
        let text = summary(manifest);
        let mut told = vec![
            "Manifest 1".to_owned(),
            "2026-03-02 to 2026-06-02 (92 days)".to_owned(),
            manifest.root.fingerprint().to_string(),
            word_lines(manifest.root.fingerprint())[1].clone(),
            manifest.root.keys[0].to_string(),
            "2 of 2 custodians".to_owned(),
        ];
        told.extend(manifest.name.0.values().cloned());
        for unit in &manifest.units {
            told.extend(unit.name.0.values().chain(unit.remit.0.values()).cloned());
        }
        for member in &manifest.members {
            told.extend([member.id.to_string(), member.fingerprint().to_string()]);
            told.extend(word_lines(member.fingerprint()));
            told.extend(member.title.0.values().cloned());
            told.extend(member.roles.iter().map(|role| name(*role).to_owned()));
        }
        for part in told {
            assert!(text.contains(&part), "{part} is missing in\n{text}");
        }
    }

    #[test]
    fn names_of_roles_are_those_of_the_protocol() {
        for role in [Role::Investigator, Role::Lead, Role::Custodian, Role::Hotline, Role::Auditor] {
            assert_eq!(serde_json::to_value(role).unwrap(), name(role));
        }
    }
}
