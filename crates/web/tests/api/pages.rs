//! The pages as a browser meets them: who sees which, and what a hostile or hasty one gets.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use balcao_core::ticket::Role;
use balcao_desk::caller::{Caller, role_code};
use balcao_desk::people::account::{NewAccount, create, invite, set_password};
use balcao_desk::people::link;
use balcao_web::{Courier, router};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::desk::{Answered, Home, KEY, now};

const PASSWORD: &str = "uma frase bem comprida";

/// A form as a browser sends it.
pub(crate) fn form(path: &str, cookie: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    let body: Vec<String> =
        fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    request
        .header("cookie", cookie)
        .header("sec-fetch-site", "same-origin")
        .body(Body::from(body.join("&")))
        .unwrap()
}

pub(crate) fn page(path: &str, cookie: &str) -> Request<Body> {
    Request::get(path).header("cookie", cookie).header("accept", "text/html").body(Body::empty()).unwrap()
}

fn cookie_of(answered: &Answered) -> String {
    let set = answered.headers["set-cookie"].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

impl Home {
    /// A browser in which somebody with this role has logged in.
    pub(crate) async fn browser(&self, role: Role) -> String {
        if role == Role::PartnerContact {
            return self.contact("beto@beta.example").await;
        }
        let login = format!("{}@balcao.example", role_code(role));
        let (login_, name) = (login.clone(), "Ana".to_owned());
        let new = NewAccount { login: login_, name, role, partner: None, team: None };
        let made = create(&self.desk, &Caller::system(), new, now()).await.unwrap();
        let secret = invite(&self.desk, &Caller::system(), &made.id, now()).await.unwrap();
        set_password(&self.desk, &secret, PASSWORD, now()).await.unwrap();
        let entered = self.send(form("/entrar", "", &[("login", &login), ("senha", PASSWORD)])).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{}", entered.text);
        cookie_of(&entered)
    }

    async fn contact(&self, address: &str) -> String {
        let secret = link::hand_over(&self.desk, &Caller::system(), address, now()).await.unwrap();
        cookie_of(&self.send(form(&format!("/entrar/link/{secret}"), "", &[])).await)
    }

    async fn alfas(&self) -> (String, String) {
        let token = self.token(Role::Agent, None).await;
        let (id, message) = self.ticket(&token, 1).await;
        let whole = self.call("GET", &format!("/api/v1/tickets/{id}"), &token, None).await.json();
        (whole["protocol"].as_str().unwrap().to_owned(), message)
    }
}

/// Every page that is read, and who may: `s` staff, `t` whoever is of a team that sees all, `m` managers, `l` leads and up, `p` partners.
const PAGES: [(&str, &str); 23] = [
    ("/fila", "s"),
    ("/fila?ver=late&q=erro&parceiro=alfa", "s"),
    ("/fila/ao-vivo", "live"),
    ("/chamados/novo", "s"),
    ("/code", "s"),
    ("/comercial", "s"),
    ("/portal", "p"),
    ("/portal/novo", "p"),
    ("/documentacao?q=token", "sp"),
    ("/procedimento", "s"),
    ("/relatorios", "t"),
    ("/relatorios/by-situation.csv", "t"),
    ("/relatorios/by-situation.xlsx", "t"),
    ("/cadastro", "s"),
    ("/cadastro/api_keys", "s"),
    ("/log", "s"),
    ("/equipe", "m"),
    ("/trilha", "l"),
    ("/conversas", "l"),
    ("/correio", "l"),
    ("/mensagens?lingua=en", "l"),
    ("/mensagens/answer/pt-BR", "l"),
    ("/estilo", "sp"),
];

const ROLES: [Role; 7] = [
    Role::Agent,
    Role::Lead,
    Role::Manager,
    Role::Code,
    Role::Commercial,
    Role::Administrator,
    Role::PartnerContact,
];

fn may(who: &str, role: Role) -> bool {
    use Role::{Administrator, Agent, Lead, Manager, PartnerContact};
    who.chars().any(|who| match who {
        's' => role != PartnerContact,
        't' => matches!(role, Agent | Lead | Manager | Administrator),
        'l' => matches!(role, Lead | Manager | Administrator),
        'm' => matches!(role, Manager | Administrator),
        'p' => role == PartnerContact,
        _ => false,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_its_pages_and_nothing_of_others() {
    let home = Home::new().await;
    let (protocol, _) = home.alfas().await;
    let places = ["/chamados/", "/code/", "/portal/chamados/"].map(|place| format!("{place}{protocol}"));
    for role in ROLES {
        let cookie = home.browser(role).await;
        for (path, who) in PAGES.iter().filter(|(_, who)| *who != "live") {
            let request = page(path, &cookie);
            let response = home.router.clone().oneshot(request).await.unwrap();
            let (granted, status) = (may(who, role), response.status());
            assert_eq!(status == StatusCode::OK, granted, "{role:?} {path}: {status}");
            assert!(granted || status == StatusCode::FORBIDDEN, "{role:?} {path}: {status}");
        }
        // A ticket of Alfa's that is with no team: people of the desk see it; teams and Beta's contact find nothing.
        for place in &places {
            let answered = home.send(page(place, &cookie)).await;
            let sees = matches!(role, Role::Agent | Role::Lead | Role::Manager | Role::Administrator);
            let portal = place.starts_with("/portal");
            assert_eq!(
                answered.status == StatusCode::OK,
                sees && !portal,
                "{role:?} {place}: {}",
                answered.status
            );
            assert!(sees || !answered.text.contains("Alfa"), "{role:?} {place}");
            assert!(!answered.text.contains(KEY), "{role:?} {place}");
        }
    }
    for (path, _) in PAGES.iter().filter(|(path, _)| *path != "/estilo") {
        let answered = home.send(page(path, "balcao_session=nobody")).await;
        assert_eq!(answered.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answered.headers["location"].to_str().unwrap().starts_with("/entrar?voltar="), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_from_elsewhere_does_nothing() {
    let home = Home::new().await;
    let (protocol, _) = home.alfas().await;
    let cookie = home.browser(Role::Agent).await;
    let path = format!("/chamados/{protocol}/responder");
    let mut foreign = form(&path, &cookie, &[("texto", "clique aqui"), ("tipo", "resposta")]);
    foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
    foreign.headers_mut().insert("origin", "https://mal.example".parse().unwrap());
    assert_eq!(home.send(foreign).await.status, StatusCode::FORBIDDEN);
    let shown = home.send(page(&format!("/chamados/{protocol}"), &cookie)).await;
    assert!(!shown.text.contains("clique aqui"));
    // Whatever is written is shown as words, and nothing leads out of the desk.
    let written = "<script>alert(1)</script>";
    let sent = home.send(form(&path, &cookie, &[("texto", written), ("tipo", "nota")])).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    let shown = home.send(page(&format!("/chamados/{protocol}"), &cookie)).await;
    assert!(!shown.text.contains(written) && shown.text.contains("&#60;script&#62;"), "escaped");
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    for (back, to) in [
        ("//mal.example", "/"),
        ("https://mal.example", "/"),
        ("/\\mal.example", "/"),
        ("/fila?q=1", "/fila?q=1"),
    ] {
        let sent = home.send(form("/preferencias", "", &[("voltar", back)])).await;
        assert_eq!(sent.headers["location"], to, "{back}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_click_is_no_second_message() {
    let home = Home::new().await;
    let (protocol, _) = home.alfas().await;
    let cookie = home.browser(Role::Agent).await;
    let path = format!("/chamados/{protocol}/responder");
    for _ in 0..3 {
        let sent = home
            .send(form(&path, &cookie, &[("texto", "Só uma vez."), ("tipo", "resposta"), ("vez", "1")]))
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    }
    let shown = home.send(page(&format!("/chamados/{protocol}"), &cookie)).await;
    assert_eq!(shown.text.matches("class=\"message out\"").count(), 1);
    let fields = [("texto", "a integração parou"), ("endereco", "dev@alfa.example"), ("vez", "7")];
    let mut made = Vec::new();
    for _ in 0..2 {
        let sent = home.send(form("/diagnostico/chamado", "", &fields)).await;
        let at = sent.text.find("2026-0").unwrap();
        made.push(sent.text.get(at..at + 11).unwrap().to_owned());
    }
    assert_eq!(made[0], made[1]);
}

/// A file in a form, as a browser sends it.
fn with_file(path: &str, cookie: &str, size: usize) -> Request<Body> {
    let mut body = b"--x\r\nContent-Disposition: form-data; name=\"texto\"\r\n\r\nsegue o log\r\n--x\r\n\
        Content-Disposition: form-data; name=\"arquivos\"; filename=\"a.log\"\r\nContent-Type: text/plain\r\n\r\n".to_vec();
    body.resize(body.len() + size, b'.');
    body.extend_from_slice(b"\r\n--x--\r\n");
    let request = Request::post(path)
        .header("content-type", "multipart/form-data; boundary=x")
        .header("cookie", cookie);
    request.header("sec-fetch-site", "same-origin").body(Body::from(body)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_taken_up_to_what_the_page_says() {
    let home = Home::new().await;
    let cookie = home.browser(Role::PartnerContact).await;
    let taken = home.send(with_file("/portal/novo", &cookie, 5 << 20)).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    let refused = home.send(with_file("/portal/novo", &cookie, 11 << 20)).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert!(refused.text.contains("<h1>"), "said as a page: {}", refused.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_looks_is_let_go_when_the_server_ends() {
    let home = Home::new().await;
    let cookie = home.browser(Role::Agent).await;
    let response = home.router.clone().oneshot(page("/fila/ao-vivo", &cookie)).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    home.app.let_go();
    let ended =
        tokio::time::timeout(std::time::Duration::from_secs(20), response.into_body().collect()).await;
    assert!(ended.is_ok_and(|body| body.is_ok()), "whoever looks still holds the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_https_the_session_goes_over_https_only() {
    let home = Home::new().await;
    home.browser(Role::Agent).await;
    let fields = [("login", "agent@balcao.example"), ("senha", PASSWORD)];
    for (address, secure) in [("", false), ("http://balcao.example", false), ("https://balcao.example", true)]
    {
        let router = router(home.app.clone().reached_at(address));
        let entered = router.oneshot(form("/entrar", "", &fields)).await.unwrap();
        let set = entered.headers()["set-cookie"].to_str().unwrap();
        assert_eq!(set.contains("; Secure"), secure, "{address}: {set}");
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    }
}

/// Keeps what it was to carry.
struct Pocket(tokio::sync::mpsc::UnboundedSender<(String, String)>);

impl Courier for Pocket {
    fn carry(&self, address: &str, path: &str) {
        self.0.send((address.to_owned(), path.to_owned())).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_goes_to_registered_addresses_only_and_is_good_once() {
    let home = Home::new().await;
    let (pocket, mut carried) = tokio::sync::mpsc::unbounded_channel();
    let router = router(home.app.clone().with_courier(std::sync::Arc::new(Pocket(pocket))));
    let ask = async |address: &str| {
        let answered =
            router.clone().oneshot(form("/entrar/link", "", &[("endereco", address)])).await.unwrap();
        let status = answered.status();
        let text = answered.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(text.to_vec()).unwrap())
    };
    // Anybody of the domain is not a contact; whoever asks cannot tell.
    let (unknown, registered) = (ask("outra@alfa.example").await, ask("Dea@alfa.example").await);
    assert_eq!(unknown, registered);
    let (address, path) = carried.recv().await.unwrap();
    assert_eq!(address, "Dea@alfa.example");
    let looked = home.send(page(&path, "")).await;
    assert_eq!(looked.status, StatusCode::OK, "a program that only looks does not use it up");
    let entered = home.send(form(&path, "", &[])).await;
    assert_eq!(
        (entered.status, entered.headers["location"].to_str().unwrap()),
        (StatusCode::SEE_OTHER, "/portal")
    );
    assert_eq!(home.send(form(&path, "", &[])).await.status, StatusCode::UNAUTHORIZED);
    // Nobody floods a mailbox.
    for _ in 0..12 {
        ask("dea@alfa.example").await;
    }
    tokio::task::yield_now().await;
    let mut count = 0;
    while let Ok(Some(_)) = tokio::time::timeout(std::time::Duration::from_millis(500), carried.recv()).await
    {
        count += 1;
    }
    assert!(count <= 5, "{count} links");
}
