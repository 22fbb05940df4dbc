//! `amparo completions` and `amparo man`: what packages install beside the program.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};

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
            return Ok(context.out.write_all(&page(command)?.1)?);
        };
        fs::create_dir_all(&folder).map_err(|source| FileError::Unwritable { path: folder.clone(), source })?;
        let mut rest = vec![command];
        while let Some(command) = rest.pop() {
            rest.extend(command.get_subcommands().filter(|sub| !sub.is_hide_set()).cloned());
            let (name, text) = page(command)?;
            replace(&folder.join(name), &text, PUBLIC, &*context.rng)?;
        }
        Ok(())
    }
}

/// The name and the text of a command's page. Its examples stand as they are typed, which the generator's own section
/// for them would fill and justify.
fn page(command: Command) -> io::Result<(String, Vec<u8>)> {
    let examples = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (options, commands) = (command.get_arguments().next().is_some(), command.has_subcommands());
    let version = command.get_version().is_some();
    let page = clap_mangen::Man::new(command);
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    if options {
        page.render_options_section(&mut text)?;
    }
    if commands {
        page.render_subcommands_section(&mut text)?;
    }
    writeln!(text, ".SH EXAMPLES\n.nf")?;
    for line in examples.strip_prefix("Examples:\n").unwrap_or(&examples).lines() {
        // `\&` keeps a line that begins with a dot or a quote from being taken for a request.
        writeln!(text, "\\&{}", line.replace('\\', "\\e").replace('-', "\\-"))?;
    }
    writeln!(text, ".fi")?;
    if version {
        page.render_version_section(&mut text)?;
    }
    Ok((page.get_filename(), text))
}
