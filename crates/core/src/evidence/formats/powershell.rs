//! `Invoke-RestMethod` and `Invoke-WebRequest` (`irm`, `iwr`), the browser's "Copy as PowerShell" included.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::reading::head::pattern;
use super::reading::plain::Plain;
use super::reading::script::{Script, Settings, answer_below};
use super::reading::{cut, rest};
use crate::evidence::call::Call;

/// More calls than anyone pastes; the rest of such a text is not read.
const MAX_CALLS: usize = 100;
/// More words than a command has.
const MAX_TOKENS: usize = 200;

/// Every call of this format in `text`, in order.
pub(super) fn read(text: &str) -> Vec<Call> {
    static COMMAND: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)(?:^|[^\w-])(Invoke-RestMethod|Invoke-WebRequest|irm|iwr)[ \t`]"));
    if !COMMAND.is_match(text) {
        return Vec::new();
    }
    let plain = Plain::of(text);
    let script = Script::new(plain.text(), true);
    let mut calls = Vec::new();
    let mut at = 0;
    for _ in 0..MAX_CALLS {
        let Some(name) = COMMAND.captures_at(script.text(), at).and_then(|found| found.get(1)) else { break };
        at = name.end();
        let Some(mut call) = call(&script, name.range()) else { continue };
        if let Some(answer) = answer_below(script.text(), call.span.end) {
            answer.add_to(&mut call);
        }
        at = call.span.end.max(at);
        call.span = plain.span(call.span.clone());
        calls.push(call);
    }
    calls
}

fn call(script: &Script<'_>, name: Range<usize>) -> Option<Call> {
    let mut settings = Settings::default();
    let mut at = name.end;
    let mut parameter: Option<String> = None;
    for _ in 0..MAX_TOKENS {
        let Some(token) = token(script, at) else { break };
        at = token.end;
        let written = cut(script.text(), token.clone());
        let is_parameter =
            written.starts_with('-') && written.get(1..2).is_some_and(|c| c.chars().all(char::is_alphabetic));
        match parameter.take() {
            _ if is_parameter => {
                parameter = Some(written.trim_start_matches('-').trim_end_matches(':').to_lowercase())
            }
            Some(name) => set(script, &mut settings, &name, token),
            None if written.starts_with('@') && !written.starts_with("@{") => {
                // Splatting: `@params` is the table `$params`.
                settings.add_object(script, token.start + 1..token.end);
            }
            None if settings.call.url.is_none() => set(script, &mut settings, "uri", token),
            None => {}
        }
    }
    settings.call.span = name.start..at;
    settings.finish("GET")
}

fn set(script: &Script<'_>, settings: &mut Settings, name: &str, value: Range<usize>) {
    let bare = cut(script.text(), value.clone());
    match name {
        "uri" | "method" if !bare.starts_with(['"', '\'', '$', '(', '“']) => {
            let field = if name == "uri" { &mut settings.call.url } else { &mut settings.call.method };
            *field = Some(if name == "uri" { bare.to_owned() } else { bare.to_uppercase() });
        }
        "contenttype" => {
            if let Some(kind) = script.string(value.clone()).or_else(|| Some(bare.to_owned())) {
                settings.default_header("Content-Type", &kind);
            }
        }
        "useragent" => {
            if let Some(agent) = script.string(value) {
                settings.default_header("User-Agent", &agent);
            }
        }
        "body" if is_table(script, value.clone()) => settings.add_form(script, value),
        _ => settings.add(script, name, value),
    }
}

/// Whether a value is a table that PowerShell sends as a form, not one that is turned into JSON first.
fn is_table(script: &Script<'_>, value: Range<usize>) -> bool {
    cut(script.text(), value).starts_with("@{")
}

/// The next word of the command: a parameter's name or a whole value. `None` where the command ends.
fn token(script: &Script<'_>, from: usize) -> Option<Range<usize>> {
    let text = script.text();
    let mut at = from;
    loop {
        let tail = rest(text, at);
        let char = tail.chars().next()?;
        let continued = tail
            .strip_prefix('`')
            .map(|after| after.trim_start_matches([' ', '\t', '\r']))
            .filter(|after| after.starts_with('\n'));
        if let Some(after) = continued {
            at = text.len() - after.len() + 1;
        } else if matches!(char, ' ' | '\t' | '\u{a0}' | '\r') {
            at += char.len_utf8();
        } else if char == '\n' {
            // A mail program may have dropped the backtick.
            let next = tail.trim_start();
            let parameter = next.starts_with('-')
                && next.get(1..2).is_some_and(|c| c.chars().all(|c| c.is_ascii_uppercase()));
            if !parameter {
                return None;
            }
            at = text.len() - next.len();
        } else {
            break;
        }
    }
    let tail = rest(text, at);
    if tail.starts_with(['|', ';', ')', '}', '#']) {
        return None;
    }
    let end = if tail.starts_with("@{") || tail.starts_with("@(") {
        script.balanced(at + 1).unwrap_or(text.len())
    } else if tail.starts_with('(') {
        script.balanced(at).unwrap_or(text.len())
    } else {
        script
            .literal_end(at)
            .unwrap_or_else(|| at + tail.find([' ', '\t', '\r', '\n', ')', ';', '|']).unwrap_or(tail.len()))
    };
    (end > at).then_some(at..end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;
    use crate::evidence::call::Body;

    #[test]
    fn commands_are_read_with_their_variables() {
        let table = [
            "$headers = @{\n  \"x-api-key\" = \"k1\"\n}\n$body = @'\n{\"a\":1}\n'@\nInvoke-RestMethod -Uri 'https://a.example/login' -Method POST -Headers $headers -Body $body",
            "irm https://a.example/login -Method Post `\n  -Headers @{ 'x-api-key' = 'k1'; Accept = '*/*' } `\n  -Body (@{ a = 1 } | ConvertTo-Json) -ContentType 'application/json'",
            "Invoke-WebRequest -UseBasicParsing -Uri \"https://a.example/login\" `\n-Method \"POST\" `\n-Headers @{\n\"x-api-key\"=\"k1\"\n  \"origin\"=\"https://b.example\"\n} `\n-Body \"{`\"a`\":1}\"",
            "$dados = @{ a = 1 } | ConvertTo-Json\n$p = @{\n Uri = 'https://a.example/login'\n Method = 'POST'\n Headers = @{ 'x-api-key' = 'k1' }\n Body = $dados\n}\nInvoke-RestMethod @p\n",
        ];
        for text in table {
            let calls = read(text);
            assert_eq!(calls.len(), 1, "{text}");
            let call = &calls[0];
            assert_eq!(call.method.as_deref(), Some("POST"), "{text}");
            assert_eq!(call.url.as_deref(), Some("https://a.example/login"), "{text}");
            assert!(call.headers.contains(&("x-api-key".to_owned(), "k1".to_owned())), "{text}");
            assert!(matches!(&call.body, Some(Body::Text(body)) if body == "{\"a\":1}"), "{text}");
        }
        let call = &read("iwr https://a.example/x\nHTTP 500 {\"e\":1}")[0];
        assert_eq!((call.method.as_deref(), call.status), (Some("GET"), Some(500)));
        assert!(read("rodei o Invoke-RestMethod e deu erro").is_empty());
    }

    proptest! {
        #[test]
        fn spans_are_valid(text in r#"(irm |-Uri |-Body |https://a/|@\{|\$x|[}()'"`=;|]|\n|é|@'|[ -~]){0,40}"#) {
            for call in read(&text) {
                prop_assert!(text.get(call.span).is_some());
            }
        }
    }
}
