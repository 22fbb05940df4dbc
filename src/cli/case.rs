//! `amparo case`: coming back with a token, without a browser.

use std::io::{self, IsTerminal, Read as _, Write as _};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::passphrase::{PassphraseArgs, PassphraseError};
use super::report::answers::{AnswersError, Interview, paragraph};
use super::report::attach::{AttachError, Attaching, Sink};
use super::report::chosen::Chosen;
use super::report::{new, token};
use super::serve::ServeError;
use super::text::plain;
use super::{CliError, Context, ServerArgs};
use crate::clock::Day;
use crate::http::reporter::name_of;
use crate::locale::{Language, Value};
use crate::protocol::files::Files;
use crate::protocol::fingerprint::TypedFingerprint;
use crate::protocol::own_case::OwnEntry;
use crate::protocol::sealed::SealingError;
use crate::protocol::token::{Token, TokenArena, TokenKeys, TokenTypo};
use crate::protocol::wire::reporter::{ForgetRequest, MoveRequest, WireLimits};
use crate::reporter::authority::{Authority, AuthorityError};
use crate::reporter::client::ReporterError;
use crate::reporter::returning::Returned;
use crate::secret::{NoRandomness, SecretText};

/// The longest message that is read, in bytes; what is longer cannot be sealed.
const TEXT_MAX: u64 = 1 << 20;

/// How often a message is sealed anew when the case has moved on meanwhile.
const TRIES: usize = 4;

/// What can be done in a case.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo case read --server https://reports.example --fingerprint \"01234 56789 …\"
  amparo case write --server … --fingerprint … --file photo.jpg
  amparo case move --server … --fingerprint …     takes a new token
  amparo case forget --server … --fingerprint …   gives up all access")]
pub enum CaseCommand {
    /// Read what the authority answered
    Read(Return),
    /// Add words and files
    Write(Write),
    /// Move the case to a new token that is made on this machine
    ///
    /// Whoever knew the old one, a server or a gateway, can then neither read answers nor speak in the case.
    Move(Return),
    /// Give up all access to the case; the authority keeps the report
    Forget(Forget),
}

/// `amparo case read`, `move`, and what all of them need.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo case read --server http://abc…xyz.onion --proxy socks5://127.0.0.1:9050 --fingerprint \"01234 56789 …\"
  amparo case move --server https://reports.example --fingerprint \"01234 56789 …\"")]
pub struct Return {
    #[command(flatten)]
    server: ServerArgs,
    /// The fingerprint on the authority's poster, in digits or in words
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: TypedFingerprint,
    /// Read the token from the first line of this file, which others must not be able to read, instead of asking
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The language of what is said: en, fr or ar
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = new::language)]
    language: Language,
}

/// `amparo case write`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo case write --server https://reports.example --fingerprint \"01234 56789 …\" --file photo.jpg
  amparo case write --server … --fingerprint … < message.txt")]
pub struct Write {
    #[command(flatten)]
    case: Return,
    /// Attach this file; hidden data is taken out of pictures, and it is said what was found; may be given several times
    #[arg(long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Seal the originals of pictures that were cleaned as well, as evidence
    #[arg(long)]
    originals: bool,
}

/// `amparo case forget`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo case forget --server https://reports.example --fingerprint \"01234 56789 …\"")]
pub struct Forget {
    #[command(flatten)]
    case: Return,
    /// Do not ask once more
    #[arg(long)]
    yes: bool,
}

/// Why nothing came of a return.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The token could not be asked for.
    #[error(transparent)]
    Ask(#[from] PassphraseError),
    /// It is not a token.
    #[error("{0}")]
    Typo(#[from] TokenTypo),
    /// The authority's keys do not hold.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The server refuses, or shows what does not hold.
    #[error(transparent)]
    Client(#[from] ReporterError),
    /// A file cannot be attached.
    #[error(transparent)]
    Attach(#[from] AttachError),
    /// The terminal cannot be used.
    #[error(transparent)]
    Terminal(#[from] AnswersError),
    /// There is nothing to send.
    #[error("there is neither a message nor a file; write one, or give --file")]
    Nothing,
    /// No randomness.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}

impl From<io::Error> for CaseError {
    fn from(error: io::Error) -> Self {
        Self::Terminal(error.into())
    }
}

impl From<SealingError> for CaseError {
    fn from(error: SealingError) -> Self {
        Self::Client(error.into())
    }
}

impl CaseCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        crate::process::harden().map_err(ServeError::from)?;
        Ok(match self {
            Self::Read(command) => command.read(context),
            Self::Write(command) => command.run(context),
            Self::Move(command) => command.move_case(context),
            Self::Forget(command) => command.run(context),
        }?)
    }
}

/// A case that was opened, and what its server takes.
struct Opened {
    returned: Returned,
    limits: WireLimits,
}

impl Return {
    fn open(&self, device: Day) -> Result<Opened, CaseError> {
        let client = self.server.client()?;
        let typed = PassphraseArgs { passphrase_file: self.token_file.clone() }.asked("Token: ")?;
        let token = Token::parse(typed.expose())?;
        let answer = client.manifests()?;
        let limits = answer.limits;
        let manifests = answer.manifests.into_iter().map(Into::into).collect();
        let authority = Authority::check(manifests, |found| self.fingerprint.is(found), Some(answer.today), device)?;
        let returned = Returned::open(client, authority, &token)?;
        if returned.called_off {
            writeln!(io::stderr(), "{}\n", self.language.locale().text("terminal-called-off"))?;
        }
        Ok(Opened { returned, limits })
    }

    fn read(&self, context: &mut Context) -> Result<(), CaseError> {
        let opened = self.open(context.clock.today())?.returned;
        let locale = self.language.locale();
        let (case, manifest) = (&opened.case, opened.authority.history.current());
        let (state, since) = case.state();
        let since = locale.text_with("state-since", &[("day", since.into())]);
        writeln!(context.out, "{} ({since})", locale.text(name_of(state)))?;
        let unit = manifest.unit(&case.card().card().unit).map_or("", |unit| self.language.pick(&unit.name.0));
        writeln!(context.out, "{}\n", plain(unit))?;
        for entry in case.entries() {
            self.show(context.out, &opened, &entry)?;
        }
        if case.unreadable() > 0 {
            let count = [("count", Value::Number(case.unreadable() as u64))];
            writeln!(context.out, "{}", locale.text_with("terminal-unreadable", &count))?;
        }
        Ok(())
    }

    fn show(&self, out: &mut dyn io::Write, opened: &Returned, entry: &OwnEntry) -> Result<(), CaseError> {
        let locale = self.language.locale();
        match entry {
            OwnEntry::Filed(_) => {
                let day = [("day", Value::Day(opened.case.card().card().day))];
                writeln!(out, "{}", locale.text_with("terminal-filed", &day))?;
            }
            OwnEntry::Moved => writeln!(out, "{}", locale.text("timeline-moved"))?,
            OwnEntry::Sent(_) => writeln!(out, "{}", locale.text("terminal-wrote"))?,
            OwnEntry::Answer(read) => {
                let member = opened.authority.history.member(read.member);
                let office = plain(member.map_or("", |member| self.language.pick(&member.title.0)));
                let values = [("day", Value::Day(read.answer.day)), ("office", (&*office).into())];
                writeln!(out, "{}", locale.text_with("terminal-answer", &values))?;
                for line in read.answer.text.lines() {
                    writeln!(out, "  {}", plain(line))?;
                }
                if let Some(state) = read.answer.state {
                    let state = locale.text(name_of(state));
                    writeln!(out, "  {}", locale.text_with("timeline-state", &[("state", (&*state).into())]))?;
                }
            }
        }
        Ok(())
    }

    fn move_case(&self, context: &mut Context) -> Result<(), CaseError> {
        let locale = self.language.locale();
        let opened = self.open(context.clock.today())?.returned;
        let token = Token::generate(&*context.rng)?;
        let keys = TokenKeys::derive(&token, opened.authority.history.authority(), &mut TokenArena::new());
        let envelope = opened.case.moved_to(&opened.keys, &keys, &*context.rng)?;
        let request =
            MoveRequest { locator: opened.locator(), locator_hash: keys.locator_hash(), envelope: (&envelope).into() };
        // Shown first: when the answer is lost, only this token may open the case.
        token::show(context.out, self.language, &token)?;
        context.out.flush()?;
        opened.client.move_case(&request)?;
        writeln!(context.out, "\n{}", locale.text("terminal-moved"))?;
        if io::stdin().is_terminal() {
            token::type_back(&mut io::stdin().lock(), &mut io::stderr(), self.language, &token, &*context.rng)?;
        }
        Ok(())
    }
}

impl Write {
    fn run(&self, context: &mut Context) -> Result<(), CaseError> {
        let locale = self.case.language.locale();
        let Opened { mut returned, limits } = self.case.open(context.clock.today())?;
        if io::stdin().is_terminal() {
            writeln!(io::stderr(), "{}", locale.text("terminal-message"))?;
        }
        let text = SecretText::new(typed()?);
        if text.expose().trim().is_empty() && self.files.is_empty() {
            return Err(CaseError::Nothing);
        }
        let chosen = self.chosen(&limits)?;
        let mut sent = send(&returned, &text, &chosen, context);
        for _ in 1..TRIES {
            if !matches!(sent, Err(CaseError::Client(ReporterError::Conflict))) {
                break;
            }
            returned.reopen()?;
            sent = send(&returned, &text, &chosen, context);
        }
        sent?;
        writeln!(context.out, "{}", locale.text("terminal-message-sent"))?;
        Ok(())
    }

    /// Looks at the files, says what was found, and asks for originals where somebody is there to answer.
    fn chosen(&self, limits: &WireLimits) -> Result<Chosen, CaseError> {
        let (mut output, language) = (io::stderr(), self.case.language);
        let mut chosen = Chosen::look(&self.files, self.originals, Some(limits))?;
        chosen.tell(&mut output, language)?;
        if io::stdin().is_terminal() && chosen.asks_for_originals() {
            let mut input = io::stdin().lock();
            chosen.originals = Interview { input: &mut input, output: &mut output, language }.originals()?;
            chosen.check(Some(limits))?;
        }
        Ok(chosen)
    }
}

fn send(returned: &Returned, text: &SecretText, chosen: &Chosen, context: &Context) -> Result<(), CaseError> {
    let rng = &*context.rng;
    let place = returned.case.place();
    let mut sink = Sink::server(&returned.client);
    let mut files = Files::default();
    chosen.seal(&mut Attaching { place: &place, files: &mut files, sink: &mut sink, rng })?;
    Ok(returned.message(text.expose(), &files, sink.upload(), rng)?)
}

impl Forget {
    fn run(&self, context: &mut Context) -> Result<(), CaseError> {
        let locale = self.case.language.locale();
        let opened = self.case.open(context.clock.today())?.returned;
        if !self.yes {
            write!(io::stderr(), "{} ", locale.text("terminal-forget"))?;
            let mut typed = String::new();
            io::stdin().read_line(&mut typed)?;
            if typed.trim() != "yes" {
                return Ok(writeln!(context.out, "{}", locale.text("terminal-not-forgotten"))?);
            }
        }
        let envelope = opened.case.forget(&opened.keys, opened.authority.day, &*context.rng)?;
        opened.client.forget(&ForgetRequest { locator: opened.locator(), envelope: (&envelope).into() })?;
        Ok(writeln!(context.out, "{}", locale.text("terminal-forgotten"))?)
    }
}

/// The message: what is typed on the terminal, or everything that is piped in.
fn typed() -> Result<String, CaseError> {
    if io::stdin().is_terminal() {
        return Ok(paragraph(&mut io::stdin().lock(), &mut io::stderr())?);
    }
    let mut text = String::new();
    io::stdin().take(TEXT_MAX).read_to_string(&mut text)?;
    Ok(text.trim_end().to_owned())
}
