//! One ticket: the conversation on one side, the diagnosis with its proof on the other, and what to do next.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use balcao_core::ticket::{Refusal, State as Stage};
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::commercial::question;
use balcao_desk::mail;
use balcao_desk::tracker::{self, DRAFTER};
use balcao_desk::verbs::around::{Incident, around};
use balcao_desk::verbs::receive::{Arrival, receive};
use balcao_desk::verbs::show::Whole;
use balcao_desk::verbs::standard_reply::standard_reply;
use balcao_desk::verbs::{draft, looking, show as shown};
use balcao_store::attachment::Attachment;
use balcao_store::draft::Draft;
use balcao_store::message::Message;
use balcao_store::outbox::Outbox;
use balcao_store::ticket::Ticket;
use balcao_store::trail::Entry;
use balcao_store::{AccountId, MessageId, account};
use balcao_wire::inbound;
use serde::Deserialize;
use serde_json::{Value, json};

use super::around::{self as pictures, Day, LogPicture};
use super::chats::Outgoing;
use super::commercial::AtCommercial;
use super::diagnosis::{Shown as Diagnosed, line_of};
use super::frame::Frame;
use super::visit::{Fields, Staff, Visit};
use super::{Shown, done, page, told_apart_by};

/// What happened, in words.
pub(crate) struct Happened {
    pub(crate) at: i64,
    pub(crate) who: String,
    pub(crate) what: String,
    /// Particulars that say something: reason, from and to, what changed.
    pub(crate) words: Vec<String>,
}

#[derive(Template)]
#[template(path = "ticket.html")]
struct Page {
    f: Frame,
    t: Ticket,
    whole: Whole,
    d: Diagnosed,
    own: Option<Draft>,
    others: Vec<Draft>,
    /// What the desk itself drafted.
    drafted: Option<Draft>,
    /// Its issues in Code's tracker, the newest first.
    issues: Vec<tracker::Shown>,
    /// What was mailed of it, and how that stands.
    mails: Vec<Outbox>,
    /// Whether mail goes out at all.
    mailing: bool,
    /// How it stands with commercial, if it was ever there.
    commercial: Option<AtCommercial>,
    /// What goes out of it by a chat.
    chat: Outgoing,
    happened: Vec<Happened>,
    looking: Vec<String>,
    steps: Vec<&'static str>,
    refused: Option<Refusal>,
    /// The request for everything that is missing, in words.
    ask: String,
    /// A beginning for the analysis before an escalation.
    analysis: String,
    causes: Vec<Cause>,
    may_open: bool,
    incident: Option<Incident>,
    log: Option<LogPicture>,
    day: Option<Day>,
    /// The procedure's replies, by name and in words.
    replies: Vec<(String, String)>,
    /// The reply that was chosen, filled.
    chosen: Option<String>,
}

/// A cause that a ticket may be said to have.
pub(crate) struct Cause {
    /// `situation/cause`.
    code: String,
    name: String,
    /// The key that says it, after `c`.
    key: Option<char>,
}

/// What a page is asked to begin with.
#[derive(Deserialize, Default)]
pub(crate) struct Begun {
    /// A reply of the procedure.
    resposta: Option<String>,
}

impl Page {
    fn files<'p>(&'p self, message: &'p Message) -> Vec<&'p Attachment> {
        self.whole.attachments.iter().filter(|file| file.message == message.id).collect()
    }

    /// Of a mail: what our server found out of its sender, and whether that verifies it.
    fn mail_in(&self, message: &Message) -> Option<(&str, bool)> {
        let mail = self.whole.mails.iter().find(|mail| mail.message.as_ref() == Some(&message.id))?;
        let verified = mail.verified.as_deref().is_some_and(|by| by != "none");
        Some((mail.authentication.as_deref().unwrap_or_default(), verified))
    }

    /// How the mail of a message stands.
    fn mail_out(&self, message: &Message) -> Option<&Outbox> {
        self.mails.iter().find(|mail| mail.message.as_ref() == Some(&message.id))
    }

    /// The mails that carry no message of the conversation.
    fn other_mails(&self) -> impl Iterator<Item = &Outbox> {
        self.mails.iter().filter(|mail| mail.message.is_none())
    }

    fn lines<'m>(&self, message: &'m Message) -> Vec<(usize, &'m str)> {
        message.body.lines().enumerate().map(|(n, line)| (n + 1, line)).collect()
    }

    /// Where the first message has a value.
    fn place(&self, place: &Option<String>) -> Option<String> {
        let line = line_of(place)?;
        let first = self.whole.messages.iter().rev().find(|message| message.direction == "in")?;
        Some(format!("#m{}-l{line}", first.id))
    }

    fn is(&self, step: &str) -> bool {
        self.d.next_step == step
    }

    /// Whether the ticket is said to be of this situation and cause.
    fn is_current(&self, code: &str) -> bool {
        code.split_once('/') == self.t.situation.as_deref().zip(self.t.cause.as_deref())
    }

    /// What the editor begins with: a reply that was chosen, one's draft, or the suggestion.
    fn begin(&self) -> &str {
        let suggested = ["received", "analysis", "investigation"].contains(&self.t.state.as_str());
        let suggestion = self.d.reply.as_ref().filter(|_| suggested).map(|reply| reply.body.as_str());
        let own = self.own.as_ref().map(|draft| draft.body.as_str());
        let drafted = self.drafted.as_ref().map(|draft| draft.body.as_str());
        self.chosen.as_deref().or(own).or(drafted).or(suggestion).unwrap_or_default()
    }

    fn can(&self, step: &str) -> bool {
        self.steps.contains(&step)
    }
}

/// `GET /chamados/{id}`.
pub(crate) async fn show(
    Staff(visit, caller): Staff,
    Path(id): Path<String>,
    Query(begun): Query<Begun>,
) -> Shown {
    let Some(name) = begun.resposta else { return with(&visit, &caller, &id, (None, None)).await };
    let ticket = shown::find(&visit.app.desk, &caller, &id).await?;
    let reply = standard_reply(&visit.app.desk, &caller, (&ticket.id, &name)).await?;
    with(&visit, &caller, &id, (None, Some(reply.body))).await
}

/// The page, with what is missing for a step that was refused, or a reply that was chosen.
pub(crate) async fn with(
    visit: &Visit,
    caller: &Caller,
    id: &str,
    (refused, chosen): (Option<Refusal>, Option<String>),
) -> Shown {
    let (f, desk) = (visit.frame(), &visit.app.desk);
    let whole = shown::show(desk, caller, id).await?;
    let d = Diagnosed::parse(whole.diagnosis.as_ref().map_or("", |run| run.line.as_str()));
    let t = whole.ticket.clone();
    let mails = mail::of_ticket(desk, caller, &t.id).await?;
    let chat = Outgoing::of(visit, caller, &t).await?;
    let drafts = draft::of_ticket(desk, caller, &t.id).await?;
    let (own, others): (Vec<_>, Vec<_>) = drafts.into_iter().partition(|draft| draft.account == caller.id);
    let (drafted, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|draft| draft.account == DRAFTER);
    let issues = tracker::of_ticket(desk, caller, &t.id).await?;
    let happened = happened(visit, shown::happenings(desk, caller, id).await?).await?;
    let looking = looking::look(desk, caller, &t.id, visit.app.now()).await?;
    let stage = Stage::ALL.into_iter().find(|stage| stage.code() == t.state);
    let steps = stage.map(|stage| stage.following().map(Stage::code).collect()).unwrap_or_default();
    let around = around(desk, caller, &t).await?;
    let moment = d.moment(&f);
    let replies = f.state.world.procedure.standard_replies();
    let lacking = refused.as_ref().and_then(|refused| question(desk, &t, refused));
    let page_of = Page {
        log: pictures::log(&f, &around.requests, moment),
        day: moment.map(|moment| pictures::day_of(&f, moment, d.value("environment"))),
        incident: around.incident,
        replies: replies.into_iter().map(|(name, words)| (name.to_owned(), words)).collect(),
        chosen,
        ask: lacking.unwrap_or_else(|| ask(&f, &d)),
        commercial: AtCommercial::of(visit, caller, (&t, &d)).await?,
        analysis: t.analysis.clone().unwrap_or_else(|| analysis(&f, &d)),
        causes: causes(&f),
        may_open: caller.may(Permission::OpenOriginals),
        own: own.into_iter().next(),
        drafted: drafted.into_iter().next(),
        issues,
        f,
        t,
        whole,
        d,
        others,
        mails,
        mailing: desk.post().is_some(),
        chat,
        happened,
        looking,
        steps,
        refused,
    };
    page(&page_of)
}

/// Everything that is missing, asked for at once.
fn ask(f: &Frame, d: &Diagnosed) -> String {
    let missing: Vec<&str> = d.missing_evidence.iter().map(String::as_str).collect();
    if missing.is_empty() {
        return String::new();
    }
    let lines = f.state.world.procedure.ask_for(&missing);
    let list: String = lines.iter().map(|line| format!("- {line}\n")).collect();
    format!("{}\n\n{list}", f.t("ask-opening"))
}

/// What was checked, in sentences: a person goes on from there.
fn analysis(f: &Frame, d: &Diagnosed) -> String {
    let mut text = format!("{} · {}\n", f.situation(&d.situation), f.cause(&d.situation, &d.cause));
    for check in d.ordered().into_iter().filter(|check| !check.proof.is_empty()) {
        let proof: Vec<&str> = check.proof.iter().map(|proof| proof.text.as_str()).collect();
        text.push_str(&format!(
            "{}: {}. {}\n",
            f.code("check", &check.check),
            f.code("verdict", &check.verdict),
            proof.join("; ")
        ));
    }
    text
}

/// Every cause, each with a key of its own while there are any.
fn causes(f: &Frame) -> Vec<Cause> {
    let procedure = &f.state.world.procedure;
    let situations = procedure.situations();
    let all = situations.flat_map(|situation| {
        let name = procedure.situation_name(situation);
        let causes = procedure.causes(situation);
        causes.map(move |cause| {
            (format!("{situation}/{cause}"), format!("{name} · {}", procedure.cause_name(situation, cause)))
        })
    });
    let keys = ('a'..='z').chain('0'..='9').map(Some).chain(std::iter::repeat(None));
    all.zip(keys).map(|((code, name), key)| Cause { code, name, key }).collect()
}

/// The trail of a ticket in words.
pub(crate) async fn happened(visit: &Visit, entries: Vec<Entry>) -> Result<Vec<Happened>, DeskError> {
    let f = visit.frame();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut conn = visit.app.desk.store().read().await?;
    for entry in &entries {
        let Some(id) = entry.actor.strip_prefix("account:") else { continue };
        if let (false, Some(id)) = (names.contains_key(&entry.actor), AccountId::parse(id))
            && let Some(row) = account::get(&mut conn, &id).await?
        {
            names.insert(entry.actor.clone(), row.name);
        }
    }
    let told = entries.into_iter().map(|entry| {
        let data: Value = serde_json::from_str(&entry.data).unwrap_or_default();
        Happened {
            at: entry.at,
            who: names.get(&entry.actor).cloned().unwrap_or_else(|| f.code("role", &entry.actor)),
            what: f.code("event", &entry.what),
            words: particulars(&f, &data),
        }
    });
    Ok(told.collect())
}

fn particulars(f: &Frame, data: &Value) -> Vec<String> {
    let mut words = Vec::new();
    if let (Some(from), Some(to)) =
        (data.get("from").and_then(Value::as_str), data.get("to").and_then(Value::as_str))
    {
        words.push(format!("{} → {}", f.code("state", from), f.code("state", to)));
    }
    let of = |situation: &str, cause: &str| {
        let (situation, cause) = (data.get(situation)?.as_str()?, data.get(cause)?.as_str()?);
        Some(format!("{} · {}", f.situation(situation), f.cause(situation, cause)))
    };
    if let Some((was, is)) = of("was_situation", "was_cause").zip(of("situation", "cause")) {
        words.push(format!("{was} → {is}"));
    }
    for name in ["reason", "analysis", "solution", "protocol"] {
        if let Some(text) = data.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()) {
            words.push(text.to_owned());
        }
    }
    for change in data.get("changes").and_then(Value::as_array).into_iter().flatten() {
        let text = |name: &str| change.get(name).and_then(Value::as_str).unwrap_or("–").to_owned();
        words.push(format!("{}: {} → {}", text("what"), text("before"), text("after")));
    }
    words
}

/// `GET /chamados/{id}/anexos/{attachment}`: what could be read of a file, masked; always a download, never shown.
pub(crate) async fn attachment(
    Staff(visit, caller): Staff,
    Path((id, file)): Path<(String, String)>,
) -> Shown {
    let whole = shown::show(&visit.app.desk, &caller, &id).await?;
    let found = whole.attachments.into_iter().find(|known| known.id.as_str() == file);
    let text = found.and_then(|file| file.text).ok_or(DeskError::NotFound("anexo"))?;
    let mut response = text.into_response();
    let name = format!("attachment; filename=\"{}.txt\"", MessageId::fresh());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

#[derive(Template)]
#[template(path = "ticket_new.html")]
struct Blank {
    f: Frame,
}

/// `GET /chamados/novo`.
pub(crate) async fn blank(Staff(visit, _caller): Staff) -> Shown {
    page(&Blank { f: visit.frame() })
}

/// `POST /chamados/novo`: a demand that came by telephone or in person.
pub(crate) async fn create(Staff(visit, caller): Staff, fields: Fields) -> Shown {
    let now = visit.app.now();
    let message = json!({
        "id": MessageId::fresh().to_string(), "channel": fields.maybe("canal").unwrap_or("telefone"), "received_at": now.to_string(),
        "from": {"name": fields.maybe("nome"), "address": fields.maybe("endereco")},
        "subject": fields.maybe("assunto"), "body": fields.get("texto"),
    });
    let raw = message.to_string();
    let inbound = inbound::parse(&raw).map_err(|error| DeskError::Invalid(error.to_string()))?;
    let same = Some(told_apart_by(fields.get("vez"), fields.get("texto")));
    let arrival = Arrival { inbound, raw: raw.into_bytes(), idempotency_key: None, told_apart_by: same };
    let new = receive(&visit.app.desk, &caller, arrival, now).await?;
    done(&format!("/chamados/{}", new.ticket.protocol), "ticket-made")
}
