//! A diagnosis as a person reads it in a terminal; understandable without colour.

use std::fmt::Write as _;

use anstream::adapter::strip_str;
use balcao_core::checks::{Finding, Verdict};
use balcao_core::diagnosis::Diagnosis;
use balcao_core::inbound::Inbound;

use crate::setup::Loaded;

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[31m";
const GREEN: &str = "\x1b[32m";
const YELLOW: &str = "\x1b[33m";
const PLAIN: &str = "\x1b[0m";
/// Columns of a text block.
const WIDTH: usize = 96;

/// The report of one diagnosis. The message itself is not repeated: what matters of it is in the evidence.
pub(crate) fn of(diagnosis: &Diagnosis, message: &Inbound, loaded: &Loaded) -> String {
    let mut page = String::new();
    head(&mut page, diagnosis, message, loaded);
    checks(&mut page, diagnosis);
    evidence(&mut page, diagnosis, loaded);
    excerpts(&mut page, diagnosis);
    reply(&mut page, diagnosis);
    page.push('\n');
    page
}

fn head(page: &mut String, diagnosis: &Diagnosis, message: &Inbound, loaded: &Loaded) {
    let decision = &diagnosis.decision;
    let partner = diagnosis
        .partner
        .as_deref()
        .and_then(|code| loaded.world.registry.partners.iter().find(|partner| partner.code == code))
        .map_or("remetente não identificado", |partner| partner.name.as_str());
    let received = message.received_at.to_zoned_datetime(loaded.world.registry.timezone.clone());
    let _ = writeln!(
        page,
        "{BOLD}━━ {} ━━{PLAIN} {partner} · {} · {}",
        diagnosis.id,
        message.channel,
        received.strftime("%d/%m/%Y %H:%M")
    );
    let _ = writeln!(
        page,
        "{BOLD}{}{PLAIN} ({}) · {}",
        loaded.world.procedure.situation_name(&decision.situation),
        decision.section,
        loaded.world.procedure.cause_name(&decision.situation, &decision.cause),
    );
    let actions: Vec<&str> =
        decision.actions.iter().map(|action| loaded.world.procedure.action_name(action)).collect();
    let next = loaded.world.procedure.next_step_name(&decision.next_step);
    let _ = match actions.as_slice() {
        [] => writeln!(page, "→ {next}"),
        actions => writeln!(page, "→ {next}: {}", actions.join("; ")),
    };
    let _ = writeln!(page, "{DIM}{}{PLAIN}\n", decision.why);
}

fn checks(page: &mut String, diagnosis: &Diagnosis) {
    let told = |finding: &&Finding| matches!(finding.verdict, Verdict::Yes | Verdict::No);
    for finding in diagnosis.findings.iter().filter(told) {
        let (sign, colour) =
            if finding.verdict == Verdict::Yes { ("✓ sim", GREEN) } else { ("✗ não", RED) };
        let _ = writeln!(page, "  {colour}{sign}{PLAIN}  {}", finding.check);
        for proof in &finding.proof {
            let _ = writeln!(
                page,
                "         {} {DIM}[{}: {}]{PLAIN}",
                proof.text,
                proof.source.code(),
                proof.reference
            );
        }
    }
    let open = diagnosis.findings.iter().filter(|finding| finding.verdict == Verdict::Unknown);
    let names: Vec<&str> = open.map(|finding| finding.check).collect();
    if !names.is_empty() {
        let _ = writeln!(page, "  {DIM}? indeterminado: {}{PLAIN}", names.join(", "));
    }
    page.push('\n');
}

fn evidence(page: &mut String, diagnosis: &Diagnosis, loaded: &Loaded) {
    for (name, shown) in diagnosis.evidence.iter() {
        let label = loaded.world.procedure.evidence_name(name);
        match shown {
            Some(shown) => {
                let value: String = shown.value.split_whitespace().collect::<Vec<_>>().join(" ");
                let short: String = value.chars().take(WIDTH).collect();
                let more = if value.chars().count() > WIDTH { "…" } else { "" };
                let _ = writeln!(page, "  • {label}: {short}{more} {DIM}({}){PLAIN}", shown.place);
            }
            None if diagnosis.missing.contains(&name) => {
                let _ = writeln!(page, "  {YELLOW}• {label}: falta{PLAIN}");
            }
            None => {}
        }
    }
    for note in &diagnosis.notes {
        let _ = writeln!(page, "  {DIM}nota: {note}{PLAIN}");
    }
    page.push('\n');
}

fn excerpts(page: &mut String, diagnosis: &Diagnosis) {
    for excerpt in &diagnosis.citations {
        let address = excerpt.url.as_deref().unwrap_or("");
        let _ = writeln!(page, "  ❝ {}#{} {DIM}{address}{PLAIN}", excerpt.document, excerpt.heading);
    }
    if diagnosis.citations.is_empty() && !diagnosis.suggestions.is_empty() {
        let places: Vec<String> = diagnosis
            .suggestions
            .iter()
            .take(3)
            .map(|excerpt| format!("{}#{}", excerpt.document, excerpt.heading))
            .collect();
        let _ = writeln!(page, "  {DIM}veja também: {}{PLAIN}", places.join(", "));
    }
}

fn reply(page: &mut String, diagnosis: &Diagnosis) {
    let Some(reply) = &diagnosis.reply else { return };
    let _ = writeln!(page, "  ┌ {BOLD}{}{PLAIN}", reply.subject);
    for line in reply.body.lines() {
        let _ = writeln!(page, "  │ {}", strip_str(line));
    }
    let _ = writeln!(page, "  └");
}
