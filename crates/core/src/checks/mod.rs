//! Checks: one question about facts each, answered with its proof.
