//! The core's inquiry, answered from the database.
//!
//! In: an [`Inquiry`] and the routes that its message calls. Out: the rows that `Inquiry::rows` finds in a log in memory, to the
//! millisecond.
//!
//! **Invariant:** a path of which only the masked form is kept comes back as the message itself wrote it, or masked.

use std::collections::{BTreeMap, BTreeSet};

use balcao_core::facts::inquiry::Inquiry;
use balcao_core::facts::paths;
use balcao_core::facts::registry::Registry;
use balcao_core::facts::request_log::{LogQuery, LoggedRequest, MOST_ROWS};
use balcao_store::request::{self, By, Found};
use balcao_store::{Conn, StoreError};
use jiff::Timestamp;

use super::columns::{Columns, floor, is_veiled, logged, looked_up};
use crate::desk::Desk;

/// The rows of the request log that answer `inquiry`; `routes` are those that the message calls.
///
/// # Errors
/// If the database fails.
pub async fn rows(
    desk: &Desk,
    registry: &Registry,
    inquiry: &Inquiry,
    routes: &[(String, String)],
) -> Result<Vec<LoggedRequest>, StoreError> {
    let query = inquiry.query(registry, routes);
    let ids: BTreeSet<String> = query.request_ids.iter().filter_map(|id| looked_up(id)).collect();
    let mut conn = desk.store().read_log().await?;
    let kept = request::hours(&mut conn).await?;
    let named = request::by_ids(&mut conn, kept, &Vec::from_iter(ids)).await?;
    let mut columns = Columns::new(desk.secrets());
    let veils = Veils::of(&named, routes, &mut columns);
    let mut search = Search { columns, named, veils, kept };
    let mut found = search.find(&mut conn, &query).await?;
    if let Some(wider) = inquiry.widened(query, &found) {
        found = search.find(&mut conn, &wider).await?;
    }
    found.retain(|row| row.at <= inquiry.to);
    Ok(found)
}

/// Where a row stands: by time, by its id, by its number.
type Place = (i64, Option<String>, i64);

struct Search<'s> {
    columns: Columns<'s>,
    /// The rows with the ids that the message names; the same for both looks.
    named: Vec<Found>,
    veils: Veils,
    /// Of which hours there are requests.
    kept: Option<(i64, i64)>,
}

impl Search<'_> {
    /// As `RequestLog::find`: the rows asked for by id first, then the latest of the others, all by time.
    async fn find(&mut self, conn: &mut Conn, query: &LogQuery) -> Result<Vec<LoggedRequest>, StoreError> {
        let (from, to) = (ceiling(query.from), floor(query.to));
        let mut others = BTreeMap::new();
        for by in self.asked(query) {
            let found = request::within_kept(conn, self.kept, &by, (from, to)).await?;
            others.extend(found.into_iter().map(placed));
        }
        let mut rows: BTreeMap<Place, Found> = self.named.iter().cloned().map(placed).collect();
        for (place, row) in others.into_iter().rev() {
            if rows.len() >= MOST_ROWS {
                break;
            }
            rows.insert(place, row);
        }
        Ok(rows.into_values().take(MOST_ROWS).map(|row| self.veils.lifted(row)).collect())
    }

    /// The single look-ups of a query, each once.
    fn asked(&mut self, query: &LogQuery) -> Vec<By> {
        let logins: BTreeSet<String> = query.users.iter().filter_map(|user| looked_up(user)).collect();
        let keys: BTreeSet<[u8; 32]> = query.keys.iter().map(|key| *key.hash()).collect();
        let mut routes = BTreeSet::new();
        for (method, path) in &query.paths {
            let method = method.trim().to_ascii_uppercase();
            let veiled = self.veils.behind(path).into_iter().map(|path| (method.clone(), path));
            routes.extend(veiled);
            routes.insert((method, self.columns.normal_path(path)));
        }
        let logins = logins.into_iter().map(By::Login);
        let keys = keys.into_iter().map(|hash| By::Key(hash.to_vec()));
        let routes = routes.into_iter().map(|(method, normal_path)| By::Route { method, normal_path });
        logins.chain(keys).chain(routes).collect()
    }
}

fn placed(found: Found) -> (Place, Found) {
    let (at, id) = found.request.order();
    ((at, id.map(str::to_owned), found.number), found)
}

/// Paths that show a secret: the rows have them masked, with a mark to compare by.
#[derive(Default)]
struct Veils {
    /// By the compared form: as the message writes it.
    written: BTreeMap<String, String>,
    /// By the masked form: the compared forms of the rows that the message names by id.
    masked: BTreeMap<String, BTreeSet<String>>,
}

impl Veils {
    fn of(named: &[Found], routes: &[(String, String)], columns: &mut Columns<'_>) -> Self {
        let mut veils = Self::default();
        for (_, path) in routes {
            let normal = columns.normal_path(path);
            if is_veiled(&normal) {
                veils.written.entry(normal).or_insert_with(|| paths::bare(path).to_owned());
            }
        }
        for row in named.iter().map(|found| &found.request).filter(|row| is_veiled(&row.normal_path)) {
            veils.masked.entry(row.path.clone()).or_default().insert(row.normal_path.clone());
        }
        veils
    }

    /// The compared forms of which `path` is the masked form.
    fn behind(&self, path: &str) -> BTreeSet<String> {
        self.masked.get(path).cloned().unwrap_or_default()
    }

    /// The request of a row, its path as the message writes it where it does.
    fn lifted(&self, found: Found) -> LoggedRequest {
        let written = self.written.get(&found.request.normal_path);
        let mut request = logged(found.request);
        if let Some(written) = written {
            request.path.clone_from(written);
        }
        request
    }
}

/// The first millisecond that is not before `at`.
fn ceiling(at: Timestamp) -> i64 {
    let nanoseconds = at.as_nanosecond();
    let up = i64::from(nanoseconds.rem_euclid(1_000_000) > 0);
    floor(at).saturating_add(up)
}
