//! Whether a message is about the API at all.

use super::judge::{Judge, percent};
use super::lexicon::{Meaning, ScopeRule};
use super::{Cue, Place, Reason, Speech};

impl Judge<'_> {
    /// The kind out of scope whose points pass its threshold by most; the first of equals.
    pub(crate) fn out_of_scope(&self, said: &Speech) -> Option<Reason> {
        let mut best: Option<(i32, &ScopeRule)> = None;
        for rule in &self.lexicon.scope {
            let excess = self.scope_points(rule, said) - rule.threshold;
            if excess >= 0 && best.is_none_or(|(most, _)| excess > most) {
                best = Some((excess, rule));
            }
        }
        let (_, rule) = best?;
        let cue = match self.reading.heaviest(&[rule.meaning], None) {
            Some(hit) => self.reading.cue(hit, self.input),
            None => self.first_words()?,
        };
        Some(Reason { kind: rule.kind, cue })
    }

    /// Whether the mailbox, what stands before the `@`, is one of these.
    fn sent_by(&self, mailboxes: &[String]) -> bool {
        let mailbox = self.input.sender_address.and_then(|address| address.split('@').next());
        mailbox.is_some_and(|mailbox| mailboxes.iter().any(|known| known.eq_ignore_ascii_case(mailbox)))
    }

    /// Where no cue decided, the first clause of the body is shown.
    fn first_words(&self) -> Option<Cue> {
        let clause = self.reading.clauses.iter().find(|clause| clause.place == Place::Body)?;
        Some(Cue::new(clause.place, clause.span.clone(), self.input))
    }

    fn scope_points(&self, rule: &ScopeRule, said: &Speech) -> i32 {
        let robot = self.sent_by(&rule.senders);
        let own = self.reading.total(rule.meaning) + if robot { rule.threshold } else { 0 };
        if own <= 0 && rule.stranger < rule.threshold {
            return 0;
        }
        let against = [
            (said.reports_error.is_some(), rule.error),
            (said.asks_question.is_some(), rule.question),
            (said.asks_key.is_some(), rule.key),
            (self.input.sender_known, rule.known),
            (self.input.has_call, rule.call),
            (self.input.has_failed_call, rule.failed_call),
            (self.input.channel == "api", rule.program),
        ];
        let against: i32 = against.iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum();
        let api = self.reading.total(Meaning::Api);
        let stranger = !self.input.sender_known && !self.input.has_call && api == 0;
        own - against - percent(api, rule.api) + if stranger { rule.stranger } else { 0 }
    }
}
