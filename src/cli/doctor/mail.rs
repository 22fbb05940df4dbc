//! What `amparo doctor` looks at where reports by e-mail are taken.

use std::path::Path;

use super::{Finding, history, nameless, secret, socket_folder};
use crate::config::Config;
use crate::config::mail::{Mail, SmtpTls};
use crate::mail::mailroom::check_addresses;
use crate::mail::reply::{self, ReplyError};

/// Nothing where they are not taken.
pub fn findings(config: &Config) -> Vec<Finding> {
    let mail = &config.mail;
    let Some(socket) = &mail.socket else { return Vec::new() };
    let mut findings = vec![
        Finding::warn(
            "reports by e-mail are taken, which mail servers can read and log",
            "read docs/mail.md, and keep as little there as the examples in deploy/ do; without mail.socket it is off",
        ),
        addresses(mail, &config.storage.keys),
        socket_folder("mail.socket", socket),
    ];
    findings.extend(answers(mail));
    findings
}

/// Each address has a unit and a language, in which the unit has a name.
fn addresses(mail: &Mail, keys: &Path) -> Finding {
    let Some(history) = history(keys) else {
        return Finding::warn("addresses cannot be compared with units", "mend the manifests");
    };
    let manifest = history.current();
    if let Err(error) = check_addresses(&mail.addresses, manifest) {
        return Finding::from_error(&error);
    }
    let named = |unit: &str, language: &str| manifest.unit(unit).is_some_and(|unit| unit.name.0.contains_key(language));
    match mail.addresses.iter().find(|address| !named(&address.unit, &address.language)) {
        Some(address) => nameless(&address.address, &address.unit, &address.language),
        None => Finding::ok(format!("{} addresses for reports have their units", mail.addresses.len())),
    }
}

/// Letters can be answered, and nobody on the way reads the answers.
fn answers(mail: &Mail) -> Vec<Finding> {
    let Some((host, port)) = mail.smtp_host_and_port() else {
        return vec![Finding::warn(
            "letters are not answered, so nobody who writes one gets a token",
            "set mail.smtp_server",
        )];
    };
    let mut findings = Vec::new();
    if let Some(file) = &mail.smtp_password_file {
        findings.push(secret("mail.smtp_password_file", file, false));
    }
    // Why a password cannot be read has just been told.
    match reply::transport(mail) {
        Err(ReplyError::Password(_)) => {}
        Err(error) => findings.push(Finding::from_error(&error)),
        Ok(_) => findings.push(protected(mail.smtp_tls, host, port)),
    }
    findings
}

/// The port is one where that kind of TLS is spoken.
fn protected(tls: SmtpTls, host: &str, port: u16) -> Finding {
    let other = |spoken: &str, set: &str| {
        Finding::warn(
            format!(
                "mail.smtp_tls is {set:?}, and at port {port} mail servers speak {spoken:?}; answers may be dropped"
            ),
            format!("set mail.smtp_tls to {spoken:?}, or the port of mail.smtp_server to the other's"),
        )
    };
    match (tls, port) {
        // A configuration with any other server is refused.
        (SmtpTls::None, _) => Finding::ok(format!("letters are answered through {host}:{port}, this very machine")),
        (SmtpTls::Tls, 25 | 587) => other("starttls", "tls"),
        (SmtpTls::Starttls, 465) => other("tls", "starttls"),
        (SmtpTls::Tls | SmtpTls::Starttls, _) => {
            Finding::ok(format!("letters are answered through {host}:{port}, with TLS or not at all"))
        }
    }
}
