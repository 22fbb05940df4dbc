//! What the reporter's handlers share.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::extract::FromRef;
use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use axum::response::Response;
use tokio::time::Instant;

use super::form::FormError;
use super::lane::{Place, Ticket};
use super::message::Sent;
use super::pictures::Pictures;
use super::submit::Filed;
use super::{Fault, FaultPage, Gate, Lane, Later, OfflineFiles, Queued, Site, respond};
use crate::clock::Clock;
use crate::config::Config;
use crate::config::limits::Limits;
use crate::http::budget::Budget;
use crate::intake::once::{FormNumber, Once};
use crate::intake::{Intake, IntakeError};
use crate::locale::Language;
use crate::log::{self, Level};
use crate::protocol::bytes::{from_hex, to_hex};
use crate::protocol::report::DraftError;
use crate::protocol::sealed::SealingError;
use crate::protocol::wire::reporter::WireLimits;
use crate::secret::{NoRandomness, random_bytes};

/// Bytes of memory for each of the concurrent submissions, for words longer than most; they share them.
const MEMORY_EACH: usize = 512 << 10;

/// The least of it: the longest report, and what is made of it.
const MEMORY_LEAST: usize = 16 << 20;

/// The reporter's side of the server; cheap to clone.
#[derive(Clone)]
pub struct Reporter {
    /// What the pages know of the authority.
    pub site: Arc<Site>,
    /// The use cases behind them.
    pub intake: Arc<Intake>,
    /// How much is taken.
    pub limits: Arc<Limits>,
    /// Whether reporters come by HTTPS.
    pub secure: bool,
    offline: Arc<OnceLock<OfflineFiles>>,
    pub(super) lane: Lane,
    pub(super) memory: Budget,
    pub(super) pictures: Pictures,
    pub(super) gate: Arc<Gate>,
    started: Instant,
    pub(super) reports: Arc<Once<Filed>>,
    pub(super) messages: Arc<Once<Sent>>,
}

impl FromRef<Reporter> for Arc<Site> {
    fn from_ref(reporter: &Reporter) -> Self {
        Arc::clone(&reporter.site)
    }
}

impl Reporter {
    /// Puts the parts together.
    pub fn new(intake: Arc<Intake>, config: &Config) -> Result<Self, NoRandomness> {
        let site = Arc::new(Site::new(&intake.history(), &config.reporter, &config.limits));
        let secure = config.reporter.origin.as_deref().is_some_and(|origin| origin.starts_with("https://"));
        let limits = Arc::new(config.limits.clone());
        let lane = Lane::new(limits.concurrent_submissions);
        let memory = Budget::new(MEMORY_LEAST.max(limits.concurrent_submissions * MEMORY_EACH), limits.stall_time());
        let pictures = Pictures::new(limits.picture_bytes);
        let kept = limits.answer_time();
        let gate = Gate::new(limits.calm_submissions, limits.concurrent_submissions, intake.rng())?;
        Ok(Self {
            site,
            intake,
            limits,
            secure,
            offline: Arc::default(),
            lane,
            memory,
            pictures,
            gate: Arc::new(gate),
            started: Instant::now(),
            reports: Arc::new(Once::new(kept)),
            messages: Arc::new(Once::new(kept)),
        })
    }

    /// Reads a form with `read`, for no longer than the limits allow. It waits for its place with [`Self::place`], once
    /// its words are read.
    pub(super) async fn in_time<T>(&self, read: impl Future<Output = Result<T, FormError>>) -> Result<T, FormError> {
        tokio::time::timeout(self.limits.request_time(), read).await.map_err(|_| Fault::Slow)?
    }

    /// A place in the lane of what the server seals, where `ticket` keeps an earlier one's turn.
    pub(super) async fn place(&self, ticket: Option<Ticket>) -> Result<Place, Later> {
        self.lane.enter(ticket, self.limits.stall_time(), self.intake.rng()).await
    }

    /// The offline page in every language; made when it is first asked for.
    pub(super) fn offline(&self) -> &OfflineFiles {
        self.offline.get_or_init(|| OfflineFiles::new(&self.site, &self.intake.history(), wire_limits(&self.limits)))
    }

    /// What a form that is shown first tells of the queue.
    pub(super) fn queue(&self) -> Option<Queued> {
        self.lane.minutes().map(|minutes| Queued { minutes, ticket: None, came_back: false })
    }

    /// How long the server has run.
    pub(super) fn running(&self) -> Duration {
        self.started.elapsed()
    }

    /// A fresh one-time number, as it stands in a form.
    pub(super) fn new_form_number(&self) -> Result<String, NoRandomness> {
        random_bytes::<16>(self.intake.rng()).map(|number| to_hex(&number))
    }

    /// The page for `fault`.
    pub(super) fn fault(&self, language: Language, fault: Fault) -> Response {
        respond(fault.status(), &FaultPage { page: self.site.page(language, None), fault })
    }

    /// The page for an error behind the pages.
    pub(super) fn failed(&self, language: Language, error: &IntakeError) -> Response {
        self.tell_operator(error);
        self.fault(language, fault_of(error))
    }

    /// What is the operator's business goes to the log, without any detail of the request.
    pub(super) fn tell_operator(&self, error: &IntakeError) {
        if matches!(fault_of(error), Fault::Internal | Fault::Full | Fault::Expired) {
            let clock: &Clock = self.intake.clock();
            log::event(clock, Level::Error, &error.to_string());
        }
    }
}

/// The one map from what can go wrong to what a reader is told.
fn fault_of(error: &IntakeError) -> Fault {
    match error {
        IntakeError::NotFound => Fault::NotFound,
        IntakeError::Moved => Fault::Moved,
        IntakeError::Conflict => Fault::Already,
        IntakeError::Busy => Fault::Busy,
        IntakeError::Full => Fault::Full,
        IntakeError::Refused(_) | IntakeError::NotAllowed => Fault::Broken,
        IntakeError::Draft(DraftError::Expired) => Fault::Expired,
        IntakeError::TooLarge | IntakeError::Sealing(SealingError::TooLong(_)) => Fault::Large,
        IntakeError::Draft(_)
        | IntakeError::Damaged(_)
        | IntakeError::Sealing(_)
        | IntakeError::Store(_)
        | IntakeError::Blob(_)
        | IntakeError::Failed(_) => Fault::Internal,
    }
}

/// The limits as clients are told them.
#[must_use]
pub fn wire_limits(limits: &Limits) -> WireLimits {
    WireLimits {
        file_bytes: limits.file_bytes.bytes(),
        files: limits.files_per_submission as u64,
        submission_bytes: limits.submission_bytes.bytes(),
        text_bytes: limits.text_bytes.bytes(),
    }
}

/// The answer `503 Service Unavailable` with when to come again.
pub(super) fn come_again(mut response: Response, minutes: u64) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(60 * minutes));
    response
}

/// The number a form sent; one that no page of ours made counts as none.
pub(super) fn once_number(text: &str) -> Option<FormNumber> {
    from_hex(text).ok()
}
