//! What a reply may mention, put into words for people: every value here was proven or seen.

use jiff::Timestamp;

use super::Desk;
use super::named_facts::Demand;
use crate::checks::{self, in_words, token_problem};
use crate::facts::documentation::Excerpt;
use crate::inbound::Inbound;
use crate::procedure::Decision;
use crate::reply::{self, ReplyVariables};

/// All that the words are made from.
pub(super) struct Words<'a, 'k> {
    pub desk: &'a Desk<'k>,
    pub inbound: &'a Inbound,
    pub demand: &'a Demand<'a, 'k>,
    pub decision: &'a Decision,
}

impl Words<'_, '_> {
    /// The variables of the reply, for the evidences that are `missing` and the excerpts that it cites.
    pub(super) fn variables(&self, missing: &[&str], citations: &[Excerpt]) -> ReplyVariables {
        let mut variables = ReplyVariables {
            saudacao_nome: self.first_name(),
            remetente_identificado: self.demand.subject.incident.sender.is_some(),
            faltantes: self.desk.procedure.ask_for(missing),
            trechos: citations
                .iter()
                .map(|excerpt| reply::Excerpt {
                    titulo: excerpt.title.clone(),
                    url: excerpt.url.clone(),
                    texto: excerpt.text.clone(),
                })
                .collect(),
            ..ReplyVariables::default()
        };
        self.add_request(&mut variables);
        self.add_token(&mut variables);
        self.add_calendar(&mut variables);
        self.add_release(&mut variables);
        self.add_product(&mut variables);
        self.add_contract(&mut variables);
        variables.contradicao = self.contradiction();
        variables
    }

    fn local(&self, at: Timestamp) -> String {
        let zoned = at.to_zoned_datetime(self.desk.registry.timezone.clone());
        zoned.strftime("%d/%m/%Y às %H:%M").to_string()
    }

    /// The given name of whoever wrote, if what the channel calls him is a person's.
    fn first_name(&self) -> Option<String> {
        let name = self.inbound.from.name.as_deref()?;
        let first = name.split_whitespace().next()?.trim_matches(|c: char| !c.is_alphabetic());
        let capital = first.chars().next().is_some_and(char::is_uppercase);
        let plain = first.chars().count() > 1 && first.chars().all(char::is_alphabetic);
        let role =
            ["equipe", "time", "suporte", "plantao", "monitor", "integracao", "setor", "alerta", "alertas"];
        let is_role = role.contains(&crate::evidence::fold(first).as_str());
        (capital && plain && !is_role).then(|| first.to_owned())
    }

    fn environment_name(&self, code: &str) -> String {
        let known = self.desk.registry.environments.iter().find(|environment| environment.code == code);
        known.map_or_else(|| code.to_owned(), |environment| environment.name.clone())
    }

    fn add_request(&self, variables: &mut ReplyVariables) {
        let incident = self.demand.subject.incident;
        variables.chave = incident.key.as_ref().map(|key| key.value.to_string());
        variables.usuario = incident.user.as_ref().map(|user| user.value.clone());
        variables.ambiente = incident.environment.as_ref().map(|found| self.environment_name(&found.value));
        let own_key = incident
            .key_record
            .filter(|key| incident.sender.is_some_and(|sender| sender.code == key.partner));
        variables.ambiente_da_chave = own_key.map(|key| self.environment_name(&key.environment));
        variables.endpoint = match (&incident.method, &incident.path) {
            (Some(method), Some(path)) => Some(format!("{} {}", method.value, path.value)),
            (None, Some(path)) => Some(path.value.clone()),
            _ => None,
        };
        variables.horario = incident.at.as_ref().map(|at| self.local(at.value));
        variables.mensagem_de_erro = incident.error.as_ref().map(|error| error.value.clone());
        let own_user = incident
            .user_record
            .filter(|user| incident.sender.is_some_and(|sender| sender.code == user.partner));
        variables.usuario_status = own_user.map(|user| user.status.word().to_owned());
    }

    fn add_token(&self, variables: &mut ReplyVariables) {
        let subject = self.demand.subject;
        let validity = subject.known.registry.token_validity;
        variables.validade_do_token = Some(format!("{} horas", validity.as_hours()));
        variables.problema_do_token = token_problem(subject.incident).map(str::to_owned);
        let Some(token) = &subject.incident.token else { return };
        let Some(issued) = token.value.issued_at.as_ref().map(|issued| issued.value) else { return };
        variables.token_emitido_em = Some(self.local(issued));
        variables.token_expirou_em = issued.checked_add(validity).ok().map(|expired| self.local(expired));
        variables.token_idade =
            checks::used_at(subject.incident).map(|used| in_words(checks::token_age(issued, used)));
        let history = self.demand.history;
        if history.refusals > 1 {
            variables.recusas = i64::try_from(history.refusals).ok();
            variables.primeira_recusa = history.first_refusal.map(|at| self.local(at));
            variables.ultima_recusa = history.last_refusal.map(|at| self.local(at));
        }
    }

    fn add_calendar(&self, variables: &mut ReplyVariables) {
        let subject = self.demand.subject;
        variables.expediente = Some(subject.calendar.week_in_words());
        let Some(at) = &subject.incident.at else { return };
        variables.feriado = subject.calendar.holiday_at(at.value);
        variables.proximo_expediente =
            subject.calendar.next_opening(at.value).map(|opening| self.local(opening));
        if let Some((routine, occurrence)) = checks::running_routine(subject) {
            variables.rotina_nome = Some(routine.name.clone());
            variables.rotina_inicio = Some(self.local(occurrence.start));
            variables.rotina_fim = Some(self.local(occurrence.end));
        }
    }

    fn add_release(&self, variables: &mut ReplyVariables) {
        if let Some(release) = checks::recent_release(self.demand.subject) {
            variables.release_versao = Some(release.version.clone());
            variables.release_data = Some(self.local(release.deployed_at));
        }
    }

    fn add_product(&self, variables: &mut ReplyVariables) {
        let incident = self.demand.subject.incident;
        let Some(asked) = &incident.product else { return };
        variables.produto = Some(asked.product.name.clone());
        variables.produto_canal.clone_from(&asked.product.channel);
        if !asked.product.api_versions.is_empty() {
            variables.produto_versoes = Some(asked.product.api_versions.join(", ").to_uppercase());
        }
        variables.versao_chamada = asked.version.as_ref().map(|version| version.value.to_uppercase());
        variables.versao_correta = asked.product.api_versions.last().map(|version| version.to_uppercase());
    }

    fn add_contract(&self, variables: &mut ReplyVariables) {
        let subject = self.demand.subject;
        if let Some((operation, version)) = checks::right_route(subject) {
            variables.rota_correta = Some(format!("{} {}", operation.method, operation.template));
            variables.versao_correta = Some(version.to_uppercase());
            variables.versao_chamada =
                subject.incident.version.as_ref().map(|called| called.value.to_uppercase());
        }
        let breaches = checks::breaches(subject).unwrap_or_default();
        variables.problemas_da_requisicao =
            breaches.into_iter().filter(|breach| breach.decides).map(|breach| breach.text).collect();
    }

    /// What the partner supposed and the proof refutes, for the causes where people usually suppose something else.
    fn contradiction(&self) -> Option<String> {
        let words = crate::evidence::fold(&self.demand.reading.own_words);
        self.desk.procedure.contradiction(self.decision, &words).map(str::to_owned)
    }
}
