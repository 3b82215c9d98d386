//! The formats that partners paste, one file each. Each has `read(text) -> Vec<Call>`.
