//! `amparo doctor`: looks at everything a server needs, and says what to do about each thing that is not right.
//!
//! To add a check: a function here that returns a [`Finding`], and its line in [`examine`]. A check changes nothing.

mod mail;
mod smpp;
mod sms;

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use clap::Args;

use super::{CliError, Context};
use crate::clock::{Clock, Day};
use crate::config::Config;
use crate::config::secret_file;
use crate::config::size::ByteSize;
use crate::folder::{self, FolderError};
use crate::keys_folder;
use crate::protocol::manifest::History;
use crate::web_files;

/// The fewest letters of a secret that is ours to choose; 16 of base64 are 96 bits.
const SECRET_MIN: usize = 16;

/// `amparo doctor`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo doctor --config /etc/amparo/amparo.toml")]
pub struct Doctor {
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "amparo.toml")]
    config: PathBuf,
}

impl Doctor {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        match print(&examine(&self.config, &context.clock), context.out)? {
            Level::Fail => Err(CliError::Unfit),
            Level::Ok | Level::Warn => Ok(()),
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// The server runs, but somebody should look.
    Warn,
    /// The server must not run, or cannot.
    Fail,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok  ",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        })
    }
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found.
    pub what: String,
    /// What to do about it; `None` when all is well, or nothing is known to help.
    pub todo: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), todo: None }
    }

    /// Somebody should look.
    pub fn warn(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { level: Level::Warn, what: what.into(), todo: Some(todo.into()) }
    }

    /// The server must not run, or cannot.
    pub fn fail(what: impl Into<String>, todo: impl Into<String>) -> Self {
        Self { level: Level::Fail, what: what.into(), todo: Some(todo.into()) }
    }

    /// From an error whose message is a pair, `what; todo`.
    pub fn from_error(error: &dyn std::error::Error) -> Self {
        let message = error.to_string();
        match message.rsplit_once("; ") {
            Some((what, todo)) => Self::fail(what, todo),
            None => Self { level: Level::Fail, what: message, todo: None },
        }
    }
}

/// Every check of a server, in the order in which one would mend things. When the configuration cannot be read the
/// rest has nothing to look at.
#[must_use]
pub fn examine(file: &Path, clock: &Clock) -> Vec<Finding> {
    let config = match Config::load(file) {
        Ok(config) => config,
        Err(error) => return vec![Finding::from_error(&error)],
    };
    let data = &config.storage.data;
    let mut findings = vec![
        Finding::ok(format!("{} is read and makes sense", file.display())),
        scripts(),
        data_folder(data),
        private_keys(&config.storage.keys),
        manifests(&config.storage.keys, clock.today()),
        system_clock(clock.today(), newest_file(data).max(newest_file(&config.storage.keys))),
        free_disk(data, config.limits.spare_disk_bytes),
        port("reporters", config.reporter.listen),
        port("members", config.member.listen),
    ];
    findings.extend(beyond("reporters", "reporter.listen", config.reporter.listen));
    findings.extend(beyond("members", "member.listen", config.member.listen));
    findings.extend(sms::findings(&config));
    findings.extend(smpp::findings(&config));
    findings.extend(mail::findings(&config));
    findings
}

/// The program holds the scripts with which reporters' own devices seal.
#[must_use]
pub fn scripts() -> Finding {
    match web_files::all() {
        [] => Finding::warn(web_files::NO_SCRIPTS[0], web_files::NO_SCRIPTS[1]),
        files => Finding::ok(format!("this program holds {} files for browsers", files.len())),
    }
}

/// Writes the findings, each with what to do, and returns the worst level.
pub fn print(findings: &[Finding], out: &mut dyn Write) -> io::Result<Level> {
    for finding in findings {
        writeln!(out, "{} {}", finding.level, finding.what)?;
        if let Some(todo) = &finding.todo {
            writeln!(out, "     → {todo}")?;
        }
    }
    Ok(findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok))
}

/// The data folder is there, ours, and closed to others.
#[must_use]
pub fn data_folder(path: &Path) -> Finding {
    match folder::check(path) {
        Ok(()) => Finding::ok(format!("{} is closed to others", path.display())),
        Err(FolderError::Unusable { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Finding::ok(format!("{} does not exist yet; amparo serve makes it", path.display()))
        }
        Err(error) => Finding::from_error(&error),
    }
}

/// No private key lies in the keys folder.
#[must_use]
pub fn private_keys(folder: &Path) -> Finding {
    match keys_folder::refuse_private_keys(folder) {
        Ok(()) => Finding::ok(format!("{} holds no private key", folder.display())),
        Err(error) => Finding::from_error(&error),
    }
}

/// The manifests are all there, signed, and the newest is valid for a while.
#[must_use]
pub fn manifests(folder: &Path, today: Day) -> Finding {
    const REMEDY: &str = "make and sign the next one: amparo manifest new, amparo manifest sign";
    let read = keys_folder::read(folder).map_err(|error| Finding::from_error(&error));
    let checked = read.and_then(|sources| History::verify(sources).map_err(|error| Finding::from_error(&error)));
    let history = match checked {
        Ok(history) => history,
        Err(finding) => return finding,
    };
    let manifest = history.current();
    let told =
        format!("manifest {} of {} is signed and valid to {}", manifest.serial, folder.display(), manifest.expires);
    match manifest.expires.days_since(today) {
        _ if today < manifest.issued => Finding::fail(
            format!("manifest {} is valid from {} only", manifest.serial, manifest.issued),
            "wait for that day, or correct the system's clock",
        ),
        left if left < 0 => Finding::fail(
            format!("manifest {} expired on {}, so nothing new is sealed", manifest.serial, manifest.expires),
            REMEDY,
        ),
        left if left < 21 => Finding::warn(format!("{told}, {left} more days"), REMEDY),
        _ => Finding::ok(format!(
            "{told}; fingerprint {}, in words {}",
            history.fingerprint(),
            history.fingerprint().in_words()
        )),
    }
}

/// The system's date is not before this program was written, nor before the newest file, nor ten years ahead of it.
#[must_use]
pub fn system_clock(today: Day, newest: Option<Day>) -> Finding {
    const REMEDY: &str = "set it, and let it be kept: timedatectl set-ntp true";
    let (year, ..) = today.civil();
    match newest {
        _ if year < 2026 => Finding::fail(format!("the system's clock says {today}, which is past"), REMEDY),
        // One day of grace: files may come from a machine whose clock is a little ahead.
        Some(newest) if newest.days_since(today) > 1 => {
            Finding::fail(format!("the system's clock says {today}, but there are files of {newest}"), REMEDY)
        }
        Some(newest) if today.days_since(newest) > 3653 => Finding::warn(
            format!("the system's clock says {today}, ten years after the newest file, of {newest}"),
            "check the year; manifests expire by this clock",
        ),
        _ => Finding::ok(format!("the system's clock says {today} (UTC)")),
    }
}

/// The day of the newest file directly inside `folder`, when there is one that can be read.
#[must_use]
pub fn newest_file(folder: &Path) -> Option<Day> {
    let day = |entry: fs::DirEntry| {
        let since = entry.metadata().ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Day::from_unix_days(i64::try_from(since.as_secs() / 86_400).ok()?)
    };
    fs::read_dir(folder).ok()?.flatten().filter_map(day).max()
}

/// There is disk space where `folder` is, or will be.
#[must_use]
pub fn free_disk(folder: &Path, spare: ByteSize) -> Finding {
    let todo = "free some space, or move [storage] data to a larger disk";
    let Some(there) = folder.ancestors().find(|path| path.exists()) else {
        return Finding::fail(format!("{} leads nowhere", folder.display()), "correct [storage] data");
    };
    let free = match rustix::fs::statvfs(there) {
        Ok(found) => found.f_bavail.saturating_mul(found.f_frsize),
        Err(error) => {
            return Finding::warn(
                format!("the free space of {} is not known ({error})", there.display()),
                "look with df",
            );
        }
    };
    judge_free(free, spare, todo)
}

fn judge_free(free: u64, spare: ByteSize, todo: &str) -> Finding {
    let told = format!("{} MiB of disk space are free", free >> 20);
    if free < spare.bytes() {
        Finding::fail(format!("{told}; no submission is taken below {spare}"), todo)
    } else if free < spare.bytes().saturating_mul(4) {
        Finding::warn(format!("{told}, and no submission is taken below {spare}"), todo)
    } else {
        Finding::ok(told)
    }
}

/// The port can be listened on.
#[must_use]
pub fn port(whose: &str, listen: SocketAddr) -> Finding {
    match TcpListener::bind(listen) {
        Ok(_) => Finding::ok(format!("{listen} is free for {whose}")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Finding::warn(
            format!("{listen}, for {whose}, is in use"),
            "fine when amparo is running; otherwise stop the other program (ss -ltnp names it) or change listen",
        ),
        Err(error) => Finding::fail(
            format!("{listen}, for {whose}, cannot be listened on ({error})"),
            "use an address of this machine, and a port above 1023 when not root",
        ),
    }
}

/// An address that other machines reach without TLS; nothing about one that only this machine reaches.
fn beyond(whose: &str, key: &str, listen: SocketAddr) -> Option<Finding> {
    let finding = Finding::warn(
        format!("{listen}, for {whose}, can be reached from other machines, without TLS"),
        format!("set {key} to 127.0.0.1 and its port, and put a proxy with TLS, or Tor, before it"),
    );
    (!listen.ip().is_loopback()).then_some(finding)
}

/// The manifests in `keys`; `None` where they do not hold, which [`manifests`] tells.
fn history(keys: &Path) -> Option<History> {
    keys_folder::read(keys).ok().and_then(|sources| History::verify(sources).ok())
}

/// A unit is to be named in a language in which its name is not known.
fn nameless(whose: &str, unit: &str, language: &str) -> Finding {
    Finding::warn(
        format!("{whose} answers in {language:?}, in which the unit {unit:?} has no name"),
        "name it in that language in the next manifest; until then its name stands in another",
    )
}

/// The folder for a socket is there, and others cannot put a socket of their own in its place.
fn socket_folder(key: &str, socket: &Path) -> Finding {
    let folder = socket.parent().unwrap_or(Path::new("/"));
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() && found.permissions().mode() & 0o002 != 0 => Finding::fail(
            format!("everybody on this machine can write in {shown}, and put another socket in the place of {key}"),
            format!("take the right away with: chmod o-w {shown}"),
        ),
        Ok(found) if found.is_dir() => Finding::ok(format!("{shown} is there for {key}")),
        _ => Finding::fail(
            format!("the folder {shown} of {key} does not exist"),
            format!("make it for the server's user, open to the other side's group: install -d -m 2750 {shown}"),
        ),
    }
}

/// The secret in `file` is closed to others and, where it is `ours` to choose, cannot be guessed.
fn secret(key: &str, file: &Path, ours: bool) -> Finding {
    match secret_file::read(file) {
        Err(error) => Finding::from_error(&error),
        Ok(secret) if ours && secret.expose().len() < SECRET_MIN => Finding::fail(
            format!("the secret in {}, {key}, can be guessed: it has less than {SECRET_MIN} letters", file.display()),
            "make one of randomness, here and at the other side: head -c 24 /dev/urandom | base64 | tr '+/' '-_'",
        ),
        Ok(_) => Finding::ok(format!("{} holds {key}, closed to others", file.display())),
    }
}

#[cfg(test)]
mod tests;
