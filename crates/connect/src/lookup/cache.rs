//! Answers that are remembered for a few seconds: what is known and what is not, in bounded number.
//!
//! Pure: the time comes in as an argument.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

/// Answers by what was asked.
#[derive(Debug)]
pub struct Cache<V> {
    most: usize,
    lasts: SignedDuration,
    held: BTreeMap<String, (Timestamp, V)>,
    /// Oldest first; as many as are held.
    order: VecDeque<String>,
}

impl<V: Clone> Cache<V> {
    /// Remembers at most `most` answers, each for `lasts`; with zero of either it remembers nothing.
    #[must_use]
    pub fn new(most: usize, lasts: SignedDuration) -> Self {
        Self { most, lasts, held: BTreeMap::new(), order: VecDeque::new() }
    }

    /// What was answered, if that is not too long ago.
    #[must_use]
    pub fn get(&self, asked: &str, now: Timestamp) -> Option<V> {
        let (at, answer) = self.held.get(asked)?;
        // A clock that was set back makes nothing last longer.
        let age = now.duration_since(*at);
        (!age.is_negative() && age < self.lasts).then(|| answer.clone())
    }

    /// Remembers an answer; the oldest makes room.
    pub fn put(&mut self, asked: String, answer: V, now: Timestamp) {
        if self.most == 0 || !self.lasts.is_positive() {
            return;
        }
        if self.held.insert(asked.clone(), (now, answer)).is_some() {
            self.order.retain(|known| *known != asked);
        }
        self.order.push_back(asked);
        while self.order.len() > self.most {
            if let Some(oldest) = self.order.pop_front() {
                self.held.remove(&oldest);
            }
        }
    }

    /// How many are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_780_000_000 + second).unwrap()
    }

    #[test]
    fn an_answer_is_remembered_for_its_time_and_the_oldest_makes_room() {
        let mut cache = Cache::new(2, SignedDuration::from_secs(5));
        cache.put("a".to_owned(), Some(1), at(0));
        cache.put("b".to_owned(), None, at(1));
        assert_eq!(cache.get("a", at(4)), Some(Some(1)));
        assert_eq!((cache.get("a", at(5)), cache.get("b", at(5))), (None, Some(None)));
        assert_eq!(cache.get("a", at(-1)), None);
        cache.put("a".to_owned(), Some(2), at(6));
        cache.put("c".to_owned(), Some(3), at(6));
        assert_eq!((cache.len(), cache.get("b", at(2)), cache.get("a", at(6))), (2, None, Some(Some(2))));
        let mut none = Cache::new(2, SignedDuration::ZERO);
        none.put("a".to_owned(), 1, at(0));
        assert!(none.is_empty());
    }
}
