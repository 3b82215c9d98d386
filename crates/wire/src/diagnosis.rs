//! A diagnosis as the batch interface writes it.

use balcao_core::checks::{Finding, Proof};
use balcao_core::diagnosis::{Diagnosis, Shown};
use balcao_core::facts::documentation::Excerpt;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// One diagnosis, in the field order of the format.
#[derive(Serialize)]
pub struct DiagnosisLine<'d> {
    id: &'d str,
    partner: Option<&'d str>,
    situation: &'d str,
    section: &'d str,
    cause: &'d str,
    next_step: &'d str,
    actions: &'d [String],
    checks: Vec<CheckLine<'d>>,
    evidence: Map<String, Value>,
    missing_evidence: &'d [&'static str],
    citations: Vec<ExcerptLine<'d>>,
    suggestions: Vec<ExcerptLine<'d>>,
    reply: Option<ReplyLine<'d>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    notes: &'d [String],
}

#[derive(Serialize)]
struct CheckLine<'d> {
    check: &'static str,
    verdict: &'static str,
    proof: Vec<ProofLine<'d>>,
}

#[derive(Serialize)]
struct ProofLine<'d> {
    source: &'static str,
    #[serde(rename = "ref")]
    reference: &'d str,
    text: &'d str,
}

#[derive(Serialize)]
struct ExcerptLine<'d> {
    document: &'d str,
    heading: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'d str>,
    excerpt: &'d str,
}

#[derive(Serialize)]
struct ReplyLine<'d> {
    subject: &'d str,
    body: &'d str,
}

impl<'d> From<&'d Diagnosis> for DiagnosisLine<'d> {
    fn from(diagnosis: &'d Diagnosis) -> Self {
        Self {
            id: &diagnosis.id,
            partner: diagnosis.partner.as_deref(),
            situation: &diagnosis.decision.situation,
            section: &diagnosis.decision.section,
            cause: &diagnosis.decision.cause,
            next_step: &diagnosis.decision.next_step,
            actions: &diagnosis.decision.actions,
            checks: diagnosis.findings.iter().map(CheckLine::from).collect(),
            evidence: evidence(diagnosis),
            missing_evidence: &diagnosis.missing,
            citations: diagnosis.citations.iter().map(ExcerptLine::from).collect(),
            suggestions: diagnosis.suggestions.iter().map(ExcerptLine::from).collect(),
            reply: diagnosis
                .reply
                .as_ref()
                .map(|reply| ReplyLine { subject: &reply.subject, body: &reply.body }),
            notes: &diagnosis.notes,
        }
    }
}

/// The evidences alone, as `balcao extract` writes them.
pub fn evidence(diagnosis: &Diagnosis) -> Map<String, Value> {
    let line =
        |shown: &Shown| json!({"value": shown.value, "source": shown.source.code(), "where": shown.place});
    diagnosis
        .evidence
        .iter()
        .map(|(name, shown)| (name.to_owned(), shown.map_or(Value::Null, line)))
        .collect()
}

impl<'d> From<&'d Finding> for CheckLine<'d> {
    fn from(finding: &'d Finding) -> Self {
        let proof = |proof: &'d Proof| ProofLine {
            source: proof.source.code(),
            reference: &proof.reference,
            text: &proof.text,
        };
        Self {
            check: finding.check,
            verdict: finding.verdict.code(),
            proof: finding.proof.iter().map(proof).collect(),
        }
    }
}

impl<'d> From<&'d Excerpt> for ExcerptLine<'d> {
    fn from(excerpt: &'d Excerpt) -> Self {
        Self {
            document: &excerpt.document,
            heading: &excerpt.heading,
            url: excerpt.url.as_deref(),
            excerpt: &excerpt.text,
        }
    }
}
