//! The procedure: the program's own until another comes into force, checked whole, and kept by revision.

use std::collections::BTreeMap;

use balcao_core::ticket::Role;
use balcao_desk::procedure::{STANDARD, check, current, put, revision, revisions};
use balcao_desk::{Change, DeskError};

use crate::homes::{Home, at, caller, noon, told};

crate::on_both!(
    a_new_revision_judges_at_once_and_the_old_ones_stay,
    a_procedure_with_mistakes_is_refused_with_all_of_them,
    the_number_grows_and_the_expected_revision_is_in_force,
    of_two_servers_one_is_told,
    only_who_may_reads_and_writes,
);

type Files = BTreeMap<String, String>;

fn change(reason: &str) -> Change<'_> {
    Change { reason, dry_run: false, expected: None, now: noon() }
}

async fn files(home: &Home) -> Files {
    current(&home.desk, &caller(Role::Agent), noon()).await.unwrap().files
}

fn numbered(files: &Files, number: u32) -> Files {
    let mut files = files.clone();
    let main = files.get_mut("procedure.toml").unwrap();
    let line = main.lines().find(|line| line.starts_with("revision = ")).unwrap().to_owned();
    *main = main.replace(&line, &format!("revision = {number}"));
    files
}

async fn a_new_revision_judges_at_once_and_the_old_ones_stay(home: &Home) {
    let lead = caller(Role::Lead);
    let own = current(&home.desk, &lead, at("2026-11-03T02:00:00Z")).await.unwrap();
    // It is still the second of November in São Paulo.
    assert_eq!((own.revision.as_str(), own.number, own.overdue), (STANDARD, 1, false));
    assert!(current(&home.desk, &lead, at("2026-11-03T03:00:00Z")).await.unwrap().overdue);
    let first = put(&home.desk, &lead, numbered(&own.files, 2), &change("revisão de maio")).await.unwrap();
    assert_eq!(
        (first.changed, first.number, &first.files[..]),
        (true, 2, &["procedure.toml".to_owned()][..])
    );
    let state = home.desk.state();
    assert_eq!(state.procedure_revision.as_deref(), Some(first.revision.as_str()));
    assert_eq!(state.world.procedure.revision(), 2);
    // Without its words a procedure is kept with those of the program.
    let mut bare = numbered(&own.files, 3);
    bare.retain(|name, _| name == "procedure.toml" || name.starts_with("replies/"));
    let second = put(&home.desk, &lead, bare, &change("sem palavras")).await.unwrap();
    let now = current(&home.desk, &lead, noon()).await.unwrap();
    assert_eq!((&now.revision, now.number), (&second.revision, 3));
    assert!(now.files.contains_key("speech.toml"));
    let all = revisions(&home.desk, &caller(Role::Agent)).await.unwrap();
    let told_of: Vec<_> = all.iter().map(|one| (one.number, one.reason.as_str())).collect();
    assert_eq!(told_of, [(3, "sem palavras"), (2, "revisão de maio")]);
    let (listed, old) = revision(&home.desk, &lead, &first.revision).await.unwrap();
    assert_eq!((listed.number, old), (2, numbered(&own.files, 2)));
    let same = put(&home.desk, &lead, now.files, &change("nada")).await.unwrap();
    assert_eq!((same.changed, &same.revision), (false, &second.revision));
    let trail = told(&home.desk).await;
    assert_eq!(trail.len(), 2);
    assert_eq!((trail[0].0.as_str(), &trail[0].1["number"]), ("procedure_changed", &2.into()));
    for id in ["x", "00000000-0000-7000-8000-000000000000"] {
        let none = revision(&home.desk, &lead, id).await;
        assert!(matches!(none, Err(DeskError::NotFound(_))), "{none:?}");
    }
}

async fn a_procedure_with_mistakes_is_refused_with_all_of_them(home: &Home) {
    let own = files(home).await;
    assert_eq!(check(&own), Vec::<String>::new());
    let with = |name: &str, text: &str| {
        let mut files = numbered(&own, 2);
        files.insert(name.to_owned(), text.to_owned());
        files
    };
    let wrong_check = own["procedure.toml"].replace("api-key-existe", "api-key-exist");
    let table = [
        (with("procedure.toml", &wrong_check), "o mais próximo é `api-key-existe`"),
        (with("procedure.toml", "x"), "procedure.toml"),
        (with("speech.toml", "x = 1"), "speech.toml: não pôde ser lido: line 1"),
        (with("synonyms.toml", "[["), "synonyms.toml: não pôde ser lido"),
        (with("answering.toml", "x"), "answering.toml: não pôde ser lido"),
        (with("outro.txt", ""), "outro.txt: não é arquivo de um procedimento"),
        (with("replies/../x.md.j2", ""), "replies/../x.md.j2: não é arquivo de um procedimento"),
        (with("replies/chave-inativa.md.j2", "{{ nada"), "chave-inativa.md.j2"),
        (with("replies/longa.md.j2", &"x".repeat(5_000_000)), "passam juntos de 4 MiB"),
        (Files::new(), "falta o arquivo `procedure.toml`"),
    ];
    for (files, expected) in table {
        let refused = put(&home.desk, &caller(Role::Lead), files, &change("teste")).await.unwrap_err();
        assert!(refused.to_string().contains(expected), "{expected}: {refused}");
    }
    let mut two = with("speech.toml", "x");
    two.insert("answering.toml".to_owned(), "x".to_owned());
    assert_eq!(check(&two).len(), 2);
    assert!(revisions(&home.desk, &caller(Role::Lead)).await.unwrap().is_empty());
}

async fn the_number_grows_and_the_expected_revision_is_in_force(home: &Home) {
    let (lead, own) = (caller(Role::Lead), files(home).await);
    let mut same_number = own.clone();
    same_number.get_mut("procedure.toml").unwrap().push_str("\n# Nada.\n");
    let refused = put(&home.desk, &lead, same_number, &change("teste")).await.unwrap_err();
    assert!(refused.to_string().contains("`revision` deve ser maior que 1"), "{refused}");
    let silent = put(&home.desk, &lead, numbered(&own, 2), &change("  ")).await;
    assert!(matches!(silent, Err(DeskError::Invalid(_))), "{silent:?}");
    let dry = Change { dry_run: true, ..change("teste") };
    assert!(!put(&home.desk, &lead, numbered(&own, 2), &dry).await.unwrap().changed);
    let expected = Change { expected: Some(STANDARD), ..change("teste") };
    let first = put(&home.desk, &lead, numbered(&own, 2), &expected).await.unwrap();
    let stale = put(&home.desk, &lead, numbered(&own, 3), &expected).await;
    assert!(matches!(stale, Err(DeskError::Stale)), "{stale:?}");
    let expected = Change { expected: Some(&first.revision), ..change("teste") };
    assert!(put(&home.desk, &lead, numbered(&own, 3), &expected).await.unwrap().changed);
}

async fn of_two_servers_one_is_told(home: &Home) {
    let (lead, own, other) = (caller(Role::Lead), files(home).await, home.second().await);
    let expected = Change { expected: Some(STANDARD), ..change("teste") };
    let (a, b) = tokio::join!(
        put(&home.desk, &lead, numbered(&own, 2), &expected),
        put(&other, &lead, numbered(&own, 3), &expected)
    );
    assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    let refused = a.err().or(b.err()).unwrap();
    assert!(matches!(refused, DeskError::Stale), "{refused}");
    assert_eq!(revisions(&other, &lead).await.unwrap().len(), 1);
}

async fn only_who_may_reads_and_writes(home: &Home) {
    let own = files(home).await;
    for (role, reads, writes) in
        [(Role::PartnerContact, false, false), (Role::Agent, true, false), (Role::Lead, true, true)]
    {
        let caller = caller(role);
        assert_eq!(current(&home.desk, &caller, noon()).await.is_ok(), reads, "{role:?}");
        assert_eq!(revisions(&home.desk, &caller).await.is_ok(), reads, "{role:?}");
        let put = put(&home.desk, &caller, numbered(&own, 2), &change("teste")).await;
        assert_eq!(put.is_ok(), writes, "{role:?}");
    }
}
