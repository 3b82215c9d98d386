//! `balcao ticket import`: messages from a file become tickets, once however often it is run.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::ExitCode;

use balcao_desk::caller::Caller;
use balcao_desk::verbs::receive::{Arrival, receive};
use jiff::Timestamp;
use serde_json::json;

use super::FOUND_PROBLEMS;
use super::diagnose::{message, open, progress};
use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// Work with tickets
#[derive(Debug, clap::Args)]
pub struct Ticket {
    #[command(subcommand)]
    command: TicketCommand,
}

#[derive(Debug, clap::Subcommand)]
enum TicketCommand {
    Import(Import),
}

/// Register inbound messages as tickets: one JSON object a line in, one line with its ticket out
#[derive(Debug, clap::Args)]
struct Import {
    /// Inbound messages, or `-` for standard input
    #[arg(value_name = "INBOUND.ndjson", default_value = "-")]
    inbound: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

impl Ticket {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let TicketCommand::Import(import) = self.command;
        let settings = opening::settings(&import.flags, catalogue)?;
        let input = open(&import.inbound, catalogue)?;
        let bar = progress(&import.inbound);
        let clean = opening::block_on(async {
            let desk = opening::desk(&settings, catalogue).await?;
            let importer =
                Caller { id: "console".to_owned(), name: "importação".to_owned(), ..Caller::system() };
            let mut clean = true;
            let mut number = 0_u64;
            let mut input = input;
            loop {
                let mut line = Vec::new();
                let read = input.read_until(b'\n', &mut line)?;
                if read == 0 {
                    break;
                }
                number += 1;
                bar.inc(u64::try_from(read).unwrap_or(0));
                if line.trim_ascii().is_empty() {
                    continue;
                }
                let inbound = match message(&line, catalogue) {
                    Ok(inbound) => inbound,
                    Err(error) => {
                        clean = false;
                        say(&json!({"line": number, "error": error}).to_string())?;
                        continue;
                    }
                };
                let raw = line.trim_ascii().strip_prefix(b"\xef\xbb\xbf").unwrap_or(line.trim_ascii());
                let arrival =
                    Arrival { inbound, raw: raw.to_vec(), idempotency_key: None, told_apart_by: None };
                let received = receive(&desk, &importer, arrival, Timestamp::now()).await?;
                let ticket = &received.ticket;
                say(&json!({
                    "line": number, "id": ticket.id.as_str(), "protocol": ticket.protocol,
                    "situation": ticket.situation, "cause": ticket.cause, "known": received.known,
                })
                .to_string())?;
            }
            desk.store().close().await;
            Ok(clean)
        })?;
        bar.finish_and_clear();
        Ok(if clean { ExitCode::SUCCESS } else { ExitCode::from(FOUND_PROBLEMS) })
    }
}
