//! A report while it is made on this machine.

use ring::rand::SecureRandom;

use super::authority::Authority;
use crate::protocol::content::{IdentityCard, Record};
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::readers::Readers;
use crate::protocol::report::{Draft, DraftError, Story, Submission};
use crate::protocol::token::{Token, TokenArena, TokenKeys};

/// A report whose token is made and whose case is fixed, so that its files can be sealed.
pub struct Filing {
    token: Token,
    draft: Draft,
}

impl Filing {
    /// Makes the token, and seals the case key for `readers`.
    pub fn begin(authority: &Authority, readers: &Readers, rng: &dyn SecureRandom) -> Result<Self, DraftError> {
        let history = &authority.history;
        let token = Token::generate(rng)?;
        let keys = TokenKeys::derive(&token, history.authority(), &mut TokenArena::new());
        let draft = Draft::begin(history, &readers.unit, &readers.left_out, &keys, authority.day, rng)?;
        Ok(Self { token, draft })
    }

    /// Where its files are sealed to.
    #[must_use]
    pub fn place(&self) -> FilePlace {
        self.draft.place()
    }

    /// Its files so far.
    pub fn files(&mut self) -> &mut Files {
        &mut self.draft.files
    }

    /// Says what became of the written record, where somebody wrote it down for the reporter.
    pub fn set_record(&mut self, record: Record) {
        self.draft.record = Some(record);
    }

    /// Seals the words around the files.
    pub fn finish(
        self,
        story: Story,
        identity: Option<&IdentityCard>,
        rng: &dyn SecureRandom,
    ) -> Result<(Token, Submission), DraftError> {
        Ok((self.token, self.draft.finish(story, identity, rng)?))
    }
}
