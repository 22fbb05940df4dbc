//! One chunk on its way to the disk.

use std::io::Write;
use std::sync::Arc;

use bytes::Bytes;
use ring::digest;
use tokio::sync::{mpsc, oneshot, watch};

use super::{CHUNK, Place, Room};
use crate::blobs::chunks::{ChunkWriter, UploadName, Uploaded};
use crate::blobs::{BlobError, Blobs};
use crate::clock::Day;
use crate::intake::{Intake, IntakeError};
use crate::protocol::wire::reporter::UploadId;

/// Pieces that may wait for the disk; the network is not read faster than they are written.
const PIECES: usize = 4;

enum Step {
    Piece(Bytes),
    End,
}

/// A chunk that is being taken; dropped before [`ChunkUpload::finish`], it leaves nothing behind.
pub struct ChunkUpload {
    place: Arc<Place>,
    file: usize,
    size: u64,
    /// Not there yet, so that what comes makes the upload larger.
    is_new: bool,
    newcomers: watch::Receiver<(u64, Option<usize>)>,
    steps: mpsc::Sender<Step>,
    done: oneshot::Receiver<Result<(), IntakeError>>,
}

impl Intake {
    /// Begins to take a chunk of a file. [`IntakeError::Conflict`] when it is not the next one nor one that is there;
    /// [`IntakeError::TooLarge`] when the file, its upload or their number would grow beyond the limits.
    pub async fn begin_chunk(&self, upload: UploadId, file: usize, chunk: u64) -> Result<ChunkUpload, IntakeError> {
        let limits = &self.uploads.limits;
        if file >= limits.files {
            return Err(IntakeError::TooLarge);
        }
        let day = self.clock.today();
        let place = self.uploads.place(upload)?;
        place.announce(Some(file));
        let newcomers = place.newcomers.subscribe();
        let mut contents = self.uploads.lock(&place, day).await?;
        if contents.files.len() <= file {
            contents.files.resize_with(file + 1, Uploaded::default);
        }
        let uploaded = contents.files[file].clone();
        let sink = match uploaded.chunk(chunk) {
            Some(known) => Sink::Known(known),
            None if chunk == uploaded.chunks() && !uploaded.has_ended() => {
                self.check_space()?;
                let together: u64 = contents.files.iter().map(Uploaded::size).sum();
                let left = limits.file.saturating_sub(uploaded.size()).min(limits.upload.saturating_sub(together));
                if left == 0 {
                    return Err(IntakeError::TooLarge);
                }
                let room = self.uploads.room(&place, CHUNK, day).await?;
                Sink::New { room, left: left.min(CHUNK) }
            }
            None => return Err(IntakeError::Conflict),
        };
        let is_new = matches!(sink, Sink::New { .. });
        let (steps, incoming) = mpsc::channel(PIECES);
        let (answer, done) = oneshot::channel();
        let (blobs, name) = (self.blobs.clone(), place.name);
        tokio::task::spawn_blocking(move || {
            let taken = take(&blobs, &name, file, &uploaded, sink, incoming, day).map(|taken| {
                if let Some((chunk, size, mut room)) = taken {
                    contents.files[file].push(chunk, size);
                    contents.room.take_over(&mut room, size);
                }
            });
            drop(contents);
            // A client that has gone asks again.
            let _ = answer.send(taken);
        });
        Ok(ChunkUpload { place, file, size: 0, is_new, newcomers, steps, done })
    }
}

/// Where a chunk goes.
enum Sink {
    /// It is there already and is only compared.
    Known([u8; 32]),
    /// To the disk, so many bytes at most.
    New { room: Room, left: u64 },
}

/// Takes the pieces of a chunk; `None` when it was there already.
fn take(
    blobs: &Blobs,
    name: &UploadName,
    file: usize,
    uploaded: &Uploaded,
    sink: Sink,
    mut incoming: mpsc::Receiver<Step>,
    day: Day,
) -> Result<Option<([u8; 32], u64, Room)>, IntakeError> {
    let mut writer: Option<ChunkWriter> = match sink {
        Sink::New { .. } => Some(blobs.begin_chunk(name, file, uploaded)?),
        Sink::Known(_) => None,
    };
    let mut context = digest::Context::new(&digest::SHA256);
    let mut size = 0;
    loop {
        match incoming.blocking_recv() {
            Some(Step::Piece(piece)) => {
                size += piece.len() as u64;
                if matches!(sink, Sink::New { left, .. } if size > left) {
                    return Err(IntakeError::TooLarge);
                }
                context.update(&piece);
                if let Some(writer) = &mut writer {
                    writer.write_all(&piece).map_err(BlobError::from)?;
                }
            }
            Some(Step::End) => break,
            None => return Err(IntakeError::Failed("upload")),
        }
    }
    let mut chunk = [0; 32];
    chunk.copy_from_slice(context.finish().as_ref());
    match (sink, writer) {
        (Sink::Known(known), _) => {
            if known == chunk {
                Ok(None)
            } else {
                Err(IntakeError::Conflict)
            }
        }
        (Sink::New { .. }, _) if size == 0 => Err(IntakeError::Refused("a chunk holds at least one byte".to_owned())),
        (Sink::New { room, .. }, writer) => {
            writer.map_or(Ok(()), |writer| writer.finish(day))?;
            Ok(Some((chunk, size, room)))
        }
    }
}

impl ChunkUpload {
    /// Waits until another request for the same file has come, or the upload has to give way.
    pub async fn superseded(&mut self) {
        let file = self.file;
        // The list of uploads keeps the sender while the upload lives, and this keeps the upload.
        while self.newcomers.changed().await.is_ok() {
            if self.newcomers.borrow_and_update().1.is_none_or(|newest| newest == file) {
                return;
            }
        }
    }

    /// Hands over the next piece; waits while the disk is behind.
    pub async fn write(&mut self, piece: Bytes) -> Result<(), IntakeError> {
        self.size += piece.len() as u64;
        if self.size > CHUNK {
            return Err(IntakeError::TooLarge);
        }
        if self.is_new {
            self.place.growth().add(piece.len() as u64);
        }
        if self.steps.send(Step::Piece(piece)).await.is_ok() {
            return Ok(());
        }
        // The thread stops early only when it failed.
        (&mut self.done).await.map_err(|_| IntakeError::Failed("upload"))?
    }

    /// Waits until the chunk is on the disk, or known to be the one that is there.
    pub async fn finish(self) -> Result<(), IntakeError> {
        let _ = self.steps.send(Step::End).await;
        self.done.await.map_err(|_| IntakeError::Failed("upload"))?
    }
}
