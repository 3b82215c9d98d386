//! Several rows of several tables in one turn to the database: a turn costs more than a row.

use sqlx::any::Any;

use crate::conn::Tx;
use crate::dialect::Engine;
use crate::error::StoreError;
use crate::row::{Row, Sql};
use crate::tables::search;
use crate::tables::ticket::Ticket;

/// Statements that are run together, all or none. Rows may refer to rows added before.
pub struct Batch {
    engine: Engine,
    texts: Vec<String>,
    binds: Vec<Box<dyn FnOnce(Sql) -> Sql + Send>>,
    bound: usize,
}

impl Batch {
    /// An empty one, for this transaction's engine.
    #[must_use]
    pub fn new(tx: &Tx) -> Self {
        Self { engine: tx.engine(), texts: Vec::new(), binds: Vec::new(), bound: 0 }
    }

    /// Adds a row.
    pub fn add<R: Row + Clone + 'static>(&mut self, row: &R) {
        self.add_all(std::slice::from_ref(row));
    }

    /// Adds rows of one table.
    pub fn add_all<R: Row + Clone + 'static>(&mut self, rows: &[R]) {
        if rows.is_empty() {
            return;
        }
        let before = self.bound;
        self.texts.push(R::insert_text_with(rows.len(), |n| place(before + n)));
        self.bound += R::COLUMNS.len() * rows.len();
        for row in rows {
            let row = row.clone();
            self.binds.push(Box::new(move |sql| sql.bind_row(&row)));
        }
    }

    /// Adds the words that a ticket is found by, as [`search::add_words`].
    pub fn add_words(&mut self, ticket: &Ticket, text: &str) {
        let words = search::known(text);
        if words.is_empty() {
            return;
        }
        let (position, text) = (place(self.bound + 1), place(self.bound + 2));
        for statement in self.engine.add_words() {
            self.texts.push(renumbered(statement, &position, &text));
        }
        self.bound += 2;
        self.bind(ticket.position);
        self.bind(words);
    }

    /// Adds a statement with two values, `$1` and `$2`.
    pub(crate) fn statement<T, U>(&mut self, text: &str, first: T, second: U)
    where
        T: for<'t> sqlx::Encode<'t, Any> + sqlx::Type<Any> + Send + 'static,
        U: for<'t> sqlx::Encode<'t, Any> + sqlx::Type<Any> + Send + 'static,
    {
        self.texts.push(renumbered(text, &place(self.bound + 1), &place(self.bound + 2)));
        self.bound += 2;
        self.bind(first);
        self.bind(second);
    }

    fn bind<T>(&mut self, value: T)
    where
        T: for<'t> sqlx::Encode<'t, Any> + sqlx::Type<Any> + Send + 'static,
    {
        self.binds.push(Box::new(move |sql| sql.bind(value)));
    }

    /// Runs all of it.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if a value that must be unique is there already, or the database fails; then nothing of it is there.
    pub async fn run(self, tx: &mut Tx, what: &'static str) -> Result<(), StoreError> {
        if self.texts.is_empty() {
            return Ok(());
        }
        let mut sql = Sql::new(self.engine.together(&self.texts));
        for bind in self.binds {
            sql = bind(sql);
        }
        sql.run(tx, what).await.map(|_| ())
    }
}

/// The place of value `n` of the whole: by its number, since two statements may share a value.
fn place(n: usize) -> String {
    format!("${n}")
}

/// A statement of `$1` and `$2` with other numbers.
fn renumbered(statement: &str, first: &str, second: &str) -> String {
    // Through a name that no number is part of: `$1` may itself become `$2`.
    statement.replace("$1", "$first").replace("$2", second).replace("$first", first)
}
