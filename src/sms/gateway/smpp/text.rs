//! What becomes of one delivered text: it is handed to the conversation, responded to when it is committed, and its
//! answers are submitted in whichever session is there.

use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep, timeout_at};

use super::delivery::{self, Address, Delivered, Delivery, Refused};
use super::pdu::{self, CommandStatus, Frame, Head};
use super::repeats::{Id, Repeats};
use super::session::{Gone, Session};
use super::submission::{Submission, submissions};
use crate::clock::Clock;
use crate::config::smpp::Smpp;
use crate::log::{self, Level};
use crate::secret::{Rng, SecretText, random_bytes};
use crate::sms::Service;
use crate::sms::incoming::Number;

/// Texts that may be under way at once with one centre; each takes a few kilobytes, and one that is answered counts
/// until its answers are handed over.
const UNDER_WAY: u32 = 1024;

/// How long the first wait is when the centre wants less; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// The longest of them.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// The session that answers go out in.
#[derive(Clone)]
pub enum Link {
    /// There is none now.
    Down,
    /// This one.
    Up(Arc<Session>),
    /// There will be none any more.
    Over,
}

/// Why an answer was not handed over.
enum NotSubmitted {
    /// The centre does not take it.
    Refused(CommandStatus),
    /// The program stops.
    Over,
}

/// The texts of one centre.
pub struct Texts {
    centre: Smpp,
    service: Service,
    clock: Clock,
    rng: Rng,
    link: watch::Sender<Link>,
    /// A place for each text under way.
    places: Arc<Semaphore>,
    /// A place for each message on its way to the centre.
    window: Semaphore,
    repeats: Mutex<Repeats>,
    reference: AtomicU16,
    is_closed: AtomicBool,
    has_told_malformed: AtomicBool,
    started: Instant,
}

impl Texts {
    /// None yet.
    pub fn new(centre: Smpp, service: Service, clock: Clock, rng: Rng) -> Self {
        let first = random_bytes(&*rng).map(u16::from_be_bytes).unwrap_or_default();
        Self {
            window: Semaphore::new(centre.window as usize),
            centre,
            service,
            clock,
            rng,
            link: watch::Sender::new(Link::Down),
            places: Arc::new(Semaphore::new(UNDER_WAY as usize)),
            repeats: Mutex::default(),
            reference: AtomicU16::new(first),
            is_closed: AtomicBool::new(false),
            has_told_malformed: AtomicBool::new(false),
            started: Instant::now(),
        }
    }

    /// Lets answers go out in a session, or in none.
    pub fn link(&self, link: Link) {
        self.link.send_replace(link);
    }

    /// The centre responded to a request of ours.
    pub fn heard(&self, session: &Session, sequence: u32) {
        self.repeats().heard((session.number, sequence));
    }

    /// Takes nothing new.
    pub fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
    }

    /// Waits until what is under way is done.
    pub async fn done(&self) {
        let _ = self.places.acquire_many(UNDER_WAY).await;
    }

    /// Takes what a centre delivers. It is responded to by and by.
    pub fn deliver(self: &Arc<Self>, session: &Arc<Session>, head: Head, body: Frame) {
        if self.is_closed.load(Ordering::SeqCst) {
            return session.try_respond(head, CommandStatus::EsmeRxTAppn);
        }
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return session.try_respond(head, CommandStatus::EsmeRthrottled);
        };
        let (texts, session) = (Arc::clone(self), Arc::clone(session));
        tokio::spawn(async move {
            texts.take(&session, head, body).await;
            drop(place);
        });
    }

    async fn take(&self, session: &Session, head: Head, body: Frame) {
        let read = delivery::read(head.id, &body, self.centre.default_alphabet);
        drop(body);
        // When it cannot be responded to the session is lost, and the centre tries again in the next one.
        match read {
            Ok(Delivered::Text(delivery)) => self.take_text(session, head, *delivery).await,
            Ok(Delivered::NoText) => drop(session.respond(head, CommandStatus::EsmeRok).await),
            Err(refused) => {
                if refused == Refused::Malformed && !self.has_told_malformed.swap(true, Ordering::Relaxed) {
                    self.log(
                        Level::Error,
                        "something that it delivered is no SMPP 3.4 and was refused; ask who runs it",
                    );
                }
                let _ = session.respond(head, refused.status()).await;
            }
        }
    }

    async fn take_text(&self, session: &Session, head: Head, delivery: Delivery) {
        let id = self.repeats().name(&delivery, self.started.elapsed());
        let (from, to, is_part) = (delivery.from.clone(), delivery.to.clone(), delivery.part.is_some());
        // Identifiers of other gateways are others'.
        let incoming = delivery.into_incoming([&self.centre.name, "/", &id.name()].concat());
        let mut answered = std::pin::pin!(self.service.take(incoming));
        // A centre that sends one part after the other would wait for ever.
        let early = async { if is_part { sleep(self.centre.part_time()).await } else { std::future::pending().await } };
        let answers = tokio::select! {
            biased;
            answers = &mut answered => {
                let status = if answers.is_ok() { CommandStatus::EsmeRok } else { CommandStatus::EsmeRxTAppn };
                self.respond(session, head, id, status).await;
                answers
            }
            () = early => {
                self.respond(session, head, id, CommandStatus::EsmeRok).await;
                answered.await
            }
        };
        if let Ok(answers) = answers
            && !answers.is_empty()
            && self.repeats().claim(id)
            && !self.answer(&from, &to, &answers).await
        {
            self.repeats().dropped(id);
        }
    }

    async fn respond(&self, session: &Session, head: Head, id: Id, status: CommandStatus) {
        if let Ok(next) = session.respond(head, status).await
            && status == CommandStatus::EsmeRok
        {
            self.repeats().responded(id, (session.number, next), self.started.elapsed());
        }
    }

    /// Hands answers to whoever wrote over to the centre, in their order. What it does not take in time is dropped.
    async fn answer(&self, writer: &Address, written_to: &Address, answers: &[SecretText]) -> bool {
        let from = self.source(written_to);
        let deadline = Instant::now() + self.centre.answer_time();
        for text in answers {
            let reference = self.reference.fetch_add(1, Ordering::Relaxed);
            let (alphabet, long) = (self.centre.default_alphabet, self.centre.long_answers);
            for submission in submissions(text.expose(), alphabet, long, reference) {
                let submitted = timeout_at(deadline, self.submit(&from, writer, &submission)).await;
                match submitted {
                    Ok(Ok(())) => continue,
                    Ok(Err(NotSubmitted::Over)) => {}
                    Ok(Err(NotSubmitted::Refused(status))) => {
                        let status = u32::from(status);
                        let what =
                            format!("it refused an answer with status {status:#x}; look at `source` and its kin");
                        self.log(Level::Error, &what);
                    }
                    Err(_) => self.log(Level::Warn, "an answer was dropped, because it was not taken in time"),
                }
                return false;
            }
        }
        true
    }

    async fn submit(&self, from: &Address, to: &Address, submission: &Submission) -> Result<(), NotSubmitted> {
        let mut link = self.link.subscribe();
        let mut wait = FIRST_WAIT;
        loop {
            let there = link.wait_for(|link| !matches!(link, Link::Down)).await.map(|link| link.clone());
            let Ok(Link::Up(session)) = there else { return Err(NotSubmitted::Over) };
            let Ok(_place) = self.window.acquire().await else { return Err(NotSubmitted::Over) };
            match session.request(|sequence| pdu::submit(sequence, from, to, submission)).await {
                Ok(CommandStatus::EsmeRok) => return Ok(()),
                // It wants less: the place in the window is kept meanwhile, so that all slow down.
                Ok(
                    CommandStatus::EsmeRthrottled
                    | CommandStatus::EsmeRmsgqful
                    | CommandStatus::EsmeRsyserr
                    | CommandStatus::EsmeRxTAppn,
                ) => {
                    sleep(jittered(wait, &self.rng)).await;
                    wait = LONGEST_WAIT.min(2 * wait);
                }
                Ok(status) => return Err(NotSubmitted::Refused(status)),
                // Whether it arrived is not known. A part that comes twice is shown once, and a token that does not come
                // is lost.
                Err(Gone) => {
                    if link.changed().await.is_err() {
                        return Err(NotSubmitted::Over);
                    }
                }
            }
        }
    }

    /// Where answers come from.
    fn source(&self, written_to: &Address) -> Address {
        let Smpp { source, source_ton, source_npi, .. } = &self.centre;
        let configured = source.as_deref().and_then(Number::parse);
        // A number of the configuration is international when it says so.
        let ton = configured.as_ref().map_or(written_to.ton, |number| u8::from(number.expose().starts_with('+')));
        Address {
            ton: source_ton.unwrap_or(ton),
            npi: source_npi.unwrap_or(written_to.npi),
            number: configured.unwrap_or_else(|| written_to.number.clone()),
        }
    }

    /// A line for the operator.
    pub fn log(&self, level: Level, what: &str) {
        log::event(&self.clock, level, &format!("SMPP {}: {what}", self.centre.name));
    }

    fn repeats(&self) -> MutexGuard<'_, Repeats> {
        // Nothing that is done under this lock panics half way through a change.
        self.repeats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Half to one and a half times as long, so that not all come back at once.
pub fn jittered(wait: Duration, rng: &Rng) -> Duration {
    let [byte] = random_bytes(&**rng).unwrap_or([128]);
    wait / 2 + wait * u32::from(byte) / 256
}
