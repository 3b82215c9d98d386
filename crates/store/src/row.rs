//! How a row is a struct: one list of fields makes the struct, its columns and the way in and out.

use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, FromRow};

use crate::conn::{Conn, Tx};
use crate::dialect::Engine;
use crate::error::StoreError;

/// A statement with its values, not yet run.
pub struct Sql {
    query: Query<'static, Any, AnyArguments>,
}

impl Sql {
    /// `text` is ours: values only ever go in by [`Sql::bind`].
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self { query: sqlx::query(AssertSqlSafe(text.into())) }
    }

    pub(crate) fn bind<'t, T: sqlx::Encode<'t, Any> + sqlx::Type<Any>>(self, value: T) -> Self {
        Self { query: self.query.bind(value) }
    }

    /// Lets the engine look at the values before it decides how to go about it: a rare word is found by its index, a frequent one by
    /// reading the newest tickets.
    pub(crate) fn planned_anew(self) -> Self {
        Self { query: self.query.persistent(false) }
    }

    pub(crate) fn bind_row<R: Row>(self, row: &R) -> Self {
        row.bind_to(self)
    }

    /// Runs it; how many rows it touched.
    pub(crate) async fn run(self, conn: &mut Conn, what: &'static str) -> Result<u64, StoreError> {
        let done = self.query.execute(conn.raw()).await;
        done.map(|done| done.rows_affected()).map_err(|source| StoreError::query(what, source))
    }

    pub(crate) async fn all<R>(self, conn: &mut Conn, what: &'static str) -> Result<Vec<R>, StoreError>
    where
        R: for<'r> FromRow<'r, AnyRow>,
    {
        let rows =
            self.query.fetch_all(conn.raw()).await.map_err(|source| StoreError::query(what, source))?;
        rows.iter().map(|row| R::from_row(row).map_err(|source| StoreError::query(what, source))).collect()
    }

    pub(crate) async fn optional<R: Row>(
        self,
        conn: &mut Conn,
        what: &'static str,
    ) -> Result<Option<R>, StoreError> {
        let row =
            self.query.fetch_optional(conn.raw()).await.map_err(|source| StoreError::query(what, source))?;
        row.as_ref().map(R::from_row).transpose().map_err(|source| StoreError::query(what, source))
    }

    /// The columns of one row, as a tuple.
    pub(crate) async fn tuple<T>(self, conn: &mut Conn, what: &'static str) -> Result<Option<T>, StoreError>
    where
        T: for<'r> FromRow<'r, AnyRow>,
    {
        let row =
            self.query.fetch_optional(conn.raw()).await.map_err(|source| StoreError::query(what, source))?;
        row.as_ref().map(T::from_row).transpose().map_err(|source| StoreError::query(what, source))
    }
}

/// A struct that is a row of [`Row::TABLE`].
pub trait Row: for<'r> FromRow<'r, AnyRow> + Send + Sync {
    const TABLE: &'static str;
    const COLUMNS: &'static [&'static str];

    #[doc(hidden)]
    fn bind_to(&self, sql: Sql) -> Sql;

    /// `select a, b, … from table t `, to be followed by `where …`.
    fn select() -> String {
        format!("select {} from {} t ", Self::columns(), Self::TABLE)
    }

    /// All columns, as `t.a, t.b, …`.
    fn columns() -> String {
        let named: Vec<String> = Self::COLUMNS.iter().map(|column| format!("t.{column}")).collect();
        named.join(", ")
    }

    /// `insert into table (…) values ($1, …) ` for one row.
    fn insert_text() -> String {
        let places: Vec<String> = (1..=Self::COLUMNS.len()).map(|n| format!("${n}")).collect();
        format!("insert into {} ({}) values ({}) ", Self::TABLE, Self::COLUMNS.join(","), places.join(","))
    }

    /// The same for so many `rows` at once.
    fn insert_many_text(engine: Engine, rows: usize) -> String {
        Self::insert_text_with(rows, |n| engine.place(n))
    }

    /// The same for so many `rows`; `place` writes the place of value `n`, from 1.
    fn insert_text_with(rows: usize, place: impl Fn(usize) -> String) -> String {
        let width = Self::COLUMNS.len();
        let mut text = format!("insert into {} ({}) values ", Self::TABLE, Self::COLUMNS.join(","));
        for row in 0..rows {
            let places: Vec<String> = (1..=width).map(|n| place(row * width + n)).collect();
            text.push_str(if row == 0 { "(" } else { ",(" });
            text.push_str(&places.join(","));
            text.push(')');
        }
        text
    }
}

/// Inserts one row.
pub(crate) async fn insert<R: Row>(tx: &mut Tx, row: &R, what: &'static str) -> Result<(), StoreError> {
    Sql::new(R::insert_text()).bind_row(row).run(tx, what).await.map(|_| ())
}

/// Inserts one row unless a unique value of it is there already; whether it was new.
pub(crate) async fn insert_new<R: Row>(tx: &mut Tx, row: &R, what: &'static str) -> Result<bool, StoreError> {
    let text = R::insert_text() + "on conflict do nothing";
    Sql::new(text).bind_row(row).run(tx, what).await.map(|rows| rows > 0)
}

macro_rules! row {
    ($(#[$meta:meta])* $name:ident in $table:literal { $($(#[$doc:meta])* $field:ident: $kind:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            $($(#[$doc])* pub $field: $kind,)*
        }

        impl<'r> sqlx::FromRow<'r, sqlx::any::AnyRow> for $name {
            fn from_row(row: &'r sqlx::any::AnyRow) -> Result<Self, sqlx::Error> {
                use sqlx::Row as _;
                Ok(Self { $($field: row.try_get(stringify!($field))?,)* })
            }
        }

        impl crate::row::Row for $name {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn bind_to(&self, sql: crate::row::Sql) -> crate::row::Sql {
                sql$(.bind(self.$field.clone()))*
            }
        }
    };
}

pub(crate) use row;
