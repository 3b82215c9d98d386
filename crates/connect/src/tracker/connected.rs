//! A tracker that is set up, as the desk is given it.

use std::sync::Arc;

use balcao_desk::tracker::{
    Asked, Comment, Delivered, Dossier, Ending, LONGEST_QUESTION, Opened, Remark, Seen, Standing, Stranger,
    Told, Tracker, TrackerError, Verified,
};
use jiff::{SignedDuration, Timestamp};
use zeroize::Zeroizing;

use super::github::GitHub;
use super::gitlab::GitLab;
use super::jira::Jira;
use super::read::{self, Kind};
use super::webhook::Webhook;
use super::words::Writer;
use crate::signed::{self, Headers, Key};

/// Tells the time: what goes out signed says when.
pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Who is asked.
pub(super) enum Target {
    GitLab(GitLab),
    GitHub(GitHub),
    Jira(Jira),
    Webhook(Webhook),
}

/// By what a delivery is known.
pub(super) enum Proof {
    /// A secret that both know: as it is, or as the key of a hash.
    Secret(Zeroizing<String>),
    /// Keys of Standard Webhooks.
    Keys(Vec<Key>),
    /// None is taken.
    Nothing,
}

/// A tracker that is set up.
pub struct Connected {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) target: Target,
    pub(super) proof: Proof,
    pub(super) writer: Writer,
    pub(super) label: Option<String>,
    /// Status or labels that mean closed, in small letters.
    pub(super) closed: Vec<String>,
    pub(super) poll: Option<SignedDuration>,
    pub(super) clock: Clock,
}

/// Words by which a tracker says that something is no bug.
const NO_BUG: [&str; 7] =
    ["not a bug", "not-a-bug", "invalid", "works as designed", "as designed", "não é bug", "não é defeito"];
/// Words by which it says that something will not be done.
const NOT_PLANNED: [&str; 9] = [
    "not_planned",
    "wontfix",
    "won't fix",
    "won't do",
    "wont do",
    "duplicate",
    "declined",
    "cannot reproduce",
    "incomplete",
];
/// Words by which it says that something was done.
const DONE: [&str; 6] = ["completed", "done", "fixed", "resolved", "concluído", "corrigido"];

impl Connected {
    fn standing(&self, read: read::Standing) -> Standing {
        let small = |text: &String| text.to_lowercase();
        let status: Option<String> = read.status.as_ref().map(small);
        let labels: Vec<String> = read.labels.iter().map(small).collect();
        let said = labels.iter().chain(&status).any(|word| self.closed.contains(word));
        let open = read.open && !said;
        let ending = ending(read.reason.as_ref().map(small).as_deref(), &labels).filter(|_| !open);
        Standing { open, ending, assignee: read.assignee, labels: read.labels, at: read.at }
    }

    fn verifies(&self, delivered: &Delivered<'_>, now: Timestamp) -> bool {
        let header = |name: &str| (delivered.header)(name).unwrap_or_default();
        match (&self.proof, self.kind) {
            (Proof::Secret(secret), Kind::GitLab) => {
                signed::same(secret.as_bytes(), header("x-gitlab-token").as_bytes())
            }
            (Proof::Secret(secret), Kind::GitHub) => {
                signed::is_hub_signature(secret.as_bytes(), &header("x-hub-signature-256"), delivered.body)
            }
            (Proof::Secret(secret), Kind::Jira) => {
                signed::is_hub_signature(secret.as_bytes(), &header("x-hub-signature"), delivered.body)
            }
            (Proof::Keys(keys), Kind::Webhook) => {
                let (id, timestamp, signature) =
                    (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
                let headers = Headers { id: &id, timestamp: &timestamp, signature: &signature };
                signed::verify(keys, &headers, delivered.body, now).is_ok()
            }
            (Proof::Nothing, _) | (Proof::Secret(_), Kind::Webhook) | (Proof::Keys(_), _) => false,
        }
    }
}

/// How an issue ended, by the reason that the tracker has for it and by its labels.
fn ending(reason: Option<&str>, labels: &[String]) -> Option<Ending> {
    let has =
        |words: &[&str]| labels.iter().map(String::as_str).chain(reason).any(|word| words.contains(&word));
    if has(&NO_BUG) {
        Some(Ending::NotABug)
    } else if has(&NOT_PLANNED) {
        Some(Ending::NotPlanned)
    } else {
        reason.filter(|reason| DONE.contains(reason)).map(|_| Ending::Done)
    }
}

/// What an end is that has these names.
pub(super) fn called(names: &[String]) -> Option<Ending> {
    names.iter().map(|name| name.to_lowercase()).find_map(|name| ending(Some(name.as_str()), &[]))
}

fn remark(read: read::Remark) -> Remark {
    let read::Remark { id, author, body, at, marker } = read;
    Remark { external: id, author, body, at, marker }
}

/// What is asked, or that it took too long: a tracker that answers each request just in time is not waited for either.
async fn in_time<T>(asked: impl Future<Output = Result<T, TrackerError>> + Send) -> Result<T, TrackerError> {
    let ended = tokio::time::timeout(LONGEST_QUESTION, asked).await;
    ended.unwrap_or_else(|_elapsed| {
        Err(TrackerError::new(format!(
            "ele levou mais de {} s para responder a tudo",
            LONGEST_QUESTION.as_secs()
        )))
    })
}

impl Tracker for Connected {
    fn name(&self) -> &str {
        &self.name
    }

    fn kind(&self) -> &'static str {
        self.kind.name()
    }

    fn poll(&self) -> Option<SignedDuration> {
        self.poll.filter(|_| self.kind != Kind::Webhook)
    }

    fn open<'t>(&'t self, id: &'t str, dossier: &'t Dossier) -> Asked<'t, Opened> {
        Box::pin(in_time(async move {
            let (title, body) = (self.writer.title(dossier), self.writer.issue(id, dossier));
            let label = self.label.as_deref();
            match &self.target {
                Target::GitLab(gitlab) => gitlab.open(&title, &body, label).await,
                Target::GitHub(github) => github.open(&title, &body, label).await,
                Target::Jira(jira) => jira.open(id, (&title, &body), label).await,
                Target::Webhook(webhook) => webhook.open(id, (&self.writer, dossier), (self.clock)()).await,
            }
        }))
    }

    fn find<'t>(&'t self, id: &'t str, since: Timestamp) -> Asked<'t, Option<Opened>> {
        Box::pin(in_time(async move {
            match &self.target {
                Target::GitLab(gitlab) => gitlab.find(id, since).await,
                Target::GitHub(github) => github.find(id, since).await,
                Target::Jira(jira) => jira.find(id).await,
                Target::Webhook(_) => Ok(None),
            }
        }))
    }

    fn comment<'t>(&'t self, external: &'t str, comment: &'t Comment) -> Asked<'t, Option<String>> {
        Box::pin(in_time(async move {
            let body = self.writer.comment(comment);
            match &self.target {
                Target::GitLab(gitlab) => gitlab.comment(external, &body).await.map(Some),
                Target::GitHub(github) => github.comment(external, &body).await.map(Some),
                Target::Jira(jira) => jira.comment(external, &body).await.map(Some),
                Target::Webhook(webhook) => {
                    webhook.comment(external, (&self.writer, comment), (self.clock)()).await
                }
            }
        }))
    }

    fn close<'t>(&'t self, external: &'t str, (id, ending): (&'t str, Ending)) -> Asked<'t, Standing> {
        Box::pin(in_time(async move {
            let stands = match &self.target {
                Target::GitLab(gitlab) => gitlab.close(external).await?,
                Target::GitHub(github) => github.close(external, ending).await?,
                Target::Jira(jira) => jira.close(external, ending).await?,
                Target::Webhook(webhook) => webhook.close(external, (id, ending), (self.clock)()).await?,
            };
            Ok(self.standing(stands))
        }))
    }

    fn look<'t>(&'t self, external: &'t str, since: Timestamp) -> Asked<'t, Option<Seen>> {
        Box::pin(in_time(async move {
            let (standing, remarks) = match &self.target {
                Target::GitLab(gitlab) => gitlab.look(external, since).await?,
                Target::GitHub(github) => github.look(external, since).await?,
                Target::Jira(jira) => jira.look(external, since).await?,
                Target::Webhook(_) => return Ok(None),
            };
            let remarks = remarks.into_iter().map(remark).collect();
            Ok(Some(Seen { standing: self.standing(standing), remarks }))
        }))
    }

    fn read(&self, delivered: &Delivered<'_>, now: Timestamp) -> Result<Verified, Stranger> {
        if !self.verifies(delivered, now) {
            return Err(Stranger);
        }
        let events = read::read(self.kind, delivered.body).map_err(|error| {
            tracing::warn!(tracker = self.name.as_str(), %error, "a signed delivery of a tracker could not be read");
            Stranger
        })?;
        let told = events.into_iter().map(|event| Told {
            issue: event.issue,
            standing: event.standing.map(|standing| self.standing(standing)),
            remark: event.remark.map(remark),
        });
        // The others' numbers of deliveries are under no signature: whoever sent a delivery again could give it another one.
        let id = (self.kind == Kind::Webhook).then(|| (delivered.header)("webhook-id")).flatten();
        Ok(Verified { id, told: told.collect(), of_ours_alone: self.kind == Kind::Webhook })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_what_the_tracker_calls_it() {
        let table: [(Option<&str>, &[&str], Option<Ending>); 7] = [
            (Some("completed"), &[], Some(Ending::Done)),
            (Some("not_planned"), &[], Some(Ending::NotPlanned)),
            (Some("not_planned"), &["invalid"], Some(Ending::NotABug)),
            (Some("works as designed"), &[], Some(Ending::NotABug)),
            (Some("fixed"), &["suporte"], Some(Ending::Done)),
            (None, &["suporte"], None),
            (Some("por acaso"), &[], None),
        ];
        for (reason, labels, expected) in table {
            let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
            assert_eq!(ending(reason, &labels), expected, "{reason:?} {labels:?}");
        }
    }
}
