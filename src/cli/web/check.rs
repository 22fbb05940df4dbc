//! `amparo web check`: whether a site serves what this program would serve.
//!
//! Compared are the scripts byte by byte, and of each page its policy and what it loads: with the policy in place
//! nothing else can run. What the site publishes about itself must be the same, and its manifest signed.

use std::io::Write;

use clap::Args;

use crate::cli::text::plain;
use crate::cli::{CliError, Context};
use crate::http::reporter::policy;
use crate::locale::Language;
use crate::protocol::bytes::{AuthorityId, hash};
use crate::protocol::fingerprint::{Fingerprint, TypedFingerprint};
use crate::protocol::manifest::{Manifest, UntrustedManifest, holding_signatures};
use crate::remote::{Remote, RemoteError};
use crate::web_files;

/// The largest file that is read, in bytes.
const FILE: u64 = 4 << 20;

/// Where a site tells about itself.
const WELL_KNOWN: &str = "/.well-known/amparo/";

/// Why a site is not what it should be, or cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum WebCheckError {
    /// The site cannot be asked.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// It serves something else.
    #[error(
        "{0} of these are not as they should be; compare the version the site publishes with `amparo --version`, and when they are the same, warn the authority and do not report through this site"
    )]
    Differs(usize),
}

/// `amparo web check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo web check https://report.example.org
  amparo web check https://report.example.org --fingerprint \"01234 56789 01234 56789 01234 56789 01234 56789\"
  amparo web check http://ABCDEF.onion --proxy socks5://127.0.0.1:9050")]
pub struct Check {
    /// Scheme and name of the site, without a path
    site: String,
    /// A SOCKS proxy to ask through, such as Tor's
    #[arg(long, value_name = "ADDRESS")]
    proxy: Option<String>,
    /// The fingerprint on the authority's poster, in digits or in words
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: Option<TypedFingerprint>,
}

impl Check {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let remote = Remote::new(&self.site, self.proxy.as_deref()).map_err(WebCheckError::from)?;
        let mut findings = Vec::new();
        for file in web_files::all() {
            let path = format!("/static/{}", file.name);
            let found = body(&remote, &path)?;
            findings
                .push((path, if found.is_some_and(|found| found == file.bytes) { None } else { Some("other bytes") }));
        }
        for tag in Language::all().map(Language::tag) {
            for (page, seals) in [("", false), ("help", false), ("report", true), ("case", true)] {
                let path = format!("/{tag}/{page}");
                let wrong = wrong_with_page(&remote, &path, seals)?;
                findings.push((path, wrong));
            }
        }
        let hashes = format!("{WELL_KNOWN}hashes");
        let same = body(&remote, &hashes)?.is_some_and(|found| found == web_files::hashes().as_bytes());
        findings.push((hashes, if same { None } else { Some("another list than `amparo web hashes` prints") }));
        findings.push((format!("{WELL_KNOWN}manifest.json"), self.wrong_with_manifest(&remote)?));

        for (path, wrong) in &findings {
            match wrong {
                None => writeln!(context.out, "ok    {path}")?,
                Some(wrong) => writeln!(context.out, "WRONG {path}: {wrong}")?,
            }
        }
        tell_version(&remote, context.out)?;
        match findings.iter().filter(|(_, wrong)| wrong.is_some()).count() {
            0 => Ok(()),
            differ => Err(WebCheckError::Differs(differ).into()),
        }
    }

    /// What is wrong with the published manifest and its signatures.
    fn wrong_with_manifest(&self, remote: &Remote) -> Result<Option<&'static str>, CliError> {
        let (bytes, signatures) =
            (body(remote, &format!("{WELL_KNOWN}manifest.json"))?, body(remote, &format!("{WELL_KNOWN}manifest.sig"))?);
        let (Some(bytes), Some(Ok(signatures))) = (bytes, signatures.map(String::from_utf8)) else {
            return Ok(Some("there is none"));
        };
        let Some(fingerprint) = signed_by_its_own_root(&UntrustedManifest { bytes, signatures }) else {
            return Ok(Some("it is not signed by the root that it names"));
        };
        let other = self.fingerprint.as_ref().is_some_and(|expected| !expected.is(fingerprint));
        Ok(other.then_some("its fingerprint is not the one given"))
    }
}

/// What the site says it is, beside what this program is.
fn tell_version(remote: &Remote, out: &mut dyn Write) -> Result<(), CliError> {
    let said = body(remote, &format!("{WELL_KNOWN}version"))?.unwrap_or_default();
    writeln!(out, "\nthe site says:")?;
    for line in String::from_utf8_lossy(&said).lines().take(5) {
        writeln!(out, "  {}", plain(line))?;
    }
    let own = web_files::version();
    writeln!(out, "this program is {}", own.lines().next().unwrap_or_default())?;
    Ok(())
}

/// The fingerprint of a manifest's root policy, when enough of that root's keys have signed the manifest.
fn signed_by_its_own_root(source: &UntrustedManifest) -> Option<Fingerprint> {
    let manifest = Manifest::parse(&source.bytes).ok()?;
    let authority = manifest.authority.unwrap_or(AuthorityId(hash(&source.bytes).0));
    let signed = holding_signatures(source, &authority, manifest.serial).ok()?;
    let signers = manifest.root.keys.iter().filter(|key| signed.contains_key(*key)).count();
    (signers >= usize::from(manifest.root.threshold)).then(|| manifest.root.fingerprint())
}

/// What is at `path`; nothing when the site answers that there is nothing.
fn body(remote: &Remote, path: &str) -> Result<Option<Vec<u8>>, WebCheckError> {
    match remote.get(path, &[]) {
        Ok(answer) => match answer.bytes(FILE) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(RemoteError::Malformed) => Ok(None),
            Err(error) => Err(error.into()),
        },
        Err(RemoteError::Refused(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// What is wrong with a page: its policy, or what it loads.
fn wrong_with_page(remote: &Remote, path: &str, seals: bool) -> Result<Option<&'static str>, WebCheckError> {
    let answer = match remote.get(path, &[]) {
        Ok(answer) => answer,
        Err(RemoteError::Refused(_)) => return Ok(Some("there is none")),
        Err(error) => return Err(error.into()),
    };
    let policies = answer.headers().get_all("content-security-policy");
    let is_ours = policies.iter().any(|found| found.as_bytes() == policy(seals).as_bytes());
    let page = answer.bytes(FILE).map(|page| String::from_utf8_lossy(&page).into_owned()).unwrap_or_default();
    Ok(if is_ours { wrong_with_markup(&page, seals) } else { Some("another policy on what may run") })
}

/// What is wrong with a page whose policy is right.
fn wrong_with_markup(page: &str, seals: bool) -> Option<&'static str> {
    let script = if seals { web_files::script_element() } else { "" };
    let scripts = page.to_ascii_lowercase().matches("<script").count();
    if scripts != usize::from(!script.is_empty()) || !page.contains(script) {
        Some("it loads another script, or ours without its hash")
    } else if !page.contains("<main id=\"main\"") {
        Some("it is not a page of Amparo")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_with_any_other_script_is_found() {
        let main = "<main id=\"main\" class=\"wrap\">";
        let script = web_files::script_element();
        assert_eq!(wrong_with_markup(main, false), None);
        assert_eq!(wrong_with_markup(&format!("{script}{main}"), true), None);
        for (page, seals) in [
            (format!("<script src=\"/static/other.js\"></script>{main}"), false),
            (format!("{script}<SCRIPT src=/x></SCRIPT>{main}"), true),
            (format!("<script src=\"/static/reporter.js\" defer></script>{main}"), true),
            (script.to_owned(), true),
            (String::new(), false),
        ] {
            assert!(wrong_with_markup(&page, seals).is_some(), "{page}");
        }
    }
}
