//! What is different between two registries, by the ids of the entries; never a value.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::collection::{self, Collection, SETTINGS};

/// So many ids of each kind stand in the trail; a bulk import has too many to be read there.
const MOST_IN_TRAIL: usize = 50;

/// The lists that differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Difference(pub BTreeMap<Collection, Changes>);

/// What differs in one list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Ids of the entries that are new.
    pub added: Vec<String>,
    /// Ids of the entries that are gone.
    pub removed: Vec<String>,
    /// The entries that are there still, with other values.
    pub changed: Vec<Changed>,
    /// Whether the entries that are there still stand in another order.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reordered: bool,
}

/// An entry with other values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Which.
    pub id: String,
    /// The fields that differ.
    pub fields: Vec<String>,
}

impl Difference {
    /// Between two registries as kept.
    pub(super) fn between(old: &Value, new: &Value) -> Self {
        let mut difference = Self::default();
        for collection in Collection::ALL {
            let changes = if collection == Collection::Settings {
                let fields = fields(&collection::settings(old), &collection::settings(new));
                let changed = (!fields.is_empty()).then(|| Changed { id: SETTINGS.to_owned(), fields });
                Changes { changed: changed.into_iter().collect(), ..Changes::default() }
            } else {
                Changes::between(&collection.entries(old), &collection.entries(new))
            };
            if changes != Changes::default() {
                difference.0.insert(collection, changes);
            }
        }
        difference
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Counts and ids for the trail, each id as `masked` gives it.
    pub(super) fn in_trail(&self, masked: impl Fn(&str) -> String) -> Value {
        let ids = |ids: &mut dyn Iterator<Item = &String>| -> Vec<String> {
            ids.take(MOST_IN_TRAIL).map(|id| masked(id)).collect()
        };
        let lists = self.0.iter().map(|(collection, changes)| {
            let changed = &mut changes.changed.iter().map(|changed| &changed.id);
            let told = json!({
                "added": {"count": changes.added.len(), "ids": ids(&mut changes.added.iter())},
                "removed": {"count": changes.removed.len(), "ids": ids(&mut changes.removed.iter())},
                "changed": {"count": changes.changed.len(), "ids": ids(changed)},
            });
            (collection.code().to_owned(), told)
        });
        Value::Object(lists.collect())
    }
}

impl Changes {
    fn between(old: &[(String, &Value)], new: &[(String, &Value)]) -> Self {
        let before: BTreeMap<&str, &Value> = old.iter().map(|(id, entry)| (id.as_str(), *entry)).collect();
        let after: BTreeMap<&str, &Value> = new.iter().map(|(id, entry)| (id.as_str(), *entry)).collect();
        let mut changes = Self::default();
        for (id, entry) in new {
            match before.get(id.as_str()) {
                None => changes.added.push(id.clone()),
                Some(was) if was != entry => {
                    let empty = Map::new();
                    let fields =
                        fields(was.as_object().unwrap_or(&empty), entry.as_object().unwrap_or(&empty));
                    changes.changed.push(Changed { id: id.clone(), fields });
                }
                Some(_) => {}
            }
        }
        let gone = old.iter().filter(|(id, _)| !after.contains_key(id.as_str()));
        changes.removed = gone.map(|(id, _)| id.clone()).collect();
        let kept = |list: &[(String, &Value)], other: &BTreeMap<&str, &Value>| -> Vec<String> {
            list.iter().filter(|(id, _)| other.contains_key(id.as_str())).map(|(id, _)| id.clone()).collect()
        };
        changes.reordered = kept(old, &after) != kept(new, &before);
        changes
    }
}

/// The names of the fields that differ, in the order of the new entry, then those that are gone.
fn fields(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<String> {
    let changed = new.iter().filter(|(name, value)| old.get(*name) != Some(value)).map(|(name, _)| name);
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    changed.chain(gone).cloned().collect()
}
