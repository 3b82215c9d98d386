//! Requests as one array a column: PostgreSQL takes thousands of rows in a statement of fifteen values, and need not read and plan a place
//! for each value of each row.

use std::fmt::Write as _;

use super::request::Request;
use crate::row::{Row as _, Sql};

/// Rows in one statement: its values are a few hundred kilobytes.
pub(super) const CHUNK: usize = 2_000;

/// The statement that writes these rows; those that are there already are passed over.
pub(super) fn insert(rows: &[Request]) -> Sql {
    let columns = [
        numbers(rows, |row| Some(row.at)),
        texts(rows, |row| row.request_id.as_deref()),
        texts(rows, |row| Some(&row.environment)),
        texts(rows, |row| Some(&row.method)),
        texts(rows, |row| Some(&row.path)),
        texts(rows, |row| Some(&row.normal_path)),
        numbers(rows, |row| row.status),
        hashes(rows, |row| row.key_hash.as_deref()),
        texts(rows, |row| row.key_tail.as_deref()),
        texts(rows, |row| row.login.as_deref()),
        numbers(rows, |row| row.token_issued_at),
        texts(rows, |row| row.error.as_deref()),
        numbers(rows, |row| row.duration_ms),
        texts(rows, |row| row.shown_id.as_deref()),
        texts(rows, |row| row.shown_login.as_deref()),
    ];
    let places = columns.iter().zip(1..).map(|((kind, _), n)| format!("cast(${n} as {kind}[])"));
    let places: Vec<String> = places.collect();
    let text = format!(
        "insert into request ({}) select * from unnest({}) on conflict do nothing",
        Request::COLUMNS.join(","),
        places.join(",")
    );
    columns.into_iter().fold(Sql::new(text), |sql, (_, array)| sql.bind(array))
}

/// A column: its type, and the array as PostgreSQL reads it.
type Column = (&'static str, String);

fn numbers(rows: &[Request], of: impl Fn(&Request) -> Option<i64>) -> Column {
    ("bigint", array(rows, |row, out| of(row).is_some_and(|number| write!(out, "{number}").is_ok())))
}

fn texts(rows: &[Request], of: impl Fn(&Request) -> Option<&str>) -> Column {
    let quoted = |row: &Request, out: &mut String| {
        let Some(text) = of(row) else { return false };
        out.push('"');
        for c in text.chars() {
            if matches!(c, '"' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
        out.push('"');
        true
    };
    ("text", array(rows, quoted))
}

fn hashes(rows: &[Request], of: impl Fn(&Request) -> Option<&[u8]>) -> Column {
    let quoted = |row: &Request, out: &mut String| {
        let Some(bytes) = of(row) else { return false };
        out.push_str("\"\\\\x");
        let written = bytes.iter().all(|byte| write!(out, "{byte:02x}").is_ok());
        out.push('"');
        written
    };
    ("bytea", array(rows, quoted))
}

/// `element` writes the value of a row, or tells that there is none.
fn array(rows: &[Request], element: impl Fn(&Request, &mut String) -> bool) -> String {
    let mut out = String::from("{");
    for row in rows {
        if out.len() > 1 {
            out.push(',');
        }
        if !element(row, &mut out) {
            out.push_str("NULL");
        }
    }
    out.push('}');
    out
}
