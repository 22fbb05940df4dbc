//! `amparo report new`: seals a report on this machine, and sends it or saves it.

use std::fs::File;
use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use ring::rand::SecureRandom;
use zeroize::Zeroizing;

use super::answers::{Answers, Interview};
use super::attach::{Attaching, Parked, Sink};
use super::chosen::Chosen;
use super::{ReportError, token};
use crate::cli::Context;
use crate::cli::files::{FileError, PRIVATE, refuse_existing};
use crate::cli::text::plain;
use crate::clock::Day;
use crate::keys_folder;
use crate::locale::Language;
use crate::protocol::content::{Answers as Fields, Channel};
use crate::protocol::fingerprint::TypedFingerprint;
use crate::protocol::manifest::Manifest;
use crate::protocol::readers::Readers;
use crate::protocol::report::{DraftError, Story, Submission};
use crate::protocol::token::Token;
use crate::protocol::wire::file;
use crate::protocol::wire::reporter::{NewReport, WireLimits};
use crate::questions::Question;
use crate::reporter::authority::Authority;
use crate::reporter::client::{Client, ReporterError};
use crate::reporter::filing::Filing;

/// `amparo report new`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo report new --server https://reports.example --fingerprint \"01234 56789 …\"
  amparo report new --server http://abc…xyz.onion --proxy socks5://127.0.0.1:9050 \\
      --fingerprint \"01234 56789 …\" --file invoice.pdf
  amparo report new --keys manifests/ --fingerprint \"01234 56789 …\" --save report.amparo

A file for --answers, in which only `what` must stand:
  unit = \"works\"
  category = \"procurement\"
  danger = \"no\"
  what = \"\"\"The contract was signed before the tender.\"\"\"
  left_out = [\"8f3c01d2a4b5c6d7\"]
  unsaid = false  (true: somebody in that unit is involved, and you would rather not say who)
Others are when, where, who, how_much, how_known, told, name, contact, safe_contact.")]
pub struct New {
    /// The reporters' address of the server, for the authority's keys and to send the report to
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    #[arg(long, value_name = "URL", requires = "server", help = "Speak to it through this SOCKS proxy, such as Tor's")]
    proxy: Option<String>,
    /// Take the authority's keys from this folder of manifests instead of asking the server
    #[arg(long, value_name = "FOLDER", required_unless_present = "server")]
    keys: Option<PathBuf>,
    /// The fingerprint on the authority's poster, in digits or in words
    #[arg(long, value_name = "FINGERPRINT")]
    fingerprint: TypedFingerprint,
    /// Read the answers from this file instead of asking
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Attach this file; hidden data is taken out of pictures, and it is said what was found; may be given several times
    #[arg(long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Seal the originals of pictures that were cleaned as well, as evidence
    #[arg(long)]
    originals: bool,
    /// Save the sealed report here instead of sending it; the file must not exist
    #[arg(long, value_name = "FILE", required_unless_present = "server")]
    save: Option<PathBuf>,
    /// The language of the questions: en, fr or ar
    #[arg(long, value_name = "LANGUAGE", default_value = "en", value_parser = language)]
    language: Language,
}

/// A language by its tag.
pub(in crate::cli) fn language(tag: &str) -> Result<Language, String> {
    let all = || Language::all().map(Language::tag).collect::<Vec<_>>().join(", ");
    Language::from_tag(tag).ok_or_else(|| format!("there is no such language; choose one of {}", all()))
}

impl New {
    pub(super) fn run(self, context: &mut Context) -> Result<(), ReportError> {
        if let Some(path) = &self.save {
            refuse_existing(path)?;
        }
        let client = self.server.as_deref().map(|server| Client::new(server, self.proxy.as_deref())).transpose()?;
        let device = context.clock.today();
        let (authority, limits) = self.authority(client.as_ref(), device)?;
        authority.check_valid(device)?;
        let mut chosen = Chosen::look(&self.files, self.originals, limits.as_ref())?;

        let mut input = io::stdin().lock();
        let (answers, readers) = self.answers(&mut input, authority.history.current())?;
        chosen.tell(&mut io::stderr(), self.language)?;
        if self.answers.is_none() && chosen.asks_for_originals() {
            let mut output = io::stderr();
            chosen.originals =
                Interview { input: &mut input, output: &mut output, language: self.language }.originals()?;
            chosen.check(limits.as_ref())?;
        }
        let mut sink = match (&self.save, client.as_ref()) {
            (Some(path), _) => Sink::Disk(Parked::beside(path, &*context.rng)?),
            (None, Some(client)) => Sink::server(client),
            (None, None) => return Err(ReportError::Nowhere),
        };
        let (token, submission) = self.seal(&answers, &readers, &chosen, &authority, &mut sink, &*context.rng)?;
        drop(answers);
        self.deliver(&token, &submission, sink, context)?;
        self.say_who_reads(context.out, authority.history.current(), &readers)?;
        token::show(context.out, self.language, &token)?;
        context.out.flush()?;
        if io::stdin().is_terminal() {
            token::type_back(&mut input, &mut io::stderr(), self.language, &token, &*context.rng)?;
            writeln!(context.out, "\n{}", self.language.locale().text("terminal-screen"))?;
        }
        Ok(())
    }

    fn authority(&self, client: Option<&Client>, device: Day) -> Result<(Authority, Option<WireLimits>), ReportError> {
        let (manifests, served, limits) = match (&self.keys, client) {
            (Some(folder), _) => (keys_folder::read(folder)?, None, None),
            (None, Some(client)) => {
                let answer = client.manifests()?;
                let manifests = answer.manifests.into_iter().map(Into::into).collect();
                (manifests, Some(answer.today), Some(answer.limits))
            }
            (None, None) => return Err(ReportError::Nowhere),
        };
        let authority = Authority::check(manifests, |found| self.fingerprint.is(found), served, device)?;
        Ok((authority, limits))
    }

    /// Everything that is said and asked for, before anything is sealed.
    fn answers(
        &self,
        input: &mut dyn BufRead,
        manifest: &Manifest,
    ) -> Result<(Zeroizing<Answers>, Readers), ReportError> {
        let mut output = io::stderr();
        let answers = if let Some(path) = &self.answers {
            Answers::read(path)?
        } else {
            let mut answers = Zeroizing::new(Answers::default());
            let mut interview = Interview { input, output: &mut output, language: self.language };
            interview.complete(&mut answers, manifest)?;
            answers
        };
        answers.check()?;
        let readers = answers.readers(manifest)?;
        if answers.identity().is_some() && !readers.opens_names {
            return Err(DraftError::TooFewCustodians.into());
        }
        Ok((answers, readers))
    }

    /// The part of the receipt that the pages have as well, in the same words.
    fn say_who_reads(&self, output: &mut dyn Write, manifest: &Manifest, readers: &Readers) -> io::Result<()> {
        let locale = self.language.locale();
        let unit = |id: &str| manifest.unit(id).map_or("", |unit| self.language.pick(&unit.name.0));
        writeln!(output, "\n{}: {}", locale.text("receipt-unit"), plain(unit(&readers.unit)))?;
        if let Some(chosen) = &readers.instead_of {
            let chosen = plain(unit(chosen));
            writeln!(output, "{}", locale.text_with("receipt-instead", &[("unit", (&*chosen).into())]))?;
        }
        for (title, members) in [("conflict-reads", &readers.readers), ("conflict-cannot", &readers.left_out)] {
            if members.is_empty() {
                continue;
            }
            writeln!(output, "{}:", locale.text(title))?;
            for member in members.iter().filter_map(|id| manifest.member(*id)) {
                writeln!(output, "  {}", plain(self.language.pick(&member.title.0)))?;
            }
        }
        Ok(())
    }

    fn seal(
        &self,
        answers: &Answers,
        readers: &Readers,
        chosen: &Chosen,
        authority: &Authority,
        sink: &mut Sink,
        rng: &dyn SecureRandom,
    ) -> Result<(Token, Submission), ReportError> {
        let mut filing = Filing::begin(authority, readers, rng)?;
        let place = filing.place();
        chosen.seal(&mut Attaching { place: &place, files: filing.files(), sink, rng })?;
        let mut fields = Fields::default();
        for question in Question::ALL {
            let name = question.field.name();
            fields.insert(name, answers.answer(name).to_owned());
        }
        let story = Story {
            channel: Channel::Cli,
            assisted: false,
            language: self.language.tag().to_owned(),
            category: answers.category()?.to_owned(),
            fields,
            danger: answers.danger()?,
        };
        Ok(filing.finish(story, answers.identity().as_ref(), rng)?)
    }

    /// Sends or saves what was sealed. When it is unknown whether the server has it, the token is shown all the same.
    fn deliver(
        &self,
        token: &Token,
        submission: &Submission,
        sink: Sink,
        context: &mut Context,
    ) -> Result<(), ReportError> {
        let locale = self.language.locale();
        match (sink, &self.save) {
            (Sink::Disk(parked), path) => {
                let path = path.as_deref().ok_or(ReportError::Nowhere)?;
                save(path, &NewReport::new(submission, None), parked)?;
                let file = plain(&path.display().to_string());
                writeln!(context.out, "\n{}", locale.text_with("terminal-saved", &[("file", (&*file).into())]))?;
            }
            (Sink::Server(uploading), _) => {
                let sent = uploading.client().report(&NewReport::new(submission, uploading.upload()));
                if sent.as_ref().is_err_and(ReporterError::may_be_done) {
                    token::show(context.out, self.language, token)?;
                    writeln!(context.out, "\n{}", locale.text("terminal-maybe"))?;
                }
                sent?;
                writeln!(context.out, "\n{}", locale.text("terminal-sent"))?;
            }
        }
        Ok(())
    }
}

fn save(path: &Path, report: &NewReport, parked: Parked) -> Result<(), ReportError> {
    let unwritable = |source| FileError::Unwritable { path: path.to_owned(), source };
    let open = File::options().write(true).create_new(true).mode(PRIVATE).open(path).map_err(unwritable)?;
    let mut out = BufWriter::new(open);
    file::write_start(&mut out, report)?;
    io::copy(&mut parked.contents()?, &mut out).map_err(unwritable)?;
    let file = out.into_inner().map_err(|error| unwritable(error.into_error()))?;
    Ok(file.sync_all().map_err(unwritable)?)
}
