//! The commands, one file each; what they share is here: arguments, words, exit codes.

pub mod audit;
pub mod backup;
pub mod completions;
pub mod config;
pub mod demo;
pub mod diagnose;
pub mod docs;
pub mod doctor;
pub mod evaluate;
pub mod extract;
pub mod mail;
pub mod procedure;
pub mod read_pdf;
pub mod secrets;
pub mod serve;
pub mod ticket;
pub mod token;
pub mod user;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::catalogue::{Catalogue, Language};

/// Something in the input was refused or found wrong; the rest was done.
pub const FOUND_PROBLEMS: u8 = 1;
/// The command could not be carried out.
pub const FAILED: u8 = 2;

/// Balcão: the support desk of a partner API, where every problem is answered with proof
#[derive(Debug, Parser)]
#[command(name = "balcao", version, propagate_version = true, disable_help_subcommand = true)]
struct Cli {
    /// Language of what is said: pt-BR or en [default: the environment's]
    #[arg(long, global = true, value_name = "LANG")]
    lang: Option<Language>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    User(user::User),
    Token(token::Token),
    Ticket(ticket::Ticket),
    Mail(mail::MailCommand),
    Audit(audit::Audit),
    Doctor(doctor::Doctor),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Secrets(secrets::SecretsCommand),
    Config(config::Config),
    Diagnose(diagnose::Diagnose),
    Extract(extract::Extract),
    Evaluate(evaluate::Evaluate),
    Docs(docs::Docs),
    Procedure(procedure::ProcedureCommand),
    Completions(completions::Completions),
}

/// Runs the command line and says what went wrong, once, with its causes.
pub fn run() -> ExitCode {
    let args: Vec<String> = std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect();
    if args.get(1).is_some_and(|arg| arg == read_pdf::NAME) {
        return read_pdf::run();
    }
    let language = Language::of(&args, |name| std::env::var(name).ok());
    let catalogue = Catalogue::new(language);
    let command = translated(Cli::command(), "cli", &catalogue);
    let matches = match command.try_get_matches_from(std::env::args_os()) {
        Ok(matches) => matches,
        Err(error) => {
            let code = error.exit_code();
            // Nothing can be said where even standard error is gone.
            let _ = error.print();
            return ExitCode::from(u8::try_from(code).unwrap_or(FAILED));
        }
    };
    let outcome = Cli::from_arg_matches(&matches)
        .map_err(anyhow::Error::from)
        .and_then(|cli| dispatch(cli, &catalogue));
    match outcome {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
            let _ = writeln!(anstream::stderr(), "balcao: {}", causes.join(": "));
            ExitCode::from(FAILED)
        }
    }
}

fn dispatch(cli: Cli, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Serve(command) => command.run(catalogue),
        Command::Demo(command) => command.run(catalogue),
        Command::User(command) => command.run(catalogue),
        Command::Token(command) => command.run(catalogue),
        Command::Ticket(command) => command.run(catalogue),
        Command::Mail(command) => command.run(catalogue),
        Command::Audit(command) => command.run(catalogue),
        Command::Doctor(command) => command.run(catalogue),
        Command::Backup(command) => command.run(catalogue),
        Command::Restore(command) => command.run(catalogue),
        Command::Secrets(command) => command.run(catalogue),
        Command::Config(command) => command.run(catalogue),
        Command::Diagnose(command) => command.run(catalogue),
        Command::Extract(command) => command.run(catalogue),
        Command::Evaluate(command) => command.run(catalogue),
        Command::Docs(command) => command.run(catalogue),
        Command::Procedure(command) => command.run(catalogue),
        Command::Completions(command) => command.run(Cli::command()),
    }
}

/// Whoever read our output has gone (`balcao … | head`): no error of ours.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|cause| cause.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The same commands with their help in the catalogue's language: `cli-diagnose`, `cli-diagnose-registry`.
fn translated(mut command: clap::Command, key: &str, catalogue: &Catalogue) -> clap::Command {
    if let Some(about) = catalogue.find(key, &[]) {
        command = command.about(about);
    }
    if let Some(long) = catalogue.find(&format!("{key}-long"), &[]) {
        command = command.long_about(long);
    }
    let names: Vec<String> = command.get_arguments().map(|arg| arg.get_id().to_string()).collect();
    for name in names {
        let text = catalogue
            .find(&format!("{key}-{name}"), &[])
            .or_else(|| catalogue.find(&format!("cli-any-{name}"), &[]));
        if let Some(text) = text {
            command = command.mut_arg(name, |arg| arg.help(text.clone()).long_help(text));
        }
    }
    let subcommands: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in subcommands {
        let below = format!("{key}-{name}");
        command = command.mut_subcommand(name, |sub| translated(sub, &below, catalogue));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_has_its_words_in_the_catalogue() {
        let catalogue = Catalogue::new(Language::Portuguese);
        let mut missing = Vec::new();
        collect(&Cli::command(), "cli", &catalogue, &mut missing);
        assert_eq!(missing, Vec::<String>::new());
    }

    fn collect(command: &clap::Command, key: &str, catalogue: &Catalogue, missing: &mut Vec<String>) {
        if catalogue.find(key, &[]).is_none() {
            missing.push(key.to_owned());
        }
        for arg in command.get_arguments() {
            let own = format!("{key}-{}", arg.get_id());
            let any = format!("cli-any-{}", arg.get_id());
            if catalogue.find(&own, &[]).is_none() && catalogue.find(&any, &[]).is_none() {
                missing.push(own);
            }
        }
        for sub in command.get_subcommands() {
            collect(sub, &format!("{key}-{}", sub.get_name()), catalogue, missing);
        }
    }
}
