//! Files of a call on their way to be sealed: from the operator's browser, piece by piece, to the server.

use std::io::{self, Read};

use bytes::Bytes;
use ring::rand::SecureRandom;
use tokio::sync::mpsc;

use super::HotlineError;
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::wire::reporter::{UploadId, WireLimits};
use crate::questions::{FileLimits, Refusal, Verdict, original_name};
use crate::reporter::client::Client;
use crate::reporter::pictures::Looked;
use crate::reporter::upload::{SendError, Uploading};

/// The largest picture that is cleaned, in bytes: cleaning takes the whole of it into memory.
const PICTURE_MAX: u64 = 64 << 20;

/// Why no more is read of a file; it stands inside an error of the system's kind.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    /// It is larger than the server takes.
    #[error("the file is too large")]
    TooLarge(FileLimits),
    /// The desk was locked.
    #[error("the desk was locked")]
    Locked,
}

/// A part of a form's files on its way to be sealed.
pub enum Piece {
    /// A file begins: its name and type, as the operator's browser says.
    File(String, String),
    /// Some of its bytes.
    Bytes(Bytes),
    /// The form has come to its end.
    End,
    /// The desk was locked, so that nothing more is to be sealed.
    Locked,
}

/// The files of a form as they come.
pub struct Arriving {
    pieces: mpsc::Receiver<Piece>,
    begun: Option<(String, String)>,
    rest: Bytes,
    ended: bool,
}

impl Arriving {
    /// What comes through `pieces`.
    pub fn new(pieces: mpsc::Receiver<Piece>) -> Self {
        Self { pieces, begun: None, rest: Bytes::new(), ended: false }
    }

    /// The next file's name and type; `None` at the end of the form.
    fn next_file(&mut self) -> Result<Option<(String, String)>, HotlineError> {
        while self.begun.is_none() && !self.ended {
            self.receive().map_err(SendError::Read)?;
        }
        self.rest = Bytes::new();
        Ok(self.begun.take())
    }

    fn receive(&mut self) -> io::Result<()> {
        match self.pieces.blocking_recv() {
            Some(Piece::File(name, media_type)) => self.begun = Some((name, media_type)),
            Some(Piece::Bytes(bytes)) => self.rest = bytes,
            Some(Piece::End) => self.ended = true,
            Some(Piece::Locked) => return Err(io::Error::other(Halt::Locked)),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        Ok(())
    }
}

impl Read for Arriving {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.rest.is_empty() && self.begun.is_none() && !self.ended {
            self.receive()?;
        }
        let length = self.rest.len().min(out.len());
        out[..length].copy_from_slice(&self.rest.split_to(length));
        Ok(length)
    }
}

/// Reads no more than the server takes.
struct Limited<'a> {
    file: &'a mut Arriving,
    left: &'a mut u64,
    of_file: u64,
    limits: FileLimits,
}

impl Read for Limited<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(out)?;
        let left = (self.left.checked_sub(length as u64), self.of_file.checked_sub(length as u64));
        let (Some(left), Some(of_file)) = left else { return Err(io::Error::other(Halt::TooLarge(self.limits))) };
        (*self.left, self.of_file) = (left, of_file);
        Ok(length)
    }
}

/// What was found in a file, by its name.
pub struct ToldFile {
    /// The file's name.
    pub name: String,
    /// What was found in it.
    pub verdict: Verdict,
}

/// Where files of a call are attached.
pub(super) struct Attaching<'a> {
    uploading: Uploading<'a>,
    place: &'a FilePlace,
    files: &'a mut Files,
    limits: FileLimits,
    /// Bytes that the server still takes.
    left: u64,
    rng: &'a dyn SecureRandom,
}

impl<'a> Attaching<'a> {
    /// To be sealed to `place`, sent to `client`'s server and listed in `files`.
    pub(super) fn new(
        client: &'a Client,
        limits: &WireLimits,
        place: &'a FilePlace,
        files: &'a mut Files,
        rng: &'a dyn SecureRandom,
    ) -> Self {
        let shown = FileLimits { count: limits.files, bytes: limits.file_bytes };
        let uploading = Uploading::new(client);
        Self { uploading, place, files, limits: shown, left: limits.submission_bytes, rng }
    }

    /// Seals and sends all that arrives, cleaned where it is a picture, and its original where that is wanted.
    pub(super) fn attach_all(
        &mut self,
        arriving: &mut Arriving,
        originals: bool,
    ) -> Result<Vec<ToldFile>, HotlineError> {
        let mut told = Vec::new();
        while let Some((name, media_type)) = arriving.next_file()? {
            let (of_file, limits) = (self.limits.bytes, self.limits);
            let mut left = self.left;
            let content = Limited { file: arriving, left: &mut left, of_file, limits };
            let looked = Looked::at(content, None, PICTURE_MAX).map_err(SendError::from)?;
            let verdict = looked.cleaning().map_or(Verdict::TooLarge, Verdict::from);
            looked.seal(originals, |content, is_original| {
                let name = if is_original { original_name(&name) } else { name.clone() };
                self.seal(content, (name, media_type.clone()))
            })?;
            self.left = left;
            told.push(ToldFile { name, verdict });
        }
        Ok(told)
    }

    /// The place at the server, when a file was sent there.
    pub(super) fn upload(&self) -> Option<UploadId> {
        self.uploading.upload()
    }

    fn seal(&mut self, content: &mut dyn Read, label: (String, String)) -> Result<(), HotlineError> {
        if self.files.len() as u64 >= self.limits.count {
            return Err(HotlineError::Refused(vec![Refusal::FilesMany(self.limits)]));
        }
        Ok(self.uploading.seal(content, self.place, self.files, label, self.rng)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arriving(pieces: Vec<Piece>) -> Arriving {
        let (out, arriving) = mpsc::channel(16);
        for piece in pieces {
            out.try_send(piece).unwrap_or_else(|_| panic!("there is room for 16"));
        }
        Arriving::new(arriving)
    }

    fn file(name: &str) -> Piece {
        Piece::File(name.to_owned(), "audio/ogg".to_owned())
    }

    fn bytes(text: &'static str) -> Piece {
        Piece::Bytes(Bytes::from_static(text.as_bytes()))
    }

    #[test]
    fn files_come_one_after_another_and_a_form_that_breaks_off_is_told() {
        let mut whole =
            arriving(vec![file("a"), bytes("one"), bytes(" two"), file("b"), file("c"), bytes("three"), Piece::End]);
        for (name, content) in [("a", "one two"), ("b", ""), ("c", "three")] {
            assert_eq!(whole.next_file().unwrap().unwrap().0, name);
            let mut read = String::new();
            whole.read_to_string(&mut read).unwrap();
            assert_eq!(read, content);
        }
        assert!(whole.next_file().unwrap().is_none());
        let mut cut = arriving(vec![file("a"), bytes("one")]);
        cut.next_file().unwrap();
        let error = io::copy(&mut cut, &mut io::sink()).unwrap_err();
        assert!(matches!(HotlineError::from(SendError::from(error)), HotlineError::CutOff));
        assert!(matches!(arriving(Vec::new()).next_file(), Err(HotlineError::CutOff)));
        assert!(matches!(arriving(vec![Piece::Locked]).next_file(), Err(HotlineError::Locked)));
        let mut locked = arriving(vec![file("a"), bytes("one"), Piece::Locked, bytes("two"), Piece::End]);
        locked.next_file().unwrap();
        let error = io::copy(&mut locked, &mut io::sink()).unwrap_err();
        assert!(matches!(HotlineError::from(SendError::from(error)), HotlineError::Locked));
    }

    #[test]
    fn no_more_is_read_than_the_server_takes() {
        let limits = FileLimits { count: 1, bytes: 5 };
        for (of_file, left, fits) in [(5, 5, true), (4, 5, false), (5, 4, false)] {
            let mut file = arriving(vec![file("a"), bytes("on"), bytes("e 2"), Piece::End]);
            file.next_file().unwrap();
            let mut left = left;
            let copied = io::copy(&mut Limited { file: &mut file, left: &mut left, of_file, limits }, &mut io::sink());
            assert_eq!(copied.is_ok(), fits);
            if let Err(error) = copied {
                let told = HotlineError::from(SendError::from(error));
                assert!(matches!(told, HotlineError::Refused(refusals) if refusals == [Refusal::FileLarge(limits)]));
            }
        }
    }
}
