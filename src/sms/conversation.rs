//! What is said in a conversation by text message, and what comes of it: a state machine that touches nothing.
//!
//! A text that is no command is a report. It is filed, and from then on every further one joins it. [`Conversation`]
//! hears what was said and names the [`Effect`]; whoever has carried it out tells the [`Outcome`], and gets what to say.
//!
//! ```
//! use amparo::sms::conversation::{Conversation, Effect, Outcome, Say};
//! use amparo::sms::text::keyword::Command;
//! let mut conversation = Conversation::new(amparo::locale::SmsLanguage::ENGLISH);
//! let effect = conversation.hear(Command::Report, "They asked for ten percent.".into());
//! assert!(matches!(effect, Effect::File(_)));
//! assert!(matches!(conversation.after(Outcome::Joined)[..], [Say::Joined]));
//! ```

use crate::clock::Day;
use crate::locale::SmsLanguage;
use crate::protocol::content::State;
use crate::protocol::token::{Token, TokenTypo};
use crate::secret::SecretText;
use crate::sms::text::keyword::Command;

/// The questions of the guided conversation, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Where was it?
    Where,
    /// When was it?
    When,
    /// Who was it?
    Who,
    /// How much is at stake?
    HowMuch,
    /// How do you know?
    HowKnown,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Where, Self::When, Self::Who, Self::HowMuch, Self::HowKnown];

    fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }
}

/// What is to be done.
pub enum Effect {
    /// File a new report.
    File(SecretText),
    /// Add words to the open case, as an answer to the question that was asked.
    Join(SecretText, Option<Question>),
    /// Open the case of a token.
    LookUp(Token, Purpose),
    /// Forget the conversation; say this.
    Stop(Say),
    /// Nothing but an answer.
    Say(Say),
}

/// What a case is opened for.
pub enum Purpose {
    /// To tell how it stands.
    Status,
    /// To read the answers out.
    Read,
    /// To add words.
    Add(SecretText),
    /// To have it forgotten.
    Forget,
}

/// What came of an [`Effect`].
pub enum Outcome {
    /// The report is on disk.
    Filed(Token),
    /// The words were added to the open case.
    Joined,
    /// How the case stands, since when, and how many answers there are.
    Status(State, Day, usize),
    /// What was answered, oldest first.
    Answers(Vec<(Day, SecretText)>),
    /// The unit does not answer by text message.
    ReadIsOff,
    /// The words were added to the case of a token, which is now the open one.
    Added,
    /// The case will be forgotten on that day.
    Forgets(Day),
    /// No case has this token.
    NotFound,
    /// The case has moved to another token.
    Moved,
    /// This sender has tried too many tokens.
    Closed,
    /// Nothing can be filed at present, whoever asks.
    CannotFile,
    /// It failed, and may work later.
    Later,
}

/// What is said to the sender.
#[derive(Clone, PartialEq, Eq)]
pub enum Say {
    /// It is filed: the token, that the telephone company can read this, and how to go on.
    Receipt(Token),
    /// It was added.
    Joined,
    /// A question of the guided conversation.
    Ask(Question),
    /// That was the last question.
    Asked,
    /// First comes a report.
    ReportFirst,
    /// How the case stands.
    Status(State, Day, usize),
    /// An answer.
    Answer(Day, SecretText),
    /// There is no answer yet.
    NoAnswer,
    /// Answers are not sent by text message here.
    ReadIsOff,
    /// It was added to the case of the token.
    Added,
    /// There are no words to add.
    NothingToAdd,
    /// The case will be forgotten on that day, unless the token is used before.
    Forgets(Day),
    /// That the case was to be forgotten is called off, since its token was used.
    CalledOff,
    /// What can be done here, what is safe, and where the web pages are.
    Help,
    /// The conversation is forgotten.
    Stopped,
    /// What is wrong with a token.
    Typo(TokenTypo),
    /// No case has this token.
    NotFound,
    /// The case has moved to another token.
    Moved,
    /// Too many tokens were tried.
    Closed,
    /// Nothing can be filed at present.
    CannotFile,
    /// It was not taken; it may be sent again later.
    Later,
    /// Too many texts came; this one was not taken.
    TooMany,
}

/// Where a conversation stands.
pub struct Conversation {
    language: SmsLanguage,
    /// There is a case that further words join.
    open: bool,
    /// What was asked last.
    asked: Option<Question>,
}

impl Conversation {
    /// Nothing has been said yet.
    #[must_use]
    pub fn new(language: SmsLanguage) -> Self {
        Self { language, open: false, asked: None }
    }

    /// What is answered in.
    #[must_use]
    pub fn language(&self) -> SmsLanguage {
        self.language
    }

    /// Answers in `language` from now on.
    pub fn speak(&mut self, language: SmsLanguage) {
        self.language = language;
    }

    /// What is to be done about a text that was read as `command`.
    pub fn hear(&mut self, command: Command, text: SecretText) -> Effect {
        match command {
            Command::Report => self.words(text),
            Command::Status(typed) => look_up(typed, Purpose::Status),
            Command::Read(typed) => look_up(typed, Purpose::Read),
            Command::More(Ok(_), words) if words.expose().trim().is_empty() => Effect::Say(Say::NothingToAdd),
            Command::More(typed, words) => look_up(typed, Purpose::Add(words)),
            Command::Forget(typed) => look_up(typed, Purpose::Forget),
            Command::Help => Effect::Say(Say::Help),
            Command::Guide if !self.open => Effect::Say(Say::ReportFirst),
            Command::Guide => Effect::Say(self.ask(Some(Question::Where))),
            Command::Skip => match self.asked {
                Some(question) => Effect::Say(self.ask(question.next())),
                None => self.words(text),
            },
            Command::Stop => Effect::Stop(Say::Stopped),
        }
    }

    fn words(&mut self, text: SecretText) -> Effect {
        match text.expose().trim().is_empty() {
            true => Effect::Say(Say::Help),
            false if self.open => Effect::Join(text, self.asked),
            false => Effect::File(text),
        }
    }

    /// What to say to what came of it.
    pub fn after(&mut self, outcome: Outcome) -> Vec<Say> {
        vec![match outcome {
            Outcome::Filed(token) => {
                (self.open, self.asked) = (true, None);
                Say::Receipt(token)
            }
            Outcome::Joined => match self.asked {
                Some(question) => self.ask(question.next()),
                None => Say::Joined,
            },
            Outcome::Status(state, day, answers) => Say::Status(state, day, answers),
            Outcome::Answers(answers) if answers.is_empty() => Say::NoAnswer,
            Outcome::Answers(answers) => {
                return answers.into_iter().map(|(day, text)| Say::Answer(day, text)).collect();
            }
            Outcome::ReadIsOff => Say::ReadIsOff,
            Outcome::Added => {
                (self.open, self.asked) = (true, None);
                Say::Added
            }
            Outcome::Forgets(day) => {
                // A word more would use the token, and call it off.
                self.close();
                Say::Forgets(day)
            }
            Outcome::NotFound => Say::NotFound,
            Outcome::Moved => Say::Moved,
            Outcome::Closed => Say::Closed,
            Outcome::CannotFile => Say::CannotFile,
            Outcome::Later => Say::Later,
        }]
    }

    /// The open case is not to be found any more: what was said becomes a report of its own.
    pub fn begin_anew(&mut self, words: SecretText) -> Effect {
        self.close();
        Effect::File(words)
    }

    fn close(&mut self) {
        (self.open, self.asked) = (false, None);
    }

    fn ask(&mut self, question: Option<Question>) -> Say {
        self.asked = question;
        question.map_or(Say::Asked, Say::Ask)
    }
}

fn look_up(typed: Result<Token, TokenTypo>, purpose: Purpose) -> Effect {
    match typed {
        Ok(token) => Effect::LookUp(token, purpose),
        Err(typo) => Effect::Say(Say::Typo(typo)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ring::rand::SystemRandom;

    fn token() -> Token {
        Token::generate(&SystemRandom::new()).unwrap()
    }

    fn filed() -> Conversation {
        let mut conversation = Conversation::new(SmsLanguage::ENGLISH);
        assert!(matches!(conversation.hear(Command::Report, "Ten percent.".into()), Effect::File(_)));
        assert!(matches!(conversation.after(Outcome::Filed(token()))[..], [Say::Receipt(_)]));
        conversation
    }

    fn says(effect: Effect) -> Say {
        match effect {
            Effect::Say(say) | Effect::Stop(say) => say,
            _ => panic!("this is only answered"),
        }
    }

    #[test]
    fn questions_are_asked_in_their_order_and_each_may_be_skipped() {
        let mut conversation = filed();
        assert!(says(conversation.hear(Command::Guide, "guide".into())) == Say::Ask(Question::Where));
        for (asked, next) in Question::ALL.into_iter().zip(&Question::ALL[1..]) {
            let skips = asked == Question::Who;
            let say = if skips {
                says(conversation.hear(Command::Skip, "skip".into()))
            } else {
                let effect = conversation.hear(Command::Report, "An answer.".into());
                assert!(matches!(effect, Effect::Join(_, question) if question == Some(asked)));
                conversation.after(Outcome::Joined).remove(0)
            };
            assert!(say == Say::Ask(*next), "{asked:?}");
        }
        assert!(says(conversation.hear(Command::Skip, "skip".into())) == Say::Asked);
        // No question is open any more: the word is one like any other.
        assert!(matches!(conversation.hear(Command::Skip, "skip".into()), Effect::Join(_, None)));
    }

    #[test]
    fn an_answer_that_was_not_taken_is_asked_for_again() {
        let mut conversation = filed();
        conversation.hear(Command::Guide, "guide".into());
        conversation.hear(Command::Report, "At the port.".into());
        assert!(conversation.after(Outcome::Later) == [Say::Later]);
        let effect = conversation.hear(Command::Report, "At the port.".into());
        assert!(matches!(effect, Effect::Join(_, Some(Question::Where))));
    }

    #[test]
    fn nothing_joins_a_case_that_will_be_forgotten() {
        let mut conversation = filed();
        assert!(matches!(
            conversation.hear(Command::Forget(Ok(token())), "".into()),
            Effect::LookUp(_, Purpose::Forget)
        ));
        conversation.after(Outcome::Forgets("2026-03-09".parse().unwrap()));
        assert!(matches!(conversation.hear(Command::Report, "More.".into()), Effect::File(_)));
    }

    /// Any command, with what comes of it.
    fn step(conversation: &mut Conversation, kind: u8, fails: bool) -> (Vec<Say>, bool) {
        let typo = || Err(TokenTypo::CheckDigits);
        let command = match kind {
            0 => Command::Status(Ok(token())),
            1 => Command::Read(typo()),
            2 => Command::More(Ok(token()), "More words.".into()),
            3 => Command::Forget(Ok(token())),
            4 => Command::Help,
            5 => Command::Guide,
            6 => Command::Skip,
            _ => Command::Report,
        };
        let was_open = conversation.open;
        let outcome = match conversation.hear(command, "Words.".into()) {
            Effect::Say(say) | Effect::Stop(say) => return (vec![say], false),
            Effect::File(words) => {
                assert!(!was_open && words.expose() == "Words.");
                Outcome::Filed(token())
            }
            Effect::Join(words, _) => {
                assert!(was_open && words.expose() == "Words.");
                Outcome::Joined
            }
            Effect::LookUp(_, Purpose::Add(_)) => Outcome::Added,
            Effect::LookUp(_, Purpose::Forget) => Outcome::Forgets("2026-03-09".parse().unwrap()),
            Effect::LookUp(..) => Outcome::Status(State::Open, "2026-03-09".parse().unwrap(), 2),
        };
        let outcome = if fails { Outcome::Later } else { outcome };
        let files = matches!(outcome, Outcome::Filed(_));
        (conversation.after(outcome), files)
    }

    proptest! {
        #[test]
        fn every_text_is_answered_and_a_token_is_said_exactly_when_a_report_is_filed(
            steps in proptest::collection::vec((0..8_u8, any::<bool>()), 1..60),
        ) {
            let mut conversation = Conversation::new(SmsLanguage::ENGLISH);
            for (kind, fails) in steps {
                let (says, files) = step(&mut conversation, kind, fails);
                prop_assert_eq!(says.len(), 1);
                prop_assert_eq!(says.iter().any(|say| matches!(say, Say::Receipt(_))), files);
                prop_assert!(!files || conversation.open);
            }
        }
    }
}
