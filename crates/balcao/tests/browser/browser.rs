//! The demonstration's desk and a browser of its own, for one test.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use tempfile::TempDir;
use thirtyfour::prelude::*;

/// One demonstration for all tests of this program: each makes tickets of its own.
pub(crate) struct Demo {
    _child: Child,
    pub(crate) address: String,
    pub(crate) password: String,
    /// An agent's token of the API.
    pub(crate) token: String,
}

/// A partner's contact of the example, and the partner's name.
pub(crate) const CONTACT: &str = "rafael.nunes@fintrilha.example";

pub(crate) fn demo() -> &'static Demo {
    static DEMO: OnceLock<Demo> = OnceLock::new();
    DEMO.get_or_init(|| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_balcao"))
            .args(["demo", "--listen", "127.0.0.1:0", "--lang", "pt-BR"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let address = lines.next().unwrap().strip_prefix("listening on ").unwrap().to_owned();
        let entry = lines.by_ref().find(|line| line.contains("com a senha ")).unwrap();
        let (_, rest) = entry.split_once("com a senha ").unwrap();
        let (password, rest) = rest.split_once(';').unwrap();
        let token = rest.rsplit(' ').next().unwrap().to_owned();
        // Whoever writes to a pipe that nobody reads is ended.
        std::thread::spawn(move || lines.for_each(drop));
        stop_with_us(&child);
        Demo { address, password: password.to_owned(), token, _child: child }
    })
}

/// A browser, and the driver that leads it.
pub(crate) struct Browser {
    pub(crate) driver: WebDriver,
    pub(crate) scripts: bool,
    _chromedriver: Chromedriver,
    _profile: TempDir,
}

struct Chromedriver(Child);

impl Chromedriver {
    /// A driver and its port. Many start at once, and one finds its port taken now and then and ends: a few tries.
    fn start() -> (Self, u16) {
        (0..5).find_map(|_| Self::try_start()).expect("chromedriver says its port in one of five tries")
    }

    fn try_start() -> Option<(Self, u16)> {
        let child = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts (Debian: chromium-driver)");
        let mut driver = Self(child);
        let mut said = BufReader::new(driver.0.stdout.take().unwrap()).lines().map_while(Result::ok);
        let line = said.find(|line| line.contains("started successfully on port"))?;
        let port = line.trim_end_matches('.').rsplit(' ').next()?.parse().ok()?;
        std::thread::spawn(move || said.for_each(drop));
        Some((driver, port))
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _ended = self.0.wait();
    }
}

/// Ends a program with this one, in whatever way that ends.
fn stop_with_us(child: &Child) {
    let watch =
        format!("while kill -0 {} 2>/dev/null; do sleep 0.3; done; kill {}", std::process::id(), child.id());
    let started = Command::new("sh").args(["-c", &watch]).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    drop(started.unwrap());
}

impl Browser {
    pub(crate) async fn open(scripts: bool, width: u32) -> Self {
        let (chromedriver, port) = Chromedriver::start();
        let profile = tempfile::tempdir().unwrap();
        let mut options = DesiredCapabilities::chrome();
        for flag in [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            &format!("--window-size={width},1000"),
            &format!("--user-data-dir={}", profile.path().display()),
        ] {
            options.add_arg(flag).unwrap();
        }
        if !scripts {
            let off = serde_json::json!({"profile.managed_default_content_settings.javascript": 2});
            options.add_experimental_option("prefs", off).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), options).await.unwrap();
        driver.set_implicit_wait_timeout(Duration::from_secs(5)).await.unwrap();
        Self { driver, scripts, _chromedriver: chromedriver, _profile: profile }
    }

    pub(crate) async fn go(&self, place: &str) -> WebDriverResult<()> {
        self.driver.goto(format!("{}{place}", demo().address)).await
    }

    pub(crate) async fn one(&self, css: &str) -> WebDriverResult<WebElement> {
        self.driver.find(By::Css(css)).await
    }

    pub(crate) async fn click(&self, css: &str) -> WebDriverResult<()> {
        let found = self.one(css).await?;
        found.scroll_into_view().await.or(Ok::<_, thirtyfour::error::WebDriverError>(()))?;
        found.click().await
    }

    /// Presses what leads to another page, and waits until the old one is gone.
    pub(crate) async fn press(&self, css: &str) -> WebDriverResult<()> {
        let old = self.one("html").await?;
        self.click(css).await?;
        self.gone(&old).await;
        Ok(())
    }

    /// Waits until a page is gone; `old` is a part of it.
    pub(crate) async fn gone(&self, old: &WebElement) {
        for _ in 0..200 {
            if old.tag_name().await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the page stayed");
    }

    /// Writes into a field in the place of what is there.
    pub(crate) async fn write(&self, css: &str, text: &str) -> WebDriverResult<()> {
        let field = self.one(css).await?;
        field.clear().await?;
        field.send_keys(text).await
    }

    /// The words of the page's middle.
    pub(crate) async fn text(&self) -> WebDriverResult<String> {
        self.one("main").await?.text().await
    }

    pub(crate) async fn path(&self) -> WebDriverResult<String> {
        Ok(self.driver.current_url().await?.path().to_owned())
    }

    /// Logs in as somebody of the team, `ana`.
    pub(crate) async fn enter(&self, who: &str) -> WebDriverResult<()> {
        self.go("/entrar").await?;
        self.write("#login", &format!("{who}@balcao.example")).await?;
        self.write("#senha", &demo().password).await?;
        self.press("form[action='/entrar'] button.primary").await
    }

    /// Enters as the partner's contact, by a link that an agent made on the registry's page.
    pub(crate) async fn enter_as_contact(&self) -> WebDriverResult<()> {
        self.enter("ana").await?;
        self.go("/cadastro/partners").await?;
        self.write("#link", CONTACT).await?;
        self.press("form[action='/cadastro/partners'].card button").await?;
        let link = self.one("[role=status] code").await?.text().await?;
        self.press("form[action='/sair'] button").await?;
        self.go(&link).await?;
        self.press("main button.primary").await
    }
}

/// Runs one body, and closes the browser however it ends: with scripts on a desk in the light theme, without them on a telephone in the dark.
pub(crate) async fn in_one<F>(scripts: bool, body: fn(std::sync::Arc<Browser>) -> F)
where
    F: Future<Output = crate::Tried>,
{
    let browser = std::sync::Arc::new(Browser::open(scripts, if scripts { 1440 } else { 390 }).await);
    browser.go("/").await.unwrap();
    let theme = if scripts { "light" } else { "dark" };
    browser.driver.add_cookie(Cookie::new("balcao_theme", theme)).await.unwrap();
    let tried = body(browser.clone()).await;
    let text = browser.text().await.unwrap_or_default();
    let url = browser.driver.current_url().await.map(|url| url.to_string()).unwrap_or_default();
    browser.driver.clone().quit().await.unwrap();
    if let Err(error) = tried {
        panic!("{error}\n{url}\n{text}");
    }
}

/// A further message of the sender of an example, to a ticket.
pub(crate) fn write_as_partner(protocol: &str, example: &str, body: &str) {
    let mut message = message(example);
    message["id"] = format!("{protocol}-further").into();
    message["received_at"] = jiff::Timestamp::now().to_string().into();
    message["body"] = body.into();
    let client = balcao_testkit::api::Client::new(&demo().address, &demo().token);
    let id = client.get(&format!("/api/v1/tickets/{protocol}")).unwrap().text_of("id");
    let sent = client.json("POST", &format!("/api/v1/tickets/{id}/messages"), &message, None).unwrap();
    assert_eq!(sent.status, 201, "{}", sent.text);
}

/// A message of the example company.
fn message(example: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/parceiros/inbound.ndjson");
    let all = std::fs::read_to_string(path).unwrap();
    let mut messages = all.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    messages.find(|message| message["id"] == example).unwrap()
}

/// The ticket that the API makes of an example message, told anew; its protocol number.
pub(crate) fn ticket(example: &str, again: &str) -> String {
    let mut message = message(example);
    message["id"] = format!("{example}-{again}").into();
    let client = balcao_testkit::api::Client::new(&demo().address, &demo().token);
    client.json("POST", "/api/v1/tickets", &message, None).unwrap().text_of("protocol")
}
