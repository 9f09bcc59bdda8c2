//! The man page and the shell completions, generated from the definitions of the command line.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::config::{Args, Shell};

/// Why nothing was printed.
#[derive(Debug, thiserror::Error)]
#[error("Cannot write the output: {0}.")]
pub struct Error(#[from] io::Error);

/// Prints the man page: one for the program and all its commands. A reader that stops early is not an error.
///
/// # Errors
/// [`Error`] if the output cannot be written.
pub fn print_man_page(output: impl Write) -> Result<(), Error> {
    print(output, &man_page()?)
}

/// Prints the completions for a shell. A reader that stops early is not an error.
///
/// # Errors
/// [`Error`] if the output cannot be written.
pub fn print_completions(shell: Shell, output: impl Write) -> Result<(), Error> {
    let shell = match shell {
        Shell::Bash => clap_complete::Shell::Bash,
        Shell::Zsh => clap_complete::Shell::Zsh,
        Shell::Fish => clap_complete::Shell::Fish,
    };
    let (mut command, mut script) = (Args::command(), Vec::new());
    let name = command.get_name().to_owned();
    // Into memory first: `generate` would panic if the output cannot be written.
    clap_complete::generate(shell, &mut command, name, &mut script);
    print(output, &script)
}

fn print(mut output: impl Write, text: &[u8]) -> Result<(), Error> {
    match output.write_all(text).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn man_page() -> io::Result<Vec<u8>> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let mut page = Vec::new();
    let program = Man::new(command.clone());
    program.render_title(&mut page)?;
    program.render_name_section(&mut page)?;
    program.render_synopsis_section(&mut page)?;
    program.render_description_section(&mut page)?;
    program.render_options_section(&mut page)?;
    for tool in command.get_subcommands() {
        write_tool(&mut page, tool)?;
    }
    page.extend(extra(&program)?.into_bytes());
    program.render_version_section(&mut page)?;
    Ok(page)
}

/// The section of a command. Options that it shares with the program are not repeated.
fn write_tool(page: &mut Vec<u8>, tool: &Command) -> io::Result<()> {
    let name = tool.get_bin_name().unwrap_or_else(|| tool.get_name()).to_uppercase();
    let own = tool.clone().mut_args(|arg| if is_shared(&arg) { arg.hide(true) } else { arg });
    let man = Man::new(own);
    let mut section = Vec::new();
    man.render_synopsis_section(&mut section)?;
    man.render_description_section(&mut section)?;
    man.render_options_section(&mut section)?;
    let mut text = String::from_utf8_lossy(&section).into_owned();
    text.push_str(&extra(&man)?);
    writeln!(page, ".SH \"{name}\"")?;
    page.extend(text.replace(".SH ", ".SS ").into_bytes());
    Ok(())
}

fn is_shared(arg: &clap::Arg) -> bool {
    arg.is_global_set() || arg.get_id() == "help"
}

/// What `--help` shows after the options.
fn extra(man: &Man) -> io::Result<String> {
    let mut section = Vec::new();
    man.render_extra_section(&mut section)?;
    Ok(String::from_utf8_lossy(&section).replace(".SH EXTRA\nExamples:\n", ".SH EXAMPLES\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_not_an_error() {
        let (_, closed) = io::pipe().unwrap();
        assert!(print_man_page(&closed).is_ok() && print_completions(Shell::Fish, &closed).is_ok());
        let full: &mut [u8] = &mut [0; 9];
        assert!(print_man_page(full).is_err());
    }
}
