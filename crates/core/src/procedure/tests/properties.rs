//! Whatever comes in: a decision is made, and made the same way again.

use proptest::prelude::*;

use super::super::vocabulary::{CHECKS, EVIDENCES, FACTS, FactType, VERDICTS};
use super::super::{FactValue, Inputs, Procedure, ProcedureFiles};
use super::{default_files, parsed};

fn any_value(kind: FactType) -> BoxedStrategy<FactValue> {
    match kind {
        FactType::Bool => any::<bool>().prop_map(FactValue::Bool).boxed(),
        FactType::Int => prop_oneof![0..200_i64, any::<i64>()].prop_map(FactValue::Int).boxed(),
        FactType::Text => ".{0,8}".prop_map(FactValue::Text).boxed(),
    }
}

prop_compose! {
    fn any_inputs()(
        verdicts in prop::collection::vec(prop::sample::select(VERDICTS), CHECKS.len()),
        facts in FACTS.iter().map(|fact| prop::option::of(any_value(fact.kind))).collect::<Vec<_>>(),
        there in prop::collection::vec(any::<bool>(), EVIDENCES.len()),
    ) -> Inputs {
        let mut inputs = Inputs::default();
        for (code, verdict) in CHECKS.iter().zip(verdicts) {
            inputs = inputs.check(code, verdict);
        }
        for (fact, value) in FACTS.iter().zip(facts) {
            if let Some(value) = value {
                inputs = inputs.fact(fact.name, value);
            }
        }
        for (name, there) in EVIDENCES.iter().zip(there) {
            if there {
                inputs = inputs.evidence(name);
            }
        }
        inputs
    }
}

proptest! {
    /// A decision is always made, the same again, of names the file has, and never escalates early.
    #[test]
    fn a_decision_is_made_and_made_again(inputs in any_inputs()) {
        let procedure = parsed(&default_files());
        let decision = procedure.decide(&inputs);
        prop_assert_eq!(&decision, &procedure.decide(&inputs));
        prop_assert!(procedure.situations().any(|code| code == decision.situation));
        prop_assert!(procedure.causes(&decision.situation).any(|code| code == decision.cause));
        if decision.next_step == "escalar-code" {
            prop_assert!(inputs.missing().is_empty(), "escalated without {:?}", inputs.missing());
        }
        prop_assert!(procedure.reply(&decision, &crate::reply::ReplyVariables::default()).is_some());
    }

    /// The formula that the checks reason about holds exactly where the condition itself does.
    #[test]
    fn a_condition_and_its_formula_agree(inputs in any_inputs()) {
        use super::super::condition::Variable;
        use std::collections::{BTreeMap, BTreeSet};
        let procedure = parsed(&default_files());
        let context = super::super::context::context(&inputs, &procedure.limits_value);
        let facts: BTreeMap<&str, FactValue> = inputs.fact_values().collect();
        for condition in &procedure.entries {
            let formula = condition.formula.as_ref().expect("a formula");
            let mut names = BTreeSet::new();
            formula.variables(&mut names);
            if names.iter().any(|name| matches!(name, Variable::Comparison(_))) {
                continue;
            }
            let world = names.iter().map(|name| (*name, match name {
                Variable::Check(code) =>
                    VERDICTS.iter().position(|v| *v == inputs.verdict(code)).expect("a verdict"),
                Variable::Fact(name) => usize::from(facts.get(name.as_str()) == Some(&FactValue::Bool(true))),
                Variable::Evidence(name) => usize::from(inputs.has(name)),
                Variable::Comparison(_) => 0,
            })).collect();
            prop_assert_eq!(formula.holds(&world), condition.holds(&context));
        }
    }

    /// No text makes the reading of a procedure, or of one condition, fail other than in words.
    #[test]
    fn any_text_is_read_or_refused(toml in ".{0,200}", when in "[a-z\\[\\]\"().&|!=<> ]{0,60}") {
        let _ = Procedure::problems(&ProcedureFiles { toml, ..ProcedureFiles::default() });
        let _ = super::super::condition::Condition::compile(&when, &[]);
    }

    /// A file damaged anywhere is read or refused, in words.
    #[test]
    fn a_damaged_file_is_read_or_refused(cut in 0..30_000_usize, with in "\\PC{0,3}") {
        let mut files = default_files();
        let at = files.toml.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(files.toml.len());
        files.toml.insert_str(at, &with);
        for problem in Procedure::problems(&files) {
            prop_assert!(!problem.to_string().is_empty());
        }
    }
}
