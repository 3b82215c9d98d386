//! Whatever a tracker delivers: bounded events or an error.

use balcao_connect::tracker::read::{Kind, read};
use proptest::prelude::*;
use serde_json::{Value, json};

fn within_bounds(kind: Kind, bytes: &[u8]) -> Result<(), TestCaseError> {
    if let Ok(events) = read(kind, bytes) {
        prop_assert!(events.len() <= 1);
        for event in events {
            prop_assert!(!event.issue.is_empty() && event.issue.len() <= 80);
            if let Some(remark) = event.remark {
                prop_assert!(!remark.id.is_empty() && remark.id.len() <= 80 && !remark.body.is_empty());
                prop_assert!(remark.marker.is_none_or(|id| id.len() == 36));
            }
        }
    }
    Ok(())
}

/// Names that deliveries have, with values of any kind.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec![
            "note",
            "issue",
            "Issue",
            "closed",
            "escalation.comment",
            "comment_created",
            "2026-05-12 11:00:00 UTC"
        ])
        .prop_map(Value::from),
    ];
    let names = prop::sample::select(vec![
        "object_kind",
        "object_attributes",
        "issue",
        "iid",
        "number",
        "key",
        "fields",
        "status",
        "comment",
        "body",
        "id",
        "note",
        "noteable_type",
        "action",
        "type",
        "data",
        "escalation",
        "webhookEvent",
        "timestamp",
        "updated_at",
        "labels",
        "assignees",
        "user",
        "author",
        "state",
    ]);
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((names.clone(), inner), 0..8)
                .prop_map(|pairs| pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for kind in Kind::ALL {
            within_bounds(kind, &bytes)?;
        }
    }

    #[test]
    fn any_json_is_read_or_refused(value in value()) {
        for kind in Kind::ALL {
            within_bounds(kind, value.to_string().as_bytes())?;
        }
    }
}

#[test]
fn what_is_of_no_matter_gives_no_event() {
    let table = [
        (Kind::GitHub, json!({"zen": "x", "hook_id": 1})),
        (
            Kind::GitHub,
            json!({"action": "deleted", "issue": {"number": 1, "state": "open"}, "comment": {"id": 1, "body": "x"}}),
        ),
        (
            Kind::GitHub,
            json!({"action": "created", "issue": {"number": 1, "state": "open", "pull_request": {}}}),
        ),
        (Kind::GitLab, json!({"object_kind": "push"})),
        (
            Kind::GitLab,
            json!({"object_kind": "note", "object_attributes": {"id": 1, "note": "x", "noteable_type": "Commit"}}),
        ),
        (
            Kind::GitLab,
            json!({"object_kind": "note", "issue": {"iid": 1},
            "object_attributes": {"id": 1, "note": "x", "noteable_type": "Issue", "system": true}}),
        ),
        (Kind::Jira, json!({"webhookEvent": "user_created"})),
        (Kind::Webhook, json!({"type": "contact.created", "data": {}})),
    ];
    for (kind, value) in table {
        assert_eq!(read(kind, value.to_string().as_bytes()).unwrap(), [], "{kind:?} {value}");
    }
}
