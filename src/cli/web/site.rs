//! What a site must serve as its offline pages, by what it says of itself.

use crate::config::limits::Limits;
use crate::config::reporter::Reporter;
use crate::http::reporter::{FileLimits, OfflineFiles, Site};
use crate::protocol::fingerprint::Fingerprint;
use crate::protocol::manifest::{History, HistoryError};
use crate::protocol::wire::reporter::ManifestsToday;
use crate::remote::{Remote, RemoteError};

/// The largest answers that are read, in bytes.
const MANIFESTS: u64 = 64 << 20;
const VERSION: u64 = 64 << 10;

/// Why no offline page can be made.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The site cannot be asked.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// Its manifests do not hold.
    #[error("the site's manifests do not hold, so nothing was made: {0}")]
    History(#[from] HistoryError),
    /// The root keys are others than those on the poster.
    #[error(
        "these are not the keys of the fingerprint you gave, so nothing was made; their fingerprint is {0}. Compare it \
         once more with the authority's poster or gazette"
    )]
    OtherFingerprint(Fingerprint),
    /// The program has none in it.
    #[error("this program was built without scripts, of which the page is made; build it with `make build`")]
    NoScripts,
}

/// The site's manifests, checked from the first on, and the offline pages that this program makes of what it says.
pub(super) fn served(remote: &Remote) -> Result<(History, OfflineFiles), SiteError> {
    let answer: ManifestsToday = remote.get("/v1/manifests?from=1", &[])?.json(MANIFESTS)?;
    let history = History::verify(answer.manifests.into_iter().map(Into::into).collect())?;
    let version = remote.get("/.well-known/amparo/version", &[])?.bytes(VERSION)?;
    let version = String::from_utf8_lossy(&version);
    let said = |name: &str| version.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
    let addresses = Reporter { origin: said("origin "), onion: said("onion "), ..Reporter::default() };
    let mut site = Site::new(&history, &addresses, &Limits::default());
    site.limits = FileLimits { count: answer.limits.files, bytes: answer.limits.file_bytes };
    let files = OfflineFiles::new(&site, &history, answer.limits);
    Ok((history, files))
}
