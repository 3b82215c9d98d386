//! What differs between SQLite and PostgreSQL, all of it.

use crate::migrate::Part;
use crate::row::Sql;

/// The database that the desk stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// The bundled SQLite, in a directory.
    Sqlite,
    /// A PostgreSQL server.
    Postgres,
}

/// How long SQLite waits for another process that writes.
const BUSY_MS: u32 = 10_000;

/// What is said on every connection to PostgreSQL. It takes disks for spinning ones unless told, and then reads all tickets rather than the
/// few that an index names.
const ON_POSTGRES: &str = "set random_page_cost = 1.1";

impl Engine {
    /// What is said first on the connection that writes.
    ///
    /// `synchronous = full` syncs the log at each commit: what was acknowledged survives a power cut. The log may grow to 64 MB:
    /// a page that changes often is then written back to the file once, not each time.
    pub(crate) fn on_writing(self) -> String {
        match self {
            Self::Sqlite => format!(
                "pragma busy_timeout = {BUSY_MS}; pragma journal_mode = wal; pragma synchronous = full; \
                 pragma foreign_keys = on; pragma cache_size = -16000; pragma temp_store = memory; pragma wal_autocheckpoint = 16000;"
            ),
            // A program that stands still in the middle of its changes must not hold up another's for ever.
            Self::Postgres => format!("{ON_POSTGRES}; set idle_in_transaction_session_timeout = '60s'"),
        }
    }

    /// What is said first on a connection of a pool. On SQLite it only reads.
    ///
    /// PostgreSQL looks at the values of each question to the request log before it decides how to go about it: only the partitions of its
    /// span are opened.
    pub(crate) fn on_reading(self, part: Part) -> String {
        match (self, part) {
            (Self::Sqlite, _) => {
                format!("pragma busy_timeout = {BUSY_MS}; pragma query_only = on; pragma cache_size = -4000;")
            }
            (Self::Postgres, Part::Desk) => ON_POSTGRES.to_owned(),
            (Self::Postgres, Part::RequestLog) => {
                format!("{ON_POSTGRES}; set plan_cache_mode = force_custom_plan")
            }
        }
    }

    /// Opens a transaction that will write. On SQLite at once, so that it never fails half-way for want of the lock.
    pub(crate) fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }

    /// As [`Engine::begin`], for changes that share a transaction. Those of two servers are committed one after the other: they touch the same
    /// few rows (the counter of numbers, the end of the trail) in whatever order they come, and each would wait for the other.
    pub(crate) fn begin_group(self) -> &'static str {
        match self {
            Self::Sqlite => self.begin(),
            Self::Postgres => "begin; select pg_advisory_xact_lock(7310586176)",
        }
    }

    /// The place of value `n`, from 1, in a statement of thousands: SQLite searches the names of numbered ones, one after the other.
    pub(crate) fn place(self, n: usize) -> String {
        match self {
            Self::Sqlite => "?".to_owned(),
            Self::Postgres => format!("${n}"),
        }
    }

    /// Keeps two programs from migrating at once, until the transaction ends.
    pub(crate) fn lock_migrations(self) -> &'static str {
        match self {
            Self::Sqlite => "select 1",
            Self::Postgres => "select pg_advisory_xact_lock(7310586174)",
        }
    }

    /// Keeps others from changing accounts until the transaction ends; they can be read meanwhile. On SQLite it writes alone anyway.
    pub(crate) fn lock_accounts(self) -> &'static str {
        match self {
            Self::Sqlite => "select 1",
            Self::Postgres => "lock table account in share row exclusive mode",
        }
    }

    /// How many rows of the migrations' own table exist, 0 or 1.
    pub(crate) fn has_migrations(self) -> &'static str {
        match self {
            Self::Sqlite => "select count(*) from sqlite_master where type = 'table' and name = 'migration'",
            Self::Postgres => {
                "select count(*) from pg_class where relname = 'migration' and relkind = 'r' \
                 and relnamespace = current_schema()::regnamespace"
            }
        }
    }

    /// Ends a sub-select that claims a row: others that are being claimed are passed over.
    pub(crate) fn skip_locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => "for update skip locked",
        }
    }

    /// `(from, match)` of a search: the table as `s` joined with the ticket as `t`, and the condition on `$1`.
    pub(crate) fn search(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Sqlite => (
                "ticket_search s cross join ticket t on t.position = s.rowid",
                "s.ticket_search match $1",
                "s.rowid",
            ),
            Self::Postgres => (
                "ticket_search s join ticket t on t.position = s.position",
                "s.words @@ cast($1 as tsquery)",
                "s.position",
            ),
        }
    }

    /// Statements as one: their values are numbered through.
    pub(crate) fn together(self, statements: &[String]) -> String {
        match (self, statements.split_last()) {
            (Self::Sqlite, _) | (_, None) => statements.join("; "),
            // Rows that refer to each other are checked at the end of the whole.
            (Self::Postgres, Some((last, before))) => {
                let named = before.iter().enumerate().map(|(n, text)| format!("s{n} as ({text})"));
                let named: Vec<String> = named.collect();
                if named.is_empty() { last.clone() } else { format!("with {} {last}", named.join(", ")) }
            }
        }
    }

    /// Makes the partitions of the request log that the days `$1` lack: numbers counted from 1970, between commas.
    pub(crate) fn make_room(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("select request_room($1)"),
        }
    }

    /// Drops the partitions of the request log that are all from before `$1`, unless somebody holds them; how many rows went.
    pub(crate) fn forget_whole(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("select request_drop_before($1) as gone"),
        }
    }

    /// The parts of a statement that looks into `first` to `last` of the request log: hours or days, `length` milliseconds long, each found by
    /// its place in an index. Its values stand at `$n` and what follows; [`Span::bind_to`] gives them.
    ///
    /// SQLite otherwise reads the whole log and looks for each row's hour. PostgreSQL plans a list of places in a third of the time that a
    /// join takes it.
    pub(crate) fn span(self, length: i64, (first, last): (i64, i64), n: usize) -> Span {
        let (from, to) = (format!("${n}"), format!("${}", n + 1));
        match self {
            Self::Sqlite => Span {
                with: format!(
                    "with recursive span (place) as \
                     (select cast({from} as bigint) where {from} <= {to} union all select place + 1 from span where place < {to}) "
                ),
                from: format!("span cross join request t on (t.at / {length}) = span.place + 0"),
                condition: "1 = 1".to_owned(),
                values: SpanValues::Bounds(first, last),
            },
            Self::Postgres => {
                let places: Vec<String> = (first..=last).map(|place| place.to_string()).collect();
                Span {
                    with: String::new(),
                    from: "request t".to_owned(),
                    condition: format!("(t.at / {length}) = any(cast({from} as bigint[]))"),
                    values: SpanValues::Places(format!("{{{}}}", places.join(","))),
                }
            }
        }
    }

    /// The words of a query, all of which must be there. The words hold letters and digits only.
    pub(crate) fn all_of(self, words: &[String]) -> String {
        let (quote, and) = match self {
            Self::Sqlite => ("\"", " "),
            Self::Postgres => ("'", " & "),
        };
        let quoted: Vec<String> = words.iter().map(|word| format!("{quote}{word}{quote}")).collect();
        quoted.join(and)
    }

    /// Statements that add the words `$2` to those of the ticket at position `$1`.
    pub(crate) fn add_words(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => &[
                "insert into ticket_text (position, words) values ($1, $2) \
                 on conflict (position) do update set words = ticket_text.words || ' ' || excluded.words",
                "insert or replace into ticket_search (rowid, words) \
                 select position, words from ticket_text where position = $1",
            ],
            Self::Postgres => &["insert into ticket_search (position, words) \
                 values ($1, array_to_tsvector(string_to_array($2, ' '))) \
                 on conflict (position) do update set words = ticket_search.words || excluded.words"],
        }
    }

    /// Statements that forget the words of the ticket at position `$1`.
    pub(crate) fn forget_words(self) -> &'static [&'static str] {
        match self {
            Self::Sqlite => {
                &["delete from ticket_text where position = $1", "delete from ticket_search where rowid = $1"]
            }
            Self::Postgres => &["delete from ticket_search where position = $1"],
        }
    }
}

/// Parts of a statement, made by [`Engine::span`].
pub(crate) struct Span {
    /// Before `select`.
    pub(crate) with: String,
    /// After `from`; the request is `t`.
    pub(crate) from: String,
    /// One of its conditions.
    pub(crate) condition: String,
    values: SpanValues,
}

enum SpanValues {
    Bounds(i64, i64),
    Places(String),
}

impl Span {
    /// Gives its values.
    pub(crate) fn bind_to(self, sql: Sql) -> Sql {
        match self.values {
            SpanValues::Bounds(first, last) => sql.bind(first).bind(last),
            SpanValues::Places(places) => sql.bind(places),
        }
    }
}
