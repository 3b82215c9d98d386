//! The documented contract: operations of the OpenAPI files, and what a body breaks of them.
