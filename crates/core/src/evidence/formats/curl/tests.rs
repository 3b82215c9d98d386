use proptest::prelude::*;

use super::read;
use crate::evidence::call::{Body, Call};

fn one(text: &str) -> Call {
    let calls = read(text);
    assert_eq!(calls.len(), 1, "{text}");
    calls.into_iter().next().unwrap()
}

fn body(call: &Call) -> String {
    match &call.body {
        Some(Body::Text(text)) => text.clone(),
        Some(Body::File(file)) => format!("file {file}"),
        Some(Body::Form(parts)) => parts.iter().map(|(name, value)| format!("{name}={value};")).collect(),
        None => String::new(),
    }
}

#[test]
fn every_shell_and_every_breakage_gives_the_same_call() {
    const JSON: &str = r#"{"login":"ana","senha":"x"}"#;
    let table = [
        "curl -X POST 'https://a.example/v1/login' \\\n  -H 'X-Api-Key: k1' \\\n  -d '{\"login\":\"ana\",\"senha\":\"x\"}'",
        "oi\n$ curl -sSX POST https://a.example/v1/login -HX-Api-Key:k1 -d '{\"login\":\"ana\",\"senha\":\"x\"}'\nabs",
        "curl --request=POST --url=https://a.example/v1/login --header \"X-Api-Key: k1\" --data-raw $'{\"login\":\"ana\",\\u0022senha\":\"x\"}'",
        "curl ^\"https://a.example/v1/login^\" ^\n  -H ^\"X-Api-Key: k1^\" ^\n  --data-raw ^\"^{^\\^\"login^\\^\":^\\^\"ana^\\^\",^\\^\"senha^\\^\":^\\^\"x^\\^\"^}^\"",
        "curl.exe -X POST \"https://a.example/v1/login\" `\n  -H \"X-Api-Key: k1\" `\n  -d \"{`\"login`\":`\"ana`\",`\"senha`\":`\"x`\"}\"",
        "curl -X POST \"https://a.example/v1/login\" -H \"X-Api-Key: k1\" -d \"{\\\"login\\\":\\\"ana\\\",\\\"senha\\\":\\\"x\\\"}\"",
        // A mail program wrapped it, quoted it, escaped it.
        "> curl -X POST\n> https://a.example/v1/login\n> -H 'X-Api-Key: k1' -d\n> '{\"login\":\"ana\",\"senha\":\"x\"}'\n",
        "curl -X POST &quot;https://a.example/v1/login&quot; -H &quot;X-Api-Key: k1&quot; -d &#39;{&quot;login&quot;:&quot;ana&quot;,&quot;senha&quot;:&quot;x&quot;}&#39;",
        // A chat program curled quotes and dashes.
        "curl —request POST ‘https://a.example/v1/login’ -H “X-Api-Key: k1” —data ‘{“login”:”ana”,“senha”:”x”}’",
        "```bash\ncurl -X POST <https://a.example/v1/login> \\ \n\n-H 'X-Api-Key: k1' --data-binary @- <<FIM\n{\"login\":\"ana\",\"senha\":\"x\"}\nFIM\n```",
    ];
    for text in table {
        let call = one(text);
        assert_eq!(call.method.as_deref(), Some("POST"), "{text}");
        assert_eq!(call.url.as_deref(), Some("https://a.example/v1/login"), "{text}");
        assert!(call.headers.contains(&("X-Api-Key".to_owned(), "k1".to_owned())), "{text}");
        assert_eq!(body(&call).trim(), JSON, "{text}");
    }
}

#[test]
fn options_make_the_request_that_curl_would_send() {
    let table = [
        ("curl a.example", "GET", "http://a.example/", ""),
        ("curl -I https://a.example/x", "HEAD", "https://a.example/x", ""),
        ("curl https://a.example/x -d a=1 -d b=2", "POST", "https://a.example/x", "a=1&b=2"),
        (
            "curl -G https://a.example/x?z=0 -d a=1 --data-urlencode 'n=é b'",
            "GET",
            "https://a.example/x?z=0&a=1&n=%C3%A9+b",
            "",
        ),
        ("curl -T nota.pdf https://a.example/up/", "PUT", "https://a.example/up/nota.pdf", "file nota.pdf"),
        (
            "curl -F 'doc=@rg.png;type=image/png' -F cpf=1 https://a.example/x",
            "POST",
            "https://a.example/x",
            "doc=@rg.png;cpf=1;",
        ),
        ("curl https://a.example/x --data @corpo.json", "POST", "https://a.example/x", "file corpo.json"),
        ("curl --json '{}' https://a.example/x -X put", "PUT", "https://a.example/x", "{}"),
        ("curl https://a.example/x?a=1&b=2 -H 'A: b' | jq .", "GET", "https://a.example/x?a=1&b=2", ""),
    ];
    for (text, method, url, sent) in table {
        let call = one(text);
        assert_eq!((call.method.as_deref(), call.url.as_deref()), (Some(method), Some(url)), "{text}");
        assert_eq!(body(&call), sent, "{text}");
    }
    let call = one("curl -u ana:x -A robo/1 -e https://b.example -b 'a=1' https://a.example/");
    let names: Vec<&str> = call.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Authorization", "User-Agent", "Referer", "Cookie"]);
    assert_eq!(call.headers[0].1, "Basic YW5hOng=");
}

#[test]
fn the_output_below_belongs_to_the_call() {
    let call = one(
        "curl -i https://a.example/x\n\nHTTP/1.1 400 Bad Request\nDate: Tue, 12 May 2026 11:58:07 GMT\n{\"ok\":false}\n\nObrigado",
    );
    assert_eq!((call.status, call.reason.as_deref()), (Some(400), Some("Bad Request")));
    assert_eq!(call.at.as_deref(), Some("Tue, 12 May 2026 11:58:07 GMT"));
    assert_eq!(call.response_body.as_deref(), Some("{\"ok\":false}"));
    let verbose = "curl -v https://a.example/x\n* Trying 10.0.0.1...\n> GET /x HTTP/1.1\n> Host: a.example\n>\n< HTTP/1.1 401 Unauthorized\n< Server: x\n<\n{\"a\":1}";
    let call = one(verbose);
    assert_eq!((call.status, call.span), (Some(401), 0..verbose.len()));
    let call = one("curl https://a.example/x\ncurl: (28) Operation timed out after 5000 ms\n");
    assert!(call.error.is_some());
}

#[test]
fn several_commands_and_several_addresses_are_several_calls() {
    let text = "curl https://a.example/1\ncurl https://a.example/2 https://a.example/3\ncurl https://a.example/4 --next -X DELETE https://a.example/5";
    let calls = read(text);
    let urls: Vec<&str> = calls.iter().filter_map(|call| call.url.as_deref()).collect();
    assert_eq!(urls.len(), 5);
    assert!(calls.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
}

#[test]
fn a_cut_off_command_is_read_as_far_as_it_goes_and_prose_is_not_read() {
    let call = one("curl -X POST https://a.example/x -d '{\"a\": 1, \"b\n\nObrigado!");
    assert_eq!(body(&call), "{\"a\": 1, \"b");
    let call = one("curl https://a.example/x -d '{\"rua\":\"d'água\"}' -H 'A: b'");
    assert_eq!(body(&call), "{\"rua\":\"d'água\"}");
    for text in ["segue o curl abaixo:", "usei curl e postman", "o curl deu erro 500", "curl", "curl \n\n"] {
        assert!(read(text).is_empty(), "{text}");
    }
}

proptest! {
    /// Whatever is pasted: no panic, and spans that cut the text.
    #[test]
    fn spans_are_valid(text in r#"(curl |https://a.example/x|-[XHdF] |--data |['"^\\`‘“$<>&|]|\{"a":1\}|<<EOF|\n|> |é|&quot;|[ -~]){0,40}"#) {
        let mut end = 0;
        for call in read(&text) {
            prop_assert!(text.get(call.span.clone()).is_some());
            prop_assert!(call.span.start >= end);
            end = call.span.end;
        }
    }
}
