//! A lead: changes the procedure without a programmer, keeps the registry, and looks after his own account.

use std::sync::Arc;

use crate::Tried;
use crate::browser::Browser;

crate::in_browser!(
    the_procedure_is_tried_changed_and_taken_back,
    an_entry_is_made_changed_and_imported,
    a_token_is_made_and_ended_and_a_second_factor_set_up,
);

async fn the_procedure_is_tried_changed_and_taken_back(browser: Arc<Browser>) -> Tried {
    // One procedure for all: whoever changes it while another does is told so.
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    browser.enter("lider").await?;
    browser.go("/procedimento/editar?arquivo=replies%2Ffora-do-escopo.md.j2").await?;
    let text = browser.one("#texto").await?.prop("value").await?.unwrap();
    assert!(text.starts_with("Assunto:"), "{text}");
    browser.write("#texto", "Assunto: {{ nada_disso }}\n\nOlá.").await?;
    browser.press("button[value=ensaiar]").await?;
    let said = browser.text().await?;
    assert!(said.contains("Ainda não pode entrar em vigor") && said.contains("nada_disso"), "{said}");
    browser.write("#texto", &format!("{text}\nAté logo.\n")).await?;
    browser.press("button[value=ensaiar]").await?;
    let said = browser.text().await?;
    assert!(said.contains("Todos seriam julgados como agora") && said.contains("+ Até logo."), "{said}");
    browser.write("#motivo", "despedida mais cordial").await?;
    browser.press("button[value=vigorar]").await?;
    assert_eq!(browser.path().await?, "/procedimento");
    let said = browser.text().await?;
    assert!(said.contains("despedida mais cordial") && said.contains("Lia"), "{said}");
    // A review that changes nothing is a revision too, and sets the next one.
    browser.write("#revisao", "revisão semestral").await?;
    browser.press("form:has(#revisao) button").await?;
    let said = browser.text().await?;
    assert!(said.contains("revisão semestral"), "{said}");
    browser.press("ul.timeline li:nth-child(2) a").await?;
    let said = browser.text().await?;
    assert!(said.contains("despedida mais cordial") && said.contains("procedure.toml"), "{said}");
    browser.write("#motivo", "voltar atrás").await?;
    browser.press("form:has(#motivo) button").await?;
    let said = browser.text().await?;
    assert!(said.contains("voltar atrás"), "{said}");
    Ok(())
}

async fn an_entry_is_made_changed_and_imported(browser: Arc<Browser>) -> Tried {
    let code = format!("novo-{}", browser.scripts);
    browser.enter("admin").await?;
    browser.go("/cadastro/partners/entrada").await?;
    browser.write("#f-code", &code).await?;
    browser.write("#f-name", "Parceiro Novo").await?;
    browser.write("#f-email_domains", &format!("{code}.example")).await?;
    browser.write("#f-contacts", &format!("Nina Rosa <nina@{code}.example>")).await?;
    browser.press("button.primary").await?;
    browser.go(&format!("/cadastro/partners?q={code}")).await?;
    browser.press("tbody a").await?;
    let contacts = browser.one("#f-contacts").await?.prop("value").await?;
    assert_eq!(contacts, Some(format!("Nina Rosa <nina@{code}.example>")));
    browser.write("#f-name", "Parceiro Mudado").await?;
    browser.press("button.primary").await?;
    browser.go(&format!("/cadastro/partners?q={code}")).await?;
    assert!(browser.text().await?.contains("Parceiro Mudado"));
    // A key goes in and is never shown.
    browser.go("/cadastro/api_keys/entrada").await?;
    browser.write("#f-key", &format!("chave-{code}-0123456789")).await?;
    for (field, value) in [("partner", code.as_str()), ("environment", "homologacao"), ("status", "ativa")] {
        browser.click(&format!("#f-{field} option[value='{value}']")).await?;
    }
    browser.press("button.primary").await?;
    browser.go(&format!("/cadastro/api_keys?q={code}")).await?;
    let text = browser.text().await?;
    assert!(text.contains("6789") && !text.contains("0123456789"), "{text}");
    // A file is tried, and taken in.
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), format!("login;partner;status\r\nU-{code};{code};ativo\r\n")).unwrap();
    browser.go("/cadastro/importar").await?;
    browser.click("#o-que option[value=users]").await?;
    browser.one("#arquivo").await?.send_keys(file.path().display().to_string()).await?;
    browser.press("form:has(#arquivo) button[value=ensaiar]").await?;
    let text = browser.text().await?;
    assert!(text.contains("novos (1)") && text.contains(&format!("U-{code}")), "{text}");
    browser.press("[role=status] button").await?;
    browser.go(&format!("/cadastro/users?q=U-{code}")).await?;
    assert!(browser.text().await?.contains("ativo"));
    browser.go("/cadastro/routines").await?;
    assert!(browser.text().await?.contains("Fechamento diário"));
    Ok(())
}

async fn a_token_is_made_and_ended_and_a_second_factor_set_up(browser: Arc<Browser>) -> Tried {
    let login = format!("fator-{}@balcao.example", browser.scripts);
    browser.enter("admin").await?;
    browser.go("/equipe").await?;
    browser.write("#nome", "Pessoa com Fator").await?;
    browser.write("#login", &login).await?;
    browser.press("form.card[action='/equipe'] button").await?;
    let link = browser.one("[role=status] code").await?.text().await?;
    browser.press("form[action='/sair'] button").await?;
    browser.go(&link).await?;
    browser.write("#senha", "uma frase bem comprida para entrar").await?;
    browser.press("main button.primary").await?;
    let enter = async |browser: &Browser| {
        browser.write("#login", &login).await?;
        browser.write("#senha", "uma frase bem comprida para entrar").await?;
        browser.press("form[action='/entrar'] button.primary").await
    };
    enter(&browser).await?;
    browser.go("/conta").await?;
    browser.click("form[action='/conta/tokens'] ~ details summary, details:has(#nome) summary").await?;
    browser.write("#nome", "meu programa").await?;
    browser.press("form:has(#nome) button:not([type])").await?;
    let token = browser.one("[role=status] code").await?.text().await?;
    assert!(token.starts_with("blc_"), "{token}");
    browser.press("form:has([name=terminar]) button").await?;
    assert!(browser.text().await?.contains("Nenhum token"));
    browser.press("button[value=comecar]").await?;
    assert!(browser.one(".qr svg").await?.is_displayed().await?);
    let secret = browser.one(".qr + p code").await?.text().await?;
    browser.write("#codigo", &code_of(&secret)).await?;
    browser.press("button[value=confirmar]").await?;
    assert!(browser.text().await?.contains("Ligado."));
    browser.press("form[action='/sair'] button").await?;
    browser.go("/entrar").await?;
    enter(&browser).await?;
    assert_eq!(browser.path().await?, "/entrar", "a password alone is not enough");
    Ok(())
}

/// What an authenticator shows now.
fn code_of(secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let built = totp_rs::Builder::new().with_secret(secret).with_account_name("x").with_skew(1).build();
    built.unwrap().generate(u64::try_from(jiff::Timestamp::now().as_second()).unwrap()).to_string()
}
