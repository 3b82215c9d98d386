//! What whoever takes our signed webhooks sends back: the same form, `escalation.comment`, `escalation.updated`, `escalation.closed`,
//! `escalation.reopened`.

use serde_json::Value;

use super::{Event, ReadError, Remark, Standing, id, instant, marker, text, texts};

/// A delivery.
pub(super) fn delivery(value: &Value) -> Result<Vec<Event>, ReadError> {
    let kind = text(value, &["type"]).ok_or(ReadError::Missing("type"))?;
    let open = match kind {
        "escalation.comment" => None,
        "escalation.closed" => Some(false),
        "escalation.reopened" | "escalation.updated" => Some(true),
        _ => return Ok(Vec::new()),
    };
    let issue = id(value, &["data", "escalation"]).ok_or(ReadError::Missing("data.escalation"))?;
    let data = value.get("data").unwrap_or(&Value::Null);
    let stands = open.map(|open| Standing {
        open: open && text(data, &["state"]) != Some("closed"),
        status: text(data, &["status"]).map(str::to_owned),
        reason: text(data, &["reason"]).map(str::to_owned),
        assignee: text(data, &["assignee"]).map(str::to_owned),
        labels: texts(data.get("labels"), "name"),
        at: instant(value, &["timestamp"]),
    });
    Ok(vec![Event { issue, standing: stands, remark: data.get("comment").and_then(remark) }])
}

fn remark(comment: &Value) -> Option<Remark> {
    let body = text(comment, &["body"])?;
    Some(Remark {
        id: id(comment, &["id"])?,
        author: text(comment, &["author"]).unwrap_or("?").to_owned(),
        body: body.to_owned(),
        at: instant(comment, &["at"]),
        marker: marker(body),
    })
}
