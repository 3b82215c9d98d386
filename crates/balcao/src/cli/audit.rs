//! `balcao audit verify`: is the trail whole?

use std::process::ExitCode;

use balcao_desk::trail::{self, Verified};
use balcao_store::Store;

use super::FOUND_PROBLEMS;
use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// Look at the trail of what happened
#[derive(Debug, clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Debug, clap::Subcommand)]
enum AuditCommand {
    Verify(Verify),
}

/// Find a changed, removed or re-ordered entry
#[derive(Debug, clap::Args)]
struct Verify {
    #[command(flatten)]
    flags: Flags,
}

impl Audit {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let AuditCommand::Verify(verify) = self.command;
        let settings = opening::settings(&verify.flags, catalogue)?;
        let found = opening::block_on(async {
            let store = Store::open(settings.place()).await?;
            let found = trail::verify(&store).await?;
            store.close().await;
            Ok(found)
        })?;
        let (text, whole) = match found {
            Verified::Whole(count) => (catalogue.say("audit-whole", &[("count", &count.to_string())]), true),
            Verified::Broken(broken) => {
                (catalogue.say("audit-broken", &[("what", &broken.to_string())]), false)
            }
            Verified::CutShort(last) => (catalogue.say("audit-cut", &[("last", &last.to_string())]), false),
        };
        say(&text)?;
        Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(FOUND_PROBLEMS) })
    }
}
