//! A key in an answer is recognised and cut: not in a row, not in a mail to the partner, not in what is found by a search or told of a failure.

use std::path::Path;

use balcao_core::ticket::Role;
use balcao_desk::commercial::{Deciding, decide};
use balcao_desk::verbs::answer::{Word, answer};
use balcao_store::Place;
use sqlx::Row as _;

use crate::homes::{Home, KEY, SECRET, caller, issued, noon, refused, work};

crate::on_both!(a_key_in_an_answer_stands_nowhere);

/// Where a text stands in the files of a folder.
fn places(folder: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        if bytes.windows(text.len()).any(|window| window.eq_ignore_ascii_case(text.as_bytes())) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// In which tables of the database a text stands, as text or as bytes.
async fn tables(place: &Place, text: &str) -> Vec<String> {
    let url = match place {
        Place::Directory(directory) => return places(directory, text),
        Place::Url(url) => url,
    };
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(url).await.unwrap();
    let names = "select table_name::text from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'";
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut found = Vec::new();
    for row in sqlx::query(names).fetch_all(&pool).await.unwrap() {
        let name: String = row.get(0);
        let sql = format!(
            "select count(*) from \"{name}\" t where t::text ilike '%{text}%' or t::text ilike '%{hex}%'"
        );
        let count: i64 = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&pool).await.unwrap().get(0);
        if count > 0 {
            found.push(name);
        }
    }
    found
}

async fn a_key_in_an_answer_stands_nowhere(home: &Home) {
    let random = "4Hq8zLw2RtXv";
    // By mail: in a sentence, on a line of its own, and as the ending.
    let bodies = [
        format!("EMITIDA\nAmbiente: Produção\nFinal: {KEY}"),
        format!("Olá, a chave de produção foi emitida: {KEY}. Abraço"),
        format!("Segue a nova: api_key={KEY}"),
    ];
    let mut tickets = Vec::new();
    for body in &bodies {
        tickets.push(home.forwarded().await);
        work(&home.desk, noon()).await;
        let request = home.requests().pop().unwrap();
        home.answers(&request, "cora@frotasul.example", body).await;
    }
    for ticket in &tickets {
        let whole = home.whole(&ticket.id).await;
        let note = &whole.messages.last().unwrap().body;
        assert!(note.contains("9Bn1") && !note.contains(random), "{note}");
    }
    assert_eq!(home.stands(&tickets[0].id).await.answers[0].tail.as_deref(), Some("9Bn1"));
    assert_eq!(home.stands(&tickets[1].id).await.answers[0].outcome, "issued");
    // By webhook, wherever it may be put.
    let hooked = home.forwarded().await;
    home.delivered(("msg_1", SECRET), (&hooked.protocol, issued("producao", KEY))).await.unwrap();
    // By a mail from elsewhere, which opens a ticket of its own.
    let request = home.requests().pop().unwrap();
    let short = "Zx81Kq47Wm33";
    let astray = format!("EMITIDA\nAmbiente: Produção\nSegue a nova, {short}, e a antiga, {KEY}.");
    let taken = home.answers(&request, "cora@outra.example", &astray).await;
    assert!(taken.ticket.is_some());
    let wrong = home.forwarded().await;
    let error =
        home.delivered(("msg_2", SECRET), (&wrong.protocol, issued(KEY, "9Bn1"))).await.err().unwrap();
    assert!(!error.to_string().contains(random), "{error}");
    home.delivered(("msg_3", SECRET), (&wrong.protocol, refused(&format!("use a antiga, {KEY}"))))
        .await
        .unwrap();
    // At the desk, also in what the partner is told.
    let told = home.forwarded().await;
    let deciding = Deciding { once: None, tell: Some(format!("Sua chave é {KEY}")) };
    decide(&home.desk, &caller(Role::Commercial), (&told.id, issued("producao", KEY)), deciding, noon())
        .await
        .unwrap();
    // And the drafts are sent.
    tickets.extend([hooked, wrong]);
    for ticket in &tickets {
        if let Some(body) = home.drafted(&ticket.id).await {
            assert!(!body.contains(random), "{body}");
            let word = Word::Reply { body, citations: Vec::new() };
            answer(&home.desk, &caller(Role::Agent), &ticket.id, word, noon()).await.unwrap();
        }
    }
    let failed = work(&home.desk, noon()).await;
    assert_eq!(failed, Vec::<String>::new());
    for letter in home.letters() {
        assert!(!letter.body.contains(random), "{}", letter.body);
    }
    assert!(
        home.letters().iter().any(|letter| letter.to == "ana@alfa.example" && letter.body.contains("9Bn1"))
    );
    for came in home.server.came() {
        assert!(!came.body.contains(random));
    }
    assert_eq!(tables(&home.place, random).await, Vec::<String>::new());
    assert_eq!(tables(&home.place, short).await, Vec::<String>::new());
    // The scan looks at what is there.
    assert!(!tables(&home.place, "Como fazemos para solicitar").await.is_empty());
}
