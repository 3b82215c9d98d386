//! The procedure as data: situations, decision order, required evidences, replies.
