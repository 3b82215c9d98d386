//! Pictures of the main pages for the README: `cargo xtask screens` takes them anew.

use std::path::Path;

use crate::browser::{Browser, ticket};

/// What a partner's developer pastes.
const PASTED: &str = "curl -X POST https://api-externo.crefazon.com.br/api/v2/propostas/pre-analise \\\n  \
    -H 'Authorization: eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE3Nzg1ODcyMDB9.c2VtLWFzc2luYXR1cmE' \\\n  \
    -H 'Content-Type: application/json' -d '{\"produto\":\"energia\"}'\n\nHTTP/1.1 401 Unauthorized";

async fn take(browser: &Browser, name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/screens");
    std::fs::create_dir_all(&folder).unwrap();
    browser.driver.screenshot(&folder.join(format!("{name}.png"))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes pictures: cargo xtask screens"]
async fn of_the_readme() {
    let browser = Browser::open(true, 1280).await;
    browser.go("/diagnostico").await.unwrap();
    browser.write("#colado", PASTED).await.unwrap();
    browser.press("main form button").await.unwrap();
    take(&browser, "self-diagnosis").await;
    let number = ticket("dev-061", "screens");
    browser.enter("ana").await.unwrap();
    browser.go("/fila").await.unwrap();
    take(&browser, "queue").await;
    browser.go(&format!("/chamados/{number}")).await.unwrap();
    take(&browser, "ticket").await;
    browser.press("#escalar button").await.unwrap();
    browser.press("form[action='/sair'] button").await.unwrap();
    browser.enter("code").await.unwrap();
    browser.go(&format!("/code/{number}")).await.unwrap();
    take(&browser, "dossier").await;
    browser.press("form[action='/sair'] button").await.unwrap();
    browser.enter("lider").await.unwrap();
    browser.go("/relatorios").await.unwrap();
    take(&browser, "reports").await;
}
