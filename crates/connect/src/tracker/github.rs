//! GitHub's API: issues and their comments. Forgejo and Gitea have the same below `/api/v1`, but for labels, which they want by number.

use balcao_desk::tracker::{Ending, Opened, TrackerError};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::{
    A_PAGE, Client, MOST_PAGES, MOST_TO_FIND, id_of, list_of, must, not_all_seen, text_of, url_of,
};
use super::read::{Remark, Standing, github, marker};
use crate::outside::Method;

/// A repository there.
pub(super) struct GitHub {
    pub(super) client: Client,
    /// `/repos/owner/name`.
    pub(super) repository: String,
    /// Whether labels go by number.
    pub(super) is_forge: bool,
}

impl GitHub {
    pub(super) async fn open(
        &self,
        title: &str,
        body: &str,
        label: Option<&str>,
    ) -> Result<Opened, TrackerError> {
        let mut issue = json!({"title": title, "body": body});
        let label = match label {
            Some(label) if self.is_forge => self.number_of(label).await?.map(|number| json!([number])),
            label => label.map(|label| json!([label])),
        };
        if let (Some(labels), Some(issue)) = (label, issue.as_object_mut()) {
            issue.insert("labels".to_owned(), labels);
        }
        opened(&self.client.post(&format!("{}/issues", self.repository), &issue).await?)
    }

    /// The number of a label; none if the repository has no such label, and then the issue goes without.
    async fn number_of(&self, label: &str) -> Result<Option<u64>, TrackerError> {
        let path = format!("{}/labels", self.repository);
        let list = list_of(self.client.get(&path, &[("limit", "100")]).await?)?;
        let found = list.iter().find(|known| text_of(known, "name").as_deref() == Some(label));
        Ok(found.and_then(|known| known.get("id")).and_then(Value::as_u64))
    }

    pub(super) async fn find(&self, id: &str, since: Timestamp) -> Result<Option<Opened>, TrackerError> {
        let since = since.to_string();
        for page in 1..=MOST_TO_FIND {
            let page = page.to_string();
            let query = [
                ("state", "all"),
                ("sort", "created"),
                ("direction", "desc"),
                ("since", since.as_str()),
                ("per_page", "100"),
                ("limit", "100"),
                ("page", page.as_str()),
            ];
            let list = list_of(self.client.get(&format!("{}/issues", self.repository), &query).await?)?;
            let ours =
                |issue: &&Value| text_of(issue, "body").and_then(|body| marker(&body)).as_deref() == Some(id);
            if let Some(found) = list.iter().find(ours) {
                return opened(found).map(Some);
            }
            // A server may have smaller pages than were asked for: only an empty one is the last.
            if list.is_empty() {
                return Ok(None);
            }
        }
        Err(not_all_seen())
    }

    pub(super) async fn comment(&self, issue: &str, body: &str) -> Result<String, TrackerError> {
        let path = format!("{}/issues/{issue}/comments", self.repository);
        let made = self.client.post(&path, &json!({"body": body})).await?;
        must(id_of(&made, "id"), "id")
    }

    /// Closes an issue; Forgejo and Gitea know no reason for it.
    pub(super) async fn close(&self, issue: &str, ending: Ending) -> Result<Standing, TrackerError> {
        let reason = if ending == Ending::Done { "completed" } else { "not_planned" };
        let change = if self.is_forge {
            json!({"state": "closed"})
        } else {
            json!({"state": "closed", "state_reason": reason})
        };
        let path = format!("{}/issues/{issue}", self.repository);
        let closed = self.client.change(Method::PATCH, &path, &change).await?;
        must(github::standing(&closed), "state")
    }

    pub(super) async fn look(
        &self,
        issue: &str,
        since: Timestamp,
    ) -> Result<(Standing, Vec<Remark>), TrackerError> {
        let path = format!("{}/issues/{issue}", self.repository);
        let standing = github::standing(&self.client.get(&path, &[]).await?);
        let standing = must(standing, "state")?;
        let since = since.to_string();
        let mut remarks = Vec::new();
        for page in 1..=MOST_PAGES {
            let page = page.to_string();
            let query = [("since", since.as_str()), ("per_page", "100"), ("page", page.as_str())];
            let list = list_of(self.client.get(&format!("{path}/comments"), &query).await?)?;
            remarks.extend(list.iter().filter_map(github::remark));
            if list.len() < A_PAGE {
                break;
            }
        }
        Ok((standing, remarks))
    }
}

fn opened(issue: &Value) -> Result<Opened, TrackerError> {
    Ok(Opened { external: must(id_of(issue, "number"), "number")?, url: url_of(issue, "html_url") })
}
