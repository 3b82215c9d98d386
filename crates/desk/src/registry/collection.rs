//! The lists of the registry, and how an entry of each is told from the others.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::shown;

/// A list of the registry; [`Collection::Settings`] is all that is in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Collection {
    /// Time zone and validity of tokens: one entry, `settings`.
    Settings,
    /// By `days@from-to`.
    BusinessHours,
    /// By date.
    Holidays,
    /// By code.
    Environments,
    /// By code.
    ApiVersions,
    /// By code.
    Products,
    /// By code.
    Partners,
    /// By login.
    Users,
    /// By the beginning of the keyed hash.
    ApiKeys,
    /// By code.
    Routines,
    /// By `version@environment`.
    Releases,
}

/// The id of the only entry of [`Collection::Settings`].
pub(super) const SETTINGS: &str = "settings";

impl Collection {
    /// Every list, in the order of the file.
    pub const ALL: [Self; 11] = [
        Self::Settings,
        Self::BusinessHours,
        Self::Holidays,
        Self::Environments,
        Self::ApiVersions,
        Self::Products,
        Self::Partners,
        Self::Users,
        Self::ApiKeys,
        Self::Routines,
        Self::Releases,
    ];

    /// Its name in the file.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Settings => SETTINGS,
            Self::BusinessHours => "business_hours",
            Self::Holidays => "holidays",
            Self::Environments => "environments",
            Self::ApiVersions => "api_versions",
            Self::Products => "products",
            Self::Partners => "partners",
            Self::Users => "users",
            Self::ApiKeys => "api_keys",
            Self::Routines => "routines",
            Self::Releases => "releases",
        }
    }

    /// The list of this name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|collection| collection.code() == code)
    }

    /// What one entry is, for people.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Settings => "ajustes gerais",
            Self::BusinessHours => "horário comercial",
            Self::Holidays => "feriado",
            Self::Environments => "ambiente",
            Self::ApiVersions => "versão da API",
            Self::Products => "produto",
            Self::Partners => "parceiro",
            Self::Users => "usuário",
            Self::ApiKeys => "API Key",
            Self::Routines => "rotina",
            Self::Releases => "release",
        }
    }

    /// The field that alone is the id, where one is.
    pub(super) fn id_field(self) -> Option<&'static str> {
        match self {
            Self::Environments | Self::ApiVersions | Self::Products | Self::Partners | Self::Routines => {
                Some("code")
            }
            Self::Users => Some("login"),
            Self::Holidays => Some("date"),
            Self::Settings | Self::BusinessHours | Self::ApiKeys | Self::Releases => None,
        }
    }

    /// The id of one entry, as kept; empty where what it is made of is missing.
    pub(super) fn id_of(self, entry: &Value) -> String {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).map_or("", str::trim);
        match self {
            Self::Settings => SETTINGS.to_owned(),
            Self::BusinessHours => {
                let days = entry.get("days").and_then(Value::as_array).into_iter().flatten();
                let days: Vec<&str> = days.filter_map(Value::as_str).map(str::trim).collect();
                format!("{}@{}-{}", days.join(","), text("from"), text("to"))
            }
            Self::Releases => format!("{}@{}", text("version"), text("environment")),
            Self::ApiKeys => shown::id_of_stored(text("key")).unwrap_or_default().to_owned(),
            _ => self.id_field().map(text).unwrap_or_default().to_owned(),
        }
    }

    /// The entries of a registry as kept, in their order. Where two have one id the later ones get `#2`, `#3`, …
    pub(super) fn entries(self, file: &Value) -> Vec<(String, &Value)> {
        let list = file.get(self.code()).and_then(Value::as_array).into_iter().flatten();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        list.map(|entry| {
            let id = self.id_of(entry);
            let count = seen.entry(id.clone()).or_default();
            *count = count.saturating_add(1);
            (if *count == 1 { id } else { format!("{id}#{count}") }, entry)
        })
        .collect()
    }

    /// The place of an entry in its list.
    pub(super) fn position(self, file: &Value, id: &str) -> Option<usize> {
        self.entries(file).iter().position(|(own, _)| own == id)
    }

    /// The list itself, made if it is not there.
    pub(super) fn list_mut(self, file: &mut Value) -> Option<&mut Vec<Value>> {
        let list = file.as_object_mut()?.entry(self.code()).or_insert_with(|| Value::Array(Vec::new()));
        if list.is_null() {
            *list = Value::Array(Vec::new());
        }
        list.as_array_mut()
    }
}

/// What is in no list.
pub(super) fn settings(file: &Value) -> Map<String, Value> {
    let fields = file.as_object().into_iter().flatten();
    let own = fields.filter(|(name, _)| Collection::parse(name).is_none());
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// How people call an entry: a key by its last characters.
pub(super) fn label(collection: Collection, id: &str, entry: &Value) -> String {
    let stored = entry.get("key").and_then(Value::as_str).unwrap_or_default();
    match shown::tail_of_stored(stored) {
        Some(tail) if collection == Collection::ApiKeys => format!("{} …{tail}", collection.noun()),
        _ => format!("{} `{id}`", collection.noun()),
    }
}
