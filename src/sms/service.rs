//! Conversations by text message on real cases: what is heard is carried out, and the answer is given back to the
//! gateway that asked.
//!
//! Texts of one sender are answered one after the other, in the order in which they came. All senders together seal
//! and open at most as much at once as there are cores, so that whoever comes by the web waits behind no more than
//! that. Nothing is written but by [`Intake`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::Instant;

use super::conversation::{Conversation, Effect, Outcome, Purpose, Question, Say};
use super::incoming::{Incoming, Number};
use super::live::{Admission, Door, Live, MessageId, Rate, SenderId, Session};
use super::say::{self, About};
use super::text::joiner::{Joined, Joiner, Limits};
use super::text::keyword;
use crate::clock::Day;
use crate::config::Config;
use crate::config::sms::Sms;
use crate::intake::{Intake, IntakeError, Returned};
use crate::locale::SmsLanguage;
use crate::log::{self, Level};
use crate::protocol::content::Channel;
use crate::protocol::readers::Readers;
use crate::protocol::report::{DraftError, Story};
use crate::protocol::token::Token;
use crate::secret::{NoRandomness, SecretText};

/// Texts that may be under way at once, of all senders; each takes a few kilobytes.
const UNDER_WAY: usize = 4096;

/// How often the log tells that texts come to a number that is not ours: whoever can send them could fill the disk.
const TELL_EVERY: Duration = Duration::from_hours(1);

/// Why no text is taken.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A configured number is none.
    #[error("{0:?} is not a telephone number; write up to 20 digits under `numbers` in [sms]")]
    Number(String),
    /// A configured unit is not the authority's.
    #[error(
        "there is no unit {0:?}; write one of the authority's under `numbers` in [sms], as amparo manifest show names them"
    )]
    Unit(String),
    /// A configured language is none.
    #[error("there are no text messages in {0:?}; write ar, en, es, fr, ru or zh under `numbers` in [sms]")]
    Language(String),
    /// No randomness.
    #[error("{0}; start the machine again")]
    Randomness(#[from] NoRandomness),
}

/// A text was not taken, and the gateway is to bring it again later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotTaken;

/// Answers texts; cheap to clone.
///
/// It runs on a tokio runtime, where it also wipes what has ended. When the last clone is dropped, so is all that was
/// remembered.
#[derive(Clone)]
pub struct Service(Arc<Inner>);

struct Inner {
    intake: Arc<Intake>,
    settings: Sms,
    lines: Vec<Line>,
    about: About,
    live: Live,
    joiner: Mutex<Joiner>,
    /// Requests that wait until the text whose part they brought is whole, or its time over.
    waiting: Mutex<HashMap<SenderId, Vec<oneshot::Sender<Vec<SecretText>>>>>,
    turns: Semaphore,
    finishing: tokio::sync::Mutex<()>,
    under_way: AtomicUsize,
    rate: Mutex<Rate>,
    /// Lines in the log about texts to numbers that are not ours.
    told: Mutex<Rate>,
    started: Instant,
}

/// A number that people write to.
struct Line {
    number: Number,
    unit: String,
    language: SmsLanguage,
    read: bool,
}

impl Service {
    /// Puts the parts together, and begins to wipe what has ended.
    pub fn start(intake: Arc<Intake>, config: &Config) -> Result<Self, ServiceError> {
        let settings = config.sms.clone();
        let history = intake.history();
        let line = |line: &crate::config::sms::Line| {
            history.current().unit(&line.unit).ok_or_else(|| ServiceError::Unit(line.unit.clone()))?;
            Ok::<_, ServiceError>(Line {
                number: Number::parse(&line.number).ok_or_else(|| ServiceError::Number(line.number.clone()))?,
                unit: line.unit.clone(),
                language: SmsLanguage::from_tag(&line.language)
                    .ok_or_else(|| ServiceError::Language(line.language.clone()))?,
                read: line.read,
            })
        };
        let lines = settings.numbers.iter().map(line).collect::<Result<_, _>>()?;
        let about = About::new(&history, &config.reporter);
        let live = Live::new(settings.conversations, settings.window(), settings.wipe_time(), intake.rng())?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let inner = Arc::new(Inner {
            joiner: Mutex::new(Joiner::new(joining(&settings))),
            waiting: Mutex::default(),
            turns: Semaphore::new(cores),
            finishing: tokio::sync::Mutex::default(),
            under_way: AtomicUsize::new(0),
            rate: Mutex::default(),
            told: Mutex::default(),
            started: Instant::now(),
            intake,
            settings,
            lines,
            about,
            live,
        });
        tokio::spawn(sweep(Arc::downgrade(&inner), inner.live.sweep_every()));
        Ok(Self(inner))
    }

    /// Answers a text, with one or several texts, or with none: to a part of a long text that others will complete,
    /// and to whoever has been told that they send too many.
    ///
    /// The text is dealt with to its end, also when whoever waits for the answer goes away. A text with an `id` that
    /// came before is answered as before.
    pub async fn handle(&self, incoming: Incoming) -> Vec<SecretText> {
        self.hear(incoming, false).await.unwrap_or_default()
    }

    /// The same for a gateway that brings a text again when it was not taken: its sender is then told nothing. A part of
    /// a long text is always taken, for the others would wait for it in vain.
    pub async fn take(&self, incoming: Incoming) -> Result<Vec<SecretText>, NotTaken> {
        self.hear(incoming, true).await
    }

    async fn hear(&self, incoming: Incoming, comes_again: bool) -> Result<Vec<SecretText>, NotTaken> {
        let inner = Arc::clone(&self.0);
        let answered = tokio::spawn(async move { inner.handle(incoming, comes_again).await });
        answered.await.unwrap_or(Err(NotTaken))
    }

    /// Files what came of texts whose other parts are missing, before the program ends. It is done to its end also when
    /// whoever asked goes away, and whoever asks meanwhile waits for that.
    pub async fn finish(&self) {
        let inner = Arc::clone(&self.0);
        let finished = tokio::spawn(async move {
            let _turn = inner.finishing.lock().await;
            let unfinished = lock(&inner.joiner).finish();
            inner.take_all(None, unfinished).await;
        });
        let _ = finished.await;
    }

    /// How many senders something is remembered of.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.0.live.count()
    }
}

/// Wipes what has ended for as long as the service is there.
async fn sweep(inner: Weak<Inner>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(inner) = inner.upgrade() else { return };
        inner.live.sweep(inner.now());
    }
}

impl Inner {
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    /// The line that a text came in on. Where there is one only, a gateway may call it what it likes.
    fn line(&self, to: &Number) -> Option<&Line> {
        let same = |line: &&Line| bare(&line.number) == bare(to);
        self.lines.iter().find(same).or_else(|| self.lines.first().filter(|_| self.lines.len() == 1))
    }

    async fn handle(&self, incoming: Incoming, comes_again: bool) -> Result<Vec<SecretText>, NotTaken> {
        let Some(line) = self.line(&incoming.to) else {
            if lock(&self.told).admit(self.now(), 1, TELL_EVERY) {
                let what = "a text came to a number that belongs to no unit; add it to `numbers` in [sms]";
                log::event(self.intake.clock(), Level::Error, what);
            }
            return Ok(Vec::new());
        };
        let comes_again = comes_again && incoming.part.is_none();
        let later = |language| if comes_again { Err(NotTaken) } else { Ok(self.say(line, language, &Say::Later)) };
        let Some(_under_way) = UnderWay::enter(&self.under_way) else { return later(line.language) };
        let now = self.now();
        let id = self.live.id(&incoming.from, &line.number);
        let sender = self.live.sender(id, now);
        let message = incoming.id.as_deref().map(|message| self.live.message_id(&id, message));
        let mut session = sender.lock().await;
        if let Some(answer) = message.and_then(|message| session.answered(&message)) {
            return Ok(answer.to_vec());
        }
        session.renew(now, self.settings.window());
        let language = session.conversation.as_ref().map_or(line.language, Conversation::language);
        match session.admit(now, self.settings.sender_texts_per_hour) {
            Admission::Taken => {}
            Admission::Told => return Ok(self.say(line, language, &Say::TooMany)),
            Admission::Silent => return Ok(Vec::new()),
        }
        if !lock(&self.rate).admit(now, self.settings.texts_per_minute, Duration::from_mins(1)) {
            return later(language);
        }
        if incoming.part.is_none() {
            let (answer, failed) = self.answer(line, &mut session, incoming.text).await;
            if failed && comes_again {
                // What is remembered would be the answer to the next try.
                return Err(NotTaken);
            }
            return Ok(remember(&mut session, message.as_slice(), answer));
        }
        drop(session);
        Ok(self.join_parts(id, incoming).await)
    }

    /// Takes a part of a long text. Nobody is answered before the text is on disk, so that a gateway brings its parts
    /// again when this program is killed meanwhile; then one of those who brought a part is.
    async fn join_parts(&self, id: SenderId, incoming: Incoming) -> Vec<SecretText> {
        let whole = lock(&self.joiner).add(incoming, self.now());
        if let Some(answer) = self.take_all(Some(id), whole).await {
            return answer;
        }
        let (answer, waited) = oneshot::channel();
        lock(&self.waiting).entry(id).or_default().push(answer);
        tokio::select! {
            biased;
            answer = waited => answer.unwrap_or_default(),
            () = tokio::time::sleep(self.settings.join_time()) => {
                self.drop_gone();
                let due = lock(&self.joiner).due(self.now());
                self.take_all(Some(id), due).await.unwrap_or_default()
            }
        }
    }

    /// Answers texts that are whole, each to somebody who waits for it; `Some` with what is said to `asking`, who has
    /// asked just now, if one is theirs.
    async fn take_all(&self, asking: Option<SenderId>, whole: Vec<Joined>) -> Option<Vec<SecretText>> {
        let mut own = None;
        for joined in whole {
            let Some((sender, answer)) = self.take(joined).await else { continue };
            let waiting = lock(&self.waiting).remove(&sender).unwrap_or_default();
            if Some(sender) == asking {
                own.get_or_insert_with(Vec::new).extend(answer);
            } else if let Some(last) = waiting.into_iter().rfind(|waiting| !waiting.is_closed()) {
                // The others are answered with nothing. This one may go in the very moment.
                let _ = last.send(answer);
            }
        }
        own
    }

    /// Forgets those who wait no more.
    fn drop_gone(&self) {
        lock(&self.waiting).retain(|_, waiting| {
            waiting.retain(|waiting| !waiting.is_closed());
            !waiting.is_empty()
        });
    }

    /// Answers a text whose parts were joined.
    async fn take(&self, joined: Joined) -> Option<(SenderId, Vec<SecretText>)> {
        let line = self.line(&joined.to)?;
        let id = self.live.id(&joined.from, &line.number);
        let sender = self.live.sender(id, self.now());
        let ids: Vec<_> = joined.ids.iter().map(|message| self.live.message_id(&id, message)).collect();
        let mut session = sender.lock().await;
        let (answer, _) = self.answer(line, &mut session, joined.text).await;
        Some((id, remember(&mut session, &ids, answer)))
    }

    /// What is said to a text, and whether it failed in a way that may be over later.
    async fn answer(&self, line: &Line, session: &mut Session, text: SecretText) -> (Vec<SecretText>, bool) {
        let (command, language) = keyword::parse(text.expose());
        let mut conversation = session.conversation.take().unwrap_or_else(|| Conversation::new(line.language));
        if let Some(language) = language {
            conversation.speak(language);
        }
        let effect = conversation.hear(command, text);
        let language = conversation.language();
        let says = match effect {
            Effect::Say(say) => vec![say],
            Effect::Stop(say) => {
                session.stop();
                return (self.say(line, language, &say), false);
            }
            effect => self.carry_out(line, session, &mut conversation, effect).await,
        };
        let language = conversation.language();
        session.conversation = Some(conversation);
        (says.iter().flat_map(|say| self.say(line, language, say)).collect(), says.contains(&Say::Later))
    }

    fn say(&self, line: &Line, language: SmsLanguage, say: &Say) -> Vec<SecretText> {
        self.about.say(language, &line.unit, say)
    }
}

impl Inner {
    /// Does what the conversation asks for, and tells what to say.
    async fn carry_out(
        &self,
        line: &Line,
        session: &mut Session,
        conversation: &mut Conversation,
        mut effect: Effect,
    ) -> Vec<Say> {
        let mut called_off = false;
        let outcome = loop {
            let done = match effect {
                Effect::Say(say) | Effect::Stop(say) => return vec![say],
                Effect::File(words) => self.file(line, session, conversation.language(), words).await,
                Effect::Join(words, question) => {
                    let said = in_answer_to(question, conversation.language(), &words);
                    match self.join(session, said, &mut called_off).await {
                        // Forgotten or moved on the web meanwhile: the words are not lost.
                        Err(IntakeError::NotFound | IntakeError::Moved) => {
                            effect = conversation.begin_anew(words);
                            continue;
                        }
                        done => done,
                    }
                }
                Effect::LookUp(token, purpose) => self.look_up(line, session, &token, purpose, &mut called_off).await,
            };
            break done.unwrap_or_else(|error| self.failed(&error));
        };
        let mut says = conversation.after(outcome);
        says.extend(called_off.then_some(Say::CalledOff));
        says
    }

    async fn file(
        &self,
        line: &Line,
        session: &mut Session,
        language: SmsLanguage,
        words: SecretText,
    ) -> Result<Outcome, IntakeError> {
        let _turn = self.turn().await?;
        let unit_is_gone = |_| IntakeError::Draft(DraftError::NoUnit);
        let readers = Readers::chosen(self.intake.history().current(), &line.unit, &[], false).map_err(unit_is_gone)?;
        let filing = self.intake.begin(&readers).await?;
        let keys = filing.keys();
        let story = Story::of_words(Channel::Sms, language.tag(), words.expose());
        let receipt = self.intake.submit(filing, story, None).await?;
        session.keys = Some(keys);
        Ok(Outcome::Filed(receipt.token))
    }

    async fn join(&self, session: &Session, said: SecretText, called_off: &mut bool) -> Result<Outcome, IntakeError> {
        let keys = session.keys.clone().ok_or(IntakeError::NotFound)?;
        let _turn = self.turn().await?;
        let returned = self.intake.return_with_keys(&keys).await?;
        *called_off = returned.called_off;
        self.intake.follow_up(returned, &said).await?;
        Ok(Outcome::Joined)
    }

    async fn look_up(
        &self,
        line: &Line,
        session: &mut Session,
        token: &Token,
        purpose: Purpose,
        called_off: &mut bool,
    ) -> Result<Outcome, IntakeError> {
        match session.door() {
            Door::Open => {}
            Door::Slow(wait) => tokio::time::sleep(wait).await,
            Door::Closed => return Ok(Outcome::Closed),
        }
        let _turn = self.turn().await?;
        let returned = self.intake.return_with_token(token).await.inspect_err(|error| {
            if matches!(error, IntakeError::NotFound) {
                session.missed();
            }
        })?;
        *called_off = returned.called_off;
        match purpose {
            Purpose::Status => {
                let (state, day) = returned.case.state();
                Ok(Outcome::Status(state, day, answers(&returned).len()))
            }
            Purpose::Read if !self.is_read_out(line, &returned) => Ok(Outcome::ReadIsOff),
            Purpose::Read => Ok(Outcome::Answers(answers(&returned))),
            Purpose::Add(words) => {
                let keys = returned.keys();
                self.intake.follow_up(returned, &words).await?;
                session.keys = Some(keys);
                Ok(Outcome::Added)
            }
            Purpose::Forget => {
                let due = self.intake.forget_later(returned).await?;
                (session.keys, *called_off) = (None, false);
                Ok(Outcome::Forgets(due))
            }
        }
    }

    /// Whether the unit that has the case lets its answers be sent by text message, whichever number was written to.
    fn is_read_out(&self, line: &Line, returned: &Returned) -> bool {
        let unit = &returned.case.card().card().unit;
        let mut its_lines = self.lines.iter().filter(|line| line.unit == *unit).peekable();
        line.read && its_lines.all(|line| line.read)
    }

    /// The right to seal or open something.
    async fn turn(&self) -> Result<SemaphorePermit<'_>, IntakeError> {
        self.turns.acquire().await.map_err(|_| IntakeError::Failed("text messages"))
    }

    /// What the sender hears of a failure; the operator hears of those that they can do something about.
    fn failed(&self, error: &IntakeError) -> Outcome {
        let outcome = match error {
            IntakeError::NotFound => return Outcome::NotFound,
            IntakeError::Moved => return Outcome::Moved,
            IntakeError::Busy | IntakeError::Conflict => return Outcome::Later,
            IntakeError::Draft(_) => Outcome::CannotFile,
            _ => Outcome::Later,
        };
        log::event(self.intake.clock(), Level::Error, &format!("a text message was not taken: {error}"));
        outcome
    }
}

/// The authority's words in a case.
fn answers(returned: &Returned) -> Vec<(Day, SecretText)> {
    let all = returned.case.answers().iter().map(|read| &read.answer);
    let spoken = all.filter(|answer| !answer.text.trim().is_empty());
    spoken.map(|answer| (answer.day, SecretText::from(answer.text.as_str()))).collect()
}

/// Words with the question that they answer, as the desk will read them.
fn in_answer_to(question: Option<Question>, language: SmsLanguage, words: &SecretText) -> SecretText {
    match question {
        Some(question) => SecretText::new([&language.text(say::asking(question)), "\n", words.expose()].concat()),
        None => words.clone(),
    }
}

/// Keeps an answer for gateways that bring the same message again.
fn remember(session: &mut Session, messages: &[MessageId], answer: Vec<SecretText>) -> Vec<SecretText> {
    for message in messages {
        session.remember(*message, &answer);
    }
    answer
}

/// How much of unfinished texts is kept.
fn joining(settings: &Sms) -> Limits {
    Limits { time: settings.join_time(), texts: 1000, texts_of_one: 4, bytes: 4 << 20 }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is done under these locks panics half way through a change.
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number without the sign of an international one, which some gateways leave out.
fn bare(number: &Number) -> &str {
    number.expose().trim_start_matches('+')
}

/// A text under way, counted until it is answered.
struct UnderWay<'a>(&'a AtomicUsize);

impl<'a> UnderWay<'a> {
    fn enter(count: &'a AtomicUsize) -> Option<Self> {
        let entered = Self(count);
        (count.fetch_add(1, Ordering::Relaxed) < UNDER_WAY).then_some(entered)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
