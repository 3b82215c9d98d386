//! `balcao backup` and `balcao restore`: a copy while the desk works, and the desk from a copy.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use balcao_desk::trail::{self, Verified};
use balcao_store::{Place, Store};

use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// The files of a copy.
const FILES: [&str; 2] = ["desk.sqlite", "requests.sqlite"];

/// Copy the embedded database into a directory, while the desk works
#[derive(Debug, clap::Args)]
pub struct Backup {
    /// An empty directory, or one that is not there yet
    #[arg(value_name = "TO")]
    to: PathBuf,
    #[command(flatten)]
    flags: Flags,
}

impl Backup {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let settings = opening::settings(&self.flags, catalogue)?;
        opening::block_on(async {
            let store = Store::open(settings.place()).await?;
            store.backup(&self.to).await?;
            store.close().await;
            Ok(())
        })?;
        let to = self.to.display().to_string();
        say(&catalogue.say("backup-done", &[("to", &to)]))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Make a data directory from a copy; the copy is checked first, and nothing that is there is overwritten
#[derive(Debug, clap::Args)]
pub struct Restore {
    /// The directory of the copy
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// The data directory to make
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
}

impl Restore {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let (from, data) = (self.from, self.data);
        for file in FILES {
            if !from.join(file).is_file() {
                let from = from.display().to_string();
                bail!(catalogue.say("restore-no-copy", &[("from", &from), ("file", file)]));
            }
            if data.join(file).exists() {
                let data = data.display().to_string();
                bail!(catalogue.say("restore-there", &[("data", &data)]));
            }
        }
        let entries = opening::block_on(async { restore(&from, &data, catalogue).await })?;
        let data = data.display().to_string();
        say(&catalogue.say("restore-done", &[("data", &data), ("count", &entries.to_string())]))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Copies into a directory beside the wanted one, opens and checks it there, and gives it its name last.
async fn restore(from: &Path, data: &Path, catalogue: &Catalogue) -> anyhow::Result<u64> {
    let mut name = data.as_os_str().to_owned();
    name.push(".restoring");
    let trial = PathBuf::from(name);
    if trial.exists() {
        std::fs::remove_dir_all(&trial)?;
    }
    std::fs::create_dir_all(&trial)?;
    for file in FILES {
        let to = trial.join(file);
        std::fs::copy(from.join(file), &to).with_context(|| to.display().to_string())?;
        std::fs::File::open(&to)?.sync_all()?;
    }
    let store = Store::open(Place::Directory(trial.clone())).await?;
    let found = trail::verify(&store).await?;
    store.close().await;
    drop(store);
    let Verified::Whole(entries) = found else {
        bail!(catalogue.say("restore-broken", &[]));
    };
    std::fs::create_dir_all(data)?;
    // The secrets may be there already; the database goes beside them. A journal is there only until the last
    // connection, which closes in its own time, has written it into its file.
    for file in FILES {
        std::fs::rename(trial.join(file), data.join(file))?;
        let journal = format!("{file}-wal");
        match std::fs::rename(trial.join(&journal), data.join(&journal)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    std::fs::remove_dir_all(&trial)?;
    Ok(entries)
}
