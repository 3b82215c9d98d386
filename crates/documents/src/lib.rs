//! Documentation in, ranked exact excerpts out.
