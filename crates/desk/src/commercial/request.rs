//! What a request for a key contains, and what is missing for it.

use balcao_core::evidence::{fold, quoted};
use balcao_core::facts::registry::Registry;
use balcao_core::mask::Masker;
use balcao_core::procedure::Procedure;
use balcao_core::ticket::Missing;
use balcao_store::message::{self, Message};
use balcao_store::ticket::Ticket;
use balcao_store::{Conn, Scope, evidence};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::keys::without_keys;
use crate::desk::Desk;
use crate::error::DeskError;
use crate::world::World;

/// How the codes of what a request lacks begin.
pub(super) const LACKS: &str = "commercial:";
/// How a message is signed of which nobody says who wrote it.
const NOBODY: &str = "desconhecido";
/// Labels by which a partner, or whoever analyses, says what a request lacks.
const OF_REQUESTER: [&str; 6] = ["quem pede", "solicitante", "responsavel", "nome", "requester", "name"];
const OF_TAX_ID: [&str; 2] = ["cnpj", "tax id"];
/// Characters of what the partner wrote that go along.
const LONGEST_QUOTE: usize = 1_000;

/// A request for a key, with what is known of it. Everything in it is masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    protocol: String,
    /// Code and name.
    partner: Option<(String, String)>,
    tax_id: Option<String>,
    requester: Option<String>,
    /// Codes and names.
    environments: Vec<(String, String)>,
    /// Codes and names.
    products: Vec<(String, String)>,
    reason: Option<String>,
    said: String,
}

impl Request {
    pub(super) async fn of(conn: &mut Conn, desk: &Desk, ticket: &Ticket) -> Result<Self, DeskError> {
        let messages = message::of_ticket(conn, &Scope::All, &ticket.id).await?;
        let state = desk.state();
        let registry = &state.world.registry;
        let masker = Masker::new([]);
        let said: Vec<&Message> = messages.iter().filter(|message| message.direction == "in").collect();
        let own: String = said.iter().map(|message| own_words(&message.body)).collect();
        let text = format!("{own}{}", ticket.subject);
        let analysis = ticket.analysis.as_deref().unwrap_or_default();
        let rows = evidence::of_ticket(conn, &Scope::All, &ticket.id).await?;
        let environments = asked_for(&state.world, &rows, [&text, analysis]);
        let told = format!("{own}{analysis}");
        let partner = ticket.partner.as_deref().and_then(|code| registry.partner(code));
        Ok(Self {
            protocol: ticket.protocol.clone(),
            partner: partner.map(|partner| (partner.code.clone(), partner.name.clone())),
            tax_id: partner
                .and_then(|partner| partner.tax_id.as_deref())
                .or_else(|| labelled(&told, &OF_TAX_ID))
                .map(|id| tax_id(&masker, id)),
            requester: requester(ticket, &said)
                .or_else(|| Some(masker.mask(labelled(&told, &OF_REQUESTER)?))),
            environments,
            products: products(registry, &text, ticket.product.as_deref()),
            reason: ticket.analysis.as_deref().map(|reason| masker.mask(reason)),
            said: said.first().map(|first| marked(&without_keys(&first.body))).unwrap_or_default(),
        })
    }

    /// The names of the environments that are asked for.
    pub(super) fn environments(&self) -> Vec<&str> {
        self.environments.iter().map(|(_, name)| name.as_str()).collect()
    }

    /// Everything that the procedure wants of a request and this one lacks: for the team, and in words that can be sent to the partner.
    pub(super) fn lacks(&self, procedure: &Procedure, english: bool) -> Vec<(Missing, String)> {
        let lacking = procedure.key_request(english).into_iter().filter(|(code, ..)| !self.has(code));
        lacking
            .map(|(code, name, ask)| {
                let missing = Missing {
                    code: format!("{LACKS}{code}"),
                    text: format!("ao pedido de API Key falta: {name}"),
                };
                (missing, ask.to_owned())
            })
            .collect()
    }

    fn has(&self, code: &str) -> bool {
        match code {
            "partner" => self.partner.is_some(),
            "tax_id" => self.tax_id.is_some(),
            "requester" => self.requester.is_some(),
            "environment" => !self.environments.is_empty(),
            "product" => !self.products.is_empty(),
            // The procedure's check tells of a name that nobody knows; nothing waits for it.
            _ => true,
        }
    }

    /// The request in words.
    pub(super) fn words(&self) -> String {
        let names = |all: &[(String, String)]| {
            let all: Vec<&str> = all.iter().map(|(_, name)| name.as_str()).collect();
            if all.is_empty() { "–".to_owned() } else { all.join(", ") }
        };
        let or = |text: &Option<String>, other: &str| text.clone().unwrap_or_else(|| other.to_owned());
        let partner = self.partner.as_ref().map_or("–", |(_, name)| name.as_str());
        format!(
            "Pedido de API Key · chamado {}\n\nParceiro: {partner}\nCNPJ: {}\nQuem pede: {}\nAmbiente: {}\nProduto: {}\n\nMotivo (análise do suporte): {}\n\nO que o parceiro escreveu:\n{}",
            self.protocol,
            or(&self.tax_id, "não consta do cadastro"),
            or(&self.requester, "–"),
            names(&self.environments),
            names(&self.products),
            or(&self.reason, "–"),
            self.said,
        )
    }

    /// The request for programs; `request` names it in their answer.
    pub(super) fn json(&self, request: &str, now: Timestamp) -> Value {
        let both = |(code, name): &(String, String)| json!({"code": code, "name": name});
        let data = json!({
            "request": request, "ticket": self.protocol, "partner": self.partner.as_ref().map(both), "tax_id": self.tax_id,
            "requester": self.requester, "environments": self.environments.iter().map(both).collect::<Vec<_>>(),
            "products": self.products.iter().map(both).collect::<Vec<_>>(), "reason": self.reason, "said": self.said,
        });
        json!({"type": "api_key.requested", "timestamp": now.to_string(), "data": data})
    }
}

/// What a message says itself. What is quoted of our own question is nobody's answer to it.
fn own_words(body: &str) -> String {
    let own = quoted::own_words(body).into_iter().filter_map(|range| body.get(range));
    let lines = own.flat_map(str::lines).filter(|line| !line.trim_start().starts_with('>'));
    lines.map(|line| format!("{line}\n")).collect()
}

/// A tax id as the desk masks it, however the registry writes it.
fn tax_id(masker: &Masker, id: &str) -> String {
    let masked = masker.mask(&format!("CNPJ: {id}"));
    let masked = masked.strip_prefix("CNPJ: ").unwrap_or(&masked).to_owned();
    // One that is not well-formed is recognised by nothing.
    if masked == id { "**.***.***/****-**".to_owned() } else { masked }
}

/// Who asked: as the ticket has it, or by the first message that says who wrote it.
fn requester(ticket: &Ticket, said: &[&Message]) -> Option<String> {
    let own = ticket.requester.as_deref().filter(|requester| !requester.trim().is_empty());
    let written = said.iter().map(|message| message.author.as_str()).find(|author| *author != NOBODY);
    own.or(written).map(str::to_owned)
}

/// What stands behind one of these labels on a line of its own.
fn labelled<'t>(text: &'t str, labels: &[&str]) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let (label, value) = line.split_once(':')?;
        let found = labels.contains(&fold(label.trim()).as_str()) && !value.trim().is_empty();
        found.then(|| value.trim())
    })
}

fn marked(body: &str) -> String {
    let short: String = body.chars().take(LONGEST_QUOTE).collect();
    short.lines().map(|line| format!("> {line}\n")).collect::<String>().trim_end().to_owned()
}

/// Whether a name stands in a folded text as a word of its own.
fn names(folded: &str, name: &str) -> bool {
    let name = fold(name.trim());
    let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    !name.is_empty()
        && folded.match_indices(&name).any(|(at, found)| {
            let before = folded.get(..at).and_then(|text| text.chars().next_back());
            let after = folded.get(at.saturating_add(found.len())..).and_then(|text| text.chars().next());
            !joins(before) && !joins(after)
        })
}

/// The environments that are asked for: what a person corrected counts before what was written, and that before the analysis. What the
/// diagnosis found only chooses among several that were written: it may be quoted of our own question.
fn asked_for(world: &World, rows: &[evidence::Evidence], texts: [&str; 2]) -> Vec<(String, String)> {
    let value = |corrected: bool| {
        let rows = rows.iter().rev().filter(|row| row.name == "environment");
        let mut rows = rows.filter(|row| row.corrected_by.is_some() == corrected);
        let found = rows.find_map(|row| row.value.as_deref()).unwrap_or_default();
        environments(world, found)
    };
    let corrected = value(true);
    if !corrected.is_empty() {
        return corrected;
    }
    let mut written = texts.map(|text| environments(world, text)).into_iter();
    let written = written.find(|found| !found.is_empty()).unwrap_or_default();
    match value(false).as_slice() {
        [only] if written.len() > 1 && written.contains(only) => vec![only.clone()],
        _ => written,
    }
}

/// Codes and names of the environments that a text names, in the registry's words or in people's, or by their addresses.
pub(super) fn environments(world: &World, text: &str) -> Vec<(String, String)> {
    let (folded, said) = (fold(text), world.environments_in(text));
    let named = world.registry.environments.iter().filter(|one| {
        said.contains(&one.code) || one.base_urls.iter().any(|url| names(&folded, url.as_str()))
    });
    named.map(|one| (one.code.clone(), one.name.clone())).collect()
}

fn products(registry: &Registry, text: &str, diagnosed: Option<&str>) -> Vec<(String, String)> {
    let folded = fold(text);
    let named = registry.products.iter().filter(|one| {
        let aliases = one.aliases.iter().map(String::as_str);
        Some(one.code.as_str()) == diagnosed
            || aliases.chain([one.code.as_str(), one.name.as_str()]).any(|name| names(&folded, name))
    });
    named.map(|one| (one.code.clone(), one.name.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_word_of_its_own() {
        let text = fold("Preciso da chave de Produção e, depois, de homologacao-2.");
        for (name, expected) in
            [("produção", true), ("PRODUCAO", true), ("homologação", true), ("duc", false), ("", false)]
        {
            assert_eq!(names(&text, name), expected, "{name}");
        }
    }

    #[test]
    fn what_is_missing_may_be_said_behind_its_label() {
        let text = "Olá\nQuem pede: Ana Souza\nCNPJ: 11.222.333/0001-81\nNome:\n";
        assert_eq!(labelled(text, &OF_REQUESTER), Some("Ana Souza"));
        assert_eq!(labelled(text, &OF_TAX_ID), Some("11.222.333/0001-81"));
        assert_eq!(labelled("Nome:\nO nome: de quem?", &OF_REQUESTER), None);
    }

    #[test]
    fn a_tax_id_is_never_shown_whole() {
        let masker = Masker::new([]);
        for id in ["11.222.333/0001-81", "11222333000181", "sem forma", "12345"] {
            let masked = tax_id(&masker, id);
            assert!(!masked.contains(id) && masked.contains('*'), "{id}: {masked}");
        }
    }
}
