//! Coming back: what the holder of a token reads and adds.

use std::sync::Arc;

use ring::rand::SecureRandom;

use super::bytes::{Hash, MemberId};
use super::card::{CardError, SignedCard, UntrustedCard};
use super::content::{Answer, Forget, Message, Rekey, State, from_json, to_json, with_lf};
use super::envelope::{
    Chain, EnvelopeError, Header, Lane, Sealed, SealedEnvelope, Timeline, TimelineError, UntrustedEnvelope, seal_move,
};
use super::files::{FilePlace, Files};
use super::manifest::History;
use super::recipient::Identity;
use super::recipient::Recipient;
use super::seal::SealError;
use super::sealed::{Binding, Kind, OpenError, SealingError, Text, open_text};
use super::token::TokenKeys;
use crate::clock::Day;
use crate::secret::SecretBytes;

/// Why a case cannot be shown to its reporter.
#[derive(Debug, thiserror::Error)]
pub enum OwnCaseError {
    /// The card is wrong.
    #[error(transparent)]
    Card(#[from] CardError),
    /// The card is another reporter's.
    #[error("this case belongs to another token; the server has mixed up cases")]
    OtherAuthor,
    /// The token is an older one of this case.
    #[error("this case has moved to another token; open it with that one")]
    Moved,
    /// An envelope is wrong, or the envelopes contradict each other.
    #[error(transparent)]
    Timeline(#[from] TimelineError),
}

/// An answer that was opened, with the member whose signature it carries.
pub struct ReadAnswer {
    /// The answer.
    pub answer: Answer,
    /// Who wrote it.
    pub member: MemberId,
    /// Names it.
    pub hash: Hash,
}

/// What a member sealed for the reporter.
enum Reply {
    Answer(Answer),
    Rekey(Rekey),
}

/// What a reporter sees of the timeline.
pub enum OwnEntry<'a> {
    /// The report, with that many files.
    Filed(usize),
    /// A message of the reporter's, with that many files.
    Sent(usize),
    /// What the authority said.
    Answer(&'a ReadAnswer),
    /// The case was moved to another token.
    Moved,
}

/// A case as its reporter sees it. The reporter's own words cannot be read back, by design.
pub struct OwnCase {
    history: Arc<History>,
    card: SignedCard,
    timeline: Timeline,
    answers: Vec<ReadAnswer>,
    unreadable: usize,
    recipient: Recipient,
}

impl OwnCase {
    /// Checks everything the server shows of a case and opens the answers in it, with the reply identities of older
    /// tokens too where the case was moved.
    pub fn open(
        history: Arc<History>,
        card: &UntrustedCard,
        envelopes: Vec<UntrustedEnvelope>,
        keys: &TokenKeys,
    ) -> Result<Self, OwnCaseError> {
        let card = card.verify(&history)?;
        let timeline = Timeline::open(&history, &card, envelopes)?;
        let (reporter, author) = (timeline.reporter(), keys.author().verifying_key());
        if reporter.author() != author {
            return Err(if reporter.was(&author) { OwnCaseError::Moved } else { OwnCaseError::OtherAuthor });
        }
        let older = reporter.older_identities(keys);
        let mut answers = Vec::new();
        let mut unreadable = 0;
        let mut recipient = card.card().case_recipient.clone();
        for entry in timeline.entries().iter().filter(|entry| entry.envelope.header.kind.has_reply()) {
            let header = &entry.envelope.header;
            // Members send both copies and the server stores both, so a copy that is not there is being withheld.
            let reply = entry.envelope.reply.as_ref().ok_or(TimelineError::Missing)?;
            let opened = open_reply(keys.reply(), &older, header, reply).and_then(|json| {
                Ok(if header.kind == Kind::Rekey {
                    Reply::Rekey(from_json(&json)?)
                } else {
                    Reply::Answer(from_json(&json)?)
                })
            });
            match opened {
                Ok(Reply::Rekey(rekey)) => recipient = rekey.recipient.clone(),
                Ok(Reply::Answer(answer)) => {
                    let member =
                        history.member_of_key(&header.author).ok_or(TimelineError::from(EnvelopeError::Signature))?.id;
                    answers.push(ReadAnswer { answer, member, hash: entry.hash });
                }
                // What its own author sealed wrong is no reason to keep the rest from the reporter.
                Err(_) => unreadable += 1,
            }
        }
        Ok(Self { history, card, timeline, answers, unreadable, recipient })
    }

    /// The case's card.
    #[must_use]
    pub fn card(&self) -> &SignedCard {
        &self.card
    }

    /// Answers and states, oldest first.
    #[must_use]
    pub fn answers(&self) -> &[ReadAnswer] {
        &self.answers
    }

    /// Answers and desk keys that a member signed but sealed in a way that nobody can read.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Where the case stands by the newest signed word, and since when; *received* on the card's day until there is
    /// one.
    #[must_use]
    pub fn state(&self) -> (State, Day) {
        let newest = self.answers.iter().rev().find_map(|read| Some((read.answer.state?, read.answer.day)));
        newest.unwrap_or((State::Received, self.card.card().day))
    }

    /// Everything in order, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<OwnEntry<'_>> {
        let mut entries = Vec::new();
        let mut own = None;
        let mut answers = self.answers.iter().peekable();
        for entry in self.timeline.entries() {
            match entry.envelope.header.kind {
                Kind::Report | Kind::Message => {
                    own = Some(entries.len());
                    let is_report = entry.envelope.header.kind == Kind::Report;
                    entries.push(if is_report { OwnEntry::Filed(0) } else { OwnEntry::Sent(0) });
                }
                // In its author's chain a file follows the words it came with.
                Kind::Attachment => {
                    let words = own.and_then(|place: usize| entries.get_mut(place));
                    if let Some(OwnEntry::Filed(files) | OwnEntry::Sent(files)) = words {
                        *files += 1;
                    }
                }
                Kind::Answer => {
                    entries.extend(answers.next_if(|read| read.hash == entry.hash).map(OwnEntry::Answer));
                }
                Kind::Move => entries.push(OwnEntry::Moved),
                _ => {}
            }
        }
        entries
    }

    /// Where files of a message are sealed to.
    #[must_use]
    pub fn place(&self) -> FilePlace {
        let author = self.timeline.reporter().author();
        let binding = Binding { card: self.card.hash(), kind: Kind::Attachment, author };
        FilePlace { binding, recipient: self.recipient.clone() }
    }

    fn chain<'a>(&'a self, keys: &'a TokenKeys) -> Chain<'a> {
        Chain::resume(self.history.authority(), &self.card, keys.author(), None, Lane::Case, &self.timeline)
    }

    /// Seals a message with its files for whoever works on the case.
    pub fn message(
        &self,
        keys: &TokenKeys,
        text: &str,
        files: &Files,
        day: Day,
        rng: &dyn SecureRandom,
    ) -> Result<Vec<SealedEnvelope>, SealingError> {
        let mut chain = self.chain(keys);
        let message = Message { day, text: with_lf(text), attachments: files.list() };
        let mut envelopes = vec![self.seal(&mut chain, Kind::Message, to_json(&message).expose(), rng)?];
        envelopes.extend(files.envelopes(&mut chain));
        Ok(envelopes)
    }

    /// Seals the reporter's word that they withdraw.
    pub fn forget(&self, keys: &TokenKeys, day: Day, rng: &dyn SecureRandom) -> Result<SealedEnvelope, SealingError> {
        self.seal(&mut self.chain(keys), Kind::Forget, to_json(&Forget { day }).expose(), rng)
    }

    /// Moves the case to the token of `new_keys`, which alone can read and write in it from then on. The old token's
    /// reply seed goes with it, so that what was answered before stays readable.
    pub fn moved_to(
        &self,
        keys: &TokenKeys,
        new_keys: &TokenKeys,
        rng: &dyn SecureRandom,
    ) -> Result<SealedEnvelope, SealingError> {
        let new_author = new_keys.author().verifying_key();
        if self.timeline.reporter().was(&new_author) || self.history.member_of_key(&new_author).is_some() {
            return Err(SealingError::TokenUsed);
        }
        seal_move(&mut self.chain(keys), keys, new_keys, rng)
    }

    fn seal(
        &self,
        chain: &mut Chain<'_>,
        kind: Kind,
        content: &[u8],
        rng: &dyn SecureRandom,
    ) -> Result<SealedEnvelope, SealingError> {
        let text = Text::new(&chain.binding(kind), content, rng)?;
        let ciphertext = text.seal_to(&self.recipient)?;
        Ok(chain.push(kind, Sealed::text(text.commitment, ciphertext, None)))
    }
}

/// Opens a reply copy with the newest identity that it was sealed to: a copy that was sealed while the case moved is
/// for an older one.
fn open_reply(newest: &Identity, older: &[Identity], header: &Header, reply: &[u8]) -> Result<SecretBytes, OpenError> {
    let mut opened = Err(SealError::NotForThisIdentity.into());
    for identity in std::iter::once(newest).chain(older) {
        opened = open_text(identity, &header.binding(), &header.commitment, reply);
        if !matches!(opened, Err(OpenError::Seal(SealError::NotForThisIdentity))) {
            break;
        }
    }
    opened
}
