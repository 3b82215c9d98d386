//! The diagnosis: evidence, facts, verdicts and decision of one message in one value.
//!
//! In: an [`Inbound`], the [`Desk`] that judges it, and someone who answers its [`Inquiry`] of the log.
//! Out: a [`Diagnosis`], in which nothing secret is left. Start at [`diagnose`].
//!
//! **Never here:** clock, randomness, disk, network. The same message and facts give the same diagnosis.

mod conversation;
mod evidence;
mod history;
mod named_facts;
mod question;
mod wording;

use std::collections::BTreeSet;

pub use self::conversation::{Conversation, conversation};
pub use self::evidence::{EVIDENCE_NAMES, EvidenceSet, Shown};
use crate::calendar::Calendar;
use crate::checks::{self, Finding, Subject};
use crate::evidence::call::Call;
use crate::evidence::fields::FieldKind;
use crate::evidence::key::HashSecret;
use crate::evidence::reading::{self, Reading};
use crate::evidence::speech::{Lexicon, SpeechInput};
use crate::facts::contract::Contract;
use crate::facts::documentation::{Answer, Documentation, Excerpt};
use crate::facts::elsewhere::{Elsewhere, Wanted};
use crate::facts::inquiry::{self, Inquiry};
use crate::facts::registry::Registry;
use crate::facts::request_log::LoggedRequest;
use crate::facts::{Known, Limits};
use crate::inbound::Inbound;
use crate::incident::{Incident, Matching, RegistryNames};
use crate::mask::{self, Masker, SecretKind};
use crate::procedure::{Decision, Procedure};
use crate::reply::Rendered;

/// Further excerpts shown beside a diagnosis, at most.
const MOST_SUGGESTIONS: usize = 10;

/// Secrets of one message that are looked for by their exact text; a message with more is bulk data, and what is shown of
/// it is masked by shape.
const LONGEST_END: usize = 64 << 10;
const MOST_SECRETS: usize = 5_000;

/// Everything that judges a message, beside the request log.
#[derive(Clone, Copy)]
pub struct Desk<'d> {
    pub registry: &'d Registry,
    pub contract: &'d Contract,
    pub documentation: &'d dyn Documentation,
    pub procedure: &'d Procedure,
    pub lexicon: &'d Lexicon,
    pub names: &'d RegistryNames,
    pub calendar: &'d Calendar,
    pub secret: &'d HashSecret,
    pub limits: Limits,
    /// Nobody knows who asks: nothing of keys and users is told, not even that they are not there.
    pub anonymous: bool,
}

/// What a message turned out to be, with proof. Carries nothing secret.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnosis {
    pub id: String,
    /// Code of the partner whom the sender's address says.
    pub partner: Option<String>,
    pub decision: Decision,
    pub findings: Vec<Finding>,
    pub evidence: EvidenceSet,
    /// Names of the evidences that a failed request still lacks, in the order asked for.
    pub missing: Vec<&'static str>,
    /// What the reply rests on.
    pub citations: Vec<Excerpt>,
    /// Further excerpts, best first.
    pub suggestions: Vec<Excerpt>,
    pub reply: Option<Rendered>,
    /// What could not be read, in words for people.
    pub notes: Vec<String>,
    /// Whether the request log has the request that it is about.
    pub in_log: bool,
    /// Code of the product that the message speaks of.
    pub product: Option<String>,
}

/// Diagnoses one message. `answer` looks up the log; the routes beside the inquiry are those that the message calls.
pub fn diagnose(
    inbound: &Inbound,
    desk: &Desk<'_>,
    answer: impl FnOnce(&Inquiry, &[(String, String)]) -> Vec<LoggedRequest>,
) -> Diagnosis {
    let prepared = prepare(inbound, &[], desk);
    let requests = answer(&prepared.inquiry, &prepared.routes);
    judged(inbound, &prepared.reading, desk, (requests.into(), None))
}

/// A conversation that was read, and what must be looked up for it. Holds secrets in the clear: it is not kept.
pub struct Prepared {
    reading: Reading,
    /// What is asked of the request log.
    pub inquiry: Inquiry,
    /// What is asked of a registry elsewhere, where there is one.
    pub wanted: Wanted,
    /// Method and path of the calls that it shows.
    pub routes: Vec<(String, String)>,
}

/// Reads a conversation: `newest`, with the messages `before` it, newest of them first.
pub fn prepare(newest: &Inbound, before: &[Inbound], desk: &Desk<'_>) -> Prepared {
    let reading = reading::read_all(newest, before, &desk.registry.timezone);
    let inquiry = inquiry::inquire(&reading, desk.secret, desk.limits);
    let routes = routes(&reading);
    let wanted = Wanted::of(&reading, newest.from.address.as_deref(), desk.secret);
    Prepared { reading, inquiry, wanted, routes }
}

/// What was looked up for a conversation.
#[derive(Default)]
pub struct Answers {
    /// The rows that answer the inquiry.
    pub requests: Vec<LoggedRequest>,
    /// What a registry elsewhere said.
    pub elsewhere: Elsewhere,
}

impl From<Vec<LoggedRequest>> for Answers {
    fn from(requests: Vec<LoggedRequest>) -> Self {
        Self { requests, elsewhere: Elsewhere::default() }
    }
}

/// The registry with what was said elsewhere; `None` where ours is enough.
fn both(desk: &Desk<'_>, answers: &Answers, newest: &Inbound) -> Option<Registry> {
    let said = &answers.elsewhere;
    (!said.changes_nothing()).then(|| desk.registry.with(said, newest.from.address.as_deref()))
}

/// Diagnoses what was read, with the rows that answer its inquiry. The second value is what `newest` says, as it may be kept.
pub fn judge(
    newest: &Inbound,
    prepared: &Prepared,
    desk: &Desk<'_>,
    answers: impl Into<Answers>,
) -> (Diagnosis, Conversation) {
    let answers = answers.into();
    let both = both(desk, &answers, newest);
    let desk = &Desk { registry: both.as_ref().unwrap_or(desk.registry), ..*desk };
    let diagnosis = judged(newest, &prepared.reading, desk, (answers, None));
    (diagnosis, conversation::masked(&prepared.reading, desk.registry, desk.secret))
}

/// The procedure's reply of this name with the values that were proven, for a person who chose another than the suggested one. `None`
/// where the procedure has none of this name.
pub fn standard_reply(
    newest: &Inbound,
    prepared: &Prepared,
    desk: &Desk<'_>,
    answers: impl Into<Answers>,
    name: &str,
) -> Option<Rendered> {
    let answers = answers.into();
    let both = both(desk, &answers, newest);
    let desk = &Desk { registry: both.as_ref().unwrap_or(desk.registry), ..*desk };
    judged(newest, &prepared.reading, desk, (answers, Some(name))).reply
}

/// `chosen` names a reply that is filled in the place of the one that the decision leads to.
fn judged(
    inbound: &Inbound,
    reading: &Reading,
    desk: &Desk<'_>,
    (answers, chosen): (Answers, Option<&str>),
) -> Diagnosis {
    let Answers { requests, elsewhere } = answers;
    let known =
        Known { registry: desk.registry, requests, contract: desk.contract, silent: elsewhere.silent };
    let speech = desk.lexicon.read(&spoken(inbound, reading, desk.registry));
    let matching = Matching {
        sender_address: inbound.from.address.as_deref(),
        secret: desk.secret,
        limits: desk.limits,
        lexicon: desk.lexicon,
        names: desk.names,
    };
    let incident = Incident::of(reading, &speech, &known, matching);
    let subject =
        Subject { incident: &incident, known: &known, calendar: desk.calendar, limits: desk.limits };
    let mut findings = checks::answer_all(&subject);
    if desk.anonymous {
        checks::withhold(&mut findings);
    }
    let history = history::of(&subject);
    let demand = named_facts::Demand { reading, speech: &speech, subject: &subject, history: &history };
    let documented = demand.question(desk);
    let evidence = EvidenceSet::of(&incident, reading);
    let inputs = demand.inputs(&findings, &evidence, &documented);
    let decision = desk.procedure.decide(&inputs);
    let missing = if demand.is_about_a_failure(&decision) { evidence.missing() } else { Vec::new() };
    let (citations, suggestions) = excerpts(desk, &subject, &decision, documented);
    let words = wording::Words { desk, inbound, demand: &demand, decision: &decision };
    let reply = match chosen {
        None => desk.procedure.reply(&decision, &words.variables(&missing, &citations)),
        Some(name) => desk.procedure.standard_reply(name, &words.variables(&evidence.missing(), &citations)),
    };
    finish(
        inbound,
        &incident,
        reading,
        Parts { decision, findings, evidence, missing, citations, suggestions, reply },
    )
}

/// The method and path of every call that a message shows.
fn routes(reading: &Reading) -> Vec<(String, String)> {
    let calls: BTreeSet<(String, String)> = reading
        .calls
        .iter()
        .filter_map(|seen| {
            let Call { method, url, .. } = &seen.what.1;
            Some((method.clone()?.to_ascii_uppercase(), crate::incident::path_only(url.as_deref()?)))
        })
        .collect();
    calls.into_iter().collect()
}

fn spoken<'a>(inbound: &'a Inbound, reading: &'a Reading, registry: &Registry) -> SpeechInput<'a> {
    let address = inbound.from.address.as_deref();
    let calls = || reading.calls.iter().map(|seen| &seen.what.1);
    SpeechInput {
        subject: inbound.subject.as_deref(),
        own_words: &reading.own_words,
        channel: &inbound.channel,
        sender_address: address,
        sender_known: address.is_some_and(|address| registry.partner_of_address(address).is_some()),
        has_call: calls().any(|call| call.url.is_some()),
        has_failed_call: calls().any(|call| crate::incident::failed(call) == Some(true)),
        attachments: !inbound.attachments.is_empty(),
    }
}

/// What the reply cites, and what else may help: the answer to a question, or the pages on what was found.
fn excerpts(
    desk: &Desk<'_>,
    subject: &Subject<'_, '_>,
    decision: &Decision,
    documented: Answer,
) -> (Vec<Excerpt>, Vec<Excerpt>) {
    let Answer { answered, mut suggestions } = documented;
    suggestions.truncate(MOST_SUGGESTIONS);
    if let Some(excerpt) = answered {
        if desk.procedure.cites(decision) {
            return (vec![excerpt], suggestions);
        }
        suggestions.insert(0, excerpt);
        suggestions.truncate(MOST_SUGGESTIONS);
        return (Vec::new(), suggestions);
    }
    if !suggestions.is_empty() {
        return (Vec::new(), suggestions);
    }
    let operation = checks::contract_operation(subject)
        .and_then(|found| desk.documentation.operation(&found.document, &found.method, &found.template));
    let words = desk.procedure.search_words(decision);
    let pages =
        if words.is_empty() { Vec::new() } else { desk.documentation.search(words, MOST_SUGGESTIONS) };
    (operation.into_iter().collect(), pages)
}

/// What is put together last.
struct Parts {
    decision: Decision,
    findings: Vec<Finding>,
    evidence: EvidenceSet,
    missing: Vec<&'static str>,
    citations: Vec<Excerpt>,
    suggestions: Vec<Excerpt>,
    reply: Option<Rendered>,
}

/// Masks everything that came from the message and puts the diagnosis together.
fn finish(inbound: &Inbound, incident: &Incident<'_>, reading: &Reading, parts: Parts) -> Diagnosis {
    let masker = masker(incident, reading);
    let Parts { decision, mut findings, mut evidence, missing, citations, suggestions, mut reply } = parts;
    let mut notes = reading.notes.clone();
    let proofs = findings.iter_mut().flat_map(|finding| finding.proof.iter_mut());
    let mut texts: Vec<&mut String> =
        proofs.flat_map(|proof| [&mut proof.text, &mut proof.reference]).collect();
    texts.extend(reply.iter_mut().flat_map(|reply| [&mut reply.subject, &mut reply.body]));
    texts.extend(evidence.texts());
    texts.extend(notes.iter_mut());
    masker.mask_all(texts);
    Diagnosis {
        id: inbound.id.clone(),
        partner: incident.sender.map(|partner| partner.code.clone()),
        decision,
        findings,
        evidence,
        missing,
        citations,
        suggestions,
        reply,
        notes,
        in_log: incident.row.is_some(),
        product: incident.product.as_ref().map(|question| question.product.code.clone()),
    }
}

/// A long text's first and last bytes: what people write themselves, and the names they give their secrets, stand there. A
/// secret from between still falls to the masker's own list wherever it is shown.
fn ends(text: &str) -> Vec<&str> {
    if text.len() <= 2 * LONGEST_END {
        return vec![text];
    }
    let head = text.get(..text.floor_char_boundary(LONGEST_END)).unwrap_or_default();
    let tail = text.get(text.ceil_char_boundary(text.len() - LONGEST_END)..).unwrap_or_default();
    vec![head, tail]
}

/// A masker that knows every secret of the message: those its list finds, those the message names, and the keys it carries.
fn masker(incident: &Incident<'_>, reading: &Reading) -> Masker {
    let mut secrets = secrets_of(reading);
    secrets.extend(incident.keys_written.iter().map(|key| (SecretKind::ApiKey, key.clone())));
    // The login is what the reply speaks of, even where it is written like an e-mail address.
    let login = incident.user.as_ref().map_or("", |user| user.value.as_str());
    secrets
        .retain(|(kind, secret)| secret != login || matches!(kind, SecretKind::ApiKey | SecretKind::Token));
    Masker::new(secrets)
}

/// The secrets that a message shows by their shape or name.
fn secrets_of(reading: &Reading) -> BTreeSet<(SecretKind, String)> {
    let mut secrets: BTreeSet<(SecretKind, String)> = BTreeSet::new();
    for part in &reading.parts {
        for text in ends(&part.text) {
            for (kind, span) in mask::secrets_in(text) {
                if secrets.len() < MOST_SECRETS {
                    secrets.extend(text.get(span).map(|secret| (kind, secret.to_owned())));
                }
            }
        }
    }
    for seen in &reading.fields {
        let kind = match seen.what.kind {
            FieldKind::ApiKey => SecretKind::ApiKey,
            FieldKind::Token => SecretKind::Token,
            FieldKind::Password => SecretKind::Password,
            _ => continue,
        };
        secrets.insert((kind, seen.what.value.clone()));
    }
    secrets
}
