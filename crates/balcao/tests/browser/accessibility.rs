//! Every page is fit for everybody: axe finds nothing, on a telephone and on a desk, in both themes.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::browser::{Browser, CONTACT, ticket};

const VERSION: &str = "4.10.3";

/// The checker's script, from its package; fetched once, whichever test asks first.
fn axe() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(fetched)
}

fn fetched() -> String {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("axe-{VERSION}"));
    let script: PathBuf = home.join("node_modules/axe-core/axe.min.js");
    if !script.exists() {
        std::fs::create_dir_all(&home).unwrap();
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-save", "--ignore-scripts", &format!("axe-core@{VERSION}")])
            .current_dir(&home);
        let done = npm.output().expect("npm starts");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    std::fs::read_to_string(script).unwrap()
}

/// What axe finds on the page that is open.
async fn violations(browser: &Browser, axe: &str) -> Vec<String> {
    browser.driver.execute(format!("{axe}; window.axe = axe;"), Vec::new()).await.unwrap();
    let run =
        "const done = arguments[arguments.length - 1]; axe.run().then((found) => done(found.violations));";
    let found = browser.driver.execute_async(run, Vec::new()).await.unwrap();
    let shown = |one: &Value| {
        let node = one.pointer("/nodes/0/html").and_then(Value::as_str).unwrap_or_default();
        format!("{}: {node}", one.get("id").and_then(Value::as_str).unwrap_or_default())
    };
    found.json().as_array().into_iter().flatten().map(shown).collect()
}

const STAFF: [&str; 22] = [
    "/fila",
    "/fila?ver=all&q=token",
    "/chamados/novo",
    "/code",
    "/comercial",
    "/procedimento",
    "/documentacao?q=token",
    "/cadastro",
    "/cadastro/api_keys",
    "/cadastro/routines",
    "/cadastro/partners/entrada",
    "/cadastro/importar",
    "/conta",
    "/procedimento/editar",
    "/log",
    "/relatorios",
    "/equipe",
    "/trilha",
    "/correio",
    "/conversas",
    "/estilo",
    "/nada",
];

async fn checked(width: u32) {
    let axe = axe();
    let browser = Browser::open(true, width).await;
    let number = ticket("dev-058", &format!("axe-{width}"));
    let mut wrong = Vec::new();
    for theme in ["light", "dark"] {
        let mut look = async |place: &str| {
            browser.go(place).await.unwrap();
            wrong.extend(
                violations(&browser, axe).await.into_iter().map(|one| format!("{place} {theme}: {one}")),
            );
        };
        browser.go("/").await.unwrap();
        browser
            .driver
            .execute(format!("document.cookie = 'balcao_theme={theme}; path=/'"), Vec::new())
            .await
            .unwrap();
        for place in ["/", "/entrar", "/diagnostico"] {
            look(place).await;
        }
        browser.enter("admin").await.unwrap();
        for place in STAFF {
            look(place).await;
        }
        look(&format!("/chamados/{number}")).await;
        look(&format!("/code/{number}")).await;
        browser.press("form[action='/sair'] button").await.unwrap();
        assert!(CONTACT.contains('@'));
        browser.enter_as_contact().await.unwrap();
        for place in ["/portal".to_owned(), "/portal/novo".to_owned(), format!("/portal/chamados/{number}")] {
            look(&place).await;
        }
        browser.go("/portal").await.unwrap();
        browser.press("form[action='/sair'] button").await.unwrap();
    }
    browser.driver.clone().quit().await.unwrap();
    assert_eq!(wrong, Vec::<String>::new(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stands_in_the_way_on_a_telephone() {
    checked(390).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_stands_in_the_way_on_a_desk() {
    checked(1440).await;
}
