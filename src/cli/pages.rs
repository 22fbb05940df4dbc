//! `amparo completions` and `amparo man`: what packages install beside the program.

use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory};

use super::files::{FileError, PUBLIC, replace};
use super::{Cli, CliError, Context};

/// `amparo completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo completions bash > ~/.local/share/bash-completion/completions/amparo
  amparo completions zsh > ~/.zfunc/_amparo
  amparo completions fish > ~/.config/fish/completions/amparo.fish")]
pub struct Completions {
    /// Which shell
    shell: clap_complete::Shell,
}

/// `amparo man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  amparo man | man -l -
  amparo man --dir ~/.local/share/man/man1")]
pub struct Man {
    /// Write the pages of all commands to this folder, which is made if need be
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
}

impl Completions {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        // Into memory first: the generator panics when its writer fails.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "amparo", &mut script);
        Ok(context.out.write_all(&script)?)
    }
}

impl Man {
    pub(super) fn run(self, context: &mut Context) -> Result<(), CliError> {
        let mut command = Cli::command().disable_help_subcommand(true);
        command.build();
        let Some(folder) = self.dir else {
            return Ok(clap_mangen::Man::new(command).render(context.out)?);
        };
        fs::create_dir_all(&folder).map_err(|source| FileError::Unwritable { path: folder.clone(), source })?;
        let mut rest = vec![command];
        while let Some(command) = rest.pop() {
            rest.extend(command.get_subcommands().filter(|sub| !sub.is_hide_set()).cloned());
            let page = clap_mangen::Man::new(command);
            let mut content = Vec::new();
            page.render(&mut content)?;
            replace(&folder.join(page.get_filename()), &content, PUBLIC, &*context.rng)?;
        }
        Ok(())
    }
}
