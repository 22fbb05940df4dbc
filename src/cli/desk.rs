//! `amparo desk`: the investigator's program, on their own machine.

use std::path::{Path, PathBuf};

use clap::Args;

use super::serve::{self, ServeError, Signals};
use super::{CliError, Context};
use crate::config::Config;
use crate::config::secret_file::SecretFileError;
use crate::desk::{CacheError, Desk, DeskError, RunningDesk, Settings, UnlockError};
use crate::protocol::fingerprint::FingerprintTypo;

/// `amparo desk`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo desk --config desk.toml
  amparo desk --config desk.toml --no-browser   prints the link only
  amparo desk --config desk.toml --wipe         removes this machine's copy of the cases

The link works once, for one browser. The desk locks itself when idle; Ctrl-C ends it.")]
pub struct DeskCommand {
    /// The desk's configuration: its [desk] section
    #[arg(long, value_name = "FILE", default_value = "desk.toml")]
    config: PathBuf,
    /// Print the link and open nothing
    #[arg(long)]
    no_browser: bool,
    /// Remove this machine's sealed copy of the cases and end; it is made anew from the server at the next start
    #[arg(long)]
    wipe: bool,
}

/// Why the desk cannot start.
#[derive(Debug, thiserror::Error)]
pub enum DeskCommandError {
    /// The configuration names no key.
    #[error("the configuration names no member key; set key_file in its [desk] section")]
    NoKey,
    /// The passphrase file cannot be read.
    #[error(transparent)]
    Passphrase(#[from] SecretFileError),
    /// The fingerprint in the configuration is mistyped.
    #[error(transparent)]
    Fingerprint(#[from] FingerprintTypo),
    /// The desk does not start.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The copy of the cases cannot be removed.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The passphrase does not unlock it.
    #[error(transparent)]
    Unlock(#[from] UnlockError),
}

impl DeskCommand {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        crate::process::harden().map_err(ServeError::from)?;
        let config = Config::load(&self.config).map_err(ServeError::from)?;
        if self.wipe {
            let key_file = config.desk.key_file.as_ref().ok_or(DeskCommandError::NoKey)?;
            crate::desk::wipe_cache(&folder_of(key_file)).map_err(DeskCommandError::from)?;
            writeln!(context.out, "This machine holds no copy of the cases any more.")?;
            return Ok(());
        }
        serve::runtime()?.block_on(self.show(&config, context))
    }

    async fn show(&self, config: &Config, context: &mut Context<'_>) -> Result<(), CliError> {
        let desk = start(config, context).await?;
        let signals = Signals::install()?;
        writeln!(context.out, "The desk is at {}", desk.link)?;
        writeln!(context.out, "The link works once. Ctrl-C ends the desk.")?;
        context.out.flush()?;
        if !self.no_browser {
            super::open_in_browser(&desk.link);
        }
        signals.asked().await;
        desk.shutdown().await;
        Ok(())
    }
}

/// Where the desk of a key keeps what it has seen.
fn folder_of(key_file: &Path) -> PathBuf {
    key_file.with_extension("desk")
}

async fn start(config: &Config, context: &Context<'_>) -> Result<RunningDesk, DeskCommandError> {
    let desk = &config.desk;
    let key_file = desk.key_file.clone().ok_or(DeskCommandError::NoKey)?;
    let settings = Settings {
        server: desk.server.clone(),
        reporters: desk.reporters.clone(),
        proxy: desk.proxy.clone(),
        folder: folder_of(&key_file),
        key_file,
        root_fingerprint: desk.root_fingerprint()?,
        idle_minutes: u64::from(desk.idle_lock_minutes),
        save_folder: desk.save_folder.clone(),
        port: desk.listen.port(),
    };
    let passphrase = desk.passphrase()?;
    let running = Desk::start(settings, context.clock.clone(), context.rng.clone()).await?;
    if let Some(passphrase) = passphrase {
        running.unlock(passphrase).await?;
    }
    Ok(running)
}
