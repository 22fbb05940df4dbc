//! The command line's entry.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use amparo::cli::{self, Cli, CliError, Context};
use amparo::clock::Clock;
use amparo::intake::Rng;
use clap::Parser;
use ring::rand::SystemRandom;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = io::stdout().lock();
    let rng: Rng = Arc::new(SystemRandom::new());
    let ran = cli::run(cli, &mut Context { clock: Clock::system(), rng, out: &mut out })
        .and_then(|()| out.flush().map_err(CliError::Output));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has seen enough, as `head` has.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("amparo: {error}");
            ExitCode::FAILURE
        }
    }
}
