//! What never leaves in the clear: one list of secrets and personal data, and how each is cut.
