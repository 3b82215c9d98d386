//! Many tickets, written as the desk writes them but many to a transaction.

use balcao_documents::words;
use balcao_store::message::Message;
use balcao_store::ticket::{self, Ticket};
use balcao_store::{Batch, MessageId, Place, Store, StoreError};

use crate::Size;

const START: i64 = 1_767_225_600_000;
/// Tickets of one transaction.
const AT_ONCE: i64 = 250;

/// A scattered, repeatable number.
pub(crate) fn scatter(n: i64) -> u64 {
    n.cast_unsigned().wrapping_add(0x9e37_79b9).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17
}

/// Fills the database at `place`.
pub(crate) fn tickets(place: Place, size: Size) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(place).await.expect("the database opens");
        for first in (0..size.tickets).step_by(AT_ONCE.unsigned_abs() as usize) {
            let done: Result<(), StoreError> =
                store.write(move |tx| Box::pin(some(tx, first, size.messages_each))).await;
            done.expect("the tickets are written");
        }
        store.close().await;
    });
}

async fn some(tx: &mut balcao_store::Tx, first: i64, messages: i64) -> Result<(), StoreError> {
    for n in first..first + AT_ONCE {
        let mut ticket = Ticket::received("api", &subject(n), START + n * 60_000);
        ticket.partner = Some(format!("parceiro-{}", scatter(n) % 50));
        ticket.situation = Some(SITUATIONS[(scatter(n) % 4) as usize].to_owned());
        ticket.state = STATES[(scatter(n) % 9).min(4) as usize].to_owned();
        let ticket = ticket::numbered(tx, 2026, ticket).await?;
        let mut batch = Batch::new(tx);
        batch.add(&ticket);
        let mut all = ticket.subject.clone();
        for m in 0..messages {
            let body = body(n * messages + m);
            all = format!("{all} {body}");
            batch.add(&Message {
                id: MessageId::fresh(),
                ticket: ticket.id.clone(),
                at: ticket.created + m * 1_000,
                direction: if m % 2 == 0 { "in" } else { "out" }.to_owned(),
                author: "integração".to_owned(),
                body,
                channel: "api".to_owned(),
                dedupe: None,
            });
        }
        batch.run(tx, "fill").await?;
        let position = ticket::get(tx, &balcao_store::Scope::All, &ticket.id).await?;
        let stems: Vec<String> = words(&all).map(|(stem, _)| stem).collect();
        if let Some(ticket) = position {
            balcao_store::search::add_words(tx, &ticket, &stems.join(" ")).await?;
        }
    }
    Ok(())
}

const STATES: [&str; 5] = ["analysis", "investigation", "awaiting_partner", "received", "closed"];
const SITUATIONS: [&str; 4] = ["token-de-acesso", "api-key-invalida", "produtos", "erro-sem-causa-aparente"];
const WORDS: [&str; 24] = [
    "proposta",
    "consulta",
    "retorno",
    "chave",
    "token",
    "produto",
    "cliente",
    "simulação",
    "parcela",
    "convênio",
    "margem",
    "contrato",
    "cadastro",
    "homologação",
    "produção",
    "requisição",
    "usuário",
    "senha",
    "limite",
    "tabela",
    "banco",
    "documento",
    "assinatura",
    "portabilidade",
];

fn subject(n: i64) -> String {
    format!("Erro {} ao enviar {} {}", 400 + scatter(n) % 120, word(n), word(n * 7 + 1))
}

fn word(n: i64) -> &'static str {
    WORDS[(scatter(n) % 24) as usize]
}

fn body(n: i64) -> String {
    let mut text = format!("Bom dia, a requisição r{:x} falhou. ", scatter(n));
    for m in 0..24 {
        text.push_str(word(n * 31 + m));
        // Rare words too: names, places, numbers of contracts.
        text.push_str(&format!(" c{} ", scatter(n * 37 + m) % 40_000));
    }
    text
}
