//! What a hotline operator does: seals for a caller what they say, and reads answers out to them.
//!
//! For the caller the desk is a reporter's program: it asks the reporters' API, as `amparo report` and `amparo case` do.
//! Of what was written nothing stays here once it is sealed. The token stays until the caller has said a group of it
//! back, and not beyond a lock.

mod files;

pub use files::{Arriving, Piece, ToldFile};

use std::collections::BTreeSet;
use std::sync::Mutex;

use files::{Attaching, Halt};

use super::cases::Unlocked;
use super::whole::whole;
use crate::locale::Language;
use crate::protocol::content::{Channel, Record};
use crate::protocol::files::Files;
use crate::protocol::manifest::Role;
use crate::protocol::report::DraftError;
use crate::protocol::sealed::SealingError;
use crate::protocol::token::Token;
use crate::protocol::wire::reporter::{NewReport, WireLimits};
use crate::questions::{Draft, Refusal};
use crate::reporter::authority::{Authority, AuthorityError};
use crate::reporter::client::{Client, ReporterError};
use crate::reporter::filing::Filing;
use crate::reporter::returning::Returned;
use crate::reporter::upload::SendError;
use crate::secret::{NoRandomness, SecretText, random_bytes};

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
    /// The desk was locked in the middle.
    #[error("the desk was locked in the middle, so nothing was sent; unlock it and send it again, files too")]
    Locked,
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
            SendError::Read(error) => match error.downcast::<Halt>() {
                Ok(Halt::TooLarge(limits)) => Self::Refused(vec![Refusal::FileLarge(limits)]),
                Ok(Halt::Locked) => Self::Locked,
                Err(_) => Self::CutOff,
            },
        }
    }
}

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

/// A report that was sent.
pub struct Sent {
    /// Its token.
    pub waiting: Waiting,
    /// What was found in its files.
    pub files: Vec<ToldFile>,
    /// Whether the connection broke before the server confirmed.
    pub is_unsure: bool,
}

/// What a caller adds to their case.
pub struct Said {
    /// The words; may be empty when files come.
    pub text: SecretText,
    /// Whether originals of cleaned pictures are sealed too.
    pub originals: bool,
}

/// A message that was sent.
pub struct Added {
    /// The case, with it.
    pub returned: Returned,
    /// What was found in its files.
    pub files: Vec<ToldFile>,
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
        let originals = call.draft.wants_originals();
        let mut attaching = Attaching::new(&client, &limits, &place, filing.files(), self.rng());
        let told = attaching.attach_all(&mut arriving, originals)?;
        let upload = attaching.upload();
        let story = call.draft.story(Channel::Hotline, false, call.language);
        let (token, submission) = filing.finish(story, call.draft.identity().as_ref(), self.rng())?;
        self.check_unlocked()?;
        let sent = client.report(&NewReport::new(&submission, upload));
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

    /// Adds what a caller says to their case, with files as they arrive, and shows it again.
    pub fn say_for_caller(&self, token: &Token, said: &Said, mut arriving: Arriving) -> Result<Added, HotlineError> {
        let (client, authority, limits) = self.ask_as_reporter()?;
        let mut returned = Returned::open(client, authority, token)?;
        let place = returned.case.place();
        let mut files = Files::default();
        let mut attaching = Attaching::new(&returned.client, &limits, &place, &mut files, self.rng());
        let told = attaching.attach_all(&mut arriving, said.originals)?;
        let upload = attaching.upload();
        if said.text.expose().trim().is_empty() && files.is_empty() {
            return Err(HotlineError::Refused(vec![Refusal::MessageEmpty]));
        }
        for _ in 1..TRIES {
            self.check_unlocked()?;
            match returned.message(said.text.expose(), &files, upload, self.rng()) {
                Err(ReporterError::Conflict) => returned.reopen()?,
                sent => {
                    sent?;
                    // It is sent; a case that cannot be fetched again now is shown as it was.
                    let _ = returned.reopen();
                    return Ok(Added { returned, files: told });
                }
            }
            if !files.is_empty() && returned.case.place() != place {
                // There is a new key since the files were sealed, and they are gone from here.
                break;
            }
        }
        Err(ReporterError::Conflict.into())
    }

    fn check_unlocked(&self) -> Result<(), HotlineError> {
        if self.is_stopped() { Err(HotlineError::Locked) } else { Ok(()) }
    }
}
