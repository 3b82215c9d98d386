//! Asking the tracker how its issues stand, where it does not tell by itself or a delivery was lost.

use balcao_store::StoreError;
use balcao_store::escalation::{self, Escalation};
use jiff::{SignedDuration, Timestamp};

use super::dossier::clean;
use super::heard::heard;
use super::{Seen, Told};
use crate::desk::{Desk, instant, millis};
use crate::error::DeskError;

/// Issues that are asked for in one round.
const SOME: u16 = 20;
/// How long an issue is asked for after its end: it may be opened again.
const AFTER_END: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How often then, at most: there are many more of these.
const PAUSE_AFTER_END: SignedDuration = SignedDuration::from_hours(1);
/// How much the clocks of two machines may differ, and how long a comment may take to be seen.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Asks for the issues that were not asked for since the tracker's pause; how many. Several servers share them.
///
/// # Errors
/// If the database fails. What a tracker does not answer is noted on the escalation, and asked again after the pause.
pub async fn look(desk: &Desk, now: Timestamp) -> Result<usize, DeskError> {
    let Some(tracker) = desk.tracker() else { return Ok(0) };
    let Some(pause) = tracker.poll() else { return Ok(0) };
    let back = |span: SignedDuration| millis(now.saturating_sub(span).unwrap_or(Timestamp::MIN));
    let target = tracker.name().to_owned();
    let turn = escalation::Turn {
        now: millis(now),
        before: back(pause),
        ended_before: back(pause.max(PAUSE_AFTER_END)),
        ended_since: back(AFTER_END),
    };
    let taken = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { escalation::to_look_at(tx, &target, turn, SOME).await })
    });
    let taken = taken.await?;
    let count = taken.len();
    for of in taken {
        let Some(external) = of.external.as_deref() else { continue };
        let since = instant(of.asked).saturating_sub(OVERLAP).unwrap_or(Timestamp::MIN);
        match tracker.look(external, since).await {
            Ok(Some(seen)) => {
                // What cannot be taken of one issue holds no other one up.
                if let Err(error) = saw(desk, &of, seen, now).await {
                    noted(desk, of, Some(clean(&error.to_string(), 300)), now).await?;
                }
            }
            Ok(None) => {}
            Err(error) => {
                noted(desk, of, Some(clean(&error.to_string(), 300)), now).await?;
                if error.after.is_some() {
                    // It has enough of us: the others have their turn after the pause.
                    break;
                }
            }
        }
    }
    Ok(count)
}

async fn saw(desk: &Desk, of: &Escalation, seen: Seen, now: Timestamp) -> Result<(), DeskError> {
    let issue = of.external.clone().unwrap_or_default();
    let remarks = seen.remarks.into_iter();
    let mut told: Vec<Told> =
        remarks.map(|remark| Told { issue: issue.clone(), standing: None, remark: Some(remark) }).collect();
    told.push(Told { issue, standing: Some(seen.standing), remark: None });
    heard(desk, told, now).await?;
    noted(desk, of.clone(), None, now).await
}

async fn noted(desk: &Desk, of: Escalation, reason: Option<String>, now: Timestamp) -> Result<(), DeskError> {
    let noted = desk.store().write::<_, StoreError, _>(move |tx| {
        Box::pin(async move { escalation::looked(tx, &of.id, reason.as_deref(), millis(now)).await })
    });
    Ok(noted.await?)
}
