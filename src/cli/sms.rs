//! `amparo sms`: trying out the conversation by text message, without a gateway.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::demo::DemoError;
use super::demo::authority::{self, AuthorityError};
use super::serve::{self, ServeError};
use super::text::plain;
use super::{CliError, Context};
use crate::config::Config;
use crate::config::sms::{LANGUAGES, Line};
use crate::folder;
use crate::locale::SmsLanguage;
use crate::process;
use crate::secret::SecretText;
use crate::sms::incoming::{Incoming, Number};
use crate::sms::text::fit::{Encoding, Fit, fit};
use crate::sms::{Service, ServiceError};

/// The telephone that is simulated, when none is named.
const PHONE: &str = "+15550199";

/// The number of the demonstration's unit.
const DEMO_NUMBER: &str = "+15550100";

/// The longest line that is read, in bytes.
const LINE_MAX: usize = 64 << 10;

/// What can be done about text messages.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  amparo sms simulate                  tries the conversation with throwaway keys
  amparo sms simulate --language fr    the same, answered in French")]
pub enum SmsCommand {
    /// Write text messages on this terminal and see how they are answered
    Simulate(Simulate),
}

/// `amparo sms simulate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo sms simulate
  amparo sms simulate --language ar
  amparo sms simulate --config copy.toml --number +15550100
  echo 'They asked for ten percent.' | amparo sms simulate

Each line is one text message; under each answer stands what it takes on the way. `:from +15550123` goes on from another
telephone. Without --config everything lies in the folder of amparo demo, where its desk reads what was sent. With
--config the reports are real: copy the data folder, and let storage.data in that file name the copy.")]
pub struct Simulate {
    /// The configuration of a server that does not run; throwaway keys without it
    #[arg(long, value_name = "FILE", conflicts_with = "dir")]
    config: Option<PathBuf>,
    /// The folder for throwaway keys and what is filed with them
    #[arg(long, value_name = "DIR", default_value = "amparo-demo")]
    dir: PathBuf,
    /// The number that is written to; the first in the configuration by default
    #[arg(long, value_name = "NUMBER")]
    number: Option<String>,
    /// The language of that number
    #[arg(long, value_name = "TAG", value_parser = LANGUAGES)]
    language: Option<String>,
    /// The telephone that is written from
    #[arg(long, value_name = "NUMBER", default_value = PHONE)]
    from: String,
}

/// Why nothing can be tried.
#[derive(Debug, thiserror::Error)]
pub enum SmsError {
    /// The service does not start.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// No number is configured.
    #[error("the configuration has no number that takes text messages; add one to `numbers` in its section [sms]")]
    NoNumber,
    /// Not a telephone number.
    #[error("{0:?} is not a telephone number; write up to 20 digits, after + for an international one")]
    Number(String),
    /// A line that no telephone sends.
    #[error("a line has more than {LINE_MAX} bytes, which no telephone sends; write shorter ones")]
    TooLong,
}

impl SmsCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let Self::Simulate(simulate) = self;
        process::harden().map_err(ServeError::from)?;
        serve::runtime()?.block_on(simulate.converse(context))
    }
}

impl Simulate {
    async fn converse(&self, context: &mut Context<'_>) -> Result<(), CliError> {
        let config = self.configuration(context)?;
        let (intake, _lock) = serve::open_intake(&config, &context.clock, context.rng.clone()).await?;
        let intake = Arc::new(intake);
        let service = Service::start(Arc::clone(&intake), &config).map_err(SmsError::from)?;
        let to = self.number.as_deref().or(config.sms.numbers.first().map(|line| line.number.as_str()));
        let to = number(to.ok_or(SmsError::NoNumber)?)?;
        let mut from = number(&self.from)?;
        let shows = io::stdin().is_terminal();
        if shows {
            writeln!(
                context.out,
                "From {} to {}. Each line is a text message; Ctrl-D ends.",
                from.expose(),
                to.expose()
            )?;
        }
        loop {
            if shows {
                write!(context.out, "> ")?;
                context.out.flush()?;
            }
            let Some(line) = tokio::task::spawn_blocking(read_line).await.map_err(io::Error::other)?? else { break };
            if let Some(other) = line.expose().strip_prefix(":from ") {
                from = number(other)?;
                continue;
            }
            let incoming = Incoming { from: from.clone(), to: to.clone(), text: line, part: None, id: None };
            for answer in service.handle(incoming).await {
                show(context, &answer)?;
            }
            context.out.flush()?;
        }
        service.finish().await;
        Ok(intake.close().await.map_err(ServeError::from)?)
    }

    fn configuration(&self, context: &Context<'_>) -> Result<Config, CliError> {
        let mut config = match &self.config {
            Some(file) => Config::load(file).map_err(ServeError::from)?,
            None => self.throwaway(context)?,
        };
        if let Some(language) = &self.language {
            config.sms.numbers.iter_mut().for_each(|line| line.language.clone_from(language));
        }
        Ok(config)
    }

    fn throwaway(&self, context: &Context<'_>) -> Result<Config, CliError> {
        let dir = std::path::absolute(&self.dir)?;
        folder::private(&dir).map_err(DemoError::from)?;
        let mut config = Config::for_folder(&dir);
        config.limits.spare_disk_bytes = crate::config::size::ByteSize::mib(16);
        let prepared = authority::prepare(&dir, &config.storage.keys, 0, &context.clock, &*context.rng);
        prepared.map_err(|error: AuthorityError| DemoError::from(error))?;
        let line = Line {
            number: self.number.clone().unwrap_or_else(|| DEMO_NUMBER.to_owned()),
            unit: "works".to_owned(),
            language: SmsLanguage::ENGLISH.tag().to_owned(),
            read: true,
        };
        config.sms.numbers = vec![line];
        Ok(config)
    }
}

fn number(text: &str) -> Result<Number, SmsError> {
    Number::parse(text).ok_or_else(|| SmsError::Number(plain(text)))
}

/// A line of standard input without its end; `None` at the end of all.
fn read_line() -> Result<Option<SecretText>, CliError> {
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(LINE_MAX + 1));
    let mut input = io::Read::take(io::stdin().lock(), LINE_MAX as u64 + 1);
    if input.read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    if bytes.len() > LINE_MAX {
        return Err(SmsError::TooLong.into());
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(Some(text.trim_end_matches(['\n', '\r']).into()))
}

/// An answer, line by line, and what it takes on the way.
fn show(context: &mut Context, answer: &SecretText) -> io::Result<()> {
    for line in answer.expose().lines() {
        writeln!(context.out, "  {}", plain(line))?;
    }
    let Fit { encoding, segments } = fit(answer.expose());
    let encoding = match encoding {
        Encoding::Gsm7 => "GSM-7",
        Encoding::Ucs2 => "UCS-2",
    };
    writeln!(context.out, "  ({encoding}, {segments} of at most 2 segments)\n")
}
