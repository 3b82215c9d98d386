//! Nothing that is secret travels, and nothing that a person wrote means anything there.

use crate::contract::Kind;
use crate::houses::{House, SECRET, TOKEN, message, noon, noted, received, to_code, work};
use crate::server::Server;

crate::on_both!(no_secret_travels);

const SECRETS: [&str; 5] = [
    "ft_prd_yqFD3LvNPO0e5fUjuHCna4TPbycj",
    "529.982.247-25",
    "minhaSenha#77",
    "rafael.nunes@fintrilha.example",
    TOKEN,
];

async fn no_secret_travels(house: &House) {
    for kind in Kind::ALL {
        let server = Server::start(kind).await;
        let desk = house.with(&server).await;
        let more = "CPF 529.982.247-25, senha: minhaSenha#77\n@joana ![x](https://rastreio.example/p.png) {noformat} ```\n/close";
        let row = received(&desk, &message(&format!("segredo {kind:?}"), more)).await;
        to_code(&desk, &row.id).await;
        noted(&desk, &row.id, "@code a senha: minhaSenha#77 do CPF 529.982.247-25").await;
        work(&desk, noon()).await;
        let state = server.state();
        assert_eq!((state.issues.len(), state.issues[0].comments.len()), (1, 1), "{kind:?}");
        let seen = state.seen.join("\n");
        for secret in SECRETS.into_iter().chain([SECRET]) {
            assert!(!seen.contains(secret), "{kind:?} was told {secret}");
        }
        // The analysis had a mention in it.
        let body = &state.issues[0].body;
        assert!(kind == Kind::Webhook || !body.contains("@todos"), "{body}");
    }
}
