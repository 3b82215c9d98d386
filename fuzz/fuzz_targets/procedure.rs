//! The procedure file: reading, checking, printing.
#![no_main]

use std::collections::BTreeMap;

use balcao_core::procedure::{Inputs, Procedure, ProcedureFiles};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    // The file, and after a NUL the text of one reply.
    let (toml, reply) = text.split_once('\0').unwrap_or((&text, "ok"));
    let replies = BTreeMap::from([("responder.md.j2".to_owned(), reply.to_owned())]);
    let files = ProcedureFiles { toml: toml.to_owned(), replies };
    let _ = Procedure::problems(&files);
    if let Ok(procedure) = Procedure::parse(&files) {
        let _ = procedure.show();
        let _ = procedure.decide(&Inputs::default());
    }
});
