//! The database answers an inquiry as the log in memory does, over rows and inquiries that a seeded generator makes.

use balcao_core::evidence::key::KeyPrint;
use balcao_core::facts::inquiry::Inquiry;
use balcao_core::facts::registry::Registry;
use balcao_core::facts::request_log::{LoggedRequest, MOST_ROWS, RequestLog};
use balcao_core::mask::Masker;
use balcao_core::ticket::Role;
use balcao_desk::requests::{ingest, lookup};
use jiff::{SignedDuration, Timestamp};

use crate::homes::{Home, caller, noon, secrets};

crate::on_both!(
    any_inquiry_is_answered_as_by_the_log_in_memory,
    of_more_rows_than_an_answer_holds_the_same_are_left_out,
    a_path_with_a_secret_comes_back_as_the_message_wrote_it,
);

/// A scattered, repeatable sequence (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides).unwrap()).unwrap()
    }

    fn one_of<'t>(&mut self, list: &[&'t str]) -> &'t str {
        list[self.roll(list.len())]
    }

    fn some_of(&mut self, list: &[&str], most: usize) -> Vec<String> {
        (0..self.roll(most + 1)).map(|_| self.one_of(list).to_owned()).collect()
    }
}

/// The last two are not in the registry, the second differs from the first in case only.
const LOGINS: [&str; 6] = ["CC030", "cc030", "Bia", "caio", "estranho", " bia "];
const KEYS: [&str; 3] = ["hml_chave-um-9f3a", "prd_chave-dois-77aa", "chave-estranha-1"];
const PATHS: [&str; 7] = [
    "/api/v2/propostas",
    "/API/v2/Propostas/",
    "/api//v2/propostas?x=1",
    "/api/v2/propostas/171656",
    "https://api.example/api/login",
    "/api/clientes/529.982.247-25",
    "/api/clientes/111.444.777-35",
];
const METHODS: [&str; 3] = ["POST", "get", "Put"];

fn registry() -> Registry {
    let json = r#"{"timezone": "America/Sao_Paulo", "token_validity_hours": 12,
      "business_hours": [{"days": ["mon"], "from": "08:00", "to": "18:00"}],
      "environments": [{"code": "producao", "name": "Produção", "base_urls": ["https://api.example/api"]}],
      "api_versions": [], "products": [], "partners": [{"code": "aurora", "name": "Aurora"}],
      "users": [{"login": "CC030", "partner": "aurora", "status": "ativo"}, {"login": "Bia", "partner": "aurora", "status": "ativo"},
                {"login": "caio", "partner": "aurora", "status": "ativo"}],
      "api_keys": [{"key": "hml_chave-um-9f3a", "partner": "aurora", "environment": "producao", "status": "ativa"},
                   {"key": "prd_chave-dois-77aa", "partner": "aurora", "environment": "producao", "status": "ativa"}]}"#;
    Registry::parse(json, &secrets().hash_secret()).unwrap()
}

fn line(n: usize, dice: &mut Dice) -> String {
    // Few instants, so that many rows share one; some days apart, so that spans end between them.
    let at = noon() - SignedDuration::from_hours(i64::try_from(dice.roll(300)).unwrap());
    let mut row = serde_json::json!({
        "at": at.to_string(), "environment": "producao", "method": dice.one_of(&METHODS), "path": dice.one_of(&PATHS), "status": 401
    });
    if dice.roll(10) > 0 {
        let shape = dice.one_of(&["req", "Req", "REQ"]);
        row["request_id"] = format!("{shape}-{n}").into();
    }
    if dice.roll(3) > 0 {
        row["user"] = dice.one_of(&LOGINS).into();
    }
    if dice.roll(3) > 0 {
        row["api_key"] = dice.one_of(&KEYS).into();
    }
    row.to_string()
}

fn inquiry(rows: usize, dice: &mut Dice) -> (Inquiry, Vec<(String, String)>) {
    let keys = dice.some_of(&KEYS, 1);
    let ids = (0..dice.roll(3)).map(|_| {
        let shape = dice.one_of(&["req", "Req", " REQ", "REQ"]);
        format!("{shape}-{}", dice.roll(rows))
    });
    let request_ids = ids.collect();
    let to = noon() - SignedDuration::from_hours(i64::try_from(dice.roll(200)).unwrap());
    let from = to - SignedDuration::from_mins(i64::try_from(dice.roll(6_000)).unwrap());
    let routes =
        (0..dice.roll(2)).map(|_| (dice.one_of(&METHODS).to_owned(), dice.one_of(&PATHS).to_owned()));
    let routes = routes.collect();
    let inquiry = Inquiry {
        keys: keys.iter().filter_map(|key| KeyPrint::of(key, &secrets().hash_secret())).collect(),
        logins: dice.some_of(&LOGINS, 2),
        request_ids,
        from,
        to,
        reach: SignedDuration::from_hours(48),
    };
    (inquiry, routes)
}

/// As both sides may be compared: a path that shows a secret is kept masked.
fn masked(rows: Vec<LoggedRequest>) -> Vec<LoggedRequest> {
    let masker = Masker::new([]);
    rows.into_iter().map(|row| LoggedRequest { path: masker.mask(&row.path), ..row }).collect()
}

async fn fill(home: &Home, text: String) -> RequestLog {
    let (log, problems) = RequestLog::parse(&text, &secrets().hash_secret());
    assert_eq!(problems, []);
    let reader = std::io::Cursor::new(text.into_bytes());
    let done = ingest(&home.desk, &caller(Role::Lead), reader, "test", noon()).await.unwrap();
    assert_eq!(done.accepted, u64::try_from(log.rows().len()).unwrap());
    log
}

async fn any_inquiry_is_answered_as_by_the_log_in_memory(home: &Home) {
    const ROWS: usize = 600;
    let mut dice = Dice(0x5eed_ba1c_a000_0001);
    let lines: Vec<String> = (0..ROWS).map(|n| line(n, &mut dice)).collect();
    let log = fill(home, lines.join("\n")).await;
    let registry = registry();
    let mut answered = 0;
    for turn in 0..300 {
        let (inquiry, routes) = inquiry(ROWS, &mut dice);
        let expected = masked(inquiry.rows(&registry, &log, &routes));
        let found = masked(lookup::rows(&home.desk, &registry, &inquiry, &routes).await.unwrap());
        let asked = (&inquiry.request_ids, &inquiry.logins, inquiry.keys.len(), &routes);
        assert_eq!(found, expected, "inquiry {turn}: {asked:?} from {} to {}", inquiry.from, inquiry.to);
        answered += usize::from(expected.len() > 1);
    }
    assert!(answered > 150, "most inquiries find something: {answered}");
}

async fn of_more_rows_than_an_answer_holds_the_same_are_left_out(home: &Home) {
    let line = |n: usize, id: &str| {
        let at: Timestamp = noon() - SignedDuration::from_secs(i64::try_from(n / 3).unwrap());
        format!(
            r#"{{"at":"{at}","request_id":"{id}{n}","environment":"producao","method":"GET","path":"/x/{}","status":200,"user":"caio"}}"#,
            n % 2
        )
    };
    let lines: Vec<String> =
        (0..MOST_ROWS + 500).map(|n| line(n, if n % 5 == 0 { "A" } else { "b" })).collect();
    let log = fill(home, lines.join("\n")).await;
    let inquiry = Inquiry {
        keys: Vec::new(),
        logins: vec!["caio".to_owned()],
        request_ids: vec![format!("A{}", MOST_ROWS + 490), "b1".to_owned()],
        from: noon() - SignedDuration::from_hours(100),
        to: noon(),
        reach: SignedDuration::from_hours(1),
    };
    let registry = registry();
    for routes in [vec![], vec![("GET".to_owned(), "/x/1".to_owned())]] {
        let expected = inquiry.rows(&registry, &log, &routes);
        assert_eq!(expected.len(), MOST_ROWS);
        let found = lookup::rows(&home.desk, &registry, &inquiry, &routes).await.unwrap();
        assert!(found == expected, "the same rows of the many");
    }
}

async fn a_path_with_a_secret_comes_back_as_the_message_wrote_it(home: &Home) {
    let line = |id: &str, cpf: &str| {
        format!(
            r#"{{"at":"2026-05-12T11:00:00-03:00","request_id":"{id}","environment":"producao","method":"GET","path":"/clientes/{cpf}","status":500}}"#
        )
    };
    let text = [line("r1", "529.982.247-25"), line("r2", "111.982.247-25"), line("r3", "529.982.247-25")];
    fill(home, text.join("\n")).await;
    let ask = |ids: &[&str], path: Option<&str>| {
        let inquiry = Inquiry {
            keys: Vec::new(),
            logins: Vec::new(),
            request_ids: ids.iter().map(|id| (*id).to_owned()).collect(),
            from: noon() - SignedDuration::from_hours(2),
            to: noon(),
            reach: SignedDuration::from_hours(1),
        };
        let routes: Vec<(String, String)> =
            path.into_iter().map(|path| ("GET".to_owned(), path.to_owned())).collect();
        async move {
            let rows = lookup::rows(&home.desk, &registry(), &inquiry, &routes).await.unwrap();
            let shown = rows.into_iter().map(|row| (row.request_id.unwrap_or_default(), row.path));
            shown.collect::<Vec<_>>()
        }
    };
    let written = "/Clientes/529.982.247-25";
    let pair = |id: &str, path: &str| (id.to_owned(), path.to_owned());
    assert_eq!(ask(&[], Some(written)).await, [pair("r1", written), pair("r3", written)]);
    let hidden = Masker::new([]).mask("/clientes/529.982.247-25");
    assert!(!hidden.contains("529"), "{hidden}");
    assert_eq!(ask(&["r1"], None).await, [pair("r1", &hidden), pair("r3", &hidden)]);
    assert_eq!(ask(&[], Some("/clientes/000.000.000-25")).await, []);
}
