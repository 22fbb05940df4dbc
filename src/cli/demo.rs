//! `amparo demo`: intake and desk on this machine, with an authority made up on the spot. Never for real reports.

pub(super) mod authority;

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

/// The number that texts are sent to; one of those that are kept for fiction.
const SMS_NUMBER: &str = "+15550100";

/// `amparo demo`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo demo                            opens both sides in the browser
  amparo demo --dir /tmp/demo --headless for scripts: one line of JSON, then runs until SIGTERM

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
        let authority = authority::prepare(dir, &config.storage.keys, &clock, &*rng).map_err(DemoError::from)?;
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
}
