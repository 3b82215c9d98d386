//! OpenAPI files, and bodies against them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let (contract, _) = balcao_core::facts::contract::Contract::load(&[("a".to_owned(), text.clone())]);
    let _ = contract.locate("POST", "/a/b");
    let _ = balcao_core::facts::contract::parse_body(&text);
});
