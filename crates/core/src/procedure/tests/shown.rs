//! What people read: the procedure as a page.

use super::{default_files, parsed};

#[test]
fn the_page_opens_with_the_revision_and_the_scope() {
    let page = parsed(&default_files()).show();
    let head: Vec<&str> = page.lines().take(12).collect();
    insta::assert_snapshot!(head.join("\n"), @r"
    # Atendimento de suporte da API de parceiros

    Revisão 1, criada em 06/05/2026, atualizada em 06/05/2026; próxima revisão até 02/11/2026.

    ## 1. Objetivo

    Atender todo parceiro da API do mesmo jeito: rápido, com a prova à vista, e de modo que qualquer pessoa
    da equipe consiga refazer o caminho até a resposta.

    - Agilidade (medida: tempo da chegada até a primeira resposta)
    - Rastreabilidade (medida: chamados em que toda conclusão aponta a prova em que se apoia)
    - Qualidade (medida: chamados reabertos e diagnósticos corrigidos por uma pessoa)
    ");
    for title in ["# Situações", "# Como se decide", "# Evidências", "# Limites", "# Metodologia"] {
        assert!(page.contains(title), "{title}");
    }
}
