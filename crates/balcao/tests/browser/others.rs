//! Commercial, the lead, and what nobody may see.

use std::sync::Arc;

use crate::Tried;
use crate::browser::{Browser, ticket};

crate::in_browser!(
    commercial_answers_a_request,
    a_lead_reads_reports_and_invites,
    pages_keep_what_is_not_theirs,
    language_and_theme_stay_as_chosen,
);

async fn commercial_answers_a_request(browser: Arc<Browser>) -> Tried {
    let number = ticket("dev-012", &format!("key-{}", browser.scripts));
    browser.enter("ana").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    browser.press("#escalar button").await?;
    let text = browser.text().await?;
    assert!(text.contains("Escalado"), "{text}");
    browser.press("form[action='/sair'] button").await?;
    browser.enter("comercial").await?;
    assert_eq!(browser.path().await?, "/comercial");
    let form = format!("form[action='/comercial/{number}']");
    browser
        .write(&format!("{form} textarea"), "A chave de produção foi emitida e segue por canal seguro.")
        .await?;
    browser.press(&format!("{form} button[value=feito]")).await?;
    browser.press("form[action='/sair'] button").await?;
    browser.enter("ana").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    let text = browser.text().await?;
    assert!(text.contains("Resolvido") && text.contains("canal seguro"), "{text}");
    Ok(())
}

async fn a_lead_reads_reports_and_invites(browser: Arc<Browser>) -> Tried {
    browser.enter("gestor").await?;
    browser.go("/relatorios").await?;
    let text = browser.text().await?;
    assert!(text.contains("Volume por situação") && text.contains("Diagnóstico inicial"), "{text}");
    browser.go("/procedimento").await?;
    assert!(browser.one("section#s3\\.2 h3").await?.text().await?.starts_with("3.2"));
    browser.go("/equipe").await?;
    browser.write("#nome", "Nova Pessoa").await?;
    browser.write("#login", &format!("nova-{}@balcao.example", browser.scripts)).await?;
    browser.press("form[action='/equipe'] button").await?;
    let link = browser.one("[role=status] code").await?.text().await?;
    browser.press("form[action='/sair'] button").await?;
    browser.go(&link).await?;
    browser.write("#senha", "curta").await?;
    browser.write("#senha", "uma frase bem comprida para entrar").await?;
    browser.press("main button.primary").await?;
    assert_eq!(browser.path().await?, "/entrar");
    browser.write("#login", &format!("nova-{}@balcao.example", browser.scripts)).await?;
    browser.write("#senha", "uma frase bem comprida para entrar").await?;
    browser.press("form[action='/entrar'] button.primary").await?;
    browser.go("/log?horas=168").await?;
    let text = browser.text().await?;
    assert!(text.contains("req_") && text.contains("/api/v2/"), "{text}");
    Ok(())
}

async fn pages_keep_what_is_not_theirs(browser: Arc<Browser>) -> Tried {
    let other = ticket("dev-048", &format!("own-{}", browser.scripts));
    let foreign = ticket("dev-033", &format!("own-{}", browser.scripts));
    browser.go("/fila").await?;
    assert_eq!(browser.path().await?, "/entrar");
    browser.enter_as_contact().await?;
    browser.go(&format!("/portal/chamados/{other}")).await?;
    assert!(browser.text().await?.contains(&other));
    for place in [
        format!("/portal/chamados/{foreign}"),
        "/fila".to_owned(),
        format!("/chamados/{other}"),
        "/log".to_owned(),
    ] {
        browser.go(&place).await?;
        let text = browser.text().await?;
        assert!(text.contains("não") && !text.contains("Ponto Certo"), "{place}: {text}");
    }
    Ok(())
}

async fn language_and_theme_stay_as_chosen(browser: Arc<Browser>) -> Tried {
    browser.go("/").await?;
    browser.press("button[name=idioma]").await?;
    assert!(browser.text().await?.contains("Partner API support"));
    let before = browser.one("html").await?.attr("data-theme").await?;
    browser.press("button[name=tema]").await?;
    let after = browser.one("html").await?.attr("data-theme").await?;
    assert_eq!(after.as_deref(), Some(if before.as_deref() == Some("dark") { "light" } else { "dark" }));
    browser.go("/diagnostico").await?;
    assert!(browser.text().await?.contains("What is wrong with the call?"));
    Ok(())
}
