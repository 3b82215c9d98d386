//! CSV into a list of the registry: each line in the place of the entry that it names, or as a new one.

use std::collections::BTreeMap;

use balcao_core::evidence::key::{HashSecret, KeyPrint};
use balcao_core::facts::registry::RegistryError;
use serde_json::{Map, Value};

use super::cells::{contact_of, split, unguarded};
use super::{Shape, Table};
use crate::caller::{Caller, Permission};
use crate::change::Change;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::registry::collection::{Collection, label};
use crate::registry::entries::place_of;
use crate::registry::write::{self, Edited, Put, apart};

/// So many bad lines are named.
const MOST_TOLD: usize = 50;

/// How a table is taken in.
#[derive(Debug, Clone)]
pub struct Import<'c> {
    /// As for every change.
    pub change: Change<'c>,
    /// Whether entries that no line names are taken away.
    pub delete_missing: bool,
}

/// Takes a table in: a line whose id (code, login, key or its id) is known changes the columns that are there, any other is a new entry.
///
/// # Errors
/// [`DeskError::Invalid`] with the bad lines by their numbers: then nothing is changed.
pub async fn import(
    desk: &Desk,
    caller: &Caller,
    table: Table,
    csv: &[u8],
    how: &Import<'_>,
) -> Result<Put, DeskError> {
    caller.must(Permission::WriteRegistry)?;
    let (secret, delete_missing) = (desk.secrets().hash_secret(), how.delete_missing);
    let csv = csv.to_vec();
    let rows = apart(move || read(table, &csv)).await?;
    if delete_missing && rows.is_empty() {
        let text = "o CSV não tem nenhuma linha além do cabeçalho; para esvaziar a lista, envie o cadastro inteiro em JSON";
        return Err(DeskError::Invalid(text.to_owned()));
    }
    let edit = move |base: &Value| {
        let merged = Merge::of(table, base, &secret, &rows)?;
        let (list, lines) = merged.end(delete_missing);
        let mut file = base.clone();
        *table.collection().list_mut(&mut file).ok_or(DeskError::Damaged("o cadastro"))? = list;
        let whole = file.clone();
        let explain = move |error| by_line(table.collection(), &lines, &whole, error);
        Ok(Edited { file, explain: Box::new(explain) })
    };
    write::change(desk, caller, &how.change, edit).await
}

/// One line: its number, and its cells by column.
struct Row {
    line: u64,
    cells: Vec<(&'static str, Shape, String)>,
}

impl Row {
    fn cell(&self, name: &str) -> &str {
        self.cells.iter().find(|(own, ..)| *own == name).map_or("", |(_, _, cell)| cell.trim())
    }
}

fn refused(problems: &[String]) -> DeskError {
    let told: Vec<&str> = problems.iter().take(MOST_TOLD).map(String::as_str).collect();
    let more = problems.len().saturating_sub(MOST_TOLD);
    let rest = if more > 0 { format!("\n- e mais {more}, não listados aqui") } else { String::new() };
    DeskError::Invalid(format!("o CSV foi recusado e nada foi mudado:\n- {}{rest}", told.join("\n- ")))
}

/// The lines of the file, blank ones left out.
fn read(table: Table, csv: &[u8]) -> Result<Vec<Row>, DeskError> {
    let text = std::str::from_utf8(csv).map_err(|error| {
        let before = csv.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
        refused(&[format!("linha {line}: não está em UTF-8; no Excel, salve como \"CSV UTF-8\"")])
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let head = text.lines().next().unwrap_or_default();
    let separator = if head.matches(';').count() > head.matches(',').count() { b';' } else { b',' };
    let mut reader =
        ::csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
    let broken = |error: &::csv::Error| {
        let line = error.position().map_or(1, ::csv::Position::line);
        refused(&[format!("linha {line}: não é CSV; confira as aspas")])
    };
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    let columns = columns(table, &header)?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| broken(&error))?;
        let line = record.position().map_or(0, ::csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if record.len() != columns.len() {
            problems.push(format!(
                "linha {line}: tem {} células, e o cabeçalho {}; ponha entre aspas a que contém o separador",
                record.len(),
                columns.len()
            ));
            continue;
        }
        let cells = columns.iter().zip(&record);
        let cells = cells.map(|((name, shape), cell)| (*name, *shape, unguarded(cell).to_owned()));
        rows.push(Row { line, cells: cells.collect() });
    }
    if problems.is_empty() { Ok(rows) } else { Err(refused(&problems)) }
}

/// What each column of the header is.
fn columns(table: Table, header: &::csv::StringRecord) -> Result<Vec<(&'static str, Shape)>, DeskError> {
    let known = || table.columns().iter();
    let (mut columns, mut problems) = (Vec::new(), Vec::new());
    for name in header {
        let name = name.trim().to_ascii_lowercase();
        match known().find(|(own, _)| *own == name) {
            Some(column) if columns.contains(column) => {
                problems.push(format!("linha 1: a coluna `{name}` está repetida"));
            }
            Some(column) => columns.push(*column),
            None => {
                let names: Vec<&str> = known().map(|(own, _)| *own).collect();
                // A file without a header shows a line of values here, and a key may be one of them.
                let shown: String = name.chars().take(20).collect();
                let shown = if shown == name && !name.contains(|c: char| c.is_ascii_digit()) {
                    format!(" `{name}`")
                } else {
                    String::new()
                };
                problems.push(format!("linha 1: coluna{shown} desconhecida; use {}", names.join(", ")));
            }
        }
    }
    let has = |name: &str| columns.iter().any(|(own, _)| *own == name);
    let identified = match table.collection().id_field() {
        Some(name) => has(name),
        None => has("id") || has("key"),
    };
    if problems.is_empty() && !identified {
        let name = table.collection().id_field().unwrap_or("id` ou `key");
        problems.push(format!("linha 1: falta a coluna `{name}`, que diz de que entrada é cada linha"));
    }
    if problems.is_empty() { Ok(columns) } else { Err(refused(&problems)) }
}

/// The list as it becomes, and which line each entry came from.
struct Merge {
    list: Vec<Value>,
    lines: BTreeMap<usize, u64>,
}

impl Merge {
    fn of(table: Table, base: &Value, secret: &HashSecret, rows: &[Row]) -> Result<Self, DeskError> {
        let entries = table.collection().entries(base);
        let mut known = Known::of(&entries);
        let mut merge = Self {
            list: entries.into_iter().map(|(_, entry)| entry.clone()).collect(),
            lines: BTreeMap::new(),
        };
        let mut problems = Vec::new();
        for row in rows {
            match known.target(table, row, secret, merge.list.len()) {
                Err(why) => problems.push(format!("linha {}: {why}", row.line)),
                Ok(at) => match merge.lines.insert(at, row.line) {
                    Some(first) => problems.push(format!("linha {}: repete a linha {first}", row.line)),
                    None => merge.put(at, row),
                },
            }
        }
        if problems.is_empty() { Ok(merge) } else { Err(refused(&problems)) }
    }

    fn put(&mut self, at: usize, row: &Row) {
        if at >= self.list.len() {
            self.list.push(Value::Object(Map::new()));
        }
        let Some(fields) = self.list.get_mut(at).and_then(Value::as_object_mut) else { return };
        for (name, shape, cell) in &row.cells {
            let value = match shape {
                Shape::Mark => continue,
                Shape::Key if cell.trim().is_empty() => continue,
                Shape::Key | Shape::Text => Value::from(cell.trim()),
                Shape::List => split(cell).into(),
                Shape::Contacts => split(cell).iter().map(|text| contact_of(text)).collect(),
            };
            if value.as_str() == Some("") {
                fields.shift_remove(*name);
            } else {
                fields.insert((*name).to_owned(), value);
            }
        }
    }

    /// Without the entries that no line names, if they are to go.
    fn end(self, delete_missing: bool) -> (Vec<Value>, BTreeMap<usize, u64>) {
        if !delete_missing {
            return (self.list, self.lines);
        }
        let (mut list, mut lines) = (Vec::new(), BTreeMap::new());
        for (at, entry) in self.list.into_iter().enumerate() {
            if let Some(line) = self.lines.get(&at) {
                lines.insert(list.len(), *line);
                list.push(entry);
            }
        }
        (list, lines)
    }
}

/// Where the entries stand, by id, and keys also by what is kept of them.
struct Known {
    ids: BTreeMap<String, usize>,
    prints: BTreeMap<String, usize>,
}

impl Known {
    fn of(entries: &[(String, &Value)]) -> Self {
        let places = entries.iter().enumerate();
        let ids = places.clone().map(|(at, (id, _))| (id.clone(), at)).collect();
        let prints = places.filter_map(|(at, (_, entry))| Some((entry.get("key")?.as_str()?.to_owned(), at)));
        Self { ids, prints: prints.collect() }
    }

    /// The place of the entry that a line names; `end` for a new one, which later lines of the same name then name too.
    fn target(&mut self, table: Table, row: &Row, secret: &HashSecret, end: usize) -> Result<usize, String> {
        if let Some(name) = table.collection().id_field() {
            return match row.cell(name) {
                "" => Err(format!("a coluna `{name}` está vazia")),
                id => Ok(*self.ids.entry(id.to_owned()).or_insert(end)),
            };
        }
        let (id, key) = (row.cell("id"), row.cell("key"));
        let unknown =
            || "nenhuma API Key do cadastro tem este `id`; para uma nova, ponha a chave inteira em `key`";
        match (id, key) {
            ("", "") => Err("preencha `id` ou `key`".to_owned()),
            ("", key) => {
                let print = KeyPrint::of(key, secret).map_or_else(|| key.to_owned(), |print| print.stored());
                let by_id = self.ids.get(key).copied();
                Ok(by_id.unwrap_or_else(|| *self.prints.entry(print).or_insert(end)))
            }
            (id, _) => self.ids.get(id).copied().ok_or_else(|| unknown().to_owned()),
        }
    }
}

/// The mistakes of the registry, each with the line that made it; others with the entry that they are in.
fn by_line(own: Collection, lines: &BTreeMap<usize, u64>, file: &Value, error: RegistryError) -> DeskError {
    let told = |problem: &balcao_core::facts::registry::problem::Problem| {
        let Some((collection, at)) = place_of(&problem.path) else { return problem.to_string() };
        let field = problem.path.split_once("].").map_or("", |(_, field)| field);
        let place = match lines.get(&at) {
            Some(line) if collection == own => format!("linha {line}"),
            _ => {
                let entries = collection.entries(file);
                entries.get(at).map(|(id, entry)| label(collection, id, entry)).unwrap_or_default()
            }
        };
        if field.is_empty() {
            format!("{place}: {}", problem.kind)
        } else {
            format!("{place}: {field}: {}", problem.kind)
        }
    };
    match error.problems() {
        [] => DeskError::Registry(error),
        problems => refused(&problems.iter().map(told).collect::<Vec<_>>()),
    }
}
