//! `fetch(…)` of browsers and Node, the browser's "Copy as fetch" included.

use std::sync::LazyLock;

use regex::Regex;

use super::reading::head::pattern;
use super::reading::plain::Plain;
use super::reading::script::{Script, Settings, answer_below};
use crate::evidence::call::Call;

/// More calls than anyone pastes; the rest of such a text is not read.
const MAX_CALLS: usize = 200;

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    static FETCH: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:^|[^\w$])((?:node-)?(?:\$?fetch|ofetch))\s*\("));
    if !text.contains("etch") {
        return Vec::new();
    }
    let plain = Plain::of(text);
    let script = Script::new(plain.text(), false);
    let mut calls = Vec::new();
    let mut at = 0;
    for _ in 0..MAX_CALLS {
        let Some(found) = FETCH.captures_at(script.text(), at) else { break };
        let (Some(name), Some(whole)) = (found.get(1), found.get(0)) else { break };
        at = whole.end();
        let open = whole.end() - 1;
        let Some(mut call) = call(&script, open) else { continue };
        call.span.start = name.start();
        if let Some(answer) = answer_below(script.text(), call.span.end) {
            answer.add_to(&mut call);
        }
        at = call.span.end.max(at);
        call.span = plain.span(call.span.clone());
        calls.push(call);
    }
    calls
}

/// The call whose bracket opens at `open`; a cut-off one is read as far as it goes.
fn call(script: &Script<'_>, open: usize) -> Option<Call> {
    let text = script.text();
    let end = script.balanced(open);
    let inner = open + 1..end.map_or(text.len(), |end| end - 1);
    let mut arguments = script.split(inner, &[',']).into_iter();
    let mut settings = Settings::default();
    settings.call.url = script.string(arguments.next()?);
    if let Some(options) = arguments.next() {
        settings.add_object(script, options);
    }
    settings.call.span = open..end.unwrap_or(text.len());
    settings.finish("GET")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;
    use crate::evidence::call::Body;

    #[test]
    fn copied_and_written_calls_are_read() {
        let table = [
            r#"fetch("https://a.example/login", {"headers": {"x-api-key": "k1"}, "body": "{\"a\":1,\"b\":\"***\"}", "method": "POST"});"#,
            "const BASE = 'https://a.example';\nconst r = await fetch(`${BASE}/login`, {\n method: 'post',\n headers: { 'x-api-key': 'k1' },\n body: JSON.stringify({ a: 1, b: senha }), // corpo\n});\nconsole.log(r.status)\n// 400 {\"e\":1}",
            "let opts = {method: \"POST\", headers: new Headers({\"x-api-key\": \"k1\"}), body: JSON.stringify(dados)}\n",
        ];
        for text in table.iter().take(2) {
            let calls = read(text);
            assert_eq!(calls.len(), 1, "{text}");
            assert_eq!(calls[0].method.as_deref(), Some("POST"), "{text}");
            assert_eq!(calls[0].url.as_deref(), Some("https://a.example/login"), "{text}");
            assert_eq!(calls[0].headers[0], ("x-api-key".to_owned(), "k1".to_owned()), "{text}");
            assert!(
                matches!(&calls[0].body, Some(Body::Text(body)) if body == r#"{"a":1,"b":"***"}"#),
                "{text}"
            );
        }
        assert_eq!(read(table[1])[0].status, Some(400));
        let text = format!("const dados = {{a: 1}};\n{}fetch('https://a.example/x', opts)", table[2]);
        assert!(matches!(&read(&text)[0].body, Some(Body::Text(body)) if body == r#"{"a":1}"#));
    }

    proptest! {
        #[test]
        fn spans_are_valid(text in r#"(fetch\(|"https://a/"|[{}()\[\]:,'"`=+;]|x|\n|é|JSON.stringify\(|//|[ -~]){0,40}"#) {
            for call in read(&text) {
                prop_assert!(text.get(call.span).is_some());
            }
        }
    }
}
