//! The offline page: one HTML file in each language that a reporter keeps, opens from a disk and seals with, without
//! any network. It carries the newest manifest with its signatures, the form, the style and the script.
//!
//! Its bytes depend on the version of the program, the manifest, the limits and the addresses of the site, and on
//! nothing else, so that whoever has these can make it anew and compare.

use std::ops::Deref;
use std::sync::LazyLock;

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use ring::digest::{SHA256, digest};

use super::{Category, Draft, Field, Question, Refusals, ReportPage, Site};
use crate::locale::Language;
use crate::protocol;
use crate::protocol::bytes::to_hex;
use crate::protocol::manifest::History;
use crate::protocol::submission::DAYS_BACK;
use crate::protocol::wire::Manifests;
use crate::protocol::wire::reporter::{ManifestsToday, WireLimits};
use crate::{style, web_files};

/// Name of the script in `web/dist/`.
const SCRIPT: &str = "offline.js";

/// The offline page in every language; none in a program that was compiled without scripts.
#[derive(Clone, Debug, Default)]
pub struct OfflineFiles(Vec<OfflineFile>);

/// The offline page in one language.
#[derive(Clone, Debug)]
pub struct OfflineFile {
    /// Its language.
    pub language: Language,
    /// Under which name it is saved, and listed in `hashes`.
    pub name: String,
    /// The file.
    pub bytes: Bytes,
}

impl OfflineFiles {
    /// Makes them for `site`, whose newest manifest is the newest of `history`.
    #[must_use]
    pub fn new(site: &Site, history: &History, limits: WireLimits) -> Self {
        let Some(script) = web_files::get(SCRIPT).and_then(|file| str::from_utf8(file.bytes).ok()) else {
            return Self::default();
        };
        let manifests = carried(history, limits);
        let made = |language: Language| {
            let name = format!("offline-{}.html", language.tag());
            let bytes = FileView::new(site, language, script, &manifests).render().ok()?.into();
            Some(OfflineFile { language, name, bytes })
        };
        Self(Language::all().filter_map(made).collect())
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, OfflineFile> {
        self.0.iter()
    }

    /// The one called `name`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&OfflineFile> {
        self.iter().find(|file| file.name == name)
    }

    /// The one in `language`.
    #[must_use]
    pub fn spoken(&self, language: Language) -> Option<&OfflineFile> {
        self.iter().find(|file| file.language == language)
    }

    /// What a site publishes: the list of [`web_files::hashes`], and these files after it.
    #[must_use]
    pub fn hashes(&self) -> String {
        let mut text = web_files::hashes();
        for OfflineFile { name, bytes, .. } in self {
            text.push_str(&web_files::hash_lines(name, bytes));
        }
        text
    }
}

impl<'a> IntoIterator for &'a OfflineFiles {
    type Item = &'a OfflineFile;
    type IntoIter = std::slice::Iter<'a, OfflineFile>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl OfflineFile {
    /// The SHA-256 of the file, in hex.
    #[must_use]
    pub fn sha256(&self) -> String {
        to_hex(digest(&SHA256, &self.bytes).as_ref())
    }

    /// Its size in thousands of bytes, rounded up.
    #[must_use]
    pub fn kilobytes(&self) -> u64 {
        self.bytes.len().div_ceil(1000) as u64
    }
}

/// What the page carries, as `GET /v1/manifests` would answer it on the day on which the manifest was issued. As JSON
/// it stands in an element of its own, which nothing in it can end.
fn carried(history: &History, limits: WireLimits) -> String {
    let newest = Manifests::from(history).manifests.pop();
    let answer = ManifestsToday { today: history.current().issued, limits, manifests: newest.into_iter().collect() };
    serde_json::to_string(&answer).unwrap_or_default().replace('<', "\\u003c")
}

/// Extends the report form's page, so that it has all that the form has.
#[derive(Template)]
#[template(path = "reporter/offline_file.html")]
struct FileView<'a> {
    report: ReportPage<'a>,
    script: &'static str,
    manifests: &'a str,
    /// Where a sealed file can be sent.
    addresses: Vec<String>,
    licences: &'a str,
}

impl<'a> Deref for FileView<'a> {
    type Target = ReportPage<'a>;

    fn deref(&self) -> &ReportPage<'a> {
        &self.report
    }
}

impl<'a> FileView<'a> {
    fn new(site: &'a Site, language: Language, script: &'static str, manifests: &'a str) -> Self {
        static EMPTY: LazyLock<Draft> = LazyLock::new(Draft::default);
        let onion = site.onion.as_ref().map(|onion| format!("http://{onion}"));
        let origins = site.origin.iter().cloned().chain(onion);
        let licences = web_files::get("licences.txt").and_then(|file| str::from_utf8(file.bytes).ok());
        Self {
            report: ReportPage::new(site, language, "", &EMPTY, Refusals::default()),
            script,
            manifests,
            addresses: origins.map(|origin| format!("{origin}/{}/send", language.tag())).collect(),
            licences: licences.unwrap_or_default(),
        }
    }

    /// The policy (CSP 3) that stands in the page itself: its one script and its one style, a worker from a blob that
    /// the page made, and nothing that could reach a network.
    fn policy(&self) -> String {
        format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src {}; worker-src blob:; img-src data:; \
             connect-src 'none'; base-uri 'none'; form-action 'none'",
            BASE64_STANDARD.encode(digest(&SHA256, self.script.as_bytes())),
            style::reporter().csp_source(),
        )
    }

    /// Days that the file may wait on its way.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn days(&self) -> u64 {
        DAYS_BACK.unsigned_abs()
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn version(&self) -> String {
        format!("Amparo {}, protocol {}", env!("CARGO_PKG_VERSION"), protocol::VERSION)
    }
}
