//! What `amparo doctor` looks at where reports by e-mail are taken.

use std::path::Path;

use super::Finding;
use crate::config::Config;
use crate::config::mail::Mail;
use crate::keys_folder;
use crate::mail::mailroom::check_addresses;
use crate::protocol::manifest::History;

/// Nothing where they are not taken.
pub fn findings(config: &Config) -> Vec<Finding> {
    let mail = &config.mail;
    let Some(socket) = &mail.socket else { return Vec::new() };
    vec![
        Finding::warn(
            "reports by e-mail are taken, which mail servers can read and log",
            "read docs/mail.md, and keep as little there as the examples in deploy/ do; without mail.socket it is off",
        ),
        addresses(mail, &config.storage.keys),
        socket_folder(socket),
        answers(mail),
    ]
}

/// Each address has a unit and a language.
fn addresses(mail: &Mail, keys: &Path) -> Finding {
    let read = keys_folder::read(keys).ok().and_then(|sources| History::verify(sources).ok());
    // Why the manifests do not hold has been told.
    let Some(history) = read else {
        return Finding::warn("addresses cannot be compared with units", "mend the manifests");
    };
    match check_addresses(&mail.addresses, history.current()) {
        Ok(()) => Finding::ok(format!("{} addresses for reports have their units", mail.addresses.len())),
        Err(error) => Finding::from_error(&error),
    }
}

/// The socket can be made where it should be.
fn socket_folder(socket: &Path) -> Finding {
    let folder = socket.parent().unwrap_or(Path::new("/"));
    if folder.is_dir() {
        Finding::ok(format!("{} is there for the mail server's socket", folder.display()))
    } else {
        Finding::fail(
            format!("the folder {} of mail.socket does not exist", folder.display()),
            format!(
                "make it for the server's user, open to the mail server's group: install -d -m 2750 {}",
                folder.display()
            ),
        )
    }
}

/// Letters can be answered.
fn answers(mail: &Mail) -> Finding {
    if mail.smtp_server.is_none() {
        return Finding::warn(
            "letters are not answered, so nobody who writes one gets a token",
            "set mail.smtp_server",
        );
    }
    if let Err(error) = mail.smtp_password() {
        return Finding::from_error(&error);
    }
    match mail.smtp_ca_file.as_deref().map(|file| (file, std::fs::read(file))) {
        Some((file, Err(error))) => {
            Finding::fail(format!("{} cannot be read ({error})", file.display()), "correct mail.smtp_ca_file")
        }
        _ => Finding::ok("letters are answered through mail.smtp_server"),
    }
}
