//! The facts that the procedure's conditions may name, computed once.

use super::Desk;
use super::evidence::EvidenceSet;
use super::history::History;
use super::question;
use crate::checks::{Finding, Subject};
use crate::evidence::reading::Reading;
use crate::evidence::speech::Speech;
use crate::facts::documentation::Answer;
use crate::facts::registry::UserStatus;
use crate::incident::failed;
use crate::procedure::{Decision, Inputs};

/// A message with all that was found about it.
pub(super) struct Demand<'a, 'k> {
    pub reading: &'a Reading,
    pub speech: &'a Speech,
    pub subject: &'a Subject<'a, 'k>,
    pub history: &'a History,
}

impl Demand<'_, '_> {
    /// Whether a failed request is reported: by a call or the log, or in words that are no question.
    pub(super) fn reports_error(&self) -> bool {
        let incident = self.subject.incident;
        let call_failed =
            incident.call.as_ref().is_some_and(|(_, call)| call.url.is_some() && failed(call) == Some(true));
        let logged = incident.row.as_ref().is_some_and(crate::facts::request_log::LoggedRequest::failed);
        call_failed || logged || self.speech.reports_error.is_some()
    }

    /// Whether the message speaks of no request to this API at all.
    fn is_out_of_scope(&self) -> bool {
        let incident = self.subject.incident;
        let shows_call =
            incident.environment_called || incident.key_record.is_some() || incident.operation.is_some();
        self.speech.out_of_scope.is_some() && !shows_call
    }

    /// What the documentation answers; asked only where no failure is reported.
    pub(super) fn question(&self, desk: &Desk<'_>) -> Answer {
        if self.reports_error() || self.is_out_of_scope() {
            return Answer::default();
        }
        let words = self.reading.own_words.as_str();
        let subject =
            self.reading.parts.iter().find(|part| part.origin == crate::evidence::unpack::Origin::Subject);
        let question = question::of(subject.map(|part| part.text.as_str()), words, self.speech);
        let version = self.subject.incident.product.as_ref().and_then(|product| product.version.as_ref());
        desk.documentation.answer(&question, version.map(|version| version.value.as_str()))
    }

    /// Verdicts, evidences and facts by their names in the procedure's vocabulary.
    pub(super) fn inputs(&self, findings: &[Finding], evidence: &EvidenceSet, documented: &Answer) -> Inputs {
        let mut inputs = Inputs::default();
        for finding in findings {
            inputs = inputs.check(finding.check, finding.verdict.code());
        }
        for (name, shown) in evidence.iter() {
            if shown.is_some() {
                inputs = inputs.evidence(name);
            }
        }
        let inputs = self.facts_of_words(inputs, documented);
        self.facts_of_records(inputs)
    }

    fn facts_of_words(&self, inputs: Inputs, documented: &Answer) -> Inputs {
        let incident = self.subject.incident;
        let reports_error = self.reports_error();
        // Words of failure alone ("não tenho chave") are no error with a key: something must have been tried.
        let tried = incident.key.is_some()
            || incident.error.is_some()
            || incident.call.as_ref().is_some_and(|(_, call)| call.url.is_some());
        let product_asked = self.speech.product_availability.is_some() && incident.product.is_some();
        inputs
            .fact("fora_do_escopo", self.is_out_of_scope())
            .fact("pede_chave", self.speech.asks_key.is_some())
            .fact("erro_com_chave", reports_error && tried)
            .fact("erro_relatado", reports_error)
            .fact("verificavel", incident.key.is_some() || incident.user.is_some() || incident.path.is_some())
            .fact("pergunta", self.speech.asks_question.is_some())
            .fact("pergunta_produto", product_asked)
            .fact("resposta_documentada", documented.answered.is_some())
    }

    fn facts_of_records(&self, inputs: Inputs) -> Inputs {
        let incident = self.subject.incident;
        let status = incident.user_record.filter(|_| !incident.user_is_foreign()).map(|user| user.status);
        let product = incident.product.as_ref();
        let version =
            |found: Option<&crate::incident::Found<String>>| found.map_or(String::new(), |v| v.value.clone());
        let release = self.release_hours();
        inputs
            .fact("chave_em_evidencia", incident.key.is_some())
            .fact("usuario_em_evidencia", incident.user.is_some())
            .fact("remetente_identificado", incident.sender.is_some())
            .fact("usuario_inativo", status == Some(UserStatus::Inactive))
            .fact("usuario_bloqueado", status == Some(UserStatus::Blocked))
            .fact("produto_fora_da_api", product.is_some_and(|asked| asked.product.api_versions.is_empty()))
            .fact("produto", product.map_or(String::new(), |asked| asked.product.code.clone()))
            .fact("versao_chamada", version(incident.version.as_ref()))
            .fact(
                "versao_do_produto",
                product.and_then(|p| p.product.api_versions.last()).cloned().unwrap_or_default(),
            )
            .fact("token_recusado", incident.unauthorised.is_some())
            .fact("token_emitido_no_log", self.history.issue_logged)
            .fact("falha_temporaria", incident.temporary.is_some())
            .fact("mesma_falha_em_horario", self.history.same_failure_in_hours)
            .fact("release_recente", release.is_some())
            .fact("horas_desde_release", release.unwrap_or(0))
            .fact("rota_documentada", incident.operation.is_some())
            .fact("requisicao_no_log", incident.row.is_some())
            .fact("recusas_com_o_mesmo_token", i64::try_from(self.history.refusals).unwrap_or(i64::MAX))
            .fact("minutos_entre_recusas", self.history.minutes_between())
            .fact("ambiente_chamado", version(incident.environment.as_ref()))
            .fact(
                "ambiente_da_chave",
                incident.key_record.map_or(String::new(), |key| key.environment.clone()),
            )
    }

    /// Whole hours since the last release of the route, if one is within the procedure's reach.
    pub(super) fn release_hours(&self) -> Option<i64> {
        let release = crate::checks::recent_release(self.subject)?;
        let at = self.subject.incident.at.as_ref()?;
        Some(at.value.duration_since(release.deployed_at).as_hours())
    }

    /// Whether the decision is one of the lines where a request failed, so that the seven evidences are judged.
    pub(super) fn is_about_a_failure(&self, decision: &Decision) -> bool {
        (3..=9).contains(&decision.line)
    }
}
