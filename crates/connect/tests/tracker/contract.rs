//! What each tracker's documentation says of its API: paths, names of fields, status codes.

use balcao_connect::signed::{Headers, Key, verify};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::houses::{KEY, TOKEN, noon};
use crate::server::{Asked, Comment, Issue, State};

/// The trackers that the tests speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    GitLab,
    GitHub,
    /// Forgejo and Gitea.
    Forge,
    Jira,
    Webhook,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::GitLab, Self::GitHub, Self::Forge, Self::Jira, Self::Webhook];
    /// Those that can be asked.
    pub(crate) const ASKED: [Self; 4] = [Self::GitLab, Self::GitHub, Self::Forge, Self::Jira];

    pub(crate) fn settings(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::GitLab => ("gitlab", "", "grupo/api"),
            Self::GitHub => ("github", "", "dono/api"),
            Self::Forge => ("github", "/api/v1", "dono/api"),
            Self::Jira => ("jira", "", "API"),
            Self::Webhook => ("webhook", "/entregas", ""),
        }
    }
}

pub(crate) fn time(second: i64) -> String {
    Timestamp::from_second(second).unwrap().to_string()
}

fn missing() -> (u16, Value) {
    (404, json!({"message": "404 Not Found"}))
}

/// The answer to a question.
pub(crate) fn answer(kind: Kind, asked: &Asked, state: &mut State) -> (u16, Value) {
    if asked.method == "POST" {
        assert_eq!(asked.header("content-type"), "application/json");
    }
    let let_in = match kind {
        Kind::GitLab => asked.header("private-token") == TOKEN,
        Kind::GitHub | Kind::Forge => asked.header("authorization") == format!("Bearer {TOKEN}"),
        // The account's address and the token, as Basic.
        Kind::Jira => asked.header("authorization").starts_with("Basic "),
        Kind::Webhook => true,
    };
    if !let_in {
        return (401, json!({"message": "401 Unauthorized"}));
    }
    match kind {
        Kind::GitLab => gitlab(asked, state),
        Kind::GitHub => github(asked, state, "/repos/dono/api"),
        Kind::Forge => github(asked, state, "/api/v1/repos/dono/api"),
        Kind::Jira => jira(asked, state),
        Kind::Webhook => webhook(asked, state),
    }
}

/// The issue that a part of a path names, as a place in the list.
fn number(part: &str) -> Option<usize> {
    part.parse::<usize>().ok().and_then(|number| number.checked_sub(1))
}

fn opened(state: &mut State, (title, body): (&str, &str), labels: Vec<String>) -> usize {
    let at = state.tick();
    let issue = Issue {
        title: title.to_owned(),
        body: body.to_owned(),
        labels,
        created: at,
        updated: at,
        ..Issue::default()
    };
    state.issues.push(issue);
    state.issues.len()
}

fn commented(state: &mut State, index: usize, body: &str) -> Option<Comment> {
    let at = state.tick();
    state.next_comment += 1;
    let comment = Comment { id: state.next_comment, author: "balcao".to_owned(), body: body.to_owned(), at };
    let issue = state.issues.get_mut(index)?;
    issue.updated = at;
    issue.comments.push(comment.clone());
    Some(comment)
}

fn closed(state: &mut State, index: usize, reason: Option<String>) -> Option<Issue> {
    let at = state.tick();
    let issue = state.issues.get_mut(index)?;
    (issue.closed, issue.reason, issue.updated) = (true, reason, at);
    issue.ends += 1;
    Some(issue.clone())
}

/// The ways that Jira's workflow has from an open issue.
fn transitions() -> Vec<Value> {
    let way = |id: &str, name: &str, category: &str| json!({"id": id, "name": name, "to": {"name": name, "statusCategory": {"key": category}}});
    vec![
        way("11", "Em andamento", "indeterminate"),
        way("21", "Won't Do", "done"),
        way("31", "Not a Bug", "done"),
        way("41", "Done", "done"),
    ]
}

/// The part of a list that a page is.
fn page(asked: &Asked, list: Vec<Value>) -> Value {
    let of = |name: &str, other: usize| asked.query(name).map_or(other, |text| text.parse().unwrap());
    let (page, size) = (of("page", 1), of("per_page", 20));
    json!(list.into_iter().skip((page - 1) * size).take(size).collect::<Vec<_>>())
}

pub(crate) fn gitlab_issue(n: usize, issue: &Issue) -> Value {
    let assignees: Vec<Value> =
        issue.assignee.iter().map(|name| json!({"name": name, "username": name})).collect();
    json!({"id": 1000 + n, "iid": n, "title": issue.title, "description": issue.body,
        "state": if issue.closed { "closed" } else { "opened" }, "labels": issue.labels, "assignees": assignees,
        "created_at": time(issue.created), "updated_at": time(issue.updated),
        "web_url": format!("https://gitlab.example/grupo/api/-/issues/{n}")})
}

fn gitlab_note(comment: &Comment) -> Value {
    json!({"id": comment.id, "body": comment.body, "author": {"name": comment.author, "username": comment.author},
        "system": false, "created_at": time(comment.at), "updated_at": time(comment.at), "noteable_type": "Issue"})
}

fn gitlab(asked: &Asked, state: &mut State) -> (u16, Value) {
    let Some(rest) = asked.path.strip_prefix("/api/v4/projects/grupo%2Fapi/issues") else { return missing() };
    let parts: Vec<&str> = rest.split('/').skip(1).collect();
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", []) => {
            let body = asked.json();
            let labels = body["labels"].as_str().into_iter().flat_map(|all| all.split(','));
            let labels = labels.map(str::to_owned).collect();
            let texts = (body["title"].as_str().unwrap(), body["description"].as_str().unwrap());
            let n = opened(state, texts, labels);
            (201, gitlab_issue(n, &state.issues[n - 1]))
        }
        ("GET", []) => {
            assert_eq!(asked.query("scope"), Some("all"), "else only one's own are listed");
            let after: Timestamp = asked.query("created_after").unwrap().parse().unwrap();
            let all = state.issues.iter().enumerate().rev();
            let all = all.filter(|(_, issue)| issue.created >= after.as_second());
            (200, page(asked, all.map(|(n, issue)| gitlab_issue(n + 1, issue)).collect()))
        }
        ("GET", [n]) => match number(n).and_then(|at| state.issues.get(at)) {
            Some(issue) => (200, gitlab_issue(n.parse().unwrap(), issue)),
            None => missing(),
        },
        ("PUT", [n]) => {
            assert_eq!(asked.json(), json!({"state_event": "close"}));
            match number(n).and_then(|at| closed(state, at, None)) {
                Some(issue) => (200, gitlab_issue(n.parse().unwrap(), &issue)),
                None => missing(),
            }
        }
        ("GET", [n, "notes"]) => match number(n).and_then(|at| state.issues.get(at)) {
            Some(issue) => {
                // What GitLab notes by itself is among them.
                let own = json!({"id": 900_000, "body": "changed the description", "system": true,
                    "author": {"name": "x"}, "updated_at": time(issue.created), "created_at": time(issue.created)});
                let notes = issue.comments.iter().rev().map(gitlab_note).chain([own]);
                (200, page(asked, notes.collect()))
            }
            None => missing(),
        },
        ("POST", [n, "notes"]) => {
            let body = asked.json();
            let body = body["body"].as_str().unwrap();
            // A line that is a command is carried out, and no note is made of it.
            assert!(!body.lines().any(|line| line.starts_with("/close")), "a command: {body}");
            match number(n).and_then(|at| commented(state, at, body)) {
                Some(comment) => (201, gitlab_note(&comment)),
                None => missing(),
            }
        }
        _ => missing(),
    }
}

pub(crate) fn github_issue(n: usize, issue: &Issue) -> Value {
    let labels: Vec<Value> = issue.labels.iter().map(|name| json!({"id": 7, "name": name})).collect();
    let assignees: Vec<Value> = issue.assignee.iter().map(|name| json!({"login": name})).collect();
    json!({"id": 5000 + n, "number": n, "title": issue.title, "body": issue.body, "labels": labels,
        "state": if issue.closed { "closed" } else { "open" }, "state_reason": issue.reason,
        "assignee": assignees.first(), "assignees": assignees, "html_url": format!("https://github.example/dono/api/issues/{n}"),
        "created_at": time(issue.created), "updated_at": time(issue.updated)})
}

pub(crate) fn github_comment(comment: &Comment) -> Value {
    json!({"id": comment.id, "body": comment.body, "user": {"login": comment.author},
        "created_at": time(comment.at), "updated_at": time(comment.at)})
}

fn github(asked: &Asked, state: &mut State, root: &str) -> (u16, Value) {
    let forge = root.starts_with("/api/v1");
    let Some(rest) = asked.path.strip_prefix(root) else { return missing() };
    let parts: Vec<&str> = rest.split('/').skip(1).collect();
    let since = |at: i64| {
        let since = asked.query("since").map(|text| text.parse::<Timestamp>().unwrap());
        since.is_none_or(|since| at >= since.as_second())
    };
    match (asked.method.as_str(), parts.as_slice()) {
        ("GET", ["labels"]) => (200, json!([{"id": 7, "name": "suporte"}])),
        ("POST", ["issues"]) => {
            let body = asked.json();
            let labels = body["labels"].as_array().cloned().unwrap_or_default();
            if labels.iter().any(|label| label.is_u64() != forge) {
                return (422, json!({"message": "Validation Failed"}));
            }
            let labels = labels.iter().map(|label| label.as_str().unwrap_or("suporte").to_owned()).collect();
            let texts = (body["title"].as_str().unwrap(), body["body"].as_str().unwrap());
            let n = opened(state, texts, labels);
            (201, github_issue(n, &state.issues[n - 1]))
        }
        ("GET", ["issues"]) => {
            let all = state.issues.iter().enumerate().rev().filter(|(_, issue)| since(issue.updated));
            (200, page(asked, all.map(|(n, issue)| github_issue(n + 1, issue)).collect()))
        }
        ("GET", ["issues", n]) => match number(n).and_then(|at| state.issues.get(at)) {
            Some(issue) => (200, github_issue(n.parse().unwrap(), issue)),
            None => missing(),
        },
        ("PATCH", ["issues", n]) => {
            let body = asked.json();
            let reason = body["state_reason"].as_str().map(str::to_owned);
            assert_eq!((&body["state"], reason.is_none()), (&json!("closed"), forge));
            match number(n).and_then(|at| closed(state, at, reason)) {
                Some(issue) => (200, github_issue(n.parse().unwrap(), &issue)),
                None => missing(),
            }
        }
        ("GET", ["issues", n, "comments"]) => match number(n).and_then(|at| state.issues.get(at)) {
            Some(issue) => {
                let all = issue.comments.iter().filter(|comment| since(comment.at));
                (200, page(asked, all.map(github_comment).collect()))
            }
            None => missing(),
        },
        ("POST", ["issues", n, "comments"]) => {
            let body = asked.json();
            match number(n).and_then(|at| commented(state, at, body["body"].as_str().unwrap())) {
                Some(comment) => (201, github_comment(&comment)),
                None => missing(),
            }
        }
        _ => missing(),
    }
}

pub(crate) fn jira_time(second: i64) -> String {
    Timestamp::from_second(second).unwrap().strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

pub(crate) fn jira_issue(n: usize, issue: &Issue) -> Value {
    let (status, key) = if issue.closed { ("Concluído", "done") } else { ("A fazer", "new") };
    json!({"id": format!("{}", 10_000 + n), "key": format!("API-{n}"), "fields": {
        "status": {"name": status, "statusCategory": {"key": key}},
        "resolution": issue.reason.as_ref().map(|name| json!({"name": name})), "labels": issue.labels,
        "assignee": issue.assignee.as_ref().map(|name| json!({"displayName": name})), "updated": jira_time(issue.updated)}})
}

pub(crate) fn jira_comment(comment: &Comment) -> Value {
    json!({"id": comment.id.to_string(), "body": comment.body, "author": {"displayName": comment.author},
        "created": jira_time(comment.at), "updated": jira_time(comment.at)})
}

fn jira(asked: &Asked, state: &mut State) -> (u16, Value) {
    let Some(rest) = asked.path.strip_prefix("/rest/api/2/") else { return missing() };
    let parts: Vec<&str> = rest.split('/').collect();
    let place = |key: &str| key.strip_prefix("API-").and_then(number);
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["issue"]) => {
            let body = asked.json();
            let fields = &body["fields"];
            assert_eq!(
                (&fields["project"]["key"], &fields["issuetype"]["name"]),
                (&json!("API"), &json!("Bug"))
            );
            let labels = fields["labels"].as_array().unwrap().iter();
            let labels = labels.map(|label| label.as_str().unwrap().to_owned()).collect();
            let texts = (fields["summary"].as_str().unwrap(), fields["description"].as_str().unwrap());
            let n = opened(state, texts, labels);
            (
                201,
                json!({"id": format!("{}", 10_000 + n), "key": format!("API-{n}"), "self": "https://jira.example/x"}),
            )
        }
        ("GET", ["search"]) => {
            let jql = asked.query("jql").unwrap();
            let label = jql.split("labels = ").nth(1).unwrap().trim_matches('"');
            let all = state.issues.iter().enumerate();
            let all = all.filter(|(_, issue)| issue.labels.iter().any(|known| known == label));
            (200, json!({"issues": all.map(|(n, issue)| jira_issue(n + 1, issue)).collect::<Vec<_>>()}))
        }
        ("GET", ["issue", key]) => match place(key).and_then(|at| Some((at, state.issues.get(at)?))) {
            Some((at, issue)) => (200, jira_issue(at + 1, issue)),
            None => missing(),
        },
        ("GET", ["issue", key, "transitions"]) => match place(key).and_then(|at| state.issues.get(at)) {
            Some(issue) => {
                (200, json!({"transitions": if issue.closed { Vec::new() } else { transitions() }}))
            }
            None => missing(),
        },
        ("POST", ["issue", key, "transitions"]) => {
            let body = asked.json();
            let ways = transitions();
            let Some(way) = ways.iter().find(|way| way["id"] == body["transition"]["id"]) else {
                return (400, json!({"errorMessages": ["It is not on the appropriate screen"]}));
            };
            match place(key).and_then(|at| closed(state, at, way["name"].as_str().map(str::to_owned))) {
                Some(_) => (204, Value::Null),
                None => missing(),
            }
        }
        ("GET", ["issue", key, "comment"]) => match place(key).and_then(|at| state.issues.get(at)) {
            Some(issue) => {
                let all: Vec<Value> = issue.comments.iter().rev().map(jira_comment).collect();
                (200, json!({"comments": all, "total": issue.comments.len()}))
            }
            None => missing(),
        },
        ("POST", ["issue", key, "comment"]) => {
            let body = asked.json();
            match place(key).and_then(|at| commented(state, at, body["body"].as_str().unwrap())) {
                Some(comment) => (201, jira_comment(&comment)),
                None => missing(),
            }
        }
        _ => missing(),
    }
}

/// Whoever takes signed webhooks: the same id a second time is not done again.
fn webhook(asked: &Asked, state: &mut State) -> (u16, Value) {
    let headers = Headers {
        id: asked.header("webhook-id"),
        timestamp: asked.header("webhook-timestamp"),
        signature: asked.header("webhook-signature"),
    };
    let key = Key::parse(KEY).unwrap();
    if asked.path != "/entregas" || verify(&[key], &headers, &asked.body, noon()).is_err() {
        return (401, json!({}));
    }
    if state.delivered.iter().any(|(id, _)| id == headers.id) {
        return (200, json!({}));
    }
    let body = asked.json();
    state.delivered.push((headers.id.to_owned(), body.clone()));
    let data = &body["data"];
    if body["type"] == "escalation.opened" {
        opened(state, (data["title"].as_str().unwrap(), data["body"].as_str().unwrap()), Vec::new());
        return (200, json!({}));
    }
    let of_which = data["escalation"].clone();
    let known = state.delivered.iter().filter(|(_, one)| one["type"] == "escalation.opened");
    let at = known.map(|(id, _)| id.clone()).position(|id| of_which == json!(id));
    if body["type"] == "escalation.closed" {
        let reason = data["reason"].as_str().map(str::to_owned);
        return at.and_then(|at| closed(state, at, reason)).map_or_else(missing, |_| (200, json!({})));
    }
    match at.and_then(|at| commented(state, at, data["comment"]["body"].as_str().unwrap())) {
        Some(_) => (200, json!({})),
        None => missing(),
    }
}
