//! An agent: finds a ticket, reads its diagnosis, sends the suggestion, escalates another, closes.

use std::sync::Arc;
use std::time::Duration;

use thirtyfour::prelude::*;

use crate::Tried;
use crate::browser::{Browser, ticket, write_as_partner};

crate::in_browser!(
    the_suggestion_is_sent_and_the_ticket_closed,
    a_ticket_is_found_and_escalated_and_code_answers,
    several_are_taken_at_once,
    a_ticket_is_classified_and_a_standard_reply_taken,
    code_answers_all_that_share_a_failure,
);

async fn the_suggestion_is_sent_and_the_ticket_closed(browser: Arc<Browser>) -> Tried {
    let number = ticket("dev-033", &format!("close-{}", browser.scripts));
    browser.enter("ana").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    let text = browser.text().await?;
    assert!(text.contains("O usuário não está vinculado à chave"), "{text}");
    // An evidence leads to its line in the message.
    browser.click("dl.facts dd a[href^='#m']").await?;
    assert!(browser.driver.current_url().await?.fragment().is_some_and(|at| at.contains("-l")));
    browser.press("button[name=tipo][value=resposta]").await?;
    let text = browser.text().await?;
    assert!(text.contains("Resolvido") && text.contains("enviada"), "{text}");
    // Closing without the partner's word is refused, with what is missing.
    browser.press("form:has(#classificacao) button").await?;
    let text = browser.text().await?;
    assert!(text.contains("confirma"), "{text}");
    // The partner writes that it works; where it says so, the agent notes it.
    write_as_partner(&number, "dev-033", "Agora funcionou, obrigado. Pode encerrar.");
    browser.go(&format!("/chamados/{number}")).await?;
    let last = "article.message:last-of-type";
    browser.click(&format!("{last} details summary")).await?;
    browser.press(&format!("{last} button[value=confirmou]")).await?;
    browser.press("form:has(#classificacao) button").await?;
    let text = browser.text().await?;
    assert!(text.contains("Encerrado"), "{text}");
    Ok(())
}

async fn a_ticket_is_found_and_escalated_and_code_answers(browser: Arc<Browser>) -> Tried {
    let number = ticket("dev-061", &format!("code-{}", browser.scripts));
    browser.enter("ana").await?;
    browser.go("/fila?ver=all&q=link-assinatura").await?;
    assert!(browser.one("tbody mark").await?.text().await?.len() > 2);
    browser.go(&format!("/fila?ver=all&q={number}")).await?;
    browser.press("tbody a").await?;
    assert_eq!(browser.path().await?, format!("/chamados/{number}"));
    browser.press("#escalar button").await?;
    let text = browser.text().await?;
    assert!(text.contains("Escalado"), "{text}");
    browser.press("form[action='/sair'] button").await?;
    browser.enter("code").await?;
    assert_eq!(browser.path().await?, "/code");
    browser.go(&format!("/code/{number}")).await?;
    let text = browser.text().await?;
    assert!(
        text.contains("$TOKEN") && text.contains("A API Key existe") && text.contains("está ativa"),
        "{text}"
    );
    browser.click("input[name=resultado][value=fixed]").await?;
    browser.write("#texto", "Corrigido na versão 2.33.").await?;
    browser.press("form button.primary").await?;
    browser.press("form[action='/sair'] button").await?;
    browser.enter("ana").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    let text = browser.text().await?;
    assert!(text.contains("Em investigação") && text.contains("Corrigido na versão 2.33."), "{text}");
    Ok(())
}

async fn several_are_taken_at_once(browser: Arc<Browser>) -> Tried {
    let numbers = [
        ticket("dev-008", &format!("bulk-{}", browser.scripts)),
        ticket("dev-025", &format!("bulk-{}", browser.scripts)),
    ];
    browser.enter("ana").await?;
    browser.go("/fila").await?;
    for number in &numbers {
        browser.click(&format!("input[aria-label='{number}']")).await?;
    }
    browser.press("#acao ~ button").await?;
    let text = browser.text().await?;
    assert!(numbers.iter().all(|number| text.contains(number.as_str())), "{text}");
    browser.go("/fila?ver=mine").await?;
    let text = browser.text().await?;
    assert!(numbers.iter().all(|number| text.contains(number.as_str())), "{text}");
    Ok(())
}

async fn a_ticket_is_classified_and_a_standard_reply_taken(browser: Arc<Browser>) -> Tried {
    let number = ticket("dev-033", &format!("class-{}", browser.scripts));
    browser.enter("ana").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    let choice = "#classificar button[value$='/usuario-inativo']";
    if browser.scripts {
        // Two keys: c, and the letter of the cause.
        let letter = browser.one(choice).await?.attr("data-key").await?.unwrap();
        let old = browser.one("html").await?;
        browser.one("body").await?.send_keys("c").await?;
        browser.driver.active_element().await?.send_keys(letter).await?;
        browser.gone(&old).await;
    } else {
        browser.click("#classificar summary").await?;
        browser.press(choice).await?;
    }
    let text = browser.text().await?;
    assert!(text.contains("Classificado por Ana") && text.contains("O usuário está inativo"), "{text}");
    let before = browser.one("#texto").await?.prop("value").await?;
    browser.click("#responder details:has([data-reply-from]) summary").await?;
    let link = "a[href*='resposta=usuario-inativo']";
    if browser.scripts {
        browser.click(link).await?;
    } else {
        browser.press(link).await?;
    }
    for _ in 0..100 {
        if browser.one("#texto").await?.prop("value").await? != before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let after = browser.one("#texto").await?.prop("value").await?;
    assert!(after != before && after.as_deref().is_some_and(|text| text.contains("inativo")), "{after:?}");
    Ok(())
}

async fn code_answers_all_that_share_a_failure(browser: Arc<Browser>) -> Tried {
    // Both runs speak of one failure: one after the other.
    static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _turn = TURN.lock().await;
    let numbers = [1, 2, 3].map(|n| ticket("dev-031", &format!("shared-{}-{n}", browser.scripts)));
    browser.enter("ana").await?;
    for number in &numbers {
        browser.go(&format!("/chamados/{number}")).await?;
        browser.press("#escalar button").await?;
    }
    let text = browser.text().await?;
    assert!(text.contains("Mesma falha em outros chamados") && text.contains(&numbers[0]), "{text}");
    browser.press("form[action='/sair'] button").await?;
    browser.enter("code").await?;
    browser.go(&format!("/code/{}", numbers[1])).await?;
    let text = browser.text().await?;
    assert!(text.contains("Última release antes da falha"), "{text}");
    browser.click("input[name=resultado][value=not_a_bug]").await?;
    browser.write("#texto", "A API responde o que deve.").await?;
    browser.click("input[name=ligados]").await?;
    browser.press("form button.primary").await?;
    let text = browser.text().await?;
    assert!(numbers.iter().all(|number| text.contains(number.as_str())), "{text}");
    browser.press("form[action='/sair'] button").await?;
    browser.enter("ana").await?;
    for number in &numbers {
        browser.go(&format!("/chamados/{number}")).await?;
        let text = browser.text().await?;
        assert!(text.contains("Em investigação") && text.contains("A API responde o que deve."), "{text}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drafts_the_keyboard_and_live_news() {
    crate::browser::in_one(true, with_the_keyboard).await;
}

async fn with_the_keyboard(browser: Arc<Browser>) -> Tried {
    let number = ticket("dev-048", "keys");
    browser.enter("ana").await?;
    browser.go("/fila").await?;
    let page = browser.one("body").await?;
    page.send_keys("jj").await?;
    let here = browser.one("tbody tr.here").await?;
    assert!(here.text().await?.contains("2026-"));
    page.send_keys("?").await?;
    assert!(browser.one("dialog[open]").await?.text().await?.contains("Teclado"));
    browser.click("dialog[open] button").await?;
    browser.go(&format!("/chamados/{number}")).await?;
    browser.one("body").await?.send_keys("r").await?;
    let active = browser.driver.active_element().await?;
    assert_eq!(active.id().await?.as_deref(), Some("texto"));
    browser.write("#texto", "Um rascunho que não se perde.").await?;
    let saved = browser.driver.query(By::XPath("//*[@data-draft-state and contains(., 'salvo')]"));
    saved.wait(Duration::from_secs(10), Duration::from_millis(100)).first().await?;
    browser.go(&format!("/chamados/{number}")).await?;
    let kept = browser.one("#texto").await?.prop("value").await?;
    assert_eq!(kept.as_deref(), Some("Um rascunho que não se perde."));
    // The answer goes out without a mouse.
    browser.one("body").await?.send_keys("r").await?;
    for _ in 0..20 {
        let active = browser.driver.active_element().await?;
        if active.attr("value").await?.as_deref() == Some("resposta") {
            break;
        }
        active.send_keys(Key::Tab).await?;
    }
    let old = browser.one("html").await?;
    browser.driver.active_element().await?.send_keys(Key::Enter).await?;
    browser.gone(&old).await;
    let text = browser.text().await?;
    assert!(text.contains("Um rascunho que não se perde.") && text.contains("enviada"), "{text}");
    // Somebody else changes the ticket: whoever looks is told.
    let client =
        balcao_testkit::api::Client::new(&crate::browser::demo().address, &crate::browser::demo().token);
    let told = async |browser: &Browser| {
        let news = browser.driver.query(By::Css("[data-live]:not([hidden])"));
        news.wait(Duration::from_secs(10), Duration::from_millis(100)).first().await
    };
    let body = serde_json::json!({"to": "analysis", "reason": "teste"});
    let id = client.get(&format!("/api/v1/tickets/{number}")).unwrap().text_of("id");
    client.json("POST", &format!("/api/v1/tickets/{id}/transitions"), &body, None).unwrap();
    told(&browser).await?;
    Ok(())
}
