//! `procedure check` and `show`: the living document, as a lead meets it.

use std::path::{Path, PathBuf};

use super::{balcao, err, out, ran, root};

/// A copy of the procedure with `from` replaced by `to` in its file.
fn changed(folder: &Path, from: &str, to: &str) -> PathBuf {
    let source = root().join("procedures/api-parceiros");
    let copy = folder.join("procedure");
    std::fs::create_dir_all(copy.join("replies")).unwrap();
    for entry in std::fs::read_dir(source.join("replies")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, copy.join("replies").join(path.file_name().unwrap())).unwrap();
    }
    let text = std::fs::read_to_string(source.join("procedure.toml")).unwrap();
    assert!(text.contains(from), "`{from}` is no longer in the procedure");
    std::fs::write(copy.join("procedure.toml"), text.replacen(from, to, 1)).unwrap();
    copy
}

fn check(folder: &Path) -> (Option<i32>, String) {
    let mut command = balcao(&["procedure", "check"]);
    command.arg(folder);
    let output = ran(command);
    (output.status.code(), [out(&output), err(&output)].concat())
}

#[test]
fn the_procedure_of_the_house_is_in_order() {
    let output = ran(balcao(&["procedure", "check"]));
    assert_eq!((output.status.code(), out(&output).as_str()), (Some(0), "The procedure is in order.\n"));
}

#[test]
fn a_mistake_is_named_with_what_was_meant() {
    let table = [
        ("checks[\"token-na-validade\"]", "checks[\"token-na-valdade\"]", "token-na-validade"),
        ("<= limits.horas_de_release", "<= limits.horas_de_relase", "horas_de_release"),
        ("&& facts.horas_desde_release", "&& facts.horas_desde_relase", "horas_desde_release"),
    ];
    for (from, to, named) in table {
        let folder = tempfile::tempdir().unwrap();
        let (code, said) = check(&changed(folder.path(), from, to));
        assert_eq!(code, Some(1), "{from}: {said}");
        assert!(said.contains(named), "{from}: {said}");
    }
}

#[test]
fn a_line_that_is_never_reached_is_named_with_the_one_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let copy = changed(folder.path(), "when = \"facts.fora_do_escopo\"", "when = \"true\"");
    let (code, said) = check(&copy);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`parceiro-sem-chave` nunca é alcançada"), "{said}");
}

#[test]
fn a_section_that_nothing_carries_out_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = check(&changed(folder.path(), "\"7\", \"8\",", "\"7\", \"8\", \"9\","));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("seção 9"), "{said}");
}

#[test]
fn a_reply_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let copy = changed(folder.path(), "token-na-validade", "token-na-validade");
    std::fs::remove_file(copy.join("replies/token-expirado.md.j2")).unwrap();
    let (code, said) = check(&copy);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("token-expirado"), "{said}");
}

#[test]
fn a_procedure_with_a_mistake_judges_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let copy = changed(folder.path(), "checks[\"token-na-validade\"]", "checks[\"token-na-valdade\"]");
    let output = ran(super::on_examples("diagnose", &["--procedure", copy.to_str().unwrap()]));
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("token-na-valdade"), "{}", err(&output));
}

#[test]
fn the_procedure_is_shown_for_people_with_its_sections() {
    let output = ran(balcao(&["procedure", "show"]));
    assert!(output.status.success());
    let shown = out(&output);
    for section in ["3.1", "3.2", "3.9", "4.6", "5", "8"] {
        assert!(shown.contains(section), "section {section} is not shown");
    }
    insta::assert_snapshot!(shown.lines().take(40).collect::<Vec<_>>().join("\n"));
}
