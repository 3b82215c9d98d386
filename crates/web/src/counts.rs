//! How many tickets are in each state: counted at once while that is quick, else a little behind, so that no page waits for it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use balcao_desk::{Desk, DeskError};
use balcao_store::{Scope, ticket};

/// Counting that takes no longer is done for each page.
const QUICK: Duration = Duration::from_millis(3);
/// How far behind other counts may be before they are made anew.
const BEHIND: Duration = Duration::from_secs(3);

type States = Vec<(String, i64)>;

/// The counts that were made, by who sees what.
#[derive(Default)]
pub(crate) struct Counts(Mutex<BTreeMap<String, Kept>>);

struct Kept {
    states: States,
    made: Instant,
    took: Duration,
    /// Whether somebody makes them anew.
    renewing: bool,
}

/// How many tickets of `scope` are in each state.
pub(crate) async fn states(counts: &Arc<Counts>, desk: &Desk, scope: Scope) -> Result<States, DeskError> {
    let key = format!("{scope:?}");
    let (known, renew) = {
        let mut all = counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(&key).filter(|kept| kept.took > QUICK) {
            None => (None, false),
            Some(kept) => {
                let renew = !kept.renewing && kept.made.elapsed() > BEHIND;
                kept.renewing |= renew;
                (Some(kept.states.clone()), renew)
            }
        }
    };
    let Some(known) = known else { return count(counts, desk, scope).await };
    if renew {
        let (counts, desk) = (counts.clone(), desk.clone());
        tokio::spawn(async move {
            if let Err(error) = count(&counts, &desk, scope).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the tickets of each state were not counted"
                );
            }
        });
    }
    Ok(known)
}

async fn count(counts: &Arc<Counts>, desk: &Desk, scope: Scope) -> Result<States, DeskError> {
    let key = format!("{scope:?}");
    let began = Instant::now();
    let counted = async {
        let mut conn = desk.store().read().await?;
        ticket::states(&mut conn, &scope).await
    };
    let counted = counted.await;
    let mut all = counts.0.lock().unwrap_or_else(PoisonError::into_inner);
    match counted {
        Ok(states) => {
            let kept = Kept { states: states.clone(), made: began, took: began.elapsed(), renewing: false };
            all.insert(key, kept);
            Ok(states)
        }
        Err(error) => {
            // The next page tries again.
            if let Some(kept) = all.get_mut(&key) {
                kept.renewing = false;
            }
            Err(error.into())
        }
    }
}
