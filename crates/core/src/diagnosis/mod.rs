//! The diagnosis: evidence, facts, verdicts and decision in one value.
