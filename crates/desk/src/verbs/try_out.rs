//! A diagnosis without a ticket: whoever pastes something reads what is wrong with it, and nothing is kept but a count.

use balcao_core::inbound::Inbound;
use balcao_store::daily_count;
use balcao_wire::diagnosis::DiagnosisLine;
use jiff::Timestamp;

use super::examine::{SMALL, compute, examine, size};
use super::receive::vouched;
use crate::caller::Caller;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::files;

/// What became of a diagnosis that somebody made for themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was read.
    Read,
    /// It was enough.
    Enough,
    /// A ticket came of it all the same.
    Ticket,
}

impl Became {
    /// What it is counted under.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "self-diagnosis",
            Self::Enough => "self-diagnosis-enough",
            Self::Ticket => "self-diagnosis-ticket",
        }
    }
}

/// Diagnoses for somebody who is not known, by what anybody may be told; one line of the public format.
///
/// # Errors
/// If it cannot be computed.
pub async fn in_public(desk: &Desk, mut inbound: Inbound) -> Result<String, DeskError> {
    inbound.from = Default::default();
    let (state, small) = (desk.state(), size(&inbound) <= SMALL);
    compute(small, move || {
        let diagnosis = state.world.diagnose_in_public(&inbound);
        serde_json::to_string(&DiagnosisLine::from(&diagnosis)).unwrap_or_default()
    })
    .await
}

/// Diagnoses for a partner's contact who is logged in, by everything that is theirs.
///
/// # Errors
/// If the message claims to be another partner's, or the database fails.
pub async fn for_partner(desk: &Desk, caller: &Caller, inbound: Inbound) -> Result<String, DeskError> {
    let inbound = files::with_texts(desk, vouched(desk, caller, inbound)?).await?;
    Ok(examine(desk, inbound, Vec::new()).await?.line)
}

/// Counts one.
///
/// # Errors
/// If the database fails.
pub async fn count(desk: &Desk, became: Became, now: Timestamp) -> Result<(), DeskError> {
    let day = now.to_zoned_datetime(desk.state().world.registry.timezone.clone()).date().to_string();
    let counted = desk.store().write(move |tx| {
        Box::pin(async move { Ok::<_, DeskError>(daily_count::one_more(tx, &day, became.name()).await?) })
    });
    counted.await
}
