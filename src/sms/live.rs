//! What is remembered of conversations under way: in memory only, under a keyed hash of the telephone number.
//!
//! The key is made when the program starts and dies with it, so that not even a copy of this memory tells whose
//! conversations they are without trying numbers against the key that lies beside them. What is remembered is wiped
//! when it is dropped: a [`Live::sweep`] does that for conversations that have ended.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ring::hmac;
use ring::rand::SecureRandom;

use super::conversation::Conversation;
use super::incoming::Number;
use crate::protocol::token::TokenKeys;
use crate::secret::{NoRandomness, Secret, SecretText, on_wiped_stack};

/// How many messages of a conversation are known again when a gateway repeats one.
const REPEATS: usize = 16;

/// Look-ups of tokens that find nothing before each further one has to wait.
const FREE_MISSES: u32 = 3;

/// How long the first of them waits; each further one twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// Look-ups of tokens that find nothing before no other is made for this sender.
const MOST_MISSES: u32 = 8;

/// Names a sender, and the number they write to, for as long as the program runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SenderId([u8; 32]);

/// A sender as long as something of them is remembered. Whoever locks it answers one text after the other.
pub type Sender = Arc<tokio::sync::Mutex<Session>>;

/// What is remembered of one sender.
#[derive(Default)]
pub struct Session {
    /// Where the conversation stands.
    pub conversation: Option<Conversation>,
    /// What finds and opens the case that further texts join; never the token.
    pub keys: Option<Arc<TokenKeys>>,
    /// Identifiers of messages and what they were answered with, oldest first.
    answered: VecDeque<(MessageId, Vec<SecretText>)>,
    /// When the last text came, counted from the start of the program.
    last: Duration,
    /// The sender said that they want no more.
    stopped: bool,
    /// Look-ups that found nothing.
    misses: u32,
    /// Texts taken lately.
    rate: Rate,
    /// They have been told that they send too many.
    told: bool,
}

/// Whether a text is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is.
    Taken,
    /// There were too many, and the sender is told so.
    Told,
    /// There were too many, and the sender knows.
    Silent,
}

/// A gateway's identifier of a message, hashed under the same key.
pub type MessageId = [u8; 16];

/// What somebody who tries tokens must do before the next is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Nothing.
    Open,
    /// Wait that long.
    Slow(Duration),
    /// Nothing is looked up for them any more.
    Closed,
}

impl Session {
    /// What the message was answered with when it came before.
    #[must_use]
    pub fn answered(&self, id: &MessageId) -> Option<&[SecretText]> {
        self.answered.iter().find(|(known, _)| known == id).map(|(_, answer)| &answer[..])
    }

    /// Remembers what a message was answered with, for a gateway that repeats it.
    pub fn remember(&mut self, id: MessageId, answer: &[SecretText]) {
        if self.answered.len() == REPEATS {
            self.answered.pop_front();
        }
        self.answered.push_back((id, answer.to_vec()));
    }

    /// Takes note of a text, of which one sender may send so many in an hour.
    pub fn admit(&mut self, now: Duration, per_hour: u32) -> Admission {
        self.last = now;
        let told = std::mem::replace(&mut self.told, true);
        if self.rate.admit(now, per_hour, Duration::from_hours(1)) {
            self.told = false;
            return Admission::Taken;
        }
        if told { Admission::Silent } else { Admission::Told }
    }

    /// Begins anew when the conversation is over.
    pub fn renew(&mut self, now: Duration, window: Duration) {
        if self.stopped || now.saturating_sub(self.last) > window {
            self.forget();
        }
    }

    /// Forgets what was said, at once; only what a gateway may repeat stays until the next sweep.
    pub fn stop(&mut self) {
        (self.conversation, self.keys, self.stopped) = (None, None, true);
    }

    fn forget(&mut self) {
        (self.conversation, self.keys, self.stopped) = (None, None, false);
        self.answered.clear();
    }

    /// Takes note of a look-up that found nothing.
    pub fn missed(&mut self) {
        self.misses += 1;
    }

    /// What stands before the next look-up of a token.
    #[must_use]
    pub fn door(&self) -> Door {
        match self.misses {
            ..FREE_MISSES => Door::Open,
            misses if misses < MOST_MISSES => Door::Slow(FIRST_WAIT * (1 << (misses - FREE_MISSES))),
            _ => Door::Closed,
        }
    }

    /// Whether something must be remembered though the conversation is over: of a sender who has tried tokens, how
    /// many, or they would begin anew.
    fn is_held(&self, now: Duration, window: Duration) -> bool {
        self.misses >= FREE_MISSES && now.saturating_sub(self.last) <= window
    }

    fn is_over(&self, now: Duration, window: Duration, wipe: Duration) -> bool {
        let silent = now.saturating_sub(self.last);
        silent > window || self.stopped && silent > wipe / 2
    }
}

/// A bucket that a text fills and time empties.
#[derive(Clone, Copy, Default)]
pub struct Rate {
    filled: Duration,
    at: Duration,
}

impl Rate {
    /// Whether one more fits, when at most `count` come in `span`; a burst of that many is free.
    pub fn admit(&mut self, now: Duration, count: u32, span: Duration) -> bool {
        let filled = self.filled.saturating_sub(now.saturating_sub(self.at)) + span / count.max(1);
        self.at = now;
        let fits = filled <= span;
        self.filled = if fits { filled } else { filled.saturating_sub(span / count.max(1)) };
        fits
    }
}

/// All senders of whom something is remembered.
pub struct Live {
    key: hmac::Key,
    senders: Mutex<HashMap<SenderId, Known>>,
    most: usize,
    window: Duration,
    wipe: Duration,
}

/// A sender, and when they were last asked for.
struct Known {
    sender: Sender,
    last: Duration,
}

impl Live {
    /// Nobody yet; at most `most` senders, each for `window` after their last text and `wipe` after the end.
    pub fn new(most: usize, window: Duration, wipe: Duration, rng: &dyn SecureRandom) -> Result<Self, NoRandomness> {
        let key = Secret::<32>::random(rng)?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose());
        Ok(Self { key, senders: Mutex::default(), most, window, wipe })
    }

    /// How a sender who writes to the number `to` is called here.
    #[must_use]
    pub fn id(&self, from: &Number, to: &Number) -> SenderId {
        SenderId(self.tag(b"sender", &[from.expose().as_bytes(), to.expose().as_bytes()]))
    }

    /// How a gateway's message is called here; one gateway's identifiers are another's too, so the sender counts in.
    #[must_use]
    pub fn message_id(&self, sender: &SenderId, id: &str) -> MessageId {
        let mut short = [0; 16];
        short.copy_from_slice(&self.tag(b"message", &[&sender.0, id.as_bytes()])[..16]);
        short
    }

    fn tag(&self, purpose: &[u8], parts: &[&[u8]]) -> [u8; 32] {
        // The hash keeps what it is given in a buffer on the stack.
        on_wiped_stack(|| {
            let mut mac = hmac::Context::with_key(&self.key);
            mac.update(purpose);
            for part in parts {
                mac.update(&(part.len() as u64).to_be_bytes());
                mac.update(part);
            }
            let mut tag = [0; 32];
            tag.copy_from_slice(mac.sign().as_ref());
            tag
        })
    }

    /// What is remembered of a sender; when there are too many, the one who was silent for the longest is forgotten.
    pub fn sender(&self, id: SenderId, now: Duration) -> Sender {
        let mut senders = self.lock();
        if let Some(known) = senders.get_mut(&id) {
            known.last = now;
            return Arc::clone(&known.sender);
        }
        if senders.len() >= self.most {
            let oldest = senders.iter().min_by_key(|(_, known)| known.last).map(|(id, _)| *id);
            oldest.and_then(|oldest| senders.remove(&oldest));
        }
        let sender = Sender::default();
        senders.insert(id, Known { sender: Arc::clone(&sender), last: now });
        sender
    }

    /// Wipes what has ended. A conversation in which a text is being answered goes on.
    pub fn sweep(&self, now: Duration) {
        let mut senders = self.lock();
        let before = senders.len();
        senders.retain(|_, known| {
            let Ok(mut session) = known.sender.try_lock() else { return true };
            // Somebody who has it in hand has not locked it yet.
            if Arc::strong_count(&known.sender) > 1 || !session.is_over(now, self.window, self.wipe) {
                return true;
            }
            session.forget();
            session.is_held(now, self.window)
        });
        if senders.len() < before {
            // A place that is free again holds its old hash until somebody else takes it; in a new table there is none.
            *senders = std::mem::take(&mut *senders).into_iter().collect();
        }
    }

    /// How often to sweep, so that nothing outlives its time.
    #[must_use]
    pub fn sweep_every(&self) -> Duration {
        self.wipe / 4
    }

    /// How many senders are remembered.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SenderId, Known>> {
        // Nothing in here panics half way through a change.
        self.senders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;

    const SECOND: Duration = Duration::from_secs(1);

    fn live(most: usize) -> Live {
        Live::new(most, 1800 * SECOND, 60 * SECOND, &SystemRandom::new()).unwrap()
    }

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn a_sender_is_called_otherwise_by_another_process_and_at_another_number() {
        let (live, other) = (live(3), live(3));
        let [phone, works, health] = ["+4912345", "555", "556"].map(number);
        assert!(live.id(&phone, &works) == live.id(&phone, &works));
        assert!(live.id(&phone, &works) != live.id(&phone, &health));
        assert!(live.id(&phone, &works) != live.id(&works, &phone));
        assert!(live.id(&phone, &works) != other.id(&phone, &works));
        let id = live.id(&phone, &works);
        assert_ne!(live.message_id(&id, "1"), live.message_id(&id, "2"));
    }

    #[test]
    fn whoever_was_silent_for_the_longest_gives_way() {
        let live = live(2);
        let ids = ["+1", "+2", "+3"].map(|phone| live.id(&number(phone), &number("555")));
        live.sender(ids[0], SECOND).try_lock().unwrap().remember([7; 16], &[]);
        live.sender(ids[1], 2 * SECOND);
        live.sender(ids[0], 3 * SECOND);
        live.sender(ids[2], 4 * SECOND);
        assert_eq!(live.count(), 2);
        assert!(live.sender(ids[0], 5 * SECOND).try_lock().unwrap().answered(&[7; 16]).is_some());
    }

    #[test]
    fn a_conversation_is_wiped_when_its_time_is_over_and_not_while_a_text_is_answered() {
        let live = live(10);
        let id = live.id(&number("+1"), &number("555"));
        let sender = live.sender(id, SECOND);
        sender.try_lock().unwrap().admit(SECOND, 10);
        live.sweep(5000 * SECOND);
        assert_eq!(live.count(), 1, "somebody has it in hand");
        drop(sender);
        live.sweep(1801 * SECOND);
        assert_eq!(live.count(), 1);
        live.sweep(1802 * SECOND);
        assert_eq!(live.count(), 0);

        live.sender(id, SECOND).try_lock().unwrap().stop();
        live.sweep(29 * SECOND);
        assert_eq!(live.count(), 1, "a gateway may repeat its message");
        live.sweep(32 * SECOND);
        assert_eq!(live.count(), 0);
    }

    #[test]
    fn who_has_tried_tokens_does_not_begin_anew_by_stopping() {
        let live = live(10);
        let id = live.id(&number("+1"), &number("555"));
        {
            let sender = live.sender(id, SECOND);
            let mut session = sender.try_lock().unwrap();
            session.admit(SECOND, 10);
            let doors = [(); MOST_MISSES as usize].map(|()| {
                session.missed();
                session.door()
            });
            assert_eq!(doors[1], Door::Open);
            assert_eq!(doors[2], Door::Slow(FIRST_WAIT));
            assert_eq!(doors[6], Door::Slow(FIRST_WAIT * 16));
            assert_eq!(doors[7], Door::Closed);
            session.stop();
        }
        live.sweep(100 * SECOND);
        assert_eq!(live.sender(id, 101 * SECOND).try_lock().unwrap().door(), Door::Closed);
        live.sweep(1900 * SECOND);
        assert_eq!(live.count(), 0);
    }

    #[test]
    fn a_rate_lets_a_burst_through_and_then_one_at_a_time() {
        let mut rate = Rate::default();
        let hour = 3600 * SECOND;
        assert_eq!((0..20).filter(|_| rate.admit(SECOND, 10, hour)).count(), 10);
        assert!(!rate.admit(300 * SECOND, 10, hour));
        assert!(rate.admit(362 * SECOND, 10, hour));
        assert!(!rate.admit(363 * SECOND, 10, hour));
    }
}
