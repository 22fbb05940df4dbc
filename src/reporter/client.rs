//! The reporter's requests.
//!
//! A connection that breaks is tried again, with longer and longer pauses; every request here may be repeated without
//! harm.

use std::thread::sleep;
use std::time::Duration;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::protocol::own_case::OwnCaseError;
use crate::protocol::sealed::SealingError;
use crate::protocol::wire::reporter::{
    CaseRequest, ForgetRequest, Locator, ManifestsToday, MoveRequest, NewMessage, NewReport, NewUpload, OwnCaseBody,
    ReportTaken, UPLOAD_HEADER, UploadId, UploadProgress,
};
use crate::protocol::work::{Asked, TooDear, WORK_HEADER, Work};
use crate::remote::{Answer, Method, Remote, RemoteError};

/// The largest answers that are read, in bytes.
const SMALL: u64 = 64 << 10;
const MANIFESTS: u64 = 64 << 20;
const CASE: u64 = 256 << 20;

/// How often a request is tried when nobody answers, and the longest pause between two tries.
const TRIES: u32 = 8;
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// How often work is done anew because its price has risen meanwhile.
const WORK_TRIES: usize = 5;

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReporterError {
    /// The server cannot be spoken to, or refuses.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The token opens nothing.
    #[error("this token opens nothing here; check its digits, and whether this is the right authority")]
    NotFound,
    /// The case has another token now.
    #[error("this case has moved to another token; use that one")]
    Moved,
    /// Somebody else wrote with the same token at the same moment.
    #[error("somebody wrote with this token at the same moment; try again")]
    Conflict,
    /// The server asks for more work than any honest one does.
    #[error(transparent)]
    TooDear(#[from] TooDear),
    /// The server shows a case that does not hold.
    #[error("the server shows a case that was altered or is not whole, so nothing of it is shown: {0}")]
    Case(#[from] OwnCaseError),
    /// Sealing failed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
}

impl ReporterError {
    /// Whether the server may have done what it was asked although its answer did not come.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        matches!(self, Self::Remote(RemoteError::Unreachable { .. } | RemoteError::Malformed))
    }
}

/// The reporter's side of one server.
pub struct Client {
    remote: Remote,
}

impl Client {
    /// A client for `server`, through a `proxy` where one is given; see [`Remote::new`].
    pub fn new(server: &str, proxy: Option<&str>) -> Result<Self, ReporterError> {
        Ok(Self { remote: Remote::new(server, proxy)? })
    }

    /// All manifests, the server's day and its limits.
    pub fn manifests(&self) -> Result<ManifestsToday, ReporterError> {
        Ok(patiently(|| self.remote.get("/v1/manifests?from=1", &[]))?.json(MANIFESTS)?)
    }

    /// A place for files.
    pub fn new_upload(&self) -> Result<UploadId, ReporterError> {
        let answer = self.with_work("/v1/uploads", &[])?;
        Ok(answer.json::<NewUpload>(SMALL)?.upload)
    }

    /// Sends a chunk of a file; done as well when it was there already.
    pub(super) fn put_chunk(
        &self,
        upload: UploadId,
        file: usize,
        chunk: u64,
        bytes: &[u8],
    ) -> Result<(), ReporterError> {
        let path = format!("/v1/uploads/{upload}/{file}/{chunk}");
        let headers = [("content-type", "application/octet-stream")];
        patiently(|| self.remote.send_body(&Method::PUT, &path, &headers, bytes))?;
        Ok(())
    }

    /// How much of each file is there.
    pub fn progress(&self, upload: UploadId) -> Result<UploadProgress, ReporterError> {
        Ok(patiently(|| self.remote.get(&format!("/v1/uploads/{upload}"), &[]))?.json(SMALL)?)
    }

    /// Files a sealed report; done as well when it was filed already.
    pub fn report(&self, report: &NewReport) -> Result<ReportTaken, ReporterError> {
        let answer = match report.upload {
            Some(upload) => self.post("/v1/reports", &[(UPLOAD_HEADER, &upload.to_string())], report)?,
            None => self.with_work("/v1/reports", &json(report)?)?,
        };
        Ok(answer.json(SMALL)?)
    }

    /// The case of `locator`, unchecked.
    pub fn case(&self, locator: &Locator) -> Result<OwnCaseBody, ReporterError> {
        Ok(self.post("/v1/case", &[], &CaseRequest { locator: locator.clone() })?.json(CASE)?)
    }

    /// Adds to a case.
    pub fn message(&self, message: &NewMessage) -> Result<(), ReporterError> {
        self.post("/v1/case/messages", &[], message).map(drop)
    }

    /// Moves a case to another token.
    pub fn move_case(&self, request: &MoveRequest) -> Result<(), ReporterError> {
        self.post("/v1/case/move", &[], request).map(drop)
    }

    /// Takes the reporter's access away.
    pub fn forget(&self, request: &ForgetRequest) -> Result<(), ReporterError> {
        self.post("/v1/case/forget", &[], request).map(drop)
    }

    fn post(&self, path: &str, headers: &[(&str, &str)], body: &impl Serialize) -> Result<Answer, ReporterError> {
        let body = json(body)?;
        let headers: Vec<_> = headers.iter().copied().chain([("content-type", "application/json")]).collect();
        patiently(|| self.remote.send_body(&Method::POST, path, &headers, &body))
    }

    /// Posts with work, and with new work while its price rises.
    fn with_work(&self, path: &str, body: &[u8]) -> Result<Answer, ReporterError> {
        let mut asked: Asked = patiently(|| self.remote.get("/v1/work", &[]))?.json(SMALL)?;
        let mut tries = 0;
        loop {
            let work = Work::solve(asked.challenge)?.to_string();
            let headers = [(WORK_HEADER, &*work), ("content-type", "application/json")];
            tries += 1;
            match patiently(|| self.remote.send_body(&Method::POST, path, &headers, body)) {
                Err(ReporterError::Remote(RemoteError::Refused(refusal)))
                    if refusal.is("work") && tries < WORK_TRIES =>
                {
                    asked = refusal.more()?;
                }
                other => return other,
            }
        }
    }
}

/// Asks again while nobody answers.
fn patiently(ask: impl Fn() -> Result<Answer, RemoteError>) -> Result<Answer, ReporterError> {
    let mut pause = Duration::from_millis(500);
    for _ in 1..TRIES {
        match ask() {
            Err(RemoteError::Unreachable { .. }) => sleep(pause),
            answer => return answer.map_err(told),
        }
        pause = (pause * 2).min(PAUSE_MAX);
    }
    ask().map_err(told)
}

fn json(body: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, RemoteError> {
    serde_json::to_vec(body).map(Zeroizing::new).map_err(|_| RemoteError::Malformed)
}

/// What a refusal means to a reporter.
fn told(error: RemoteError) -> ReporterError {
    match &error {
        RemoteError::Refused(refusal) if refusal.is("moved") => ReporterError::Moved,
        RemoteError::Refused(refusal) if refusal.is("not-found") => ReporterError::NotFound,
        RemoteError::Refused(refusal) if refusal.is("conflict") => ReporterError::Conflict,
        _ => ReporterError::Remote(error),
    }
}
