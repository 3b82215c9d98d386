//! What a request for a key contains, and what is missing for it.

use balcao_core::evidence::fold;
use balcao_core::facts::registry::Registry;
use balcao_core::mask::Masker;
use balcao_core::ticket::Missing;
use balcao_store::message::{self, Message};
use balcao_store::ticket::Ticket;
use balcao_store::{Conn, Scope, diagnosis};
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::error::DeskError;
use crate::verbs::Line;

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
        let run = diagnosis::newest(conn, &Scope::All, &ticket.id).await?;
        let line = run.map(|run| Line::parse(&run.line)).transpose()?;
        let state = desk.state();
        let registry = &state.world.registry;
        let masker = Masker::new([]);
        let said: Vec<&Message> = messages.iter().filter(|message| message.direction == "in").collect();
        let mut text: String = said.iter().map(|message| format!("{}\n", message.body)).collect();
        text.push_str(&ticket.subject);
        let shown = line.as_ref().and_then(|line| line.evidence.get("environment")?.clone());
        // What was corrected by a person counts like what was written.
        text.push_str(&format!("\n{}", shown.map(|shown| shown.value).unwrap_or_default()));
        let partner = ticket.partner.as_deref().and_then(|code| registry.partner(code));
        Ok(Self {
            protocol: ticket.protocol.clone(),
            partner: partner.map(|partner| (partner.code.clone(), partner.name.clone())),
            tax_id: partner.and_then(|partner| partner.tax_id.as_deref()).map(|id| tax_id(&masker, id)),
            requester: ticket.requester.clone().filter(|requester| !requester.trim().is_empty()),
            environments: environments(registry, &text),
            products: products(registry, &text, ticket.product.as_deref()),
            reason: ticket.analysis.as_deref().map(|reason| masker.mask(reason)),
            said: said.first().map(|first| quoted(&first.body)).unwrap_or_default(),
        })
    }

    /// Everything that is still to be asked for, at once, in words that can be sent to the partner.
    pub(super) fn missing(&self, registry: &Registry) -> Vec<Missing> {
        let names = |all: Vec<&str>| all.join(", ");
        let mut missing = Vec::new();
        let mut lacks =
            |code: &str, text: String| missing.push(Missing { code: format!("commercial:{code}"), text });
        if self.partner.is_none() {
            lacks("partner", "a empresa parceira (nome e CNPJ)".to_owned());
        }
        if self.requester.is_none() {
            lacks("requester", "o nome de quem pede a chave".to_owned());
        }
        if self.environments.is_empty() {
            let known = names(registry.environments.iter().map(|one| one.name.as_str()).collect());
            lacks("environment", format!("o ambiente, ou os ambientes, em que a chave será usada ({known})"));
        }
        if self.products.is_empty() && !registry.products.is_empty() {
            let known = names(registry.products.iter().map(|one| one.name.as_str()).collect());
            lacks("product", format!("o produto, ou os produtos, que a integração usará ({known})"));
        }
        if self.reason.is_none() {
            lacks("reason", "para que a chave será usada".to_owned());
        }
        missing
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

    /// The request for programs.
    pub(super) fn json(&self, message: &str) -> Value {
        let both = |(code, name): &(String, String)| json!({"code": code, "name": name});
        json!({
            "type": "api_key.requested", "message": message, "ticket": self.protocol,
            "partner": self.partner.as_ref().map(both), "tax_id": self.tax_id, "requester": self.requester,
            "environments": self.environments.iter().map(both).collect::<Vec<_>>(),
            "products": self.products.iter().map(both).collect::<Vec<_>>(),
            "reason": self.reason, "said": self.said,
        })
    }
}

/// A tax id as the desk masks it, however the registry writes it.
fn tax_id(masker: &Masker, id: &str) -> String {
    let masked = masker.mask(&format!("CNPJ: {id}"));
    let masked = masked.strip_prefix("CNPJ: ").unwrap_or(&masked).to_owned();
    // One that is not well-formed is recognised by nothing.
    if masked == id { "**.***.***/****-**".to_owned() } else { masked }
}

fn quoted(body: &str) -> String {
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

fn environments(registry: &Registry, text: &str) -> Vec<(String, String)> {
    let folded = fold(text);
    let named = registry.environments.iter().filter(|one| {
        let urls = one.base_urls.iter().map(String::as_str);
        urls.chain([one.code.as_str(), one.name.as_str()]).any(|name| names(&folded, name))
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
    fn a_tax_id_is_never_shown_whole() {
        let masker = Masker::new([]);
        for id in ["11.222.333/0001-81", "11222333000181", "sem forma", "12345"] {
            let masked = tax_id(&masker, id);
            assert!(!masked.contains(id) && masked.contains('*'), "{id}: {masked}");
        }
    }
}
