//! Opening the desk as a command finds it: settings, secrets, database.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use balcao_connect::mail_out::Smtp;
use balcao_desk::Desk;
use balcao_desk::secrets::Secrets;
use balcao_store::Store;

use crate::around;
use crate::catalogue::Catalogue;
use crate::settings::{Flags, Settings};

/// The environment's variable.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The settings in force.
pub fn settings(flags: &Flags, catalogue: &Catalogue) -> anyhow::Result<Settings> {
    Settings::load(flags, environment, catalogue)
}

/// Runs a command that waits for the database.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// The desk on its database; both are made if they are not there. What it decides is mailed, if a server is set up.
pub async fn desk(settings: &Settings, catalogue: &Catalogue) -> anyhow::Result<Desk> {
    // Before anything is made: a mistake in the settings is told first.
    let mailed = settings.mail(environment).read().with_context(|| catalogue.say("error-mail", &[]))?;
    let channels = settings.channels()?;
    let desk = desk_that_keeps(settings, settings.desk(catalogue)?, catalogue).await?;
    let desk = around::connected(desk, &channels)?;
    let Some(mailed) = mailed else { return Ok(desk) };
    let smtp = Smtp::new(mailed).with_context(|| catalogue.say("error-mail", &[]))?;
    Ok(desk.mailing_by(Arc::new(smtp)))
}

/// As [`desk`], but it keeps things for other times than the settings say, and mails nothing.
pub async fn desk_that_keeps(
    settings: &Settings,
    times: balcao_desk::Settings,
    catalogue: &Catalogue,
) -> anyhow::Result<Desk> {
    let store = Store::open(settings.place()).await?;
    let secrets = secrets(&settings.secrets(environment), catalogue)?;
    Ok(Desk::open(store, secrets, times).await?)
}

/// The secrets of the file; on a fresh installation it is made, readable by its owner alone.
pub fn secrets(path: &Path, catalogue: &Catalogue) -> anyhow::Result<Secrets> {
    let shown = path.display().to_string();
    let unusable = || catalogue.say("error-secrets", &[("path", &shown)]);
    match std::fs::read_to_string(path) {
        Ok(text) => return Secrets::parse(&text).with_context(unusable),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(anyhow!(error).context(unusable())),
    }
    let fresh = Secrets::new(balcao_desk::random()?, balcao_desk::random()?);
    match write_private(path, fresh.to_file().as_bytes()) {
        Ok(()) => Ok(fresh),
        // Another server of the same start was quicker.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let text = std::fs::read_to_string(path).with_context(unusable)?;
            Ok(Secrets::parse(&text).with_context(unusable)?)
        }
        Err(error) => Err(anyhow!(error).context(unusable())),
    }
}

/// Writes a file that must not be there yet, whole or not at all, for its owner alone.
pub fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let trial = Path::new(&name);
    let written = (|| {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(trial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // A hard link is made only where nothing stands yet.
        std::fs::hard_link(trial, path)
    })();
    let _gone = std::fs::remove_file(trial);
    written
}
