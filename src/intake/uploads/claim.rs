//! From an upload to blobs that rows name.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;

use super::{Contents, Place, Uploads};
use crate::blobs::PendingBlob;
use crate::blobs::chunks::Uploaded;
use crate::clock::Day;
use crate::intake::{Intake, IntakeError, blocking};
use crate::protocol::envelope::SealedEnvelope;
use crate::protocol::sealed::Kind;
use crate::protocol::wire::reporter::UploadId;

/// An upload whose files are about to be named by rows: nobody else can reach it meanwhile.
pub(in crate::intake) struct Claim {
    uploads: Arc<Uploads>,
    place: Arc<Place>,
    contents: OwnedMutexGuard<Contents>,
    day: Day,
}

impl Intake {
    /// Takes an upload for a report or message.
    pub(in crate::intake) async fn claim(&self, upload: UploadId) -> Result<Claim, IntakeError> {
        let day = self.clock.today();
        let place = self.uploads.place(upload)?;
        let contents = self.uploads.lock(&place, day).await?;
        Ok(Claim { uploads: Arc::clone(&self.uploads), place, contents, day })
    }
}

impl Claim {
    /// Makes the files that the attachments among `envelopes` name into blobs. Keep what it yields until the commit.
    ///
    /// Refused when the n-th attachment is not file n, byte for byte.
    pub async fn keep(self, envelopes: &[SealedEnvelope]) -> Result<(Self, Vec<PendingBlob>), IntakeError> {
        let attachments = envelopes.iter().filter(|envelope| envelope.header.kind == Kind::Attachment);
        let named: Vec<_> = attachments.map(|envelope| (envelope.header.ciphertext.0, envelope.size)).collect();
        let files = &self.contents.files;
        let there = files.len() - files.iter().rev().take_while(|file| file.size() == 0).count();
        let same = |(file, (hash, size)): (&Uploaded, &([u8; 32], u64))| file.size() == *size && file.hash() == *hash;
        if named.len() != there || !files.iter().zip(&named).all(same) {
            let why = "the files of this upload are not the ones that the envelopes name; ask which chunks are there, \
                       drop what is wrong and send it again";
            return Err(IntakeError::Refused(why.to_owned()));
        }
        blocking(move || {
            let keep = |(number, file)| self.uploads.blobs.keep_uploaded(&self.place.name, number, file, self.day);
            let kept = self.contents.files.iter().take(there).enumerate().map(keep).collect::<Result<_, _>>()?;
            Ok((self, kept))
        })
        .await
    }

    /// Lets go of an upload whose files have been named; what cannot be removed now is dropped when idle.
    pub async fn done(self) {
        let Self { uploads, place, contents, day } = self;
        let _ = blocking(move || uploads.remove(&place, contents, day)).await;
    }
}
