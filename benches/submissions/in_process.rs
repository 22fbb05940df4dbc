//! The same use cases on the same kind of store, without HTTP.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use amparo::blobs::Blobs;
use amparo::clock::Clock;
use amparo::intake::{Intake, Settings, TakesFiles};
use amparo::protocol::example::{self, Authority};
use amparo::protocol::readers::Readers;
use amparo::store::Store;
use ring::rand::SystemRandom;
use tokio::runtime::Runtime;

use crate::WHAT;
use crate::sealed::Sealed;
use crate::timing::Run;

/// Bytes of a file that are handed over together, about as many as a connection brings.
const PIECE: usize = 64 << 10;

/// An intake with threads of its own.
pub struct InProcess {
    runtime: Runtime,
    intake: Arc<Intake>,
}

impl InProcess {
    pub fn open(folder: &Path, authority: &Authority) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let data = folder.join("data");
        std::fs::create_dir(folder).unwrap();
        let store = runtime.block_on(Store::open(&data.join("amparo.db"))).unwrap();
        let blobs = Blobs::open(&data.join("blobs")).unwrap();
        let history = Arc::clone(&authority.history);
        let rng = Arc::new(SystemRandom::new());
        let intake = Intake::new(store, blobs, history, Clock::system(), rng, Settings::new(data));
        Self { runtime, intake: Arc::new(intake) }
    }

    /// Writes sealed reports in `at_once` tasks as the server does once it has checked them: the durable insert alone.
    pub fn insert(&self, reports: &Arc<Vec<Sealed>>, range: Range<usize>, at_once: usize) -> Run {
        let next = Arc::new(AtomicUsize::new(range.start));
        let started = Instant::now();
        let each = self.runtime.block_on(async {
            let insert = |_| {
                let (intake, reports, next, end) =
                    (Arc::clone(&self.intake), Arc::clone(reports), Arc::clone(&next), range.end);
                tokio::spawn(async move {
                    let mut times = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= end {
                            return times;
                        }
                        let started = Instant::now();
                        intake.store_submission(&reports[number].submission).await.unwrap();
                        times.push(started.elapsed());
                    }
                })
            };
            let tasks: Vec<_> = (0..at_once).map(insert).collect();
            let mut each = Vec::new();
            for task in tasks {
                each.extend(task.await.unwrap());
            }
            each
        });
        Run::new(started.elapsed(), each)
    }

    /// Files `count` reports in `at_once` tasks, each with an attachment of that many bytes, if any.
    pub fn file(&self, count: usize, at_once: usize, attachment: usize) -> Run {
        let left = Arc::new(AtomicUsize::new(count));
        let content = bytes::Bytes::from(vec![7; attachment]);
        let started = Instant::now();
        let each = self.runtime.block_on(async {
            let file = |_| tokio::spawn(file_in(Arc::clone(&self.intake), Arc::clone(&left), content.clone()));
            let tasks: Vec<_> = (0..at_once).map(file).collect();
            let mut each = Vec::new();
            for task in tasks {
                each.extend(task.await.unwrap());
            }
            each
        });
        Run::new(started.elapsed(), each)
    }
}

async fn file_in(intake: Arc<Intake>, left: Arc<AtomicUsize>, content: bytes::Bytes) -> Vec<Duration> {
    let mut times = Vec::new();
    let readers = Readers::chosen(intake.history().current(), "works", &[], false).unwrap();
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
        let started = Instant::now();
        let mut filing = intake.begin(&readers).await.unwrap();
        if !content.is_empty() {
            let mut upload = intake.upload(filing.place());
            for start in (0..content.len()).step_by(PIECE) {
                upload.write(content.slice(start..content.len().min(start + PIECE))).await.unwrap();
            }
            filing.add(upload.finish().await.unwrap(), "bill.pdf".to_owned(), "application/octet-stream".to_owned());
        }
        intake.submit(filing, example::story(WHAT), None).await.unwrap();
        times.push(started.elapsed());
    }
    times
}
