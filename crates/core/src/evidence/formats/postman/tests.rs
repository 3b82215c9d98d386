use proptest::prelude::*;

use super::read;
use crate::evidence::call::Body;

const COLLECTION: &str = r#"{"info":{"name":"API","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
"item":[{"name":"Acesso","item":[{"name":"Login","request":{"method":"POST",
 "header":[{"key":"Content-Type","value":"application/json"},{"key":"X-Off","value":"1","disabled":true}],
 "auth":{"type":"bearer","bearer":[{"key":"token","value":"{{token}}"}]},
 "body":{"mode":"raw","raw":"{\"a\":1}"},"url":{"raw":"{{baseUrl}}/login","host":["{{baseUrl}}"],"path":["login"]}},
 "response":[{"name":"erro","status":"Bad Request","code":400,"header":[{"key":"Date","value":"d"}],"body":"{\"e\":1}"}]}]},
 {"name":"Lista","request":{"method":"GET","url":"https://a.example/x"},"response":[]},
 {"name":"Envio","request":{"method":"POST","url":{"protocol":"https","host":["a","example"],"path":["up"]},
  "body":{"mode":"formdata","formdata":[{"key":"f","type":"file","src":"rg.png"}]}},
  "response":[{"code":200,"status":"OK"},{"code":500,"status":"Internal Server Error"}]}],
"variable":[{"key":"baseUrl","value":"https://a.example"},{"key":"token","value":"t1"}]}"#;

#[test]
fn a_collection_gives_its_requests_with_saved_responses() {
    for text in [COLLECTION.to_owned(), format!("segue a collection:\n{COLLECTION}\nok")] {
        let calls = read(&text);
        assert_eq!(calls.len(), 4);
        assert_eq!(calls[0].url.as_deref(), Some("https://a.example/login"));
        assert_eq!(calls[0].headers.len(), 2);
        assert_eq!(calls[0].headers[1].1, "Bearer t1");
        assert_eq!((calls[0].status, calls[0].response_body.as_deref()), (Some(400), Some("{\"e\":1}")));
        assert!(matches!(&calls[0].body, Some(Body::Text(body)) if body == "{\"a\":1}"));
        assert_eq!((calls[1].method.as_deref(), calls[1].status), (Some("GET"), None));
        assert_eq!((calls[2].url.as_deref(), calls[2].status), (Some("https://a.example/up"), Some(200)));
        assert!(matches!(&calls[3].body, Some(Body::Form(parts)) if parts[0].1 == "@rg.png"));
        assert!(calls.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start));
    }
}

#[test]
fn an_insomnia_export_is_read() {
    let text = r#"{"_type":"export","__export_format":4,"resources":[
     {"_type":"request","method":"PUT","url":"{{ _.base }}/x","headers":[{"name":"A","value":"b"}],"body":{"mimeType":"application/json","text":"{}"},"authentication":{"type":"bearer","token":"t"}},
     {"_type":"environment","data":{"base":"https://a.example"}}]}"#;
    let calls = read(text);
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].method.as_deref(), calls[0].url.as_deref()),
        (Some("PUT"), Some("https://a.example/x"))
    );
    assert_eq!(calls[0].headers.len(), 2);
}

#[test]
fn the_console_is_read_by_its_sections() {
    let text = "peguei do console:\nPOST https://a.example/login 400 312 ms\n▶ Network\nRequest Headers\nContent-Type: \"application/json\"\nx-api-key: k1\nRequest Body\n{\n  \"a\": 1\n}\nResponse Headers\nDate: Tue, 12 May 2026 11:58:07 GMT\nResponse Body\n{\"e\":1}\n\nobrigado";
    let calls = read(text);
    assert_eq!(calls.len(), 1);
    let call = &calls[0];
    assert_eq!((call.status, call.headers.len()), (Some(400), 2));
    assert_eq!(call.headers[0].1, "application/json");
    assert!(matches!(&call.body, Some(Body::Text(body)) if body == "{\n  \"a\": 1\n}"));
    assert_eq!(call.response_body.as_deref(), Some("{\"e\":1}"));
    assert_eq!(call.at.as_deref(), Some("Tue, 12 May 2026 11:58:07 GMT"));
    assert!(text.get(call.span.clone()).unwrap().ends_with("{\"e\":1}"));
}

proptest! {
    #[test]
    fn damaged_collections_and_consoles_never_panic(cut in 0..COLLECTION.len(), lines in "(POST https://a/ 400\n|Request Headers|Response Body|\n|A: b|\\{\"a\":1\\}|é|[ -~]){0,20}") {
        let head: String = COLLECTION.chars().take(cut).collect();
        for text in [head, lines] {
            let mut end = 0;
            for call in read(&text) {
                prop_assert!(text.get(call.span.clone()).is_some());
                prop_assert!(call.span.start >= end);
                end = call.span.end;
            }
        }
    }
}
