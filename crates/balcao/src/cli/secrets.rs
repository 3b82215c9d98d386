//! `balcao secrets rotate|prune`: a new key seals; the old ones open until nothing is sealed with them.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use balcao_desk::secrets::Secrets;
use balcao_store::{Store, sealed};

use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening::{self, environment, write_private};
use crate::settings::Flags;

/// Look after the keys that seal originals
#[derive(Debug, clap::Args)]
pub struct SecretsCommand {
    #[command(subcommand)]
    command: Verb,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    Rotate(Rotate),
    Prune(Prune),
}

/// Add a key that seals from the next start on; what older keys sealed is then sealed anew, in the background
#[derive(Debug, clap::Args)]
struct Rotate {
    #[command(flatten)]
    flags: Flags,
}

/// Throw away the older keys, once nothing is sealed with them any more
#[derive(Debug, clap::Args)]
struct Prune {
    #[command(flatten)]
    flags: Flags,
}

impl SecretsCommand {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        match self.command {
            Verb::Rotate(rotate) => {
                let settings = opening::settings(&rotate.flags, catalogue)?;
                let path = settings.secrets(environment);
                let secrets = opening::secrets(&path, catalogue)?;
                replace(&path, &secrets.rotated(balcao_desk::random()?))?;
                say(&catalogue.say("secrets-rotated", &[]))?;
            }
            Verb::Prune(prune) => {
                let settings = opening::settings(&prune.flags, catalogue)?;
                let path = settings.secrets(environment);
                let secrets = opening::secrets(&path, catalogue)?;
                let old: Vec<String> = secrets.old_keys().map(str::to_owned).collect();
                let in_use = opening::block_on(async {
                    let store = Store::open(settings.place()).await?;
                    let mut conn = store.read().await?;
                    let mut in_use = false;
                    for key in &old {
                        in_use |= !sealed::with_key(&mut conn, key, 1).await?.is_empty();
                    }
                    drop(conn);
                    store.close().await;
                    Ok(in_use)
                })?;
                if in_use {
                    bail!(catalogue.say("secrets-in-use", &[]));
                }
                replace(&path, &secrets.pruned())?;
                say(&catalogue.say("secrets-pruned", &[("count", &old.len().to_string())]))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Puts the new file in the place of the old one, whole or not at all.
fn replace(path: &Path, secrets: &Secrets) -> anyhow::Result<()> {
    let shown = || path.display().to_string();
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let trial = Path::new(&name);
    if trial.exists() {
        std::fs::remove_file(trial).with_context(shown)?;
    }
    write_private(trial, secrets.to_file().as_bytes()).with_context(shown)?;
    std::fs::rename(trial, path).with_context(shown)
}
