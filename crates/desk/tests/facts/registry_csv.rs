//! Partners, users and keys as CSV, out and in.

use balcao_core::ticket::Role;
use balcao_desk::registry::{Collection, Import, Put, Table, export, import, put_entry};
use balcao_desk::{Desk, DeskError};
use serde_json::json;

use crate::homes::{Home, caller};
use crate::registry::{KEY, change, fill, key_id, shown};

crate::on_both!(
    tables_leave_without_keys_and_formulas_and_come_back_the_same,
    lines_change_add_and_remove,
    what_excel_writes_is_read,
    bad_lines_are_told_by_their_numbers_and_change_nothing,
    keys_come_in_whole_and_by_id,
);

async fn take(desk: &Desk, table: Table, csv: &str, delete_missing: bool) -> Result<Put, DeskError> {
    let how = Import { change: change("planilha"), delete_missing };
    import(desk, &caller(Role::Lead), table, csv.as_bytes(), &how).await
}

async fn tables_leave_without_keys_and_formulas_and_come_back_the_same(home: &Home) {
    fill(&home.desk).await;
    let odd = json!({"code": "odd", "name": "=HYPERLINK(\"x\"), a\nb", "tier": "ouro", "language": "en", "email_domains": ["a.example", "b.example"],
                     "contacts": [{"name": "-Bia | C", "address": "bia@b.example"}]});
    let partners = (Collection::Partners, None);
    put_entry(&home.desk, &caller(Role::Lead), partners, odd, &change("")).await.unwrap();
    let before = shown(&home.desk).await;
    let expected = [
        (
            Table::Partners,
            "code,name,tax_id,tier,language,email_domains,contacts\r\n\
             aurora,Aurora,12.345.678/0001-95,,,aurora.example,Ana <ana@fora.example>|+55 11 97000-1101\r\n\
             boreal,Boreal,,,,,\r\n\
             odd,\"'=HYPERLINK(\"\"x\"\"), a\nb\",,ouro,en,a.example|b.example,'-Bia \\| C <bia@b.example>\r\n"
                .to_owned(),
        ),
        (Table::Users, "login,partner,status\r\nCC01,aurora,ativo\r\nCC02,aurora,inativo\r\n".to_owned()),
        (
            Table::Keys,
            format!(
                "id,key_last4,partner,environment,status,users\r\n{},9f3a,aurora,teste,ativa,CC01\r\n",
                key_id(KEY)
            ),
        ),
    ];
    for (table, expected) in expected {
        let csv = export(&home.desk, &caller(Role::Agent), table).await.unwrap();
        assert_eq!(csv, expected, "{table:?}");
        let same = take(&home.desk, table, &csv, true).await.unwrap();
        // Boreal had no lists, and now has empty ones.
        let changes = same.difference.0.get(&Collection::Partners).cloned().unwrap_or_default();
        assert_eq!((changes.added.len(), changes.removed.len()), (0, 0), "{table:?}");
        assert_eq!(same.changed, table == Table::Partners, "{table:?}: {same:?}");
    }
    let mut after = shown(&home.desk).await;
    after["partners"][1] = before["partners"][1].clone();
    assert_eq!(after, before);
}

async fn lines_change_add_and_remove(home: &Home) {
    fill(&home.desk).await;
    let done = take(&home.desk, Table::Users, "status,login\nbloqueado,CC01\n", false);
    let changes = done.await.unwrap().difference.0[&Collection::Users].clone();
    assert_eq!(changes.changed[0].fields, ["status"]);
    let csv = "login,partner,status\nCC03,boreal,ativo\nCC01,aurora,ativo\n";
    let done = take(&home.desk, Table::Users, csv, true).await.unwrap();
    let changes = &done.difference.0[&Collection::Users];
    assert_eq!((&changes.added, &changes.removed), (&vec!["CC03".to_owned()], &vec!["CC02".to_owned()]));
    let refused = take(&home.desk, Table::Users, "login,partner,status\nCC03,boreal,ativo\n", true).await;
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("API Key …9f3a: users[0]: o usuário `CC01` não está no cadastro"), "{told}");
    let empty = take(&home.desk, Table::Users, "login\n", true).await;
    assert!(matches!(empty, Err(DeskError::Invalid(_))), "{empty:?}");
}

async fn what_excel_writes_is_read(home: &Home) {
    fill(&home.desk).await;
    let csv = "\u{feff}Code;Name;Contacts\r\nnova;\"Nova; Ltda\";'+55 11 98888-7777\r\n;;\r\n";
    let done = take(&home.desk, Table::Partners, csv, false).await.unwrap();
    assert_eq!(done.difference.0[&Collection::Partners].added, ["nova"]);
    let partner =
        json!({"code": "nova", "name": "Nova; Ltda", "contacts": [{"address": "+55 11 98888-7777"}]});
    assert_eq!(shown(&home.desk).await["partners"][2], partner);
}

async fn bad_lines_are_told_by_their_numbers_and_change_nothing(home: &Home) {
    fill(&home.desk).await;
    let table: [(Table, &str, &[&str]); 9] = [
        (
            Table::Users,
            "login,partner,status\nCC01,\"aurora\n\",ativo\nCC05,auror,ativo\nCC06,aurora,\n",
            &[
                "linha 4: partner: o parceiro `auror` não está no cadastro; o mais parecido é `aurora`",
                "linha 5: falta o campo `status`",
            ],
        ),
        (Table::Users, "login,partner\nCC07,a,b\n", &["linha 2: tem 3 células, e o cabeçalho 2"]),
        (
            Table::Users,
            "login,partner,status\nCC07,aurora,ativo\nCC07,aurora,ativo\n,aurora,ativo\n",
            &["linha 3: repete a linha 2", "linha 4: a coluna `login` está vazia"],
        ),
        (
            Table::Users,
            "login,parceiro\nx,y\n",
            &["linha 1: coluna `parceiro` desconhecida; use login, partner, status"],
        ),
        (Table::Users, "login,login\n", &["linha 1: a coluna `login` está repetida"]),
        (Table::Users, "partner\naurora\n", &["linha 1: falta a coluna `login`"]),
        (Table::Keys, "partner\naurora\n", &["linha 1: falta a coluna `id` ou `key`"]),
        (
            Table::Keys,
            "id,key,partner\nabc,,aurora\n,,aurora\n",
            &["linha 2: nenhuma API Key do cadastro tem este `id`", "linha 3: preencha `id` ou `key`"],
        ),
        (
            Table::Keys,
            "key,partner,environment,status\ncurta,aurora,teste,ativa\n",
            &["linha 2: key: a API Key tem menos de 8 caracteres"],
        ),
    ];
    let before = shown(&home.desk).await;
    for (table, csv, expected) in table {
        let told = take(&home.desk, table, csv, false).await.unwrap_err().to_string();
        for line in expected {
            assert!(told.contains(line), "{csv}: {told}");
        }
    }
    let how = Import { change: change(""), delete_missing: false };
    let latin = import(&home.desk, &caller(Role::Lead), Table::Users, b"login\na\n\xe7\n", &how).await;
    assert!(latin.unwrap_err().to_string().contains("linha 3: não está em UTF-8"));
    assert_eq!(shown(&home.desk).await, before);
    let agent = import(&home.desk, &caller(Role::Agent), Table::Users, b"login\n", &how).await;
    assert!(matches!(agent, Err(DeskError::Forbidden(_))), "{agent:?}");
}

async fn keys_come_in_whole_and_by_id(home: &Home) {
    fill(&home.desk).await;
    let id = key_id(KEY);
    // A known key whole, and by its id in either column: always the same entry.
    for (csv, environment) in [
        (format!("key,environment\n{KEY},real\n"), "real"),
        (format!("id,environment\n{id},teste\n"), "teste"),
        (format!("key,environment\n{id},real\n"), "real"),
    ] {
        take(&home.desk, Table::Keys, &csv, false).await.unwrap();
        let keys = shown(&home.desk).await["api_keys"].clone();
        assert_eq!((&keys[0]["id"], &keys[0]["environment"]), (&json!(id), &json!(environment)), "{csv}");
        assert_eq!(keys.as_array().unwrap().len(), 1, "{csv}");
    }
    let csv = "key,partner,environment,status,users\nhml_nova-chave-0001,aurora,teste,ativa,CC01|CC02\n";
    let done = take(&home.desk, Table::Keys, csv, false).await.unwrap();
    assert_eq!(done.difference.0[&Collection::ApiKeys].added, [key_id("hml_nova-chave-0001")]);
    assert_eq!(shown(&home.desk).await["api_keys"][1]["users"], json!(["CC01", "CC02"]));
    // A new key in the place of an old one.
    let csv = format!("id,key\n{id},hml_trocada-chave-02\n");
    let done = take(&home.desk, Table::Keys, &csv, false).await.unwrap();
    let changes = &done.difference.0[&Collection::ApiKeys];
    assert_eq!((&changes.added, &changes.removed), (&vec![key_id("hml_trocada-chave-02")], &vec![id]));
}
