//! A list of the registry as CSV.

use serde_json::Value;

use super::cells::{contact_text, guarded, joined};
use super::{Shape, Table};
use crate::caller::{Caller, Permission};
use crate::desk::Desk;
use crate::error::DeskError;
use crate::registry::shown;
use crate::registry::write::{Base, apart};

/// The whole list, with its header.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn export(desk: &Desk, caller: &Caller, table: Table) -> Result<String, DeskError> {
    caller.must(Permission::ReadRegistry)?;
    let base = Base::read(desk).await?;
    apart(move || {
        let columns = table.columns().iter().filter(|(_, shape)| *shape != Shape::Key);
        let columns: Vec<_> = columns.collect();
        let mut out = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(Vec::new());
        let failed = |_in_memory: ::csv::Error| DeskError::Damaged("o cadastro");
        out.write_record(columns.iter().map(|(name, _)| name)).map_err(failed)?;
        for (_, entry) in table.collection().entries(&base.file) {
            let entry = shown::shown_entry(table.collection(), entry);
            let cells = columns.iter().map(|(name, shape)| cell(entry.get(*name), *shape));
            out.write_record(cells).map_err(failed)?;
        }
        let bytes = out.into_inner().map_err(|_in_memory| DeskError::Damaged("o cadastro"))?;
        String::from_utf8(bytes).map_err(|_from_texts| DeskError::Damaged("o cadastro"))
    })
    .await
}

fn cell(value: Option<&Value>, shape: Shape) -> String {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    guarded(match shape {
        Shape::Text | Shape::Mark => value.and_then(Value::as_str).unwrap_or_default().to_owned(),
        Shape::List => joined(&list.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()),
        Shape::Contacts => joined(&list.map(contact_text).collect::<Vec<_>>()),
        Shape::Key => String::new(),
    })
}
