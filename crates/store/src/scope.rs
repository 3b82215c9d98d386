//! For whom a query is asked, and the conditions that follow.

use crate::row::Sql;

/// Whose tickets may be seen. An argument of every query, so that no page can forget it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everybody's: people of the desk.
    All,
    /// Those of one partner, by its code; internal notes are left out.
    Partner(String),
    /// Those handed to one team, by its code.
    Team(String),
}

/// Conditions on a ticket called `t`, each with its value.
#[derive(Debug)]
pub(crate) struct Conditions {
    text: String,
    values: Vec<Value>,
    bound: usize,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Number(i64),
}

impl Conditions {
    /// `bound` values come before these in the statement.
    pub(crate) fn after(bound: usize) -> Self {
        Self { text: String::new(), values: Vec::new(), bound }
    }

    /// Adds ` and {comparison} $n`.
    pub(crate) fn text(&mut self, comparison: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.push(comparison, Value::Text(value.to_owned()));
        }
    }

    /// Adds ` and {comparison} $n`.
    pub(crate) fn number(&mut self, comparison: &str, value: Option<i64>) {
        if let Some(value) = value {
            self.push(comparison, Value::Number(value));
        }
    }

    /// Adds ` and {condition}`, which has no value.
    pub(crate) fn plain(&mut self, condition: &str) {
        self.text.push_str(" and ");
        self.text.push_str(condition);
    }

    pub(crate) fn scope(&mut self, scope: &Scope) {
        match scope {
            Scope::All => {}
            Scope::Partner(code) => self.text("t.partner =", Some(code)),
            Scope::Team(code) => self.text("t.team =", Some(code)),
        }
    }

    fn push(&mut self, comparison: &str, value: Value) {
        self.values.push(value);
        self.text.push_str(&format!(" and {comparison} ${}", self.bound + self.values.len()));
    }

    /// The text, empty or beginning with ` and `.
    pub(crate) fn as_text(&self) -> &str {
        &self.text
    }

    pub(crate) fn bind_to(self, mut sql: Sql) -> Sql {
        for value in self.values {
            sql = match value {
                Value::Text(text) => sql.bind(text),
                Value::Number(number) => sql.bind(number),
            };
        }
        sql
    }
}
