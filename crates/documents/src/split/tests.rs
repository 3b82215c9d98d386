use super::*;
use crate::section::SectionKind;
use proptest::prelude::*;

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}

fn headings(path: &str, text: &str) -> String {
    let document = split(&file(path, text), &mut Vec::new()).unwrap();
    document.sections.iter().map(|s| s.heading.clone()).collect::<Vec<_>>().join(" | ")
}

#[test]
fn slugs_are_ascii() {
    let table = [
        ("Visão Geral do Fluxo", "visao-geral-do-fluxo"),
        ("2.30.0 (13/04/2026)", "2-30-0-13-04-2026"),
        ("O que é `X-Request-Id`?", "o-que-e-x-request-id"),
        ("  ", ""),
        ("“Não” — às 3h", "nao-as-3h"),
    ];
    for (heading, expected) in table {
        assert_eq!(slug(heading), expected, "{heading}");
    }
}

#[test]
fn markdown_is_cut_at_every_heading() {
    let table = [
        ("# A\ntexto\n## B\ntexto\n# C\n", "a | b | c"),
        ("introdução\n\n# A\n", "a"),
        ("sem título nenhum", ""),
        ("# A\n## Erros\n# B\n## Erros\n## Erros\n", "a | erros | b | erros-1 | erros-2"),
        ("# A\n```\n# comentário\n```\n", "a"),
        ("Título\n======\n\nSub\n---\n", "titulo | sub"),
        ("---\ntitle: X\n---\n# A\n", "a"),
        ("---\ntitle: X\n# A\n", "a"),
    ];
    for (text, expected) in table {
        assert_eq!(headings("x.md", text), expected, "{text}");
    }
}

#[test]
fn the_first_section_has_the_introduction_and_every_section_its_place() {
    let text = "---\ntitle: Guia\nurl: https://docs.example/guia\nversion: \"v2\"\nupdated: 2026-01-01\n---\nAntes.\n\n# Um\nA\n## Dois\nB\n";
    let document = split(&file("pasta/guia.md", text), &mut Vec::new()).unwrap();
    let [one, two] = document.sections.as_slice() else { panic!("{:?}", document.sections) };
    assert_eq!(&text[one.range.clone()], "Antes.\n\n# Um\nA");
    assert_eq!(&text[two.range.clone()], "## Dois\nB");
    assert_eq!((two.document.as_str(), two.version.as_deref()), ("pasta/guia", Some("v2")));
    assert_eq!(two.url.as_deref(), Some("https://docs.example/guia#dois"));
    assert_eq!(two.parents, ["Guia", "Um"]);
}

#[test]
fn a_page_of_html_is_cut_at_the_headings_of_its_text() {
    let html = "<html><head><title>Ajuda</title><style>h1{}</style></head><body><h1>Prazos</h1><p>Até 3 dias.</p>\
                <h2>Multa</h2><table><tr><th>Caso</th><th>Valor</th></tr><tr><td>Atraso</td><td>2 %</td></tr></table></body></html>";
    let document = split(&file("ajuda.html", html), &mut Vec::new()).unwrap();
    let texts: Vec<_> = document.sections.iter().map(|s| &document.text[s.range.clone()]).collect();
    assert_eq!(document.sections[1].heading, "multa");
    assert!(texts[0].contains("Até 3 dias.") && texts[1].contains("2 %"), "{texts:?}");
}

const API: &str = "openapi: 3.0.0\ninfo:\n  title: T\n  version: '7'\n  description: |\n    # Erros\n    Um texto.\n\nservers:\n  - url: https://x.example/api/{fase}\n    variables: {fase: {default: v3}}\npaths:\n  /itens/{id}:\n    get:\n      summary: Lê um item\n      responses:\n        '200': {$ref: '#/components/responses/Item'}\n    delete:\n      summary: Apaga\ncomponents:\n  responses:\n    Item:\n      description: O item\n";

#[test]
fn an_operation_is_named_by_method_and_whole_path() {
    assert_eq!(headings("api.yaml", API), "erros | GET /api/v3/itens/{id} | DELETE /api/v3/itens/{id}");
    let document = split(&file("api.yaml", API), &mut Vec::new()).unwrap();
    let read = &document.sections[1];
    assert_eq!((read.kind, read.version.as_deref()), (SectionKind::Operation, Some("v3")));
    assert!(API[read.range.clone()].starts_with("get:") && API[read.range.clone()].ends_with("Item'}"));
    assert_eq!(&API[read.referred[0].clone()], "Item:\n      description: O item");
}

#[test]
fn json_is_cut_as_yaml_is() {
    let json =
        r#"{"swagger":"2.0","basePath":"/v1/","paths":{"/a":{"post":{"summary":"Cria"},"parameters":[]}}}"#;
    let document = split(&file("a.json", json), &mut Vec::new()).unwrap();
    assert_eq!(document.sections[0].heading, "POST /v1/a");
    assert_eq!(&json[document.sections[0].range.clone()], r#""post":{"summary":"Cria"}"#);
}

#[test]
fn what_is_no_description_is_left_out_and_said() {
    for (path, text) in [("a.yaml", "a: [1"), ("a.json", "{}"), ("b.yml", "x: 1")] {
        let mut problems = Vec::new();
        assert!(split(&file(path, text), &mut problems).is_none(), "{path}");
        assert_eq!(problems.len(), 1, "{path}");
    }
    assert!(split(&file("foto.png", ""), &mut Vec::new()).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_text_splits_into_sections_within_it(
        text in "(?s)(---\n|# |## |\\PC{0,12}|\n|```|\\| a \\|\n|openapi: 3\npaths:\n|  /a:\n|    get:\n|<h1>|</h1>|\\{\"){0,24}",
        ending in "(md|html|yaml|json)",
    ) {
        if let Some(document) = split(&file(&format!("x.{ending}"), &text), &mut Vec::new()) {
            for section in &document.sections {
                prop_assert!(document.text.get(section.range.clone()).is_some());
                for range in &section.referred {
                    prop_assert!(document.text.get(range.clone()).is_some());
                }
            }
        }
    }
}
