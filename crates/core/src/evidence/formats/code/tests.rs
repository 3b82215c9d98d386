use proptest::prelude::*;

use super::read;
use crate::evidence::call::{Body, Call};

fn body(call: &Call) -> &str {
    match &call.body {
        Some(Body::Text(text)) => text,
        _ => "",
    }
}

#[test]
fn every_library_gives_the_same_call() {
    let table = [
        "import requests\nr = requests.post(\"https://a.example/login\",\n    json={\"a\": 1}, headers={\"x-api-key\": \"k1\"})\n",
        "url = \"https://a.example/login\"\npayload = json.dumps({\"a\": 1})\nheaders = {\n  'x-api-key': 'k1'\n}\nresponse = requests.request(\"POST\", url, headers=headers, data=payload)\n",
        "axios.post(`${BASE}/login`, { a: 1 }, { headers: { 'x-api-key': 'k1' } })\nconst BASE = 1",
        "const BASE = 'https://a.example';\nawait axios.post(`${BASE}/login`, { a: 1 }, { headers: { 'x-api-key': 'k1' } })",
        "let data = JSON.stringify({ \"a\": 1 });\nlet config = {\n method: 'post',\n maxBodyLength: Infinity,\n url: 'https://a.example/login',\n headers: { 'x-api-key': 'k1' },\n data : data\n};\naxios.request(config)",
        "$.ajax({ url: 'https://a.example/login', type: 'POST', headers: {'x-api-key': 'k1'}, data: JSON.stringify({a: 1}) })",
        "$client = new Client();\n$res = $client->request('POST', 'https://a.example/login', ['headers' => ['x-api-key' => 'k1'], 'json' => ['a' => 1]]);",
        "$r = Http::withHeaders(['x-api-key' => 'k1'])->post('https://a.example/login', ['a' => 1]);",
        "$curl = curl_init();\ncurl_setopt_array($curl, array(\n  CURLOPT_URL => 'https://a.example/login',\n  CURLOPT_CUSTOMREQUEST => 'POST',\n  CURLOPT_POSTFIELDS =>'{\"a\":1}',\n  CURLOPT_HTTPHEADER => array(\n    'x-api-key: k1'\n  ),\n));\n",
        "var client = new HttpClient();\nvar request = new HttpRequestMessage(HttpMethod.Post, \"https://a.example/login\");\nrequest.Headers.Add(\"x-api-key\", \"k1\");\nvar content = new StringContent(\"{\\\"a\\\":1}\", null, \"application/json\");\nrequest.Content = content;\n",
        "client.DefaultRequestHeaders.Add(\"x-api-key\", \"k1\");\nvar r = await client.PostAsJsonAsync(\"https://a.example/login\", new { a = 1 });\n",
        "var client = new RestClient(\"https://a.example\");\nvar request = new RestRequest(\"/login\", Method.Post);\nrequest.AddHeader(\"x-api-key\", \"k1\");\nvar body = @\"{\"\"a\"\":1}\";\nrequest.AddStringBody(body, DataFormat.Json);\n",
        "MediaType mediaType = MediaType.parse(\"application/json\");\nRequestBody body = RequestBody.create(mediaType, \"{\\\"a\\\":1}\");\nRequest request = new Request.Builder()\n  .url(\"https://a.example/login\")\n  .method(\"POST\", body)\n  .addHeader(\"x-api-key\", \"k1\")\n  .build();\n",
        "HttpRequest request = HttpRequest.newBuilder()\n  .uri(URI.create(\"https://a.example/login\"))\n  .header(\"x-api-key\", \"k1\")\n  .POST(HttpRequest.BodyPublishers.ofString(\"{\\\"a\\\":1}\"))\n  .build();\n",
        "url = URI(\"https://a.example/login\")\nrequest = Net::HTTP::Post.new(url)\nrequest[\"x-api-key\"] = \"k1\"\nrequest.body = JSON.dump({\n  \"a\": 1\n})\n",
        "url := \"https://a.example/login\"\nmethod := \"POST\"\npayload := strings.NewReader(`{\"a\":1}`)\nreq, err := http.NewRequest(method, url, payload)\nreq.Header.Add(\"x-api-key\", \"k1\")\n",
    ];
    for text in table {
        let calls = read(text);
        assert_eq!(calls.len(), 1, "{text}");
        let call = &calls[0];
        assert_eq!(call.method.as_deref(), Some("POST"), "{text}");
        let url = if text.ends_with("= 1") { "/login" } else { "https://a.example/login" };
        assert_eq!(call.url.as_deref(), Some(url), "{text}");
        assert_eq!(body(call), "{\"a\":1}", "{text}");
        assert!(call.headers.contains(&("x-api-key".to_owned(), "k1".to_owned())), "{text}");
    }
}

#[test]
fn unknown_values_keep_the_shape_and_a_comment_answers() {
    let text = "r = requests.post(\"https://a.example/login\",\n    json={\"login\": USER, \"n\": [1, True, None]})\nprint(r.status_code, r.text)\n# 400 {\"success\":false,\"errors\":[\"não\"]}\n\n(log)";
    let calls = read(text);
    assert_eq!(body(&calls[0]), r#"{"login":"***","n":[1,true,null]}"#);
    assert_eq!(calls[0].status, Some(400));
    assert_eq!(calls[0].response_body.as_deref(), Some("{\"success\":false,\"errors\":[\"não\"]}"));
    assert!(text.get(calls[0].span.clone()).unwrap().starts_with("r = requests"));
}

#[test]
fn routes_and_prose_are_no_calls() {
    for text in [
        "app.post('/login', (req, res) => {})",
        "dict.get('x')",
        "usei o client.post e deu erro",
        "map.get(\"https\")",
        "",
    ] {
        assert!(read(text).is_empty(), "{text}");
    }
}

proptest! {
    #[test]
    fn spans_are_valid_and_apart(text in r#"(requests\.post\(|axios\(|new RestRequest\(|"https://a/"|json=|[{}()\[\]:,'"`=+;]|x|\n|é|# 400|\.body = |[ -~]){0,40}"#) {
        let mut end = 0;
        for call in read(&text) {
            prop_assert!(text.get(call.span.clone()).is_some());
            prop_assert!(call.span.start >= end, "{text}");
            end = call.span.end;
        }
    }
}
