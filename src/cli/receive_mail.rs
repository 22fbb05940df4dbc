//! `amparo receive-mail`: a mail server's pipe into the server that runs.
//!
//! Only `amparo serve` writes the database, so the letter goes to it through `mail.socket`. The exit status is one that
//! mail servers know (BSD's `sysexits.h`): everything that may pass by itself is 75, and the mail server keeps the
//! letter.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use zeroize::Zeroizing;

use super::{CliError, Context};
use crate::config::{Config, ConfigError};
use crate::mail::deliver::{self, DeliveryError};
use crate::process::{self, NotHardened};

/// `EX_DATAERR`, `EX_NOUSER` and `EX_TEMPFAIL` of `sysexits.h`.
const DATA_ERROR: u8 = 65;
const NO_USER: u8 = 67;
const TEMPORARY: u8 = 75;

/// `amparo receive-mail`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo receive-mail --config /etc/amparo/amparo.toml --to report@example.org < letter

The sender is taken from Return-Path, or else from the variable SENDER, so that it stands in no list of processes.
Exit status: 0 when the case is on disk, 65 when the letter is refused, 67 when nobody takes letters for the address,
75 when the mail server should keep it and try again.")]
pub struct ReceiveMail {
    /// The server's configuration
    #[arg(long, value_name = "FILE", default_value = "amparo.toml")]
    config: PathBuf,
    /// The address for reports; else the variable RECIPIENT tells it
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
}

/// Why no letter was taken.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveMailError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The process cannot be closed against others.
    #[error(transparent)]
    NotHardened(#[from] NotHardened),
    /// Letters are not taken here.
    #[error("no letters are taken: mail.socket is not set; read docs/mail.md, then set it")]
    Off,
    /// It is not known for whom the letter is.
    #[error("it is not said for whom the letter is; add --to, or set the variable RECIPIENT")]
    NoRecipient,
    /// The letter cannot be read.
    #[error("the letter cannot be read ({0}); the mail server keeps it and tries again")]
    Unreadable(std::io::Error),
    /// The letter is too large.
    #[error("the letter is larger than mail.message_bytes; its writer is told by the mail server")]
    TooLarge,
    /// The server does not take it.
    #[error(transparent)]
    Delivery(#[from] DeliveryError),
}

impl ReceiveMailError {
    /// What a mail server makes of it.
    #[must_use]
    pub fn exit_status(&self) -> u8 {
        match self {
            Self::TooLarge | Self::Delivery(DeliveryError::Refused(_)) => DATA_ERROR,
            Self::Delivery(DeliveryError::NoAddress) => NO_USER,
            _ => TEMPORARY,
        }
    }
}

impl ReceiveMail {
    pub(super) fn run(self, _: &mut Context) -> Result<(), CliError> {
        Ok(self.receive()?)
    }

    fn receive(self) -> Result<(), ReceiveMailError> {
        process::harden()?;
        let mail = Config::load(&self.config)?.mail;
        let socket = mail.socket.as_deref().ok_or(ReceiveMailError::Off)?;
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let recipient = self.to.or_else(|| variable("RECIPIENT")).ok_or(ReceiveMailError::NoRecipient)?;
        let most = mail.message_bytes.as_usize();
        // The room is there from the start, so that no smaller buffer is left behind unwiped.
        let mut letter = Zeroizing::new(Vec::with_capacity(most + 4096));
        std::io::stdin().take(most as u64 + 1).read_to_end(&mut letter).map_err(ReceiveMailError::Unreadable)?;
        if letter.len() > most {
            return Err(ReceiveMailError::TooLarge);
        }
        let letter = deliver::without_mailbox_line(&letter);
        let sender = deliver::return_path(letter).or_else(|| variable("SENDER")).unwrap_or_default();
        Ok(deliver::deliver(socket, &sender, &recipient, letter)?)
    }
}
