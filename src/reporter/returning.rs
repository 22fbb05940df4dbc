//! A case opened with its token.

use std::sync::Arc;

use ring::rand::SecureRandom;

use super::authority::Authority;
use super::client::{Client, ReporterError};
use crate::protocol::files::Files;
use crate::protocol::own_case::OwnCase;
use crate::protocol::token::{Token, TokenArena, TokenKeys};
use crate::protocol::wire::reporter::{Locator, NewMessage, UploadId};

/// A case that was opened and checked.
pub struct Returned {
    /// The server it is on.
    pub client: Client,
    /// Whose case it is.
    pub authority: Authority,
    /// What the token makes possible.
    pub keys: TokenKeys,
    /// The case.
    pub case: OwnCase,
    /// Whether coming back has called off a *forget* that was asked for by text message.
    pub called_off: bool,
}

impl Returned {
    /// Asks `client` for the case of `token`, and checks all that it shows.
    pub fn open(client: Client, authority: Authority, token: &Token) -> Result<Self, ReporterError> {
        let keys = TokenKeys::derive(token, authority.history.authority(), &mut TokenArena::new());
        let (case, called_off) = fetch(&client, &authority, &keys)?;
        Ok(Self { client, authority, keys, case, called_off })
    }

    /// Finds the case at the server.
    #[must_use]
    pub fn locator(&self) -> Locator {
        Locator(self.keys.locator().clone())
    }

    /// Fetches it again, after somebody else wrote in it.
    pub fn reopen(&mut self) -> Result<(), ReporterError> {
        let (case, called_off) = fetch(&self.client, &self.authority, &self.keys)?;
        self.case = case;
        self.called_off |= called_off;
        Ok(())
    }

    /// Seals and sends a message with `files`, which were sealed to the case's place and sent as `upload`.
    pub fn message(
        &self,
        text: &str,
        files: &Files,
        upload: Option<UploadId>,
        rng: &dyn SecureRandom,
    ) -> Result<(), ReporterError> {
        let envelopes = self.case.message(&self.keys, text, files, self.authority.day, rng)?;
        let envelopes = envelopes.iter().map(Into::into).collect();
        self.client.message(&NewMessage { locator: self.locator(), envelopes, upload })
    }
}

/// The case, and whether a *forget* was called off.
fn fetch(client: &Client, authority: &Authority, keys: &TokenKeys) -> Result<(OwnCase, bool), ReporterError> {
    let shown = client.case(&Locator(keys.locator().clone()))?;
    let called_off = shown.called_off;
    let (card, envelopes) = shown.into_untrusted();
    Ok((OwnCase::open(Arc::clone(&authority.history), &card, envelopes, keys)?, called_off))
}
