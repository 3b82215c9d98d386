//! A breaker: after so many failures in a row nobody is asked for a while, then one question tries.
//!
//! Pure: the time comes in as an argument.

use jiff::{SignedDuration, Timestamp};

/// How one other side has been doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// Failures in a row after which it opens.
    after: u32,
    /// How long it stays open.
    rest: SignedDuration,
    failures: u32,
    opened: Option<Timestamp>,
    /// When the question began that tries whether the other side is back.
    trying: Option<Timestamp>,
}

impl Breaker {
    /// Closed; `after` failures in a row (at least one) open it for `rest`.
    #[must_use]
    pub fn new(after: u32, rest: SignedDuration) -> Self {
        Self { after: after.max(1), rest, failures: 0, opened: None, trying: None }
    }

    /// Whether a question may be asked now; whoever is told so says afterwards how it went. Of those who wait for it to close one is let
    /// through; one that was let through and never said how it went is forgotten after the same rest.
    pub fn may_ask(&mut self, now: Timestamp) -> bool {
        let Some(opened) = self.opened else { return true };
        if now.duration_since(opened) < self.rest {
            return false;
        }
        if self.trying.is_some_and(|since| now.duration_since(since) < self.rest) {
            return false;
        }
        self.trying = Some(now);
        true
    }

    /// An answer came: it closes.
    pub fn answered(&mut self) {
        (self.failures, self.opened, self.trying) = (0, None, None);
    }

    /// No answer came.
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if self.opened.is_some() || self.failures >= self.after {
            (self.opened, self.trying) = (Some(now), None);
        }
    }

    /// Whether it is open, or being tried.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.opened.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_one_question_tries_again() {
        let mut breaker = Breaker::new(3, SignedDuration::from_secs(30));
        breaker.failed(at(0));
        breaker.failed(at(1));
        breaker.answered();
        breaker.failed(at(2));
        breaker.failed(at(3));
        assert!(breaker.may_ask(at(4)), "two in a row are not three");
        breaker.failed(at(4));
        assert!(!breaker.may_ask(at(5)) && !breaker.may_ask(at(33)));
        assert!(breaker.may_ask(at(34)), "after its rest one tries");
        assert!(!breaker.may_ask(at(34)), "and only one");
        breaker.failed(at(35));
        assert!(!breaker.may_ask(at(64)), "one failure opens it anew");
        assert!(breaker.may_ask(at(65)));
        breaker.answered();
        assert!(!breaker.is_open() && breaker.may_ask(at(65)) && breaker.may_ask(at(65)));
    }

    #[test]
    fn a_try_that_never_ended_holds_nobody_up_for_ever() {
        let mut breaker = Breaker::new(1, SignedDuration::from_secs(10));
        breaker.failed(at(0));
        assert!(breaker.may_ask(at(10)) && !breaker.may_ask(at(19)) && breaker.may_ask(at(20)));
    }
}
