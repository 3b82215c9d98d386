//! What a registry elsewhere answers, read by a mapping; and values in the template of an address.
#![no_main]

use balcao_connect::lookup::mapping::{Mapping, read};
use balcao_connect::lookup::url::Template;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (pointers, body) = text.split_once('\n').unwrap_or(("", &text));
    let mut pointers = pointers.split(' ').map(str::to_owned);
    let mapping = Mapping {
        status: pointers.next(),
        users: pointers.next(),
        user_login: pointers.next(),
        known: pointers.next(),
        ..Mapping::default()
    };
    if let Ok(Some(record)) = read(body.as_bytes(), &mapping) {
        assert!(record.users.len() <= 1_000, "more than the bounds allow");
    }
    if let Ok(template) = Template::parse("https://h.example/k/{login}?a=b", &["login"])
        && let Some(url) = template.fill(|_| Some(body.to_owned()))
    {
        let value = url.strip_prefix("https://h.example/k/").and_then(|rest| rest.strip_suffix("?a=b"));
        let value = value.expect("nothing around the value changes");
        assert!(!value.contains(['/', '?', '#', '&', ' ', '@']), "a value that is more than a value: {url}");
    }
    let _ = Template::parse(&text, &["login", "address"]);
});
