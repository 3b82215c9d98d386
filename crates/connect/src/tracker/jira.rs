//! Jira's API, version 2, which the cloud and one's own servers have: issues and their comments in wiki markup.

use balcao_desk::tracker::{Ending, Opened, TrackerError};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::client::{Client, id_of, must};
use super::connected;
use super::read::{Remark, Standing, jira};

/// A project there.
pub(super) struct Jira {
    pub(super) client: Client,
    /// Its key.
    pub(super) project: String,
    /// What kind of issue ours are.
    pub(super) issue_type: String,
    /// Whether it is the cloud's, which searches elsewhere.
    pub(super) is_cloud: bool,
}

impl Jira {
    pub(super) async fn open(
        &self,
        id: &str,
        (title, body): (&str, &str),
        label: Option<&str>,
    ) -> Result<Opened, TrackerError> {
        let labels: Vec<String> =
            label.map(str::to_owned).into_iter().chain([format!("{}{id}", jira::LABEL)]).collect();
        let fields = json!({
            "project": {"key": self.project}, "issuetype": {"name": self.issue_type},
            "summary": title, "description": body, "labels": labels,
        });
        let made = self.client.post("/rest/api/2/issue", &json!({"fields": fields})).await?;
        self.opened(must(id_of(&made, "key"), "key")?)
    }

    /// By a label of its own: no text is searched, and nothing that a person wrote is found.
    pub(super) async fn find(&self, id: &str) -> Result<Option<Opened>, TrackerError> {
        let path = if self.is_cloud { "/rest/api/2/search/jql" } else { "/rest/api/2/search" };
        let jql = format!("project = \"{}\" and labels = \"{}{id}\"", self.project, jira::LABEL);
        let found = self
            .client
            .get(path, &[("jql", jql.as_str()), ("fields", "summary"), ("maxResults", "1")])
            .await?;
        let first = found.get("issues").and_then(|issues| issues.get(0));
        first.and_then(|issue| id_of(issue, "key")).map(|key| self.opened(key)).transpose()
    }

    fn opened(&self, key: String) -> Result<Opened, TrackerError> {
        let url = Some(format!("{}/browse/{key}", self.client.base));
        Ok(Opened { external: key, url })
    }

    pub(super) async fn comment(&self, issue: &str, body: &str) -> Result<String, TrackerError> {
        let path = format!("/rest/api/2/issue/{issue}/comment");
        let made = self.client.post(&path, &json!({"body": body})).await?;
        must(id_of(&made, "id"), "id")
    }

    async fn standing(&self, path: &str) -> Result<Standing, TrackerError> {
        let fields = [("fields", "status,resolution,labels,assignee,updated")];
        must(jira::standing(&self.client.get(path, &fields).await?), "fields.status")
    }

    /// Takes an issue to a status that is done, by the transition whose name fits the ending best.
    pub(super) async fn close(&self, issue: &str, ending: Ending) -> Result<Standing, TrackerError> {
        let path = format!("/rest/api/2/issue/{issue}");
        let before = self.standing(&path).await?;
        if !before.open {
            return Ok(before);
        }
        let ways = format!("{path}/transitions");
        let found = self.client.get(&ways, &[]).await?;
        let found = must(found.get("transitions").and_then(Value::as_array), "transitions")?;
        let ends = found.iter().filter(|way| jira::is_an_end(way));
        let best = ends.min_by_key(|way| distance(ending, connected::called(&jira::names(way))));
        let id = best.and_then(|way| id_of(way, "id")).ok_or_else(|| {
            TrackerError::new(format!(
                "nenhuma transição leva {issue} a um status concluído; feche-a lá, ou dê ao token essa transição"
            ))
        })?;
        self.client.tell(&ways, &json!({"transition": {"id": id}})).await?;
        self.standing(&path).await
    }

    pub(super) async fn look(
        &self,
        issue: &str,
        since: Timestamp,
    ) -> Result<(Standing, Vec<Remark>), TrackerError> {
        let path = format!("/rest/api/2/issue/{issue}");
        let standing = self.standing(&path).await?;
        let newest = [("orderBy", "-created"), ("maxResults", "100")];
        let found = self.client.get(&format!("{path}/comment"), &newest).await?;
        let list = found.get("comments").and_then(serde_json::Value::as_array);
        let list = must(list, "comments")?;
        let read = list.iter().filter_map(jira::remark);
        let mut remarks: Vec<Remark> = read.filter(|remark| remark.at.is_none_or(|at| at >= since)).collect();
        remarks.sort_by_key(|remark| remark.at);
        Ok((standing, remarks))
    }
}

/// How badly a transition that is `called` so fits an ending.
fn distance(ending: Ending, called: Option<Ending>) -> u8 {
    match (ending, called) {
        (wanted, Some(called)) if wanted == called => 0,
        (Ending::NotABug, Some(Ending::NotPlanned)) => 1,
        (_, None) => 2,
        (_, Some(_)) => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_end_is_the_one_that_says_what_code_said() {
        let all = [Some(Ending::Done), Some(Ending::NotABug), Some(Ending::NotPlanned), None];
        let best = |ending, ways: &[Option<Ending>]| {
            ways.iter().min_by_key(|called| distance(ending, **called)).copied().flatten()
        };
        assert_eq!(best(Ending::Done, &all), Some(Ending::Done));
        assert_eq!(best(Ending::NotABug, &all), Some(Ending::NotABug));
        assert_eq!(
            best(Ending::NotABug, &[Some(Ending::Done), Some(Ending::NotPlanned)]),
            Some(Ending::NotPlanned)
        );
        assert_eq!(best(Ending::Done, &[Some(Ending::NotPlanned), None]), None);
        assert_eq!(
            best(Ending::Done, &[Some(Ending::NotPlanned)]),
            Some(Ending::NotPlanned),
            "an end is an end"
        );
    }
}
