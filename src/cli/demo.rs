//! `amparo demo`: intake and desk on this machine, with an authority made up on the spot. Never for real reports.

pub(super) mod authority;
pub mod cases;

use std::io::IsTerminal;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use super::serve::{self, ServeError, Server, Signals};
use super::{CliError, Context};
use crate::config::Config;
use crate::config::secret_file;
use crate::config::sms::Line;
use crate::config::sms_gateways::Listen;
use crate::desk::{Desk, DeskError, Settings, UnlockError};
use crate::folder::{self, FolderError};
use cases::record::Record;
use cases::{CasesError, Place, Recipe};

/// The number that texts are sent to; one of those that are kept for fiction.
const SMS_NUMBER: &str = "+15550100";

/// The most cases that are made: at about 140 KB each.
const MOST_CASES: u64 = 1_000_000;

/// `amparo demo`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo demo                            opens both sides in the browser
  amparo demo --dir /tmp/demo --headless for scripts: one line of JSON, then runs until SIGTERM
  amparo demo --cases 1000               with a thousand made-up cases of two years, in six languages

Everything lies in the folder, keys and passphrase too; a later start with the same folder goes on with what is there.
Delete the folder when you are done.")]
pub struct Demo {
    /// The folder for everything
    #[arg(long, value_name = "DIR", default_value = "amparo-demo")]
    dir: PathBuf,
    /// Open nothing, and print one line of JSON when all is ready
    #[arg(long)]
    headless: bool,
    /// The port of the reporters' pages; any free one by default
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Make cases until there are so many, with throwaway keys, before it opens
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=MOST_CASES))]
    cases: u64,
    /// Other cases: the same number gives the same texts
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
}

/// Why the demonstration cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder is wrong.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The made-up authority cannot be made or read.
    #[error(transparent)]
    Authority(#[from] authority::AuthorityError),
    /// The desk does not start.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The desk does not unlock.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
    /// The cases cannot be made.
    #[error(transparent)]
    Cases(#[from] CasesError),
}

/// What scripts read.
#[derive(Serialize)]
struct Ready<'a> {
    reporter: String,
    desk: &'a str,
    member_api: String,
    data: &'a Path,
    /// Holds `<alias>.toml` for the desk of each member.
    desks: &'a Path,
    root_fingerprint: String,
    /// Where Kannel would ask, with its credentials; a text's own fields go behind it.
    sms_kannel: String,
    /// The unit's number for text messages.
    sms_number: &'static str,
    /// How many cases were made up, at this start or before.
    cases: u64,
    /// The tokens of the first of them.
    tokens: &'a [String],
}

impl Demo {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let dir = std::path::absolute(&self.dir).map_err(ServeError::from)?;
        folder::private(&dir).map_err(DemoError::from)?;
        serve::runtime()?.block_on(self.show(&dir, context))
    }

    async fn show(&self, dir: &Path, context: &mut Context<'_>) -> Result<(), CliError> {
        let (clock, rng) = (context.clock.clone(), context.rng.clone());
        let mut config = Config::for_folder(dir);
        config.reporter.listen.set_port(self.port);
        // A demonstration runs on laptops whose disks are nearly full.
        config.limits.spare_disk_bytes = crate::config::size::ByteSize::mib(16);
        let past = if self.cases > 0 { cases::SPAN } else { 0 };
        let authority = authority::prepare(dir, &config.storage.keys, past, &clock, &*rng).map_err(DemoError::from)?;
        let record = self.make_cases(dir, &config, &authority, context).await?;
        let kannel = authority::kannel(dir, &*rng).map_err(DemoError::from)?;
        let password = secret_file::read(&kannel.password_file).map_err(authority::AuthorityError::from);
        let password = password.map_err(DemoError::from)?;
        let credentials = format!("user={}&password={}", kannel.user, password.expose());
        config.sms_gateways.listen = Some(Listen::Address((Ipv4Addr::LOCALHOST, 0).into()));
        config.sms_gateways.kannel = Some(kannel);
        let (unit, language) = ("works".into(), "en".into());
        config.sms.numbers = vec![Line { number: SMS_NUMBER.into(), unit, language, read: true }];
        let server = Server::start(&config, clock.clone(), rng.clone()).await?;
        folder::private(&config.desk.save_folder).map_err(DemoError::from)?;
        let member_api = format!("http://{}", server.member);
        let reporters = format!("http://{}", server.reporter);
        let desks =
            authority::write_desks(dir, &authority, (&member_api, &reporters), &*rng).map_err(DemoError::from)?;
        let settings = Settings {
            server: member_api.clone(),
            reporters: Some(reporters.clone()),
            proxy: None,
            key_file: authority.lead_key.clone(),
            folder: dir.join("desk"),
            root_fingerprint: Some(authority.fingerprint.into()),
            idle_minutes: u64::from(config.desk.idle_lock_minutes),
            save_folder: config.desk.save_folder.clone(),
            port: 0,
        };
        let desk = Desk::start(settings, clock.clone(), rng.clone()).await.map_err(DemoError::from)?;
        desk.unlock(authority.passphrase.clone()).await.map_err(DemoError::from)?;

        let sms = server.sms.as_ref().map(ToString::to_string).unwrap_or_default();
        let reporter = format!("http://{}/", server.reporter);
        let ready = Ready {
            reporter: reporter.clone(),
            desk: desk.link.as_str(),
            member_api,
            data: &config.storage.data,
            desks: &desks,
            root_fingerprint: authority.fingerprint.to_string(),
            sms_kannel: format!("http://{sms}/kannel?{credentials}"),
            sms_number: SMS_NUMBER,
            cases: record.made(),
            tokens: record.tokens(),
        };
        let signals = Signals::install()?;
        if self.headless {
            let line = serde_json::to_string(&ready).map_err(std::io::Error::from)?;
            writeln!(context.out, "{line}")?;
        } else {
            writeln!(context.out, "\nAmparo is running with throwaway keys. Nothing real belongs in here.\n")?;
            writeln!(context.out, "  Report something:     {reporter}")?;
            writeln!(context.out, "  Read it at the desk:  {}", desk.link.as_str())?;
            writeln!(
                context.out,
                "  As another member:    amparo desk --config {}/investigator.toml",
                desks.display()
            )?;
            writeln!(context.out, "  As the hotline:       amparo desk --config {}/hotline.toml", desks.display())?;
            if record.made() > 0 {
                writeln!(context.out, "\nThere are {} made-up cases. Some can be come back to:", record.made())?;
                for token in record.tokens() {
                    writeln!(context.out, "  {token}")?;
                }
            }
            writeln!(context.out, "\nThe desk's link works once, and the desk is unlocked already.")?;
            writeln!(
                context.out,
                "When it has locked itself, the passphrase is in {}.",
                authority.passphrase_file.display()
            )?;
            writeln!(context.out, "Everything lies in {}. Ctrl-C stops it.\n", dir.display())?;
        }
        context.out.flush()?;
        if !self.headless && std::io::stdout().is_terminal() {
            super::open_in_browser(&reporter);
            super::open_in_browser(desk.link.as_str());
        }
        signals.asked().await;
        desk.shutdown().await;
        Ok(server.stop().await?)
    }

    /// Makes what is missing of the cases that were asked for, and tells which there are.
    async fn make_cases(
        &self,
        dir: &Path,
        config: &Config,
        authority: &authority::Authority,
        context: &Context<'_>,
    ) -> Result<Record, CliError> {
        let (clock, rng) = (&context.clock, &context.rng);
        let mut record = Record::read(dir).map_err(DemoError::from)?;
        if self.cases == 0 {
            return Ok(record);
        }
        record.begin(self.seed).map_err(DemoError::from)?;
        let (intake, lock) = serve::open_intake(config, clock, rng.clone()).await?;
        record.settle(&intake.store).await.map_err(DemoError::from)?;
        if record.made() < self.cases {
            let keys = authority.member_keys().map_err(DemoError::from)?;
            let recipe = Recipe::new(self.seed, clock.today(), intake.history().current());
            let place = Place::new(intake.store.clone(), intake.blobs.clone(), intake.history(), keys);
            let (place, numbers) = (place.map_err(DemoError::from)?, record.made()..self.cases);
            let filled = cases::fill(place, recipe, numbers, rng.clone(), |batch| {
                if batch.made % 10_000 == 0 {
                    eprintln!("amparo: {} of {} cases are made", batch.made, self.cases);
                }
                record.before_commit(batch, &**rng)
            });
            filled.await.map_err(DemoError::from)?;
        }
        record.end(&**rng).map_err(DemoError::from)?;
        intake.close().await.map_err(ServeError::from)?;
        drop(lock);
        Ok(record)
    }
}
