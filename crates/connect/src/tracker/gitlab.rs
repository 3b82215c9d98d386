//! GitLab's API, version 4: issues and their notes.

use balcao_desk::tracker::{Opened, TrackerError};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::{
    A_PAGE, Client, MOST_PAGES, MOST_TO_FIND, id_of, list_of, must, not_all_seen, text_of, url_of,
};
use super::read::{Remark, Standing, gitlab, marker};
use crate::outside::Method;

/// A project there.
pub(super) struct GitLab {
    pub(super) client: Client,
    /// `/api/v4/projects/group%2Fproject`.
    pub(super) project: String,
}

impl GitLab {
    pub(super) fn at(project: &str) -> String {
        let name: String = url::form_urlencoded::byte_serialize(project.as_bytes()).collect();
        format!("/api/v4/projects/{name}")
    }

    pub(super) async fn open(
        &self,
        title: &str,
        body: &str,
        label: Option<&str>,
    ) -> Result<Opened, TrackerError> {
        let mut issue = json!({"title": title, "description": body});
        if let (Some(label), Some(issue)) = (label, issue.as_object_mut()) {
            issue.insert("labels".to_owned(), json!(label));
        }
        opened(&self.client.post(&format!("{}/issues", self.project), &issue).await?)
    }

    pub(super) async fn find(&self, id: &str, since: Timestamp) -> Result<Option<Opened>, TrackerError> {
        let since = since.to_string();
        for page in 1..=MOST_TO_FIND {
            let page = page.to_string();
            let query = [
                ("scope", "all"),
                ("order_by", "created_at"),
                ("sort", "desc"),
                ("created_after", since.as_str()),
                ("per_page", "100"),
                ("page", page.as_str()),
            ];
            let list = list_of(self.client.get(&format!("{}/issues", self.project), &query).await?)?;
            let ours = |issue: &&Value| {
                text_of(issue, "description").and_then(|body| marker(&body)).as_deref() == Some(id)
            };
            if let Some(found) = list.iter().find(ours) {
                return opened(found).map(Some);
            }
            if list.len() < A_PAGE {
                return Ok(None);
            }
        }
        Err(not_all_seen())
    }

    pub(super) async fn comment(&self, issue: &str, body: &str) -> Result<String, TrackerError> {
        let path = format!("{}/issues/{issue}/notes", self.project);
        let made = self.client.post(&path, &json!({"body": body})).await?;
        must(id_of(&made, "id"), "id")
    }

    /// Closes an issue; GitLab knows no reason for it.
    pub(super) async fn close(&self, issue: &str) -> Result<Standing, TrackerError> {
        let path = format!("{}/issues/{issue}", self.project);
        let closed = self.client.change(Method::PUT, &path, &json!({"state_event": "close"})).await?;
        must(gitlab::standing(&closed), "state")
    }

    pub(super) async fn look(
        &self,
        issue: &str,
        since: Timestamp,
    ) -> Result<(Standing, Vec<Remark>), TrackerError> {
        let path = format!("{}/issues/{issue}", self.project);
        let standing = gitlab::standing(&self.client.get(&path, &[]).await?);
        let standing = must(standing, "state")?;
        let mut remarks = Vec::new();
        for page in 1..=MOST_PAGES {
            let page = page.to_string();
            let query =
                [("sort", "desc"), ("order_by", "updated_at"), ("per_page", "100"), ("page", page.as_str())];
            let list = list_of(self.client.get(&format!("{path}/notes"), &query).await?)?;
            let read: Vec<Remark> = list.iter().filter_map(gitlab::remark).collect();
            let old = read.iter().any(|remark| remark.at.is_some_and(|at| at < since));
            remarks.extend(read.into_iter().filter(|remark| remark.at.is_none_or(|at| at >= since)));
            if old || list.len() < A_PAGE {
                break;
            }
        }
        remarks.reverse();
        Ok((standing, remarks))
    }
}

fn opened(issue: &Value) -> Result<Opened, TrackerError> {
    Ok(Opened { external: must(id_of(issue, "iid"), "iid")?, url: url_of(issue, "web_url") })
}
