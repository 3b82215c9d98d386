//! What each tracker delivers by itself, signed as its documentation says.

use balcao_connect::signed::{Key, sign};
use balcao_desk::tracker::{Delivered, hook};
use balcao_desk::{Desk, DeskError};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::contract::{Kind, github_comment, github_issue, gitlab_issue, jira_comment, jira_issue, time};
use crate::houses::{KEY, SECRET, noon};
use crate::server::{Comment, Server};

/// A delivery on its way.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Delivery {
    pub(crate) async fn to(&self, desk: &Desk) -> Result<(), DeskError> {
        self.to_name(desk, desk.tracker().map_or("code", |tracker| tracker.name())).await
    }

    pub(crate) async fn to_name(&self, desk: &Desk, name: &str) -> Result<(), DeskError> {
        let header = |name: &str| {
            self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
        };
        hook(desk, name, &Delivered { header: &header, body: &self.body }, noon()).await
    }

    pub(crate) fn without(&self, header: &str) -> Self {
        let headers = self.headers.iter().filter(|(name, _)| *name != header).cloned().collect();
        Self { headers, body: self.body.clone() }
    }
}

/// The header by which a tracker is known.
pub(crate) fn proof(kind: Kind) -> &'static str {
    match kind {
        Kind::GitLab => "x-gitlab-token",
        Kind::GitHub | Kind::Forge => "x-hub-signature-256",
        Kind::Jira => "x-hub-signature",
        Kind::Webhook => "webhook-signature",
    }
}

fn hub(body: &[u8]) -> String {
    let mut code = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    code.update(body);
    let hex: String = code.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

fn signed(kind: Kind, id: &str, body: &Value) -> Delivery {
    let body = body.to_string().into_bytes();
    let proof_of = match kind {
        Kind::GitLab => SECRET.to_owned(),
        Kind::GitHub | Kind::Forge | Kind::Jira => hub(&body),
        Kind::Webhook => sign(&Key::parse(KEY).unwrap(), id, noon(), &body),
    };
    let name = match kind {
        Kind::GitLab => "x-gitlab-event-uuid",
        Kind::GitHub => "x-github-delivery",
        Kind::Forge => "x-gitea-delivery",
        Kind::Jira => "x-atlassian-webhook-identifier",
        Kind::Webhook => "webhook-id",
    };
    let mut headers = vec![(proof(kind), proof_of), (name, id.to_owned())];
    if kind == Kind::Webhook {
        headers.push(("webhook-timestamp", noon().as_second().to_string()));
    }
    Delivery { headers, body }
}

/// What the tracker delivers of a comment on an issue (from 1).
pub(crate) fn of_comment(server: &Server, issue: usize, comment: &Comment) -> Delivery {
    let state = server.state();
    let it = &state.issues[issue - 1];
    let body = match server.kind {
        Kind::GitLab => json!({"object_kind": "note", "user": {"name": comment.author},
            "object_attributes": {"id": comment.id, "note": comment.body, "noteable_type": "Issue", "system": false,
                "updated_at": time(comment.at).replace('T', " ").replace('Z', " UTC")},
            "issue": gitlab_issue(issue, it)}),
        Kind::GitHub | Kind::Forge => json!({"action": "created", "issue": github_issue(issue, it),
            "comment": github_comment(comment)}),
        Kind::Jira => json!({"timestamp": comment.at * 1000, "webhookEvent": "comment_created",
            "issue": jira_issue(issue, it), "comment": jira_comment(comment)}),
        Kind::Webhook => json!({"type": "escalation.comment", "timestamp": time(comment.at), "data": {
            "escalation": name_of(&state.delivered, issue),
            "comment": {"id": comment.id, "author": comment.author, "body": comment.body}}}),
    };
    signed(server.kind, &format!("entrega-{}", comment.id), &body)
}

/// What the tracker delivers of how an issue stands.
pub(crate) fn of_issue(server: &Server, issue: usize) -> Delivery {
    let state = server.state();
    let it = &state.issues[issue - 1];
    let body = match server.kind {
        Kind::GitLab => {
            let about = gitlab_issue(issue, it);
            let labels: Vec<Value> = it.labels.iter().map(|label| json!({"title": label})).collect();
            json!({"object_kind": "issue", "labels": labels, "assignees": about["assignees"], "object_attributes": about})
        }
        Kind::GitHub | Kind::Forge => json!({"action": "edited", "issue": github_issue(issue, it)}),
        Kind::Jira => json!({"timestamp": it.updated * 1000, "webhookEvent": "jira:issue_updated",
            "issue": jira_issue(issue, it)}),
        Kind::Webhook => json!({"type": if it.closed { "escalation.closed" } else { "escalation.reopened" },
            "timestamp": time(it.updated), "data": {"escalation": name_of(&state.delivered, issue),
            "reason": it.reason, "assignee": it.assignee, "labels": it.labels}}),
    };
    signed(server.kind, &format!("estado-{issue}-{}", it.updated), &body)
}

/// As the receiver of webhooks knows an escalation: by the id of what opened it.
fn name_of(delivered: &[(String, Value)], issue: usize) -> String {
    let mut opened = delivered.iter().filter(|(_, body)| body["type"] == "escalation.opened");
    opened.nth(issue - 1).expect("it was opened").0.clone()
}
