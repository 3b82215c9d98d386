//! `balcao doctor`: is the desk well, and if not, what is to be done?

use std::process::ExitCode;

use balcao_desk::caller::Caller;
use balcao_desk::trail::{self, Verified};
use balcao_desk::{Desk, jobs};
use jiff::Timestamp;

use super::FOUND_PROBLEMS;
use super::serve::say;
use crate::catalogue::Catalogue;
use crate::opening;
use crate::settings::Flags;

/// Check secrets, database, trail, registry, documentation, procedure and background work
#[derive(Debug, clap::Args)]
pub struct Doctor {
    #[command(flatten)]
    flags: Flags,
}

/// One thing that was looked at.
struct Finding {
    well: bool,
    text: String,
}

impl Doctor {
    pub fn run(self, catalogue: &Catalogue) -> anyhow::Result<ExitCode> {
        let settings = opening::settings(&self.flags, catalogue)?;
        let findings = opening::block_on(async {
            let desk = opening::desk(&settings, catalogue).await?;
            let findings = look(&desk, Timestamp::now(), catalogue).await?;
            desk.store().close().await;
            Ok(findings)
        })?;
        for finding in &findings {
            say(&format!("{} {}", if finding.well { "✓" } else { "✗" }, finding.text))?;
        }
        let well = findings.iter().all(|finding| finding.well);
        Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(FOUND_PROBLEMS) })
    }
}

async fn look(desk: &Desk, now: Timestamp, catalogue: &Catalogue) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut add = |well: bool, key: &str, values: &[(&str, &str)]| {
        findings.push(Finding { well, text: catalogue.say(key, values) });
    };
    add(true, "doctor-secrets", &[]);
    match trail::verify(desk.store()).await? {
        Verified::Whole(count) => add(true, "audit-whole", &[("count", &count.to_string())]),
        Verified::Broken(broken) => add(false, "audit-broken", &[("what", &broken.to_string())]),
        Verified::CutShort(last) => add(false, "audit-cut", &[("last", &last.to_string())]),
    }
    let state = desk.state();
    let registry = &state.world.registry;
    let (partners, keys) = (registry.partners.len().to_string(), registry.api_keys.len().to_string());
    add(
        state.registry_revision.is_some(),
        if state.registry_revision.is_some() { "doctor-registry" } else { "doctor-no-registry" },
        &[("partners", &partners), ("keys", &keys)],
    );
    let sections = state.world.pages.library().sections().len();
    let documented = sections > 0;
    let key = if documented { "doctor-documents" } else { "doctor-no-documents" };
    add(documented, key, &[("sections", &sections.to_string())]);
    for problem in &state.problems {
        add(false, "doctor-document-problem", &[("problem", problem)]);
    }
    let review = state.world.procedure.dates().next_review;
    let today = now.to_zoned_datetime(registry.timezone.clone()).date();
    let key = if today > review { "doctor-review-overdue" } else { "doctor-review" };
    add(today <= review, key, &[("date", &review.to_string())]);
    let standing = jobs::standing(desk, now).await?;
    let set_aside = standing.quarantined.to_string();
    let key = if standing.quarantined == 0 { "doctor-jobs" } else { "doctor-jobs-aside" };
    add(standing.quarantined == 0, key, &[("count", &set_aside)]);
    let mails = balcao_connect::mail::counts(desk).await?;
    let none_left = mails.quarantined + mails.waiting == 0;
    let texts = [mails.filed, mails.noted, mails.quarantined, mails.waiting].map(|count| count.to_string());
    let names = ["filed", "noted", "quarantined", "waiting"];
    let values: Vec<(&str, &str)> = names.into_iter().zip(texts.iter().map(String::as_str)).collect();
    add(none_left, if none_left { "doctor-mail" } else { "doctor-mail-aside" }, &values);
    for shown in balcao_connect::mailbox::shown(desk, &Caller::system(), now).await? {
        let key = if shown.alarms() { "doctor-mailbox-alarm" } else { "doctor-mailbox" };
        let (missing, error) = (shown.mailbox.missing.to_string(), shown.mailbox.error.clone());
        let unread = || catalogue.say("doctor-mailbox-unread", &[]);
        let why = error.or_else(|| (!shown.is_read).then(unread)).unwrap_or_default();
        let values = [("name", shown.mailbox.name.as_str()), ("missing", &missing), ("why", &why)];
        add(!shown.alarms(), key, &values);
    }
    add(true, "doctor-overdue", &[("count", &standing.overdue.to_string())]);
    Ok(findings)
}
