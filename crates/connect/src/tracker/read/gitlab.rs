//! GitLab's issues and notes, as its API and its webhooks write them.

use serde_json::Value;

use super::{Event, ReadError, Remark, Standing, id, instant, marker, text, texts};

/// A delivery of an issue or of a note on one.
pub(super) fn delivery(value: &Value) -> Result<Vec<Event>, ReadError> {
    let kind = text(value, &["object_kind"]).ok_or(ReadError::Missing("object_kind"))?;
    let about = value.get("object_attributes").ok_or(ReadError::Missing("object_attributes"));
    match kind {
        "issue" | "work_item" => {
            let about = about?;
            let issue = id(about, &["iid"]).ok_or(ReadError::Missing("object_attributes.iid"))?;
            let stands = standing(about).map(|stands| Standing {
                assignee: texts(value.get("assignees"), "name").into_iter().next(),
                labels: texts(value.get("labels"), "title"),
                ..stands
            });
            Ok(vec![Event { issue, standing: stands, remark: None }])
        }
        "note" => {
            let about = about?;
            if text(about, &["noteable_type"]) != Some("Issue") {
                return Ok(Vec::new());
            }
            let issue = id(value, &["issue", "iid"]).ok_or(ReadError::Missing("issue.iid"))?;
            let author = text(value, &["user", "name"]).or_else(|| text(value, &["user", "username"]));
            let said = remark(about)
                .map(|said| Remark { author: author.map_or(said.author.clone(), str::to_owned), ..said });
            Ok(said
                .into_iter()
                .map(|said| Event { issue: issue.clone(), standing: None, remark: Some(said) })
                .collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// How an issue stands.
#[must_use]
pub fn standing(issue: &Value) -> Option<Standing> {
    let state = text(issue, &["state"])?;
    let assignees = texts(issue.get("assignees"), "name");
    Some(Standing {
        open: state != "closed",
        status: None,
        reason: None,
        assignee: assignees.into_iter().next(),
        labels: texts(issue.get("labels"), "title"),
        at: instant(issue, &["updated_at"]),
    })
}

/// A note that a person wrote; what GitLab notes by itself is none.
#[must_use]
pub fn remark(note: &Value) -> Option<Remark> {
    if note.get("system").and_then(Value::as_bool) == Some(true) {
        return None;
    }
    let body = text(note, &["body"]).or_else(|| text(note, &["note"]))?;
    let author = text(note, &["author", "name"]).or_else(|| text(note, &["author", "username"]));
    Some(Remark {
        id: id(note, &["id"])?,
        author: author.unwrap_or("?").to_owned(),
        body: body.to_owned(),
        at: instant(note, &["updated_at"]).or_else(|| instant(note, &["created_at"])),
        marker: marker(body),
    })
}
