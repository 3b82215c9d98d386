//! `balcao serve`

use std::process::ExitCode;
use std::sync::Arc;

use balcao_web::NoCourier;

use crate::catalogue::Catalogue;
use crate::opening;
use crate::server::{self, Parts};
use crate::settings::Flags;

/// Run the desk: the HTTP API and the background work
#[derive(Debug, clap::Args)]
pub struct Serve {
    /// Where to listen
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// What to run: all, web or worker
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    #[command(flatten)]
    flags: Flags,
}

impl Serve {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let mut settings = opening::settings(&self.flags, catalogue)?;
        if let Some(listen) = self.listen {
            settings.set("listen", listen, "--listen".to_owned());
        }
        if let Some(role) = self.role {
            settings.set("role", role, "--role".to_owned());
        }
        let (level, format) = settings.log();
        server::log(level, format)?;
        let role = settings.role(catalogue)?.to_owned();
        let parts = Parts {
            web: role != "worker",
            worker: role != "web",
            address: settings.address().to_owned(),
            proxies: settings.proxies(catalogue)?,
            channels: Arc::new(settings.channels()?),
            courier: Arc::new(NoCourier),
        };
        opening::block_on(async {
            let desk = opening::desk(&settings, catalogue).await?;
            first_administrator(&desk, settings.listen(), catalogue).await?;
            server::serve(desk, settings.listen(), parts, |address| {
                say(&format!("listening on http://{address}"))
            })
            .await
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A desk without people tells, on standard error, how the first one gets in.
async fn first_administrator(
    desk: &balcao_desk::Desk,
    listen: &str,
    catalogue: &Catalogue,
) -> anyhow::Result<()> {
    use std::io::Write as _;

    let now = jiff::Timestamp::now();
    if let Some(token) = balcao_desk::people::first::first_administrator(desk, now).await? {
        let text = catalogue.say("serve-first", &[("listen", listen), ("token", &token)]);
        writeln!(anstream::stderr(), "balcao: {text}")?;
    }
    Ok(())
}

/// A line on standard output, at once.
pub(super) fn say(line: &str) -> anyhow::Result<()> {
    use std::io::Write as _;

    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
