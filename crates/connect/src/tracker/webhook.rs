//! Whoever takes signed webhooks (Standard Webhooks): one event for each thing said, with an id of its own by which a second one is known.

use balcao_desk::tracker::{Comment, Dossier, Ending, Fact, Opened, TrackerError, Words};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

use super::client::{Client, checked, id_of, url_of};
use super::read::Standing;
use super::words::Writer;
use crate::outside::{Method, Question};
use crate::signed::{Key, sign};

/// Who takes them.
pub(super) struct Webhook {
    pub(super) client: Client,
    pub(super) key: Key,
}

impl Webhook {
    pub(super) async fn open(
        &self,
        id: &str,
        (writer, dossier): (&Writer, &Dossier),
        now: Timestamp,
    ) -> Result<Opened, TrackerError> {
        let data = json!({
            "escalation": id, "title": writer.title(dossier), "body": writer.issue(id, dossier),
            "url": writer.place(&dossier.protocol), "dossier": told(dossier),
        });
        let answer = self.send("escalation.opened", id, data, now).await?;
        // It may call the escalation as it likes, and say where it is seen.
        let external = id_of(&answer, "id").unwrap_or_else(|| id.to_owned());
        Ok(Opened { external, url: url_of(&answer, "url") })
    }

    pub(super) async fn comment(
        &self,
        issue: &str,
        (writer, comment): (&Writer, &Comment),
        now: Timestamp,
    ) -> Result<Option<String>, TrackerError> {
        let (kind, dossier) = match &comment.words {
            Words::Joined(dossier) => ("escalation.joined", Some(told(dossier))),
            Words::Again(dossier) => ("escalation.again", Some(told(dossier))),
            Words::Left => ("escalation.left", None),
            Words::GoesOn(_) => ("escalation.moved", None),
            Words::Desk { .. } | Words::Partner(_) => ("escalation.comment", None),
        };
        let data = json!({
            "escalation": issue, "protocol": comment.protocol, "url": writer.place(&comment.protocol),
            "comment": {"id": comment.id, "body": writer.comment(comment)}, "dossier": dossier,
        });
        let answer = self.send(kind, &comment.id, data, now).await?;
        // Some answer with what they call the whole escalation: that is no name of a comment.
        Ok(id_of(&answer, "id").filter(|id| id != issue))
    }

    /// Tells that the escalation is over, which it then is.
    pub(super) async fn close(
        &self,
        issue: &str,
        (id, ending): (&str, Ending),
        now: Timestamp,
    ) -> Result<Standing, TrackerError> {
        let reason = if ending == Ending::Done { "fixed" } else { "not a bug" };
        self.send("escalation.closed", id, json!({"escalation": issue, "reason": reason}), now).await?;
        Ok(Standing { at: Some(now), ..Standing::default() })
    }

    async fn send(&self, kind: &str, id: &str, data: Value, now: Timestamp) -> Result<Value, TrackerError> {
        let body = json!({"type": kind, "timestamp": now.to_string(), "data": data}).to_string().into_bytes();
        let signature = sign(&self.key, id, now, &body);
        let plain = |text: String| Zeroizing::new(text);
        let mut headers = self.client.headers.clone();
        headers.extend([
            ("content-type", plain("application/json".to_owned())),
            ("webhook-id", plain(id.to_owned())),
            ("webhook-timestamp", plain(now.as_second().to_string())),
            ("webhook-signature", plain(signature)),
        ]);
        let url = Url::parse(&self.client.base)
            .map_err(|_own_address| TrackerError::new("o endereço do rastreador não é um endereço"))?;
        let question = Question { method: Method::POST, url, headers, body };
        let answer = self.client.outside.ask(question).await;
        let answer = checked(answer.map_err(|error| TrackerError::new(error.to_string()))?)?;
        // An answer without words is as good.
        Ok(answer.json().unwrap_or(Value::Null))
    }
}

/// A dossier for programs.
fn told(dossier: &Dossier) -> Value {
    let fact = |fact: &Fact| json!({"name": fact.name, "value": fact.value, "where": fact.place});
    json!({
        "protocol": dossier.protocol, "subject": dossier.subject, "partner": dossier.partner,
        "diagnosis": dossier.diagnosis, "analysis": dossier.analysis,
        "evidence": dossier.evidence.iter().map(fact).collect::<Vec<_>>(), "checks": dossier.checks,
        "curl": dossier.curl, "log": dossier.log, "release": dossier.release, "messages": dossier.messages,
        "earlier": dossier.earlier,
        "incident": dossier.incident.map(|(tickets, partners)| json!({"tickets": tickets, "partners": partners})),
    })
}
