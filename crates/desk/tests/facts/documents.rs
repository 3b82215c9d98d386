//! The documentation: written, replaced, taken away, put back, and searched at once.

use balcao_core::facts::documentation::Documentation as _;
use balcao_core::ticket::Role;
use balcao_desk::documents::{Changed, PutAll, get, list, put, put_all, remove, version};
use balcao_desk::{Desk, DeskError};

use crate::homes::{Home, at, caller, noon, told};

crate::on_both!(
    a_document_is_searched_as_soon_as_it_is_written,
    many_are_put_at_once_and_what_is_missing_goes,
    what_was_there_before_comes_back,
    what_cannot_be_read_is_told,
    paths_and_texts_that_cannot_be_are_refused_together,
    two_servers_do_not_undo_each_other,
    only_who_may_reads_and_writes,
);

const PAGE: &str = "# Autenticação\n\n## Token\n\nO token vale doze horas e é renovado em POST /api/login.\n";

fn files(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn how(delete_missing: bool, dry_run: bool) -> PutAll {
    PutAll { delete_missing, dry_run, now: noon() }
}

async fn lay(desk: &Desk, list: &[(&str, &str)]) -> Changed {
    put_all(desk, &caller(Role::Lead), files(list), how(false, false)).await.unwrap()
}

async fn paths(desk: &Desk) -> Vec<String> {
    let listing = list(desk, &caller(Role::Agent)).await.unwrap();
    listing.documents.into_iter().map(|document| document.path).collect()
}

async fn a_document_is_searched_as_soon_as_it_is_written(home: &Home) {
    let before = home.desk.state().documents.clone();
    let done =
        put(&home.desk, &caller(Role::Lead), "guias/autenticacao.md", PAGE.to_owned(), noon()).await.unwrap();
    assert_eq!(done, Changed { added: vec!["guias/autenticacao.md".to_owned()], ..Changed::default() });
    let state = home.desk.state();
    assert_ne!(state.documents, before);
    let found = state.world.pages.search("token renovado", 3);
    assert_eq!(found.first().map(|excerpt| excerpt.document.as_str()), Some("guias/autenticacao"));
    let page = get(&home.desk, &caller(Role::PartnerContact), "guias/autenticacao.md").await.unwrap();
    assert_eq!((page.text.as_str(), page.version.len(), page.at), (PAGE, 16, noon()));
    let listed = &list(&home.desk, &caller(Role::Agent)).await.unwrap().documents[0];
    assert_eq!(listed.length, i64::try_from(PAGE.chars().count()).unwrap());
    let again =
        put(&home.desk, &caller(Role::Lead), "guias/autenticacao.md", PAGE.to_owned(), noon()).await.unwrap();
    assert!(again.is_empty() && again.unchanged == 1, "{again:?}");
    let trail = told(&home.desk).await;
    assert_eq!(trail.len(), 1);
    assert_eq!(trail[0].0, "documents_changed");
    assert_eq!(trail[0].1["added"]["paths"][0], "guias/autenticacao.md");
}

async fn many_are_put_at_once_and_what_is_missing_goes(home: &Home) {
    lay(&home.desk, &[("a.md", "# A"), ("b.md", "# B"), ("c.md", "# C")]).await;
    let sent = || files(&[("a.md", "# A"), ("b.md", "# Outro"), ("d.md", "# D")]);
    let own = |list: &[&str]| list.iter().map(|path| (*path).to_owned()).collect::<Vec<String>>();
    let expected = Changed {
        added: own(&["d.md"]),
        replaced: own(&["b.md"]),
        removed: own(&["c.md"]),
        unchanged: 1,
        problems: Vec::new(),
    };
    let lead = caller(Role::Lead);
    let dry = put_all(&home.desk, &lead, sent(), how(true, true)).await.unwrap();
    assert_eq!(dry, expected);
    assert_eq!(paths(&home.desk).await, ["a.md", "b.md", "c.md"]);
    let done = put_all(&home.desk, &lead, sent(), how(true, false)).await.unwrap();
    assert_eq!(done, expected);
    assert_eq!(paths(&home.desk).await, ["a.md", "b.md", "d.md"]);
    let nothing = put_all(&home.desk, &lead, Vec::new(), how(true, false)).await;
    assert!(matches!(nothing, Err(DeskError::Invalid(_))), "{nothing:?}");
}

async fn what_was_there_before_comes_back(home: &Home) {
    let lead = caller(Role::Lead);
    lay(&home.desk, &[("a.md", "# Um")]).await;
    let first = get(&home.desk, &lead, "a.md").await.unwrap().version;
    let set = home.desk.state().documents.clone();
    // In the same millisecond and with a clock that goes back: what was written last is current.
    lay(&home.desk, &[("a.md", "# Dois")]).await;
    let early = at("2026-05-12T11:00:00-03:00");
    let back = put(&home.desk, &lead, "a.md", "# Um".to_owned(), early).await.unwrap();
    assert_eq!(back.replaced, ["a.md"]);
    assert_eq!(get(&home.desk, &lead, "a.md").await.unwrap().version, first);
    assert_eq!(home.desk.state().documents, set);
    let gone = remove(&home.desk, &lead, "a.md", early).await.unwrap();
    assert_eq!(gone.removed, ["a.md"]);
    assert!(paths(&home.desk).await.is_empty());
    for none in [
        remove(&home.desk, &lead, "a.md", noon()).await.map(|_| ()),
        get(&home.desk, &lead, "a.md").await.map(|_| ()),
    ] {
        assert!(matches!(none, Err(DeskError::NotFound(_))), "{none:?}");
    }
    let past = version(&home.desk, &lead, "a.md", &first).await.unwrap();
    assert_eq!(past.text, "# Um");
    let back = put(&home.desk, &lead, "a.md", "# Um".to_owned(), noon()).await.unwrap();
    assert_eq!(back.added, ["a.md"]);
    assert_eq!(home.desk.state().documents, set);
}

async fn what_cannot_be_read_is_told(home: &Home) {
    let broken = [("api.yaml", "openapi: 3.0.0\npaths: [")];
    let dry = put_all(&home.desk, &caller(Role::Lead), files(&broken), how(false, true)).await.unwrap();
    let done = lay(&home.desk, &broken).await;
    assert!(!done.problems.is_empty(), "{done:?}");
    assert_eq!(dry.problems, done.problems);
    assert_eq!(list(&home.desk, &caller(Role::Lead)).await.unwrap().problems, done.problems);
}

async fn paths_and_texts_that_cannot_be_are_refused_together(home: &Home) {
    let sent = files(&[("../a.md", "x"), ("b.exe", "x"), ("c.md", "x\0"), ("d.md", "# D")]);
    let refused = put_all(&home.desk, &caller(Role::Lead), sent, how(false, false)).await.unwrap_err();
    assert_eq!(refused.to_string().lines().count(), 3, "{refused}");
    assert!(paths(&home.desk).await.is_empty());
    let odd = get(&home.desk, &caller(Role::Lead), "a\0.md").await;
    assert!(matches!(odd, Err(DeskError::NotFound(_))), "{odd:?}");
}

async fn two_servers_do_not_undo_each_other(home: &Home) {
    let other = home.second().await;
    let writes = (0..6).map(|n| {
        let desk = if n % 2 == 0 { home.desk.clone() } else { other.clone() };
        tokio::spawn(async move {
            put(&desk, &caller(Role::Lead), &format!("p{n}.md"), format!("# Página {n}"), noon()).await
        })
    });
    for write in writes.collect::<Vec<_>>() {
        assert_eq!(write.await.unwrap().unwrap().added.len(), 1);
    }
    assert_eq!(paths(&other).await.len(), 6);
    home.desk.refresh().await.unwrap();
    other.refresh().await.unwrap();
    assert_eq!(home.desk.state().documents, other.state().documents);
}

async fn only_who_may_reads_and_writes(home: &Home) {
    for (role, writes) in [(Role::PartnerContact, false), (Role::Agent, false), (Role::Lead, true)] {
        let caller = caller(role);
        assert!(list(&home.desk, &caller).await.is_ok(), "{role:?}");
        let put = put(&home.desk, &caller, "a.md", "# A".to_owned(), noon()).await;
        assert_eq!(put.is_ok(), writes, "{role:?}");
        assert_eq!(remove(&home.desk, &caller, "a.md", noon()).await.is_ok(), writes, "{role:?}");
    }
}
