//! Documentation files and questions on them.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let name = if data.first().is_some_and(|byte| byte % 2 == 0) { "a.md" } else { "a.yaml" };
    balcao_documents::try_everything(name, &text);
});
