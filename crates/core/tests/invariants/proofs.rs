//! Every verdict follows from its proof alone, and not from another proof.

use balcao_core::checks::{Finding, Statement, Verdict, verify};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::world::{OLD, OTHERS, PRODUCTION, STAGING, World, message};

std::thread_local! {
    static WORLD: World = World::new();
}

/// Pieces of what partners paste, in any order.
pub(crate) fn body() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec![PRODUCTION, STAGING, OLD, OTHERS, "fsul_prod_9Xx8Yy7Zz6Ww5Vv4"]);
    let user = prop::sample::select(vec![
        "AL1029384",
        "AL5647382",
        "AL7788990",
        "AL3344556",
        "BE1122334",
        "AL9999999",
    ]);
    let host = prop::sample::select(vec![
        "https://api.frotasul.example",
        "https://hml.frotasul.example",
        "https://x.example",
    ]);
    let route =
        prop::sample::select(vec!["/api/v2/cotacoes", "/api/cotacao", "/api/v2/cotacao", "/api/v2/nada"]);
    let payload = prop::sample::select(vec![r#"{"peso": 1, "destino": "Lages"}"#, r#"{"peso": "um"}"#, "{"]);
    let curl =
        (key.clone(), user.clone(), host, route, payload).prop_map(|(key, user, host, route, payload)| {
            format!("curl -X POST {host}{route} -H 'X-Api-Key: {key}' -H 'usuario: {user}' -d '{payload}'\n")
        });
    let piece = prop_oneof![
        curl,
        key.prop_map(|key| format!("a chave é {key}. ")),
        user.prop_map(|user| format!("usuário {user} ")),
        prop::sample::select(vec![
            "Hoje às 09h20 ",
            "ontem às 23h30 ",
            "No domingo, 07/06, às 14h00 ",
            "08/06/2026 20:05:00 ",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![
            "HTTP/1.1 500 Internal Server Error\n",
            "-> 401 Unauthorized\n",
            "deu timeout ",
            "504 Gateway Time-out ",
            "request id fs-90002 ",
            "request id fs-90003 ",
            "request id fs-90004 ",
            "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3ODA5NjAyMDB9.c2lnbmF0dXJl\n",
            "GET https://api.frotasul.example/api/v2/entregas/42 -> 401 ",
            "O Frete Rápido está disponível na v1? ",
            "> citação anterior\n",
            "<p>olá</p>",
            "em produção ",
            "\n\n",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_verdict_follows_from_its_own_proof_and_not_from_its_contrary(body in body()) {
        let diagnosis = WORLD.with(|world| world.diagnose(&message(&body)));
        for finding in &diagnosis.findings {
            prop_assert_eq!(verify(finding), Ok(()), "{:?} for {}", finding, body);
            if matches!(finding.verdict, Verdict::Yes | Verdict::No) {
                prop_assert!(!finding.proof.is_empty(), "{} has no proof for {}", finding.check, body);
                let claimed = Finding { verdict: opposite(finding.verdict), ..finding.clone() };
                prop_assert!(verify(&claimed).is_err(), "{:?} passes as its contrary", finding);
                let bare = Finding { proof: Vec::new(), ..finding.clone() };
                prop_assert!(verify(&bare).is_err(), "{} passes without proof", finding.check);
            }
        }
    }
}

fn opposite(verdict: Verdict) -> Verdict {
    if verdict == Verdict::Yes { Verdict::No } else { Verdict::Yes }
}

#[test]
fn a_proof_that_was_changed_no_longer_carries_its_verdict() {
    let body = format!(
        "Hoje às 09h20 deu erro:\ncurl -X POST https://api.frotasul.example/api/v2/cotacoes -H 'X-Api-Key: {PRODUCTION}' -H 'usuario: AL1029384' -H 'Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJpYXQiOjE3ODA5NjAyMDB9.c2lnbmF0dXJl' -d '{{\"peso\": 1, \"destino\": \"Lages\"}}'\nHTTP/1.1 401 Unauthorized"
    );
    let diagnosis = World::new().diagnose(&message(&body));
    let mut tried = 0;
    for finding in
        diagnosis.findings.iter().filter(|finding| matches!(finding.verdict, Verdict::Yes | Verdict::No))
    {
        let mut changed = finding.clone();
        let mut any = false;
        for proof in &mut changed.proof {
            if let Some(other) = contrary(&proof.statement) {
                proof.statement = other;
                any = true;
                break;
            }
        }
        if any {
            tried += 1;
            assert!(verify(&changed).is_err(), "{}: {:?} still passes", finding.check, changed.proof);
        }
    }
    assert!(tried >= 10, "only {tried} proofs could be changed");
}

/// The statement that says otherwise, where it decides alone.
fn contrary(statement: &Statement) -> Option<Statement> {
    use Statement as S;
    Some(match statement {
        S::KeyKnown(yes) => S::KeyKnown(!yes),
        S::KeyActive(yes) => S::KeyActive(!yes),
        S::KeyOfSender(yes) => S::KeyOfSender(!yes),
        S::KeyOfEnvironment(_) => S::KeyOfEnvironment("outro".to_owned()),
        S::UserKnown(yes) => S::UserKnown(!yes),
        S::UserUsable(yes) => S::UserUsable(!yes),
        S::UserLinked(yes) => S::UserLinked(!yes),
        S::TokenWellFormed(yes) => S::TokenWellFormed(!yes),
        S::TokenUsed { at, .. } => S::TokenUsed { at: *at, validity: SignedDuration::from_hours(1_000) },
        S::RouteDocumented => S::RouteOfOtherVersion,
        S::BodyKeepsContract => S::BodyBreaksContract,
        S::BodyBreaksContract => S::BodyKeepsContract,
        S::NoRoutine => S::RoutineRan { from: Timestamp::MIN, to: Timestamp::MAX },
        S::BusinessTime(yes) => S::BusinessTime(!yes),
        S::Released(_) => S::NoRelease,
        _ => return None,
    })
}
