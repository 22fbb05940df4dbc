//! Files on their way into a report or message.

use std::io::Write;

use ring::rand::SecureRandom;

use super::bytes::Hash;
use super::content::Attachment;
use super::envelope::{Chain, Sealed, SealedEnvelope};
use super::recipient::Recipient;
use super::sealed::{AttachmentSealer, Binding, Kind, SealedFile, SealingError};

/// Where the files of one report or message are sealed to; cheap to hand to another thread.
#[derive(Clone, PartialEq, Eq)]
pub struct FilePlace {
    pub(super) binding: Binding,
    pub(super) recipient: Recipient,
}

impl FilePlace {
    /// Starts sealing one file; the ciphertext goes to `out`.
    pub fn sealer<W: Write>(&self, out: W, rng: &dyn SecureRandom) -> Result<AttachmentSealer<W>, SealingError> {
        AttachmentSealer::new(&self.binding, &self.recipient, out, rng)
    }
}

/// The files sealed so far.
#[derive(Default)]
pub struct Files(Vec<(Attachment, SealedFile, u64)>);

impl Files {
    /// Adds a sealed file: the chunked hash and size of its ciphertext, and what the reporter's device says of it.
    pub fn add(&mut self, sealed: SealedFile, hash: Hash, size: u64, name: String, media_type: String) {
        self.0.push((Attachment { hash, name, media_type, size: sealed.length }, sealed, size));
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn list(&self) -> Vec<Attachment> {
        self.0.iter().map(|(attachment, ..)| attachment.clone()).collect()
    }

    pub(super) fn envelopes(&self, chain: &mut Chain<'_>) -> Vec<SealedEnvelope> {
        let seal = |(attachment, sealed, size): &(Attachment, SealedFile, u64)| {
            let (hash, size, commitment) = (attachment.hash, *size, sealed.commitment);
            chain.push(Kind::Attachment, Sealed { hash, size, commitment, ciphertext: None, reply: None })
        };
        self.0.iter().map(seal).collect()
    }
}
