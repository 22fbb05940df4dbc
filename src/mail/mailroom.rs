//! A letter becomes a case, in the assisted path: the server makes the token, seals, and forgets both.

use std::sync::Arc;

use bytes::Bytes;

use super::correspondent::{Correspondent, correspondent};
use super::message;
use super::reduce::{Bounds, Letter, LetterFile, reduce};
use super::reply::Replies;
use crate::clean::{Cleaning, clean, is_picture};
use crate::config::Config;
use crate::config::mail::MailAddress;
use crate::intake::upload::StoredFile;
use crate::intake::{Intake, IntakeError, TakesFiles};
use crate::locale::Language;
use crate::protocol::content::Channel;
use crate::protocol::files::FilePlace;
use crate::protocol::manifest::Manifest;
use crate::protocol::readers::{Readers, ReadersError};
use crate::protocol::report::Story;
use crate::secret::on_wiped_stack;

/// What letters become cases with.
pub struct Mailroom {
    intake: Arc<Intake>,
    addresses: Vec<MailAddress>,
    bounds: Bounds,
    replies: Option<Replies>,
}

/// Why letters cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum MailroomError {
    /// An address is for a unit that the authority does not have.
    #[error("{address} is for the unit {unit:?}, which the newest manifest does not have; correct mail.addresses")]
    NoUnit {
        /// The address.
        address: String,
        /// Id of the unit.
        unit: String,
    },
    /// An address answers in a language that Amparo does not speak.
    #[error("{address} answers in {language:?}, which Amparo does not speak; correct mail.addresses")]
    NoLanguage {
        /// The address.
        address: String,
        /// Its tag.
        language: String,
    },
}

/// Checks that each address has a unit and a language.
pub fn check_addresses(addresses: &[MailAddress], manifest: &Manifest) -> Result<(), MailroomError> {
    for MailAddress { address, unit, language } in addresses {
        if manifest.unit(unit).is_none() {
            return Err(MailroomError::NoUnit { address: address.clone(), unit: unit.clone() });
        }
        if Language::from_tag(language).is_none() {
            return Err(MailroomError::NoLanguage { address: address.clone(), language: language.clone() });
        }
    }
    Ok(())
}

/// A letter that has been read, and who gets the answers.
pub struct Read {
    letter: Letter,
    correspondent: Option<Correspondent>,
}

impl Mailroom {
    /// Letters go into `intake`, and answers out by `replies`, where there is somebody to hand them to.
    pub fn new(intake: Arc<Intake>, config: &Config, replies: Option<Replies>) -> Result<Self, MailroomError> {
        let addresses = config.mail.addresses.clone();
        check_addresses(&addresses, intake.history().current())?;
        let bounds = Bounds { text: config.limits.text_bytes.as_usize(), files: config.limits.files_per_submission };
        Ok(Self { intake, addresses, bounds, replies })
    }

    /// The address for reports that a mail server names.
    #[must_use]
    pub fn address(&self, name: &str) -> Option<&MailAddress> {
        self.addresses.iter().find(|own| own.address.eq_ignore_ascii_case(name))
    }

    /// Reads a letter that came from `sender`.
    pub async fn read(self: &Arc<Self>, sender: String, letter: Bytes) -> Read {
        let room = Arc::clone(self);
        let whole = letter.clone();
        let read = move || {
            let (header, _) = message::split(&letter);
            let correspondent = correspondent(&sender, header, &room.addresses);
            Read { letter: reduce(&letter, room.bounds), correspondent }
        };
        let read = tokio::task::spawn_blocking(|| on_wiped_stack(read));
        // A reader that gave up has lost nothing: the letter is kept as it came, and not answered.
        read.await.unwrap_or_else(|_| Read { letter: Letter::unread(&whole), correspondent: None })
    }

    /// Files what was read for an address; when it returns, it is durable. The answer is on its way then.
    pub async fn file(&self, read: &Read, address: &MailAddress) -> Result<(), IntakeError> {
        let Read { letter, correspondent } = read;
        let own = Language::from_tag(&address.language);
        let language = letter.language.or(own).unwrap_or_else(|| Language::negotiate(""));
        let readers = Readers::chosen(self.intake.history().current(), &address.unit, &[], false);
        let readers = readers.map_err(|error: ReadersError| IntakeError::Refused(error.to_string()))?;
        let mut filing = self.intake.begin(&readers).await?;
        for file in &letter.files {
            let stored = self.store(file, filing.place()).await?;
            filing.add(stored, file.name.clone(), file.media_type.clone());
        }
        let story = Story::of_words(Channel::Mail, language.tag(), letter.text.expose());
        let receipt = self.intake.submit(filing, story, None).await?;
        if let (Some(replies), Some(correspondent)) = (&self.replies, correspondent) {
            replies.send(correspondent, address, letter.language, &receipt);
        }
        Ok(())
    }

    async fn store(&self, file: &LetterFile, place: FilePlace) -> Result<StoredFile, IntakeError> {
        let content = file.content.clone();
        let mut upload = self.intake.upload(place);
        if let Some(pieces) = clean_copy(&content).await {
            for bytes in pieces.into_iter().flat_map(|piece| piece.shares(&content)) {
                upload.write(bytes).await?;
            }
        } else {
            upload.write(content).await?;
        }
        upload.finish().await
    }

    /// Waits until every answer has been handed over or dropped.
    pub async fn close(&self) {
        if let Some(replies) = &self.replies {
            replies.close().await;
        }
    }
}

/// A picture without its hidden data; `None` for what is none, or has none.
async fn clean_copy(content: &Bytes) -> Option<Vec<crate::clean::Piece>> {
    is_picture(&content[..content.len().min(crate::clean::HEAD)]).ok()?;
    let picture = content.clone();
    // A cleaner that gave up has made no copy.
    match tokio::task::spawn_blocking(move || clean(&picture)).await {
        Ok(Cleaning::Cleaned { pieces, .. }) => Some(pieces),
        _ => None,
    }
}
