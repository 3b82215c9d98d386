//! The registry entry by entry.

use balcao_core::facts::registry::RegistryError;
use serde::Serialize;
use serde_json::{Map, Value};

use super::collection::{self, Collection, SETTINGS, label};
use super::shown;
use super::write::{self, Base, Edited, Put, apart};
use crate::caller::{Caller, Permission};
use crate::change::Change;
use crate::desk::Desk;
use crate::error::DeskError;

/// Most entries of one page.
const LONGEST_PAGE: usize = 500;
/// So many entries are named that stand in the way of a removal.
const MOST_NAMED: usize = 10;

/// An entry as it may be shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// What it is asked for by; see [`Collection`].
    pub id: String,
    /// Its fields.
    pub value: Value,
}

/// Which entries of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Those in whose fields this stands, whatever the case.
    pub text: Option<String>,
    /// Those of this partner.
    pub partner: Option<String>,
    /// Those after this id: `next` of the page before.
    pub after: Option<String>,
    /// How many at most, 1 to 500; 0 is 500.
    pub limit: usize,
}

/// A page of a list, in the order of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listing {
    /// The registry's revision.
    pub revision: Option<String>,
    /// How many entries there are, on all pages.
    pub total: usize,
    /// Those of this page.
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<String>,
}

/// The entries of a list.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn list(
    desk: &Desk,
    caller: &Caller,
    collection: Collection,
    query: &Query,
) -> Result<Listing, DeskError> {
    caller.must(Permission::ReadRegistry)?;
    let base = Base::read(desk).await?;
    let query = query.clone();
    apart(move || {
        let all = all(collection, &base.file);
        let mut found: Vec<Entry> = all.into_iter().filter(|entry| query.asks_for(entry)).collect();
        let total = found.len();
        if let Some(after) = &query.after {
            let at = found.iter().position(|entry| entry.id == *after);
            found = found.split_off(at.map_or(0, |at| at.saturating_add(1)));
        }
        let limit = if query.limit == 0 { LONGEST_PAGE } else { query.limit.min(LONGEST_PAGE) };
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|entry| entry.id.clone());
        Ok(Listing { revision: base.revision, total, entries: found, next })
    })
    .await
}

impl Query {
    fn asks_for(&self, entry: &Entry) -> bool {
        let of_partner = self.partner.as_ref().is_none_or(|partner| {
            let field = entry.value.get("partner").and_then(Value::as_str);
            field.unwrap_or(&entry.id) == partner
        });
        of_partner
            && self.text.as_ref().is_none_or(|text| {
                let text = text.trim().to_lowercase();
                entry.id.to_lowercase().contains(&text) || has(&entry.value, &text)
            })
    }
}

/// Whether a text stands in a value, however deep.
fn has(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own.to_lowercase().contains(text),
        Value::Array(list) => list.iter().any(|value| has(value, text)),
        Value::Object(fields) => fields.values().any(|value| has(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn all(collection: Collection, file: &Value) -> Vec<Entry> {
    if collection == Collection::Settings {
        return vec![Entry { id: SETTINGS.to_owned(), value: Value::Object(collection::settings(file)) }];
    }
    let entries = collection.entries(file).into_iter();
    entries.map(|(id, entry)| Entry { id, value: shown::shown_entry(collection, entry) }).collect()
}

/// One entry, and the registry's revision.
///
/// # Errors
/// [`DeskError::NotFound`] if there is none with this id.
pub async fn entry(
    desk: &Desk,
    caller: &Caller,
    collection: Collection,
    id: &str,
) -> Result<(Option<String>, Entry), DeskError> {
    caller.must(Permission::ReadRegistry)?;
    let base = Base::read(desk).await?;
    let found = all(collection, &base.file).into_iter().find(|entry| entry.id == id);
    found.map(|entry| (base.revision, entry)).ok_or(DeskError::NotFound(collection.noun()))
}

/// Puts an entry into a list: with an id in the place of the one that has it, or as a new one of that id; without one as a new one.
/// A field that is the id itself may be left out.
///
/// # Errors
/// [`DeskError::Registry`] with every mistake; [`DeskError::Conflict`] if a new one has the id of another.
pub async fn put_entry(
    desk: &Desk,
    caller: &Caller,
    (collection, id): (Collection, Option<&str>),
    value: Value,
    change: &Change<'_>,
) -> Result<Put, DeskError> {
    let id = id.map(str::to_owned);
    let edit = move |base: &Value| {
        let mut file = base.clone();
        place(&mut file, collection, id.as_deref(), value.clone())?;
        Ok(Edited::plain(file))
    };
    write::change(desk, caller, change, edit).await
}

fn place(file: &mut Value, collection: Collection, id: Option<&str>, value: Value) -> Result<(), DeskError> {
    let Value::Object(mut fields) = value else {
        return Err(DeskError::Invalid(format!("{}: deve ser um objeto", collection.code())));
    };
    if collection == Collection::Settings {
        return put_settings(file, fields);
    }
    let position = id.and_then(|id| collection.position(file, id));
    if let Some(id) = id {
        fill(collection, id, &mut fields);
        if position.is_none() {
            has_id(collection, id, &fields)?;
        }
    } else {
        is_new(file, collection, &fields)?;
    }
    let list = collection.list_mut(file).ok_or(DeskError::Damaged("o cadastro"))?;
    match position.and_then(|at| list.get_mut(at)) {
        Some(held) => *held = Value::Object(fields),
        None => list.push(Value::Object(fields)),
    }
    Ok(())
}

/// A new entry is named by the id that it will have; a key's follows from the key, so that only one that is there can be named.
fn has_id(collection: Collection, id: &str, fields: &Map<String, Value>) -> Result<(), DeskError> {
    if collection == Collection::ApiKeys {
        return Err(DeskError::NotFound(collection.noun()));
    }
    let own = collection.id_of(&Value::Object(fields.clone()));
    if own == id {
        return Ok(());
    }
    Err(DeskError::Invalid(format!(
        "não há {} com o identificador `{id}`, e o que foi enviado teria o identificador `{own}`; corrija um dos dois",
        collection.noun()
    )))
}

/// The id in the path stands for the field of the body that says the same.
fn fill(collection: Collection, id: &str, fields: &mut Map<String, Value>) {
    if let Some(name) = collection.id_field() {
        fields.entry(name).or_insert_with(|| id.into());
    }
    if collection == Collection::ApiKeys && !fields.contains_key("key") {
        fields.insert("id".to_owned(), id.into());
    }
}

/// The registry itself does not mind two routines of one code; whoever adds one does.
fn is_new(file: &Value, collection: Collection, fields: &Map<String, Value>) -> Result<(), DeskError> {
    let own = match collection {
        Collection::ApiKeys => fields.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        _ => collection.id_of(&Value::Object(fields.clone())),
    };
    match collection.position(file, &own) {
        Some(_) if !own.is_empty() => Err(DeskError::Conflict(format!(
            "já existe {} com o identificador `{own}`; mude a entrada que existe",
            collection.noun()
        ))),
        _ => Ok(()),
    }
}

/// The settings that are given take the place of those that are there.
fn put_settings(file: &mut Value, fields: Map<String, Value>) -> Result<(), DeskError> {
    if let Some(name) = fields.keys().find(|name| Collection::parse(name).is_some()) {
        return Err(DeskError::Invalid(format!(
            "{name}: não é um ajuste geral; mude essa lista por ela mesma"
        )));
    }
    let whole = file.as_object_mut().ok_or(DeskError::Damaged("o cadastro"))?;
    whole.extend(fields);
    Ok(())
}

/// Takes an entry away.
///
/// # Errors
/// [`DeskError::NotFound`] if there is none; [`DeskError::Conflict`] if others refer to it, with their names.
pub async fn remove_entry(
    desk: &Desk,
    caller: &Caller,
    (collection, id): (Collection, &str),
    change: &Change<'_>,
) -> Result<Put, DeskError> {
    let id = id.to_owned();
    let edit = move |base: &Value| {
        if collection == Collection::Settings {
            return Err(DeskError::Invalid("os ajustes gerais não se removem; mude-os".to_owned()));
        }
        let mut file = base.clone();
        let at = collection.position(&file, &id).ok_or(DeskError::NotFound(collection.noun()))?;
        let gone = collection.list_mut(&mut file).map(|list| list.remove(at)).unwrap_or_default();
        let (name, left) = (label(collection, &id, &gone), file.clone());
        Ok(Edited { file, explain: Box::new(move |error| in_the_way(&name, &left, error)) })
    };
    write::change(desk, caller, change, edit).await
}

/// Whose mistakes a removal would be: the entries that still name what was to go.
fn in_the_way(name: &str, left: &Value, error: RegistryError) -> DeskError {
    let mut holders: Vec<String> = Vec::new();
    for problem in error.problems() {
        let Some((collection, at)) = place_of(&problem.path) else { return DeskError::Registry(error) };
        let entries = collection.entries(left);
        let holder = entries.get(at).map(|(id, entry)| label(collection, id, entry)).unwrap_or_default();
        if !holders.contains(&holder) {
            holders.push(holder);
        }
    }
    if holders.is_empty() {
        return DeskError::Registry(error);
    }
    let more = holders.len().saturating_sub(MOST_NAMED);
    holders.truncate(MOST_NAMED);
    let rest = if more > 0 { format!(" e mais {more}") } else { String::new() };
    DeskError::Conflict(format!(
        "{name} não pode sair do cadastro enquanto for citado por {}{rest}; mude ou remova antes quem o cita",
        holders.join(", ")
    ))
}

/// The list and the position that a problem's place begins with: `api_keys[3].users[1]`.
pub(super) fn place_of(path: &str) -> Option<(Collection, usize)> {
    let (list, rest) = path.split_once('[')?;
    let (number, _) = rest.split_once(']')?;
    Some((Collection::parse(list)?, number.parse().ok()?))
}

/// Lets a user use a key; one that may already is no change.
///
/// # Errors
/// [`DeskError::NotFound`] if there is no such key or user.
pub async fn link_user(
    desk: &Desk,
    caller: &Caller,
    (key, login): (&str, &str),
    change: &Change<'_>,
) -> Result<Put, DeskError> {
    let (key, login) = (key.to_owned(), login.trim().to_owned());
    let edit = move |base: &Value| {
        let mut file = base.clone();
        let login = known_login(&file, &login).ok_or(DeskError::NotFound("usuário"))?;
        let users = users_of(&mut file, &key)?;
        if !users.iter().any(|user| user.as_str().is_some_and(|user| user.trim() == login)) {
            users.push(login.into());
        }
        Ok(Edited::plain(file))
    };
    write::change(desk, caller, change, edit).await
}

/// Lets a user no longer use a key; one that may not is no change.
///
/// # Errors
/// [`DeskError::NotFound`] if there is no such key.
pub async fn unlink_user(
    desk: &Desk,
    caller: &Caller,
    (key, login): (&str, &str),
    change: &Change<'_>,
) -> Result<Put, DeskError> {
    let (key, login) = (key.to_owned(), login.trim().to_owned());
    let edit = move |base: &Value| {
        let mut file = base.clone();
        let login = known_login(&file, &login).unwrap_or_else(|| login.clone());
        let users = users_of(&mut file, &key)?;
        users.retain(|user| user.as_str().is_none_or(|user| user.trim() != login));
        Ok(Edited::plain(file))
    };
    write::change(desk, caller, change, edit).await
}

/// A login as the registry writes it: exactly, else the only one that differs in ASCII case alone.
fn known_login(file: &Value, login: &str) -> Option<String> {
    let entries = Collection::Users.entries(file);
    if let Some((exact, _)) = entries.iter().find(|(own, _)| own == login) {
        return Some(exact.clone());
    }
    let mut near = entries.iter().filter(|(own, _)| own.eq_ignore_ascii_case(login));
    let (found, other) = (near.next()?, near.next());
    other.is_none().then(|| found.0.clone())
}

fn users_of<'f>(file: &'f mut Value, key: &str) -> Result<&'f mut Vec<Value>, DeskError> {
    let none = || DeskError::NotFound(Collection::ApiKeys.noun());
    let at = Collection::ApiKeys.position(file, key).ok_or_else(none)?;
    let entry = Collection::ApiKeys.list_mut(file).and_then(|list| list.get_mut(at)?.as_object_mut());
    let users = entry.ok_or_else(none)?.entry("users").or_insert_with(|| Value::Array(Vec::new()));
    if users.is_null() {
        *users = Value::Array(Vec::new());
    }
    users.as_array_mut().ok_or(DeskError::Damaged("o cadastro"))
}
