//! A partner's developer: pastes a failing call, reads what is wrong, opens a ticket, answers what is missing, says whether it helped.

use std::sync::Arc;

use thirtyfour::error::WebDriverError;

use crate::Tried;
use crate::browser::Browser;

crate::in_browser!(a_pasted_curl_is_read, a_ticket_from_the_portal_to_its_end);

async fn a_pasted_curl_is_read(browser: Arc<Browser>) -> Tried {
    browser.go("/").await?;
    browser.press("main a.primary").await?;
    let curl = "curl -X POST https://api-externo.crefazon.com.br/api/v2/propostas/pre-analise -H 'Authorization: Bearer abc' -d '{}'";
    browser.write("#colado", curl).await?;
    browser.press("form[action='/diagnostico'] button").await?;
    let text = browser.text().await?;
    assert!(text.contains("O token ou o cabeçalho está malformado"), "{text}");
    assert!(text.contains("não é um token JWT") && text.contains("Para ler mais"), "{text}");
    // Nothing of keys and users is told to whoever is not known.
    browser
        .write("#colado", "apiKey: ft_prd_yqFD3LvNPO0e5fUjuHCna4TPbycj\nusuário: integrador.ft\n500")
        .await?;
    browser.press("form[action='/diagnostico'] button").await?;
    let text = browser.text().await?;
    for told in ["cadastrada", "cadastrado", "não consta", "FinTrilha", "bloquead"] {
        assert!(!text.contains(told), "{told} in {text}");
    }
    browser.write("#mais", "Precisamos de ajuda.").await?;
    browser.write("#endereco", "alguem@fora.example").await?;
    browser.press("form[action='/diagnostico/chamado'] button").await?;
    let text = browser.text().await?;
    assert!(text.contains("Chamado registrado") && text.contains("2026-"), "{text}");
    Ok(())
}

async fn a_ticket_from_the_portal_to_its_end(browser: Arc<Browser>) -> Tried {
    browser.enter_as_contact().await?;
    assert_eq!(browser.path().await?, "/portal");
    browser.go("/portal/novo").await?;
    browser.write("#assunto", "integração parou").await?;
    browser.write("#texto", "boa tarde, a integração parou. podem verificar?").await?;
    browser.press("form[action='/portal/novo'] button").await?;
    let own = browser.path().await?;
    assert!(own.starts_with("/portal/chamados/2026-"), "{own}");
    let number = own.rsplit('/').next().unwrap().to_owned();
    // An agent asks for everything that is missing, at once, from the refused escalation.
    browser.press("form[action='/sair'] button").await?;
    browser.enter("ana").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    browser.click("#escalar summary").await.or(Ok::<_, WebDriverError>(()))?;
    browser.press("#escalar button").await?;
    let text = browser.text().await?;
    assert!(text.contains("falta a evidência") && text.contains("de uma vez"), "{text}");
    browser.press("[role=alert] button.primary").await?;
    let text = browser.text().await?;
    assert!(text.contains("Aguardando o parceiro"), "{text}");
    // The partner answers on a short form, and the ticket is taken up again.
    browser.press("form[action='/sair'] button").await?;
    browser.enter_as_contact().await?;
    browser.go(&own).await?;
    let text = browser.text().await?;
    assert!(text.contains("Precisamos disto para continuar"), "{text}");
    browser.write("#a1", "ft_prd_yqFD3LvNPO0e5fUjuHCna4TPbycj").await?;
    browser.press(".card.answer button").await?;
    let text = browser.text().await?;
    assert!(text.contains("Em análise") && !text.contains("yqFD3LvNPO0e5fUjuHCna4TPbycj"), "{text}");
    // The agent answers for good, and the partner says that it helped.
    browser.press("form[action='/sair'] button").await?;
    browser.enter("ana").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    browser.write("#texto", "Era uma falha nossa, já corrigida.").await?;
    browser.click("input[name=depois][value=resolver]").await?;
    browser.press("button[name=tipo][value=resposta]").await?;
    browser.press("form[action='/sair'] button").await?;
    browser.enter_as_contact().await?;
    browser.go(&own).await?;
    browser.press("button[value=resolveu]").await?;
    let text = browser.text().await?;
    assert!(text.contains("Encerrado"), "{text}");
    Ok(())
}
