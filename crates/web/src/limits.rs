//! How often a caller may ask, and how it is told.

use std::num::NonZeroU32;
use std::sync::Arc;

use axum::http::StatusCode;
use balcao_core::ticket::Role;
use balcao_desk::caller::Caller;
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::problem::Problem;

type Keyed = RateLimiter<String, DashMapStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The rates. A partner's programs share the desk with everybody else's; the company's own feed it.
#[derive(Clone)]
pub struct Limits {
    partners: Arc<Rate>,
    staff: Arc<Rate>,
    strangers: Arc<Rate>,
    pasted: Arc<Rate>,
    /// All strangers together: however many addresses somebody has, there is room for those who are known.
    crowd: Arc<Rate>,
}

/// One rate for each of many callers.
struct Rate {
    limiter: Keyed,
    burst: u32,
}

/// What is left to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Seconds until all of it is there again.
    pub(crate) reset: u64,
}

/// Requests a second that a partner's token may make on average, and at once.
const PARTNER: (u32, u32) = (20, 100);
/// The same for the company's own people and programs.
const STAFF: (u32, u32) = (5_000, 10_000);
/// The same for each address of whoever is not known yet: pages, log-ins and one-time links.
const STRANGER: (u32, u32) = (20, 100);
/// The same for all of them together.
const CROWD: (u32, u32) = (300, 1_500);

/// What an address pastes without being known is read and judged, and costs more than a page.
const PASTED: (u32, u32) = (5, 30);

impl Default for Limits {
    fn default() -> Self {
        Self::of(PARTNER, STAFF, STRANGER)
    }
}

impl Limits {
    /// Each rate as requests a second on average, and at once.
    #[must_use]
    pub fn of(partners: (u32, u32), staff: (u32, u32), strangers: (u32, u32)) -> Self {
        let rate = |rate| Arc::new(Rate::of(rate));
        Self {
            partners: rate(partners),
            staff: rate(staff),
            strangers: rate(strangers),
            pasted: rate(PASTED),
            crowd: rate(CROWD),
        }
    }

    /// Counts a request of a known caller.
    pub(crate) fn take(&self, caller: &Caller) -> Result<Left, Problem> {
        let rate = if caller.role == Role::PartnerContact { &self.partners } else { &self.staff };
        rate.take(&caller.id)
    }

    /// Counts a request of somebody who is not known yet, from this address.
    pub(crate) fn take_stranger(&self, from: &str) -> Result<Left, Problem> {
        let left = self.strangers.take(from)?;
        self.crowd.take("all")?;
        Ok(left)
    }

    /// Counts what somebody who is not known yet gives to be diagnosed.
    pub(crate) fn take_pasted(&self, from: &str) -> Result<Left, Problem> {
        self.pasted.take(from)
    }

    /// Forgets callers who have not asked for a while.
    pub(crate) fn tidy(&self) {
        for rate in [&self.partners, &self.staff, &self.strangers, &self.pasted] {
            rate.limiter.retain_recent();
        }
    }
}

impl Rate {
    fn of((per_second, burst): (u32, u32)) -> Self {
        let one = NonZeroU32::MIN;
        let per_second = NonZeroU32::new(per_second).unwrap_or(one);
        let burst = NonZeroU32::new(burst).unwrap_or(one);
        let quota = Quota::per_second(per_second).allow_burst(burst);
        let limiter = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { limiter, burst: burst.get() }
    }

    fn take(&self, id: &str) -> Result<Left, Problem> {
        match self.limiter.check_key(&id.to_owned()) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                let missing = self.burst.saturating_sub(remaining);
                let per_cell = state.quota().replenish_interval();
                let reset = per_cell.saturating_mul(missing).as_secs().saturating_add(1);
                Ok(Left { limit: self.burst, remaining, reset })
            }
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now()).as_secs().saturating_add(1);
                let detail = format!("pedidos demais; tente de novo em {wait} s");
                Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail).after(wait))
            }
        }
    }
}
