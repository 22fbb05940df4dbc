//! A file on its way from the network through sealing to the disk, in constant memory and never in the clear.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::{Intake, IntakeError};
use crate::blobs::PendingBlob;
use crate::protocol::bytes::Hash;
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::sealed::SealedFile;
use crate::secret::on_wiped_stack;

/// Pieces that may wait for the disk; the network is not read faster than they are written.
const PIECES: usize = 4;

enum Step {
    /// With its turn at a core, until it is sealed.
    Piece(Bytes, OwnedSemaphorePermit),
    End,
}

/// A file that is being sealed by a thread of its own, which has a turn at a core only while there is something to seal:
/// a client that sends slowly holds nobody up. Dropped before [`Upload::finish`], it leaves nothing behind.
pub struct Upload {
    cores: Arc<Semaphore>,
    steps: mpsc::Sender<Step>,
    sealed: JoinHandle<Result<Option<(SealedFile, PendingBlob)>, IntakeError>>,
}

/// A report or message that is being written, to which files are added.
pub trait TakesFiles {
    /// Where its files are sealed to.
    fn place(&self) -> FilePlace;

    /// Adds a file that has been stored, under what the reporter's device says of it.
    fn add(&mut self, file: StoredFile, name: String, media_type: String);

    /// How many files were added.
    fn files(&self) -> usize;
}

/// A file that is sealed and on disk, but not yet named by any row.
pub struct StoredFile {
    sealed: SealedFile,
    pub(super) blob: PendingBlob,
}

impl Intake {
    /// Starts to store a file that is sealed to `place`.
    pub fn upload(&self, place: FilePlace) -> Upload {
        let (steps, mut incoming) = mpsc::channel(PIECES);
        let (blobs, rng, day) = (self.blobs.clone(), self.rng.clone(), self.clock.today());
        let seal = move || {
            let mut sealer = place.sealer(blobs.create(&*rng)?, &*rng)?;
            while let Some(step) = incoming.blocking_recv() {
                match step {
                    Step::Piece(bytes, turn) => {
                        sealer.write_all(&bytes).map_err(crate::blobs::BlobError::from)?;
                        drop(turn);
                    }
                    Step::End => {
                        let (blob, sealed) = sealer.finish()?;
                        return Ok(Some((sealed, blob.finish(day)?)));
                    }
                }
            }
            Ok(None)
        };
        let sealed = tokio::task::spawn_blocking(|| on_wiped_stack(seal));
        Upload { cores: Arc::clone(&self.cores), steps, sealed }
    }
}

impl Upload {
    /// Hands over the next piece; waits while the disk is behind.
    pub async fn write(&mut self, piece: Bytes) -> Result<(), IntakeError> {
        let turn = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| IntakeError::Failed("cores"))?;
        if self.steps.send(Step::Piece(piece, turn)).await.is_ok() {
            return Ok(());
        }
        // The thread stops early only when it failed.
        (&mut self.sealed).await.map_err(|_| IntakeError::Failed("upload"))?.map(|_| ())
    }

    /// Seals the end and waits until the file is durable.
    pub async fn finish(self) -> Result<StoredFile, IntakeError> {
        let _ = self.steps.send(Step::End).await;
        let stored = self.sealed.await.map_err(|_| IntakeError::Failed("upload"))??;
        let (sealed, blob) = stored.ok_or(IntakeError::Failed("upload"))?;
        Ok(StoredFile { sealed, blob })
    }
}

impl StoredFile {
    /// Lists the file under what the reporter's device says of it.
    pub(super) fn list_in(&self, files: &mut Files, name: String, media_type: String) {
        files.add(self.sealed, Hash(self.blob.hash()), self.blob.size(), name, media_type);
    }
}
