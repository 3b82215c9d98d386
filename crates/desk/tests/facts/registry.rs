//! The registry whole and entry by entry: what is kept, what is shown, what is refused, and two writers at once.

use balcao_core::evidence::key::KeyPrint;
use balcao_core::ticket::Role;
use balcao_desk::registry::{
    Change, Collection, Put, Query, current, entry, link_user, list, put, put_entry, remove_entry,
    unlink_user,
};
use balcao_desk::{Desk, DeskError};
use serde_json::{Value, json};

use crate::homes::{Home, caller, noon, secrets, told};

crate::on_both!(
    a_registry_is_kept_without_its_keys_and_judges_at_once,
    what_was_read_out_goes_in_again_with_its_keys,
    a_mistake_keeps_nothing_and_all_are_told,
    a_dry_run_tells_the_difference_and_keeps_nothing,
    entries_are_read_changed_and_removed,
    an_entry_has_the_id_that_it_is_put_under,
    what_others_name_does_not_go,
    users_are_linked_and_unlinked,
    lists_are_searched_and_paged,
    of_two_writers_none_is_lost,
    only_who_may_reads_and_writes,
);

pub(crate) const KEY: &str = "hml_segredo-da-aurora-9f3a";

pub(crate) fn example() -> Value {
    json!({
        "timezone": "America/Sao_Paulo", "token_validity_hours": 12,
        "business_hours": [{"days": ["mon", "tue"], "from": "08:00", "to": "18:00"}],
        "holidays": [{"date": "2026-07-09", "name": "Dia da Cidade"}],
        "environments": [{"code": "teste", "name": "Teste", "base_urls": ["https://t.example/api"]},
                         {"code": "real", "name": "Real", "base_urls": ["https://r.example/api"]}],
        "api_versions": [{"code": "v1", "path_prefix": "/api"}],
        "products": [{"code": "luz", "name": "Luz", "aliases": [], "api_versions": ["v1"]}],
        "partners": [{"code": "aurora", "name": "Aurora", "tax_id": "12.345.678/0001-95", "email_domains": ["aurora.example"],
                      "contacts": [{"name": "Ana", "address": "ana@fora.example"}, {"address": "+55 11 97000-1101"}]},
                     {"code": "boreal", "name": "Boreal"}],
        "users": [{"login": "CC01", "partner": "aurora", "status": "ativo"}, {"login": "CC02", "partner": "aurora", "status": "inativo"}],
        "api_keys": [{"key": KEY, "partner": "aurora", "environment": "teste", "status": "ativa", "users": ["CC01"]}],
        "routines": [{"code": "noite", "name": "Noite", "environment": "real", "days": ["fri"], "from": "22:00", "to": "02:00",
                      "routes": ["* /api/*"]}],
        "releases": [{"version": "1.2", "environment": "real", "deployed_at": "2026-05-11T20:00:00-03:00", "routes": []}]
    })
}

pub(crate) fn change(reason: &str) -> Change<'_> {
    Change { reason, dry_run: false, expected: None, now: noon() }
}

pub(crate) async fn fill(desk: &Desk) -> Put {
    put(desk, &caller(Role::Lead), &example().to_string(), &change("carga inicial")).await.unwrap()
}

/// The whole registry as a lead sees it.
pub(crate) async fn shown(desk: &Desk) -> Value {
    current(desk, &caller(Role::Lead)).await.unwrap().1
}

pub(crate) fn key_id(key: &str) -> String {
    let stored = KeyPrint::of(key, &secrets().hash_secret()).unwrap().stored();
    stored.strip_prefix("hmac-sha256:").unwrap().chars().take(16).collect()
}

fn lead() -> balcao_desk::caller::Caller {
    caller(Role::Lead)
}

async fn a_registry_is_kept_without_its_keys_and_judges_at_once(home: &Home) {
    assert_eq!(current(&home.desk, &lead()).await.unwrap().0, None);
    let done = fill(&home.desk).await;
    assert!(done.changed);
    assert_eq!(done.difference.0[&Collection::Users].added, ["CC01", "CC02"]);
    assert_eq!(done.difference.0[&Collection::ApiKeys].added, [key_id(KEY)]);
    assert_eq!(done.difference.0[&Collection::Releases].added, ["1.2@real"]);
    let state = home.desk.state();
    assert_eq!(state.registry_revision, done.revision);
    let print = KeyPrint::of(KEY, &secrets().hash_secret()).unwrap();
    assert!(state.world.registry.key(&print).is_some());
    let (revision, file) = current(&home.desk, &caller(Role::Agent)).await.unwrap();
    assert_eq!(revision, done.revision);
    let key = json!({"id": key_id(KEY), "key_last4": "9f3a", "partner": "aurora", "environment": "teste", "status": "ativa", "users": ["CC01"]});
    assert_eq!(file["api_keys"], json!([key]));
    let stored = print.stored();
    let whole_hash = stored.split(':').nth(1).unwrap();
    let told = told(&home.desk).await;
    let (what, data) = told.last().unwrap();
    assert_eq!((what.as_str(), &data["reason"]), ("registry_changed", &json!("carga inicial")));
    assert_eq!(data["difference"]["users"]["added"], json!({"count": 2, "ids": ["CC01", "CC02"]}));
    for text in [file.to_string(), data.to_string(), format!("{done:?}")] {
        assert!(!text.contains("segredo") && !text.contains(whole_hash), "{text}");
    }
    assert!(!data.to_string().contains("12.345"), "{data}");
}

async fn what_was_read_out_goes_in_again_with_its_keys(home: &Home) {
    let first = fill(&home.desk).await;
    let file = shown(&home.desk).await;
    let again = put(&home.desk, &lead(), &file.to_string(), &change("")).await.unwrap();
    assert_eq!((again.changed, again.difference.is_empty(), &again.revision), (false, true, &first.revision));
    // The id in the place of the key, a whole key that is known, and one that is new.
    let mut other = file.clone();
    other["api_keys"][0] =
        json!({"key": key_id(KEY), "partner": "aurora", "environment": "real", "status": "ativa"});
    let done = put(&home.desk, &lead(), &other.to_string(), &change("")).await.unwrap();
    let changes = &done.difference.0[&Collection::ApiKeys];
    assert_eq!((changes.changed[0].id.as_str(), changes.changed.len()), (key_id(KEY).as_str(), 1));
    assert_eq!(changes.changed[0].fields, ["environment", "users"]);
    let mut other = example();
    other["api_keys"][0]["status"] = "inativa".into();
    let done = put(&home.desk, &lead(), &other.to_string(), &change("")).await.unwrap();
    assert_eq!(done.difference.0[&Collection::ApiKeys].changed[0].fields, ["environment", "status", "users"]);
    other["api_keys"][0] =
        json!({"id": "0123456789abcdef", "partner": "aurora", "environment": "real", "status": "ativa"});
    let refused = put(&home.desk, &lead(), &other.to_string(), &change("")).await.unwrap_err();
    assert!(refused.to_string().starts_with("api_keys[0].id: nenhuma API Key"), "{refused}");
}

async fn a_mistake_keeps_nothing_and_all_are_told(home: &Home) {
    let first = fill(&home.desk).await;
    let mut wrong = example();
    wrong["users"][0]["partner"] = "auroa".into();
    wrong["timezone"] = "Brasil".into();
    let refused = put(&home.desk, &lead(), &wrong.to_string(), &change("")).await.unwrap_err();
    let DeskError::Registry(error) = &refused else { panic!("{refused}") };
    assert_eq!(error.problems().len(), 2, "{refused}");
    let refused = put(&home.desk, &lead(), "{\n ]", &change("")).await.unwrap_err();
    assert!(refused.to_string().contains("linha 2, coluna 2"), "{refused}");
    assert_eq!(current(&home.desk, &lead()).await.unwrap().0, first.revision);
    assert_eq!(told(&home.desk).await.len(), 1);
}

async fn a_dry_run_tells_the_difference_and_keeps_nothing(home: &Home) {
    let first = fill(&home.desk).await;
    let mut other = example();
    other["users"].as_array_mut().unwrap().swap(0, 1);
    other["holidays"] = json!([]);
    other["token_validity_hours"] = 8.into();
    let dry = Change { dry_run: true, ..change("") };
    let done = put(&home.desk, &lead(), &other.to_string(), &dry).await.unwrap();
    assert_eq!((done.changed, &done.revision), (false, &first.revision));
    let expected = json!({
        "settings": {"added": [], "removed": [], "changed": [{"id": "settings", "fields": ["token_validity_hours"]}]},
        "holidays": {"added": [], "removed": ["2026-07-09"], "changed": []},
        "users": {"added": [], "removed": [], "changed": [], "reordered": true},
    });
    assert_eq!(serde_json::to_value(&done.difference).unwrap(), expected);
    assert_eq!(told(&home.desk).await.len(), 1);
}

async fn entries_are_read_changed_and_removed(home: &Home) {
    fill(&home.desk).await;
    for collection in Collection::ALL {
        let page = list(&home.desk, &lead(), collection, &Query::default()).await.unwrap();
        let first = page.entries.first().unwrap();
        let (_, read) = entry(&home.desk, &lead(), collection, &first.id).await.unwrap();
        assert_eq!(&read, first);
        let place = (collection, Some(first.id.as_str()));
        let same = put_entry(&home.desk, &lead(), place, first.value.clone(), &change("")).await.unwrap();
        assert!(!same.changed && same.difference.is_empty(), "{collection:?}: {same:?}");
        let none = entry(&home.desk, &lead(), collection, "nenhum").await;
        assert!(matches!(none, Err(DeskError::NotFound(_))), "{collection:?}");
    }
    let at = (Collection::Holidays, Some("2026-11-20"));
    let added = put_entry(&home.desk, &lead(), at, json!({"name": "Feriado"}), &change("")).await.unwrap();
    assert_eq!(added.difference.0[&Collection::Holidays].added, ["2026-11-20"]);
    let settings = (Collection::Settings, Some("settings"));
    let value = json!({"token_validity_hours": 6});
    put_entry(&home.desk, &lead(), settings, value, &change("")).await.unwrap();
    assert_eq!(home.desk.state().world.registry.token_validity.as_hours(), 6);
    // Another key in the place of one: the entry stays, its id is new.
    let id = key_id(KEY);
    let value = json!({"key": "hml_outra-chave-77aa", "partner": "aurora", "environment": "teste", "status": "ativa"});
    let rotated =
        put_entry(&home.desk, &lead(), (Collection::ApiKeys, Some(&id)), value, &change("")).await.unwrap();
    let changes = &rotated.difference.0[&Collection::ApiKeys];
    assert_eq!((&changes.added, &changes.removed), (&vec![key_id("hml_outra-chave-77aa")], &vec![id]));
    let gone = remove_entry(&home.desk, &lead(), (Collection::Releases, "1.2@real"), &change("")).await;
    assert_eq!(gone.unwrap().difference.0[&Collection::Releases].removed, ["1.2@real"]);
}

async fn an_entry_has_the_id_that_it_is_put_under(home: &Home) {
    fill(&home.desk).await;
    let user = |login: &str| json!({"login": login, "partner": "aurora", "status": "ativo"});
    let key =
        json!({"key": "hml_nova-chave-0001", "partner": "aurora", "environment": "teste", "status": "ativa"});
    let release =
        json!({"version": "2", "environment": "real", "deployed_at": "2026-05-11T20:00:00Z", "routes": []});
    let (users, keys) = (Collection::Users, Collection::ApiKeys);
    let table = [
        (users, None, user("CC01"), "já existe usuário com o identificador `CC01`"),
        (users, Some("CC09"), user("CC10"), "não há usuário com o identificador `CC09`"),
        (users, Some("CC02"), user("CC01"), "o cadastro foi recusado"),
        (users, Some("CC01"), user("CC11"), "o cadastro foi recusado"),
        (users, None, json!([]), "users: deve ser um objeto"),
        (keys, Some("0123456789abcdef"), key.clone(), "não há API Key"),
        (keys, None, json!({"id": key_id(KEY)}), "já existe API Key"),
        (Collection::Settings, None, json!({"users": []}), "users: não é um ajuste geral"),
        (users, None, user("CC12"), ""),
        (users, Some("CC13"), user("CC13"), ""),
        (users, Some("CC02"), user("CC14"), ""),
        (keys, None, key, ""),
        (Collection::Releases, Some("2@real"), release, ""),
    ];
    for (collection, id, value, expected) in table {
        let done = put_entry(&home.desk, &lead(), (collection, id), value.clone(), &change("")).await;
        match done {
            Ok(done) => assert!(expected.is_empty() && done.changed, "{id:?} {value}"),
            Err(error) => {
                assert!(!expected.is_empty() && error.to_string().starts_with(expected), "{id:?}: {error}");
            }
        }
    }
}

async fn what_others_name_does_not_go(home: &Home) {
    fill(&home.desk).await;
    let table = [
        (
            Collection::Partners,
            "aurora",
            "parceiro `aurora` não pode sair do cadastro enquanto for citado por usuário `CC01`, usuário `CC02`, API Key …9f3a;",
        ),
        (
            Collection::Users,
            "CC01",
            "usuário `CC01` não pode sair do cadastro enquanto for citado por API Key …9f3a;",
        ),
        (
            Collection::Environments,
            "real",
            "ambiente `real` não pode sair do cadastro enquanto for citado por rotina `noite`, release `1.2@real`;",
        ),
        (Collection::BusinessHours, "mon,tue@08:00-18:00", "o cadastro foi recusado"),
        (Collection::Settings, "settings", "os ajustes gerais não se removem"),
        (Collection::Users, "CC99", "não há usuário"),
    ];
    for (collection, id, expected) in table {
        let refused = remove_entry(&home.desk, &lead(), (collection, id), &change("")).await.unwrap_err();
        assert!(refused.to_string().starts_with(expected), "{id}: {refused}");
    }
    for (collection, id) in [(Collection::Partners, "boreal"), (Collection::Users, "CC02")] {
        remove_entry(&home.desk, &lead(), (collection, id), &change("saiu")).await.unwrap();
    }
}

async fn users_are_linked_and_unlinked(home: &Home) {
    fill(&home.desk).await;
    let id = key_id(KEY);
    let linked = link_user(&home.desk, &lead(), (&id, "cc02"), &change("")).await.unwrap();
    assert_eq!(linked.difference.0[&Collection::ApiKeys].changed[0].fields, ["users"]);
    assert_eq!(shown(&home.desk).await["api_keys"][0]["users"], json!(["CC01", "CC02"]));
    assert!(!link_user(&home.desk, &lead(), (&id, "CC02"), &change("")).await.unwrap().changed);
    assert!(unlink_user(&home.desk, &lead(), (&id, "CC01"), &change("")).await.unwrap().changed);
    assert!(!unlink_user(&home.desk, &lead(), (&id, "CC01"), &change("")).await.unwrap().changed);
    assert_eq!(shown(&home.desk).await["api_keys"][0]["users"], json!(["CC02"]));
    let print = KeyPrint::of(KEY, &secrets().hash_secret()).unwrap();
    assert_eq!(home.desk.state().world.registry.key(&print).unwrap().users, ["CC02"]);
    for (key, login) in [(id.as_str(), "CC99"), ("0123456789abcdef", "CC01")] {
        let none = link_user(&home.desk, &lead(), (key, login), &change("")).await;
        assert!(matches!(none, Err(DeskError::NotFound(_))), "{key} {login}: {none:?}");
    }
}

async fn lists_are_searched_and_paged(home: &Home) {
    let mut file = example();
    let more = (10..30).map(|n| json!({"login": format!("U{n}"), "partner": "boreal", "status": "ativo"}));
    file["users"].as_array_mut().unwrap().extend(more);
    put(&home.desk, &lead(), &file.to_string(), &change("")).await.unwrap();
    let users = |query: Query| async move {
        let page = list(&home.desk, &lead(), Collection::Users, &query).await.unwrap();
        let ids: Vec<String> = page.entries.into_iter().map(|entry| entry.id).collect();
        (page.total, ids, page.next)
    };
    let some = |text: &str| Some(text.to_owned());
    let (total, ids, next) = users(Query { limit: 2, partner: some("boreal"), ..Query::default() }).await;
    assert_eq!((total, ids, next.as_deref()), (20, vec!["U10".to_owned(), "U11".to_owned()], Some("U11")));
    let (_, ids, next) =
        users(Query { after: some("U27"), partner: some("boreal"), ..Query::default() }).await;
    assert_eq!((ids, next), (vec!["U28".to_owned(), "U29".to_owned()], None));
    let (total, ids, _) = users(Query { text: some(" INATIVO"), ..Query::default() }).await;
    assert_eq!((total, ids), (1, vec!["CC02".to_owned()]));
}

async fn of_two_writers_none_is_lost(home: &Home) {
    let first = fill(&home.desk).await;
    let other = home.second().await;
    // Entry by entry from two servers at once: all of them are there in the end.
    let writes = (0..6).map(|n| {
        let desk = if n % 2 == 0 { home.desk.clone() } else { other.clone() };
        tokio::spawn(async move {
            let value = json!({"login": format!("N{n}"), "partner": "boreal", "status": "ativo"});
            put_entry(&desk, &lead(), (Collection::Users, None), value, &change("")).await
        })
    });
    for write in writes.collect::<Vec<_>>() {
        assert!(write.await.unwrap().unwrap().changed);
    }
    let file = shown(&home.desk).await;
    assert_eq!(file["users"].as_array().unwrap().len(), 8);
    // Whoever names a revision is told that it is an old one.
    let expected = Change { expected: first.revision.as_deref(), ..change("") };
    let stale = put(&other, &lead(), &example().to_string(), &expected).await;
    assert!(matches!(stale, Err(DeskError::Stale)), "{stale:?}");
    let stale = link_user(&other, &lead(), (&key_id(KEY), "CC02"), &expected).await;
    assert!(matches!(stale, Err(DeskError::Stale)), "{stale:?}");
    let (now, _) = current(&other, &lead()).await.unwrap();
    let expected = Change { expected: now.as_deref(), ..change("") };
    let (lead, json, key) = (lead(), example().to_string(), key_id(KEY));
    let (a, b) = tokio::join!(
        put(&home.desk, &lead, &json, &expected),
        unlink_user(&other, &lead, (&key, "CC01"), &expected)
    );
    assert!(a.is_ok() != b.is_ok(), "one of two with the same revision: {a:?} {b:?}");
    other.refresh().await.unwrap();
    home.desk.refresh().await.unwrap();
    assert_eq!(other.state().registry_revision, home.desk.state().registry_revision);
}

async fn only_who_may_reads_and_writes(home: &Home) {
    for (role, reads, writes) in [
        (Role::PartnerContact, false, false),
        (Role::Agent, true, false),
        (Role::Lead, true, true),
        (Role::Administrator, true, true),
    ] {
        let caller = caller(role);
        assert_eq!(current(&home.desk, &caller).await.is_ok(), reads, "{role:?}");
        let listed = list(&home.desk, &caller, Collection::Users, &Query::default()).await;
        assert_eq!(listed.is_ok(), reads, "{role:?}");
        let dry = Change { dry_run: true, ..change("") };
        let wrote = put(&home.desk, &caller, &example().to_string(), &dry).await;
        assert_eq!(wrote.is_ok(), writes, "{role:?}");
    }
}
