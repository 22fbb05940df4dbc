//! What a hotline operator does: seals for a caller what they say, and reads answers out to them.
//!
//! For the caller the desk is a reporter's program: it asks the reporters' API, as `amparo report` and `amparo case` do.
//! Of what was written nothing stays here once it is sealed. The token stays until the caller has said a group of it
//! back, and not beyond a lock.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use ring::rand::SecureRandom;
use tokio::sync::mpsc;

use super::cases::Unlocked;
use crate::clean::Cleaning;
use crate::locale::Language;
use crate::protocol::content::{Channel, Record};
use crate::protocol::files::{FilePlace, Files};
use crate::protocol::manifest::Role;
use crate::protocol::report::DraftError;
use crate::protocol::sealed::SealingError;
use crate::protocol::token::Token;
use crate::protocol::wire::reporter::{NewReport, WireLimits};
use crate::questions::{Draft, FileLimits, Refusal, Verdict, original_name};
use crate::reporter::authority::{Authority, AuthorityError};
use crate::reporter::client::{Client, ReporterError};
use crate::reporter::filing::Filing;
use crate::reporter::pictures::{CleanCopy, Looked};
use crate::reporter::returning::Returned;
use crate::reporter::upload::{SendError, Uploading};
use crate::secret::{NoRandomness, random_bytes};

/// The largest picture that is cleaned, in bytes: cleaning takes the whole of it into memory.
const PICTURE_MAX: u64 = 64 << 20;

/// How often a message is sealed anew when the case has moved on meanwhile.
const TRIES: usize = 4;

/// Names one form, so that a second press of its button files nothing.
pub type FormNumber = [u8; 16];

/// Why nothing was filed or shown.
#[derive(Debug, thiserror::Error)]
pub enum HotlineError {
    /// The desk does not know where reporters go.
    #[error("this desk does not know the reporters' address; set `reporters` in its [desk] section and start it again")]
    NotSet,
    /// The reporters' server has another authority than the members' one.
    #[error(
        "the reporters' address belongs to another authority than the members' one; correct `reporters` in the desk's \
         settings"
    )]
    OtherAuthority,
    /// Its manifests do not hold, or have expired.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The server.
    #[error(transparent)]
    Client(#[from] ReporterError),
    /// Nothing can be sealed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A file could not be sealed or sent.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// The form has to be changed.
    #[error("the form has to be changed")]
    Refused(Vec<Refusal>),
    /// The browser stopped in the middle.
    #[error("the form did not arrive whole, so nothing was sent; send it again")]
    CutOff,
    /// It was sent before.
    #[error(
        "this report was sent already, and its token was shown once; it cannot be shown again. If the caller did not \
         note it, begin a new report"
    )]
    Again,
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl From<SendError> for HotlineError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Client(error) => error.into(),
            SendError::Sealing(error) => error.into(),
            SendError::Read(error) => match error.downcast::<TooLarge>() {
                Ok(TooLarge(limits)) => Self::Refused(vec![Refusal::FileLarge(limits)]),
                Err(_) => Self::CutOff,
            },
        }
    }
}

/// A file is larger than the server takes.
#[derive(Debug, thiserror::Error)]
#[error("the file is too large")]
struct TooLarge(FileLimits);

/// A token that the caller has not said back yet.
#[derive(Clone)]
pub struct Waiting {
    /// The token.
    pub token: Token,
    /// Which of its groups the caller is asked for, from 0.
    pub group: usize,
    /// The caller's language.
    pub language: Language,
}

/// Where reporters go, and the little that is kept between two pages.
pub struct Hotline {
    server: Option<String>,
    proxy: Option<String>,
    waiting: Mutex<Option<Waiting>>,
    sent: Mutex<BTreeSet<FormNumber>>,
}

impl Hotline {
    /// For the reporters' address `server`, through a `proxy` where one is given.
    pub fn new(server: Option<String>, proxy: Option<String>) -> Self {
        Self { server, proxy, waiting: Mutex::default(), sent: Mutex::default() }
    }

    /// The token that waits for its check.
    pub fn waiting(&self) -> Option<Waiting> {
        whole(&self.waiting).clone()
    }

    /// Drops the token: the caller has it, or the operator has ended the call.
    pub fn end(&self) {
        *whole(&self.waiting) = None;
    }

    fn client(&self) -> Result<Client, HotlineError> {
        let server = self.server.as_deref().ok_or(HotlineError::NotSet)?;
        Ok(Client::new(server, self.proxy.as_deref())?)
    }
}

/// A poisoned lock here guards a value that is whole at every moment.
fn whole<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part of a form's files on its way to be sealed.
pub enum Piece {
    /// A file begins: its name and type, as the operator's browser says.
    File(String, String),
    /// Some of its bytes.
    Bytes(Bytes),
    /// The form has come to its end.
    End,
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
            self.receive().map_err(|_| HotlineError::CutOff)?;
        }
        self.rest = Bytes::new();
        Ok(self.begun.take())
    }

    fn receive(&mut self) -> io::Result<()> {
        match self.pieces.blocking_recv() {
            Some(Piece::File(name, media_type)) => self.begun = Some((name, media_type)),
            Some(Piece::Bytes(bytes)) => self.rest = bytes,
            Some(Piece::End) => self.ended = true,
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
        let (Some(left), Some(of_file)) = left else { return Err(io::Error::other(TooLarge(self.limits))) };
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

/// A report that was sent.
pub struct Sent {
    /// Its token.
    pub waiting: Waiting,
    /// What was found in its files.
    pub files: Vec<ToldFile>,
    /// Whether the connection broke before the server confirmed.
    pub is_unsure: bool,
}

/// What was written down for a caller.
pub struct Call {
    /// What they said.
    pub draft: Draft,
    /// Their language.
    pub language: Language,
    /// What they said of the record.
    pub record: Record,
    /// The form it came with.
    pub number: FormNumber,
}

impl Unlocked {
    /// Whether the newest manifest has the member as a hotline operator.
    pub fn is_operator(&self) -> bool {
        let history = self.history();
        history.current().member(self.member()).is_some_and(|member| member.roles.contains(&Role::Hotline))
    }

    /// Whether cases of some unit are sealed for the member.
    pub fn reads_cases(&self) -> bool {
        let history = self.history();
        let manifest = history.current();
        manifest.units.iter().any(|unit| manifest.investigators(unit).any(|member| member.id == self.member()))
    }

    /// Asks the reporters' server for the authority's keys, which must be those that this desk knows.
    fn ask_as_reporter(&self) -> Result<(Client, Authority, WireLimits), HotlineError> {
        let client = self.hotline.client()?;
        let answer = client.manifests()?;
        let manifests = answer.manifests.into_iter().map(Into::into).collect();
        let known = self.history();
        let authority =
            Authority::check(manifests, |found| found == known.fingerprint(), Some(answer.today), self.today())?;
        if authority.history.authority() != known.authority() {
            return Err(HotlineError::OtherAuthority);
        }
        Ok((client, authority, answer.limits))
    }

    /// Seals and sends what was written down for a caller, with files as they arrive. The token waits for its check.
    pub fn file_for_caller(&self, call: &Call, arriving: Arriving) -> Result<Sent, HotlineError> {
        if !whole(&self.hotline.sent).insert(call.number) {
            return Err(HotlineError::Again);
        }
        let sent = self.seal_and_send(call, arriving);
        match &sent {
            Ok(sent) => *whole(&self.hotline.waiting) = Some(sent.waiting.clone()),
            // Nothing was filed: the same form may be sent again.
            Err(_) => drop(whole(&self.hotline.sent).remove(&call.number)),
        }
        sent
    }

    fn seal_and_send(&self, call: &Call, mut arriving: Arriving) -> Result<Sent, HotlineError> {
        let (client, authority, limits) = self.ask_as_reporter()?;
        authority.check_valid(self.today())?;
        let manifest = authority.history.current();
        let refusals = call.draft.refusals(manifest, &[]);
        if !refusals.is_empty() {
            return Err(HotlineError::Refused(refusals));
        }
        let refused = |refusal| HotlineError::Refused(vec![refusal]);
        let readers = call.draft.readers(manifest).map_err(refused)?;
        let mut filing = Filing::begin(&authority, &readers, self.rng())?;
        filing.set_record(call.record);
        let place = filing.place();
        let mut uploading = Uploading::new(&client);
        let mut told = Vec::new();
        let mut left = limits.submission_bytes;
        while let Some(label) = arriving.next_file()? {
            let of_file = limits.file_bytes;
            let shown = FileLimits { count: limits.files, bytes: of_file };
            let mut attaching = Attaching {
                uploading: &mut uploading,
                place: &place,
                files: filing.files(),
                limits: shown,
                rng: self.rng(),
            };
            let content = Limited { file: &mut arriving, left: &mut left, of_file, limits: shown };
            told.push(attaching.attach(content, label, call.draft.wants_originals())?);
        }
        let story = call.draft.story(Channel::Hotline, false, call.language);
        let (token, submission) = filing.finish(story, call.draft.identity().as_ref(), self.rng())?;
        let sent = client.report(&NewReport::new(&submission, uploading.upload()));
        // When nobody knows whether the server has it, the caller gets the token all the same.
        let is_unsure = sent.as_ref().is_err_and(ReporterError::may_be_done);
        if !is_unsure {
            sent?;
        }
        let [random] = random_bytes::<1>(self.rng())?;
        let waiting = Waiting { group: usize::from(random) % token.groups().len(), token, language: call.language };
        Ok(Sent { waiting, files: told, is_unsure })
    }

    /// The case of a caller's token.
    pub fn open_for_caller(&self, token: &Token) -> Result<Returned, HotlineError> {
        let (client, authority, _) = self.ask_as_reporter()?;
        Ok(Returned::open(client, authority, token)?)
    }

    /// Adds what a caller says to their case, and shows it again.
    pub fn say_for_caller(&self, token: &Token, text: &str) -> Result<Returned, HotlineError> {
        let mut returned = self.open_for_caller(token)?;
        for _ in 1..TRIES {
            match returned.message(text, &Files::default(), None, self.rng()) {
                Err(ReporterError::Conflict) => returned.reopen()?,
                sent => {
                    sent?;
                    // It is sent; a case that cannot be fetched again now is shown as it was.
                    let _ = returned.reopen();
                    return Ok(returned);
                }
            }
        }
        Err(ReporterError::Conflict.into())
    }
}

/// Where files of a call are attached.
struct Attaching<'a, 'c> {
    uploading: &'a mut Uploading<'c>,
    place: &'a FilePlace,
    files: &'a mut Files,
    limits: FileLimits,
    rng: &'a dyn SecureRandom,
}

impl Attaching<'_, '_> {
    /// Seals one file, cleaned where it is a picture, and its original where that is wanted.
    fn attach(
        &mut self,
        content: Limited,
        (name, media_type): (String, String),
        original: bool,
    ) -> Result<ToldFile, HotlineError> {
        let label = (name.clone(), media_type.clone());
        let verdict = match Looked::at(content, PICTURE_MAX).map_err(SendError::from)? {
            Looked::Picture(picture, cleaning) => {
                let verdict = Verdict::from(&cleaning);
                if let Cleaning::Cleaned { pieces, .. } = &cleaning {
                    self.seal(&mut CleanCopy::new(&picture, pieces), label)?;
                    if original {
                        self.seal(&mut &picture[..], (original_name(&name), media_type))?;
                    }
                } else {
                    self.seal(&mut &picture[..], label)?;
                }
                verdict
            }
            Looked::NoPicture(mut content, kind) => {
                self.seal(&mut content, label)?;
                Verdict::Cannot(kind)
            }
            Looked::TooLarge(mut content) => {
                self.seal(&mut content, label)?;
                Verdict::TooLarge
            }
        };
        Ok(ToldFile { name, verdict })
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
