//! Reports as a reporter's own device seals them, made beforehand so that only the server is measured.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use amparo::clock::{Clock, Day};
use amparo::protocol::content::Danger;
use amparo::protocol::example::{self, Authority};
use amparo::protocol::report::{Draft, Story, Submission};
use amparo::protocol::token::{Token, TokenArena, TokenKeys};
use amparo::protocol::wire::reporter::NewReport;
use ring::rand::SystemRandom;

use crate::WHAT;

/// A sealed report, and the request that files it.
pub struct Sealed {
    pub submission: Submission,
    pub request: Vec<u8>,
}

impl Sealed {
    /// Seals one, each with a token and keys of its own.
    fn make(authority: &Authority, day: Day, arena: &mut TokenArena) -> Self {
        let rng = SystemRandom::new();
        let token = Token::generate(&rng).unwrap();
        let keys = TokenKeys::derive(&token, authority.history.authority(), arena);
        let draft = Draft::begin(&authority.history, "works", &[], &keys, day, &rng).unwrap();
        let story = Story { assisted: false, danger: Danger::No, ..example::story(WHAT) };
        let submission = draft.finish(story, None, &rng).unwrap();
        let body = serde_json::to_vec(&NewReport::new(&submission, None)).unwrap();
        let head = format!(
            "POST /v1/reports HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n",
            body.len()
        );
        Self { submission, request: [head.into_bytes(), body].concat() }
    }
}

/// So many of them, made on all cores.
pub fn make(authority: &Authority, count: usize) -> Vec<Sealed> {
    let (day, left) = (Clock::system().today(), AtomicUsize::new(count));
    let work = || {
        let (mut arena, mut made) = (TokenArena::new(), Vec::new());
        while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
            made.push(Sealed::make(authority, day, &mut arena));
        }
        made
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

/// Takes the next of them; each is taken once.
pub struct Pile<'a> {
    all: &'a [Sealed],
    next: AtomicUsize,
}

impl<'a> Pile<'a> {
    pub fn of(all: &'a [Sealed]) -> Self {
        Self { all, next: AtomicUsize::new(0) }
    }

    /// Does `one` with each, until none is left, and tells how long each took.
    pub fn each(&self, mut one: impl FnMut(&Sealed)) -> Vec<Duration> {
        let mut times = Vec::new();
        while let Some(sealed) = self.all.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let started = std::time::Instant::now();
            one(sealed);
            times.push(started.elapsed());
        }
        times
    }
}
