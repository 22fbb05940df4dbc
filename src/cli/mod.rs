//! The command line: one file per command.
//!
//! | file | command |
//! | --- | --- |
//! | [`keys`] | `amparo keys new-root`, `show`: the root keys of the heads |
//! | [`member`] | `amparo member new`, `show`: the members' keys |
//! | [`manifest`] | `amparo manifest new`, `sign`, `show`, `verify` |
//! | [`serve`] | `amparo serve`: the server |
//! | [`desk`] | `amparo desk`: the investigator's program |
//! | [`demo`] | `amparo demo`: both sides on this machine, with throwaway keys |
//! | [`report`] | `amparo report new`, `send`: filing a report without a browser |
//! | [`case`] | `amparo case read`, `write`, `move`, `forget`: coming back with a token |
//! | [`receive_mail`] | `amparo receive-mail`: a mail server's pipe into the server |
//! | [`sms`] | `amparo sms simulate`: the conversation by text message, without a gateway |
//! | [`doctor`] | `amparo doctor`: is this server as it should be? |
//! | [`web`] | `amparo web hashes`, `check`, `offline`: what browsers get |
//! | [`pages`] | `amparo completions`, `man` |
//!
//! Beside them: [`passphrase`] (asked for without echo), [`files`] (written whole or not at all), [`text`] (what is
//! shown on a terminal).
//!
//! To add a command: its file with a struct that derives [`clap::Args`], has an example in `after_help`, and a
//! `run(self, &mut Context)`; its line in [`Command`] and in [`run`]; its error in [`CliError`], whose message says
//! what happened and, after a semicolon, what to do. A test reads the help of every command.

pub mod case;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod files;
pub mod keys;
pub mod manifest;
pub mod member;
pub mod pages;
pub mod passphrase;
pub mod receive_mail;
pub mod report;
pub mod serve;
pub mod sms;
pub mod text;
pub mod web;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{self, ExitCode, Stdio};
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use ring::rand::SystemRandom;

use crate::clock::Clock;
use crate::keys_folder::KeysFolderError;
use crate::protocol::manifest::HistoryError;
use crate::protocol::member::{KeyFileError, NotAMember};
use crate::reporter::client::{Client, ReporterError};
use crate::secret::{NoRandomness, Rng};

/// Sealed intake of corruption reports.
#[derive(Debug, Parser)]
#[command(
    name = "amparo",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  amparo keys new-root --out root.key            a head of the authority makes a root key
  amparo member new --alias ana --out ana.key    a member makes their key
  amparo manifest new --example > authority.toml describes the authority
  amparo manifest verify --keys keys/            checks everything that was signed
  amparo doctor --config amparo.toml             tells what a server still lacks
  amparo serve --config amparo.toml              runs the server
  amparo desk --config desk.toml                 opens the desk on a member's machine
  amparo report new --server https://…           files a report without a browser
  amparo web check https://report.example.org    compares a site with this program
  amparo demo                                    tries both sides with throwaway keys

`amparo COMMAND --help` tells more about each."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Everything Amparo can be asked to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Root keys, which sign manifests
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Keys of members, who receive and answer reports
    #[command(subcommand)]
    Member(member::MemberCommand),
    /// Manifests, which say who receives reports
    #[command(subcommand)]
    Manifest(manifest::ManifestCommand),
    /// Run the server: reporters' pages, and what desks ask for
    Serve(serve::Serve),
    /// Read and answer reports, on a member's own machine
    Desk(desk::DeskCommand),
    /// File a report from this machine, without a browser
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Come back to a case with its token, without a browser
    #[command(subcommand)]
    Case(case::CaseCommand),
    /// Try both sides on this machine with throwaway keys
    Demo(demo::Demo),
    /// Take a letter from a mail server's pipe and hand it to the server
    ReceiveMail(receive_mail::ReceiveMail),
    /// Reports by text message, tried without a gateway
    #[command(subcommand)]
    Sms(sms::SmsCommand),
    /// Look at everything a server needs, and say what to do about each thing
    Doctor(doctor::Doctor),
    /// What browsers get: its hashes, and whether a site serves it
    #[command(subcommand)]
    Web(web::WebCommand),
    /// Print completions for a shell
    Completions(pages::Completions),
    /// Print the manual page, or write all of them to a folder
    Man(pages::Man),
}

/// What a command runs with.
pub struct Context<'a> {
    /// Tells today's date.
    pub clock: Clock,
    /// Randomness for keys.
    pub rng: Rng,
    /// Standard output.
    pub out: &'a mut dyn Write,
}

/// Why a command failed: what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] files::FileError),
    /// There is no passphrase.
    #[error(transparent)]
    Passphrase(#[from] passphrase::PassphraseError),
    /// A key file cannot be opened.
    #[error("{} is refused: {source}", path.display())]
    KeyFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: KeyFileError,
    },
    /// The public half of a member key is none.
    #[error("{} is refused: {source}", path.display())]
    NotAMember {
        /// The file.
        path: PathBuf,
        /// Why.
        source: NotAMember,
    },
    /// The keys folder is not as it should be.
    #[error(transparent)]
    KeysFolder(#[from] KeysFolderError),
    /// The manifests do not hold.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// No manifest can be made.
    #[error(transparent)]
    Draft(#[from] manifest::new::DraftError),
    /// A manifest cannot be signed.
    #[error(transparent)]
    Sign(#[from] manifest::sign::SignError),
    /// A manifest is not what was expected.
    #[error(transparent)]
    Verify(#[from] manifest::verify::VerifyError),
    /// There is no poster.
    #[error(transparent)]
    Poster(#[from] manifest::poster::PosterError),
    /// The server cannot start or go on.
    #[error(transparent)]
    Serve(#[from] serve::ServeError),
    /// The desk cannot start.
    #[error(transparent)]
    Desk(#[from] desk::DeskCommandError),
    /// The demonstration cannot start.
    #[error(transparent)]
    Demo(#[from] demo::DemoError),
    /// A report was not filed.
    #[error(transparent)]
    Report(#[from] report::ReportError),
    /// A case could not be read or added to.
    #[error(transparent)]
    Case(#[from] case::CaseError),
    /// A letter was not taken.
    #[error(transparent)]
    ReceiveMail(#[from] receive_mail::ReceiveMailError),
    /// Text messages cannot be tried.
    #[error(transparent)]
    Sms(#[from] sms::SmsError),
    /// A site does not serve what it should.
    #[error(transparent)]
    WebCheck(#[from] web::check::WebCheckError),
    /// No offline page can be made.
    #[error(transparent)]
    WebOffline(#[from] web::site::SiteError),
    /// Something that a server needs is not as it should be.
    #[error("this server must not run as it is; do what stands behind each arrow, then ask again")]
    Unfit,
    /// No randomness.
    #[error("{0}; start the machine again")]
    Randomness(#[from] NoRandomness),
    /// Standard output or input failed.
    #[error("the terminal cannot be used ({0}); check where the output goes, and whether that disk is full")]
    Output(#[from] io::Error),
}

/// Which server a reporter speaks to.
#[derive(Debug, Args)]
pub struct ServerArgs {
    /// The reporters' address of the server: https://…, or http://….onion through Tor
    #[arg(long, value_name = "URL")]
    server: String,
    #[arg(
        long,
        value_name = "URL",
        help = "Speak to it through this SOCKS proxy, such as Tor's socks5://127.0.0.1:9050"
    )]
    proxy: Option<String>,
}

impl ServerArgs {
    fn client(&self) -> Result<Client, ReporterError> {
        Client::new(&self.server, self.proxy.as_deref())
    }
}

impl CliError {
    /// 1, but where a mail server reads it.
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::ReceiveMail(error) => error.exit_status().into(),
            _ => ExitCode::FAILURE,
        }
    }

    fn key_file(path: &Path) -> impl FnOnce(KeyFileError) -> Self {
        let path = path.to_owned();
        move |source| Self::KeyFile { path, source }
    }
}

/// Reads the command line, runs it, and tells what went wrong.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::stdout().lock();
    let rng: Rng = Arc::new(SystemRandom::new());
    let ran = run(cli, &mut Context { clock: Clock::system(), rng, out: &mut out })
        .and_then(|()| out.flush().map_err(CliError::Output));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough, as `head` has.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("amparo: {error}");
            error.exit_code()
        }
    }
}

/// Opens `address` where there is a desktop; the addresses stand in the terminal anyway.
fn open_in_browser(address: &str) {
    let has_desktop = ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
    if has_desktop {
        let opened = process::Command::new("xdg-open").arg(address).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        drop(opened);
    }
}

/// Runs what was asked for.
pub fn run(cli: Cli, context: &mut Context) -> Result<(), CliError> {
    match cli.command {
        Command::Keys(command) => command.run(context),
        Command::Member(command) => command.run(context),
        Command::Manifest(command) => command.run(context),
        Command::Serve(command) => command.run(context),
        Command::Desk(command) => command.run(context),
        Command::Report(command) => command.run(context),
        Command::Case(command) => command.run(context),
        Command::Demo(command) => command.run(context),
        Command::ReceiveMail(command) => command.run(context),
        Command::Sms(command) => command.run(context),
        Command::Doctor(command) => command.run(context),
        Command::Web(command) => command.run(context),
        Command::Completions(command) => command.run(context),
        Command::Man(command) => command.run(context),
    }
}
