//! The life of a ticket: each rule holds back exactly what it is for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::guard::{Case, GUARDS, Guard};
use super::transition::guarded;
use super::*;
use crate::checks::Verdict;

const EVIDENCE: [&str; 7] =
    ["api_key", "user", "environment", "endpoint", "payload", "occurred_at", "error_message"];
const VALIDATIONS: [&str; 3] = ["api-key-existe", "usuario-ativo", "requisicao-valida"];

fn now() -> Timestamp {
    "2026-06-10T15:00:00Z".parse().unwrap()
}

fn rules() -> Rules {
    let causes = |list: &[&str]| list.iter().map(|cause| (*cause).to_owned()).collect::<BTreeSet<_>>();
    Rules {
        evidence: EVIDENCE.iter().map(|code| ((*code).to_owned(), format!("o campo {code}"))).collect(),
        validations: VALIDATIONS.iter().map(|code| (*code).to_owned()).collect(),
        commercial_step: "encaminhar-comercial".to_owned(),
        causes: BTreeMap::from([
            ("bug".to_owned(), causes(&["falha-apos-release", "requisicao-invalida"])),
            ("erro-sem-causa".to_owned(), causes(&["sem-causa-aparente"])),
        ]),
        reminders: 2,
        between_reminders: SignedDuration::from_hours(48),
    }
}

fn class(situation: &str, cause: &str) -> Classification {
    Classification { situation: situation.to_owned(), cause: cause.to_owned() }
}

/// A ticket in `state` of which nothing is missing.
fn complete(state: State) -> Standing {
    let evidence = |name: &&str| EvidenceStanding {
        name: (*name).to_owned(),
        source: Some("message".to_owned()),
        log: LogStanding::Matched,
    };
    Standing {
        state,
        escalated_to: (state == State::Escalated).then_some(Team::Code),
        merged_into: None,
        partner: Some("alfa".to_owned()),
        evidence: EVIDENCE.iter().map(evidence).collect(),
        verdicts: VALIDATIONS.iter().map(|code| ((*code).to_owned(), Verdict::Yes)).collect(),
        next_step: "encaminhar-comercial".to_owned(),
        classification: class("erro-sem-causa", "sem-causa-aparente"),
        analysis: Some("500 sem causa no log".to_owned()),
        solution: Some("corrigido na 4.2.1".to_owned()),
        confirmation: Confirmation::Confirmed,
        reminders: Reminders { sent: 2, last: Some(now() - SignedDuration::from_hours(72)) },
        citations_kept: true,
    }
}

/// A step to `state` with everything recorded.
fn whole(state: State) -> Transition {
    Transition {
        escalate_to: (state == State::Escalated).then_some(Team::Code),
        final_classification: Some(class("bug", "falha-apos-release")),
        asked: vec!["Qual foi o id da requisição?".to_owned()],
        ..Transition::to(state, "segue o procedimento")
    }
}

fn by(role: Role) -> Actor {
    Actor { id: "ana".to_owned(), role }
}

fn asked(standing: &Standing, wanted: &Transition, role: Role) -> Result<Changed, Refusal> {
    transition(standing, wanted, &by(role), &rules(), now())
}

fn codes(refusal: &Refusal) -> Vec<&str> {
    refusal.missing.iter().map(|missing| missing.code.as_str()).collect()
}

#[test]
fn a_complete_ticket_takes_every_step_of_the_methodology_and_no_other() {
    for from in State::ALL {
        for to in State::ALL {
            let taken = asked(&complete(from), &whole(to), Role::Agent);
            match taken {
                Ok(changed) => {
                    assert!(from.leads_to(to), "{from:?} → {to:?} was taken");
                    assert_eq!(changed.standing.state, to);
                }
                Err(refusal) => {
                    assert_eq!(refusal.code, RefusalCode::NoSuchStep, "{from:?} → {to:?}: {refusal}");
                    assert!(!from.leads_to(to), "{from:?} → {to:?} was refused");
                }
            }
        }
    }
}

/// A ticket and a step that lack one thing, and the code of what is missing.
type Lack = (&'static str, fn(&mut Standing, &mut Transition), State, State, &'static [&'static str]);

/// One for each guard, in the order of [`GUARDS`]; a guard with several faces has several.
const LACKS: &[Lack] = &[
    (
        "5, 8: ",
        |s, _| s.evidence.retain(|e| e.name != "payload"),
        State::Analysis,
        State::Escalated,
        &["evidence:payload"],
    ),
    ("5, 8: ", |s, _| s.evidence[1].source = None, State::Analysis, State::Escalated, &["evidence:user"]),
    (
        "5, 8: ",
        |s, _| s.evidence[5].log = LogStanding::NotSearched,
        State::Investigation,
        State::Escalated,
        &["evidence:occurred_at"],
    ),
    (
        "3.6, ",
        |s, _| {
            s.verdicts.insert("usuario-ativo".to_owned(), Verdict::Unknown);
        },
        State::Analysis,
        State::Escalated,
        &["check:usuario-ativo"],
    ),
    (
        "3.6, ",
        |s, _| {
            s.verdicts.clear();
        },
        State::Analysis,
        State::Escalated,
        &["check:api-key-existe", "check:requisicao-valida", "check:usuario-ativo"],
    ),
    ("8: pr", |s, _| s.analysis = Some("  ".to_owned()), State::Analysis, State::Escalated, &["analysis"]),
    ("4.5: ", |_, w| w.escalate_to = None, State::Analysis, State::Escalated, &["escalate_to"]),
    (
        "3.8: ",
        |s, w| {
            s.partner = None;
            w.escalate_to = Some(Team::Commercial);
        },
        State::Analysis,
        State::Escalated,
        &["partner"],
    ),
    (
        "3.8: ",
        |s, w| {
            s.next_step = "responder".to_owned();
            w.escalate_to = Some(Team::Commercial);
        },
        State::Analysis,
        State::Escalated,
        &["next_step"],
    ),
    ("5: al", |_, w| w.asked = vec![" ".to_owned()], State::Analysis, State::AwaitingPartner, &["asked"]),
    (
        "5: al",
        |s, w| {
            s.evidence.retain(|e| e.name != "payload" && e.name != "user");
            w.asked = vec!["user".to_owned()];
        },
        State::Analysis,
        State::AwaitingPartner,
        &["asked:payload"],
    ),
    ("4.6: recorded", |s, _| s.solution = None, State::Investigation, State::Resolved, &["solution"]),
    ("4.6: recorded", |s, _| s.solution = Some(String::new()), State::Resolved, State::Closed, &["solution"]),
    (
        "4.6: confirmation",
        |s, _| s.confirmation = Confirmation::None,
        State::Resolved,
        State::Closed,
        &["confirmation"],
    ),
    (
        "4.6: confirmation",
        |s, w| {
            s.confirmation = Confirmation::Contested;
            w.silence = true;
        },
        State::Resolved,
        State::Closed,
        &["confirmation"],
    ),
    (
        "4.6: confirmation",
        |s, w| {
            s.confirmation = Confirmation::None;
            s.reminders.sent = 1;
            w.silence = true;
        },
        State::Resolved,
        State::Closed,
        &["reminders"],
    ),
    (
        "4.6: confirmation",
        |s, w| {
            s.confirmation = Confirmation::None;
            s.reminders.last = Some(now() - SignedDuration::from_hours(47));
            w.silence = true;
        },
        State::Resolved,
        State::Closed,
        &["reminders"],
    ),
    (
        "4.6: final",
        |_, w| w.final_classification = None,
        State::Resolved,
        State::Closed,
        &["final_classification"],
    ),
    (
        "4.6: final",
        |_, w| w.final_classification = Some(class("bug", "sem-causa-aparente")),
        State::Resolved,
        State::Closed,
        &["final_classification"],
    ),
    ("3.1: ", |s, _| s.citations_kept = false, State::Analysis, State::Resolved, &["citations"]),
    ("7: de", |_, w| w.reason = " ".to_owned(), State::Received, State::Analysis, &["reason"]),
];

#[test]
fn each_guard_holds_back_what_it_is_for_and_without_it_the_step_is_taken() {
    for (guard, spoil, from, to, expected) in LACKS {
        let (mut standing, mut wanted) = (complete(*from), whole(*to));
        spoil(&mut standing, &mut wanted);
        let refusal = asked(&standing, &wanted, Role::Agent).expect_err(guard);
        assert_eq!(refusal.code, RefusalCode::Incomplete);
        assert_eq!(codes(&refusal), *expected, "{guard}");
        let others: Vec<Guard> = GUARDS
            .iter()
            .filter(|other| !other.name.starts_with(guard))
            .map(|other| Guard { name: other.name, missing: other.missing })
            .collect();
        assert_eq!(others.len(), GUARDS.len() - 1, "{guard} names one guard");
        let rules = rules();
        let actor = by(Role::Agent);
        let case = Case { standing: &standing, wanted: &wanted, actor: &actor, rules: &rules, now: now() };
        assert!(guarded(&case, &others).is_ok(), "without {guard} nothing else refuses");
    }
}

#[test]
fn every_guard_has_a_case_that_it_alone_refuses() {
    for guard in GUARDS {
        assert!(
            LACKS.iter().any(|lack| guard.name.starts_with(lack.0)),
            "{} is tried by no case",
            guard.name
        );
    }
}

#[test]
fn nobody_steps_round_a_guard() {
    for (guard, spoil, from, to, _) in LACKS {
        let (mut standing, mut wanted) = (complete(*from), whole(*to));
        spoil(&mut standing, &mut wanted);
        for role in Role::ALL {
            assert!(asked(&standing, &wanted, role).is_err(), "{role:?} stepped round {guard}");
        }
    }
}

#[test]
fn a_refusal_lists_all_that_is_missing_at_once() {
    let mut standing = complete(State::Analysis);
    standing.evidence.clear();
    standing.verdicts.clear();
    standing.analysis = None;
    let refusal = asked(&standing, &whole(State::Escalated), Role::Administrator).expect_err("incomplete");
    assert_eq!(refusal.missing.len(), 7 + 3 + 1);
    assert!(refusal.to_string().contains("falta a evidência: o campo payload"), "{refusal}");
}

#[test]
fn roles_take_their_own_steps_only() {
    use Role::{Agent, Code, Commercial, PartnerContact, System};
    use State::{Analysis, AwaitingPartner, Closed, Escalated, Investigation, Received, Resolved};
    let table = [
        (Code, Escalated, Investigation, true),
        (Code, Escalated, Resolved, false),
        (Code, Analysis, Resolved, false),
        (Commercial, Escalated, Investigation, false), // It is with Code.
        (PartnerContact, Resolved, Closed, true),
        (PartnerContact, Resolved, Analysis, true),
        (PartnerContact, Resolved, Investigation, false),
        (PartnerContact, Closed, Analysis, true),
        (PartnerContact, AwaitingPartner, Analysis, true),
        (PartnerContact, Analysis, Resolved, false),
        (System, Received, Analysis, true),
        (System, Closed, Analysis, true),  // The partner wrote again.
        (System, Resolved, Closed, false), // Not by silence.
        (System, Analysis, Escalated, false),
        (Agent, Escalated, Resolved, true),
    ];
    for (role, from, to, granted) in table {
        let taken = asked(&complete(from), &whole(to), role);
        assert_eq!(taken.is_ok(), granted, "{role:?} {from:?} → {to:?}: {taken:?}");
        if let Err(refusal) = taken {
            assert_eq!(refusal.code, RefusalCode::NotAllowed);
        }
    }
    let mut with_commercial = complete(Escalated);
    with_commercial.escalated_to = Some(Team::Commercial);
    assert!(asked(&with_commercial, &whole(Resolved), Commercial).is_ok());
    assert!(asked(&with_commercial, &whole(Investigation), Code).is_err());
}

#[test]
fn closings_by_confirmation_and_by_silence_are_told_apart() {
    let confirmed = asked(&complete(State::Resolved), &whole(State::Closed), Role::PartnerContact).unwrap();
    assert_eq!((confirmed.closing, confirmed.reclassified), (Some(Closing::Confirmed), true));
    let mut silent = complete(State::Resolved);
    silent.confirmation = Confirmation::None;
    let wanted = Transition {
        silence: true,
        final_classification: Some(silent.classification.clone()),
        ..whole(State::Closed)
    };
    let closed = asked(&silent, &wanted, Role::System).unwrap();
    assert_eq!((closed.closing, closed.reclassified), (Some(Closing::NoAnswer), false));
}

#[test]
fn what_is_reopened_needs_a_new_confirmation() {
    let reopened = asked(&complete(State::Closed), &whole(State::Analysis), Role::PartnerContact).unwrap();
    assert!(reopened.reopened);
    let refusal =
        asked(&reopened.standing, &whole(State::Resolved), Role::Agent).expect_err("the old solution");
    assert_eq!(codes(&refusal), ["solution"]);
    let anew = Transition { solution: Some("corrigido de vez".to_owned()), ..whole(State::Resolved) };
    let resolved = asked(&reopened.standing, &anew, Role::Agent).unwrap();
    let refusal = asked(&resolved.standing, &whole(State::Closed), Role::Agent).expect_err("not confirmed");
    assert_eq!(codes(&refusal), ["confirmation"]);
}

#[test]
fn a_solution_taken_back_to_investigation_needs_a_new_confirmation_too() {
    let back = asked(&complete(State::Resolved), &whole(State::Investigation), Role::Agent).unwrap();
    assert!(back.reopened);
    assert_eq!((back.standing.confirmation, back.standing.solution), (Confirmation::None, None));
}

#[test]
fn nobody_confirms_in_the_partners_place() {
    let standing = Standing { confirmation: Confirmation::None, ..complete(State::Resolved) };
    let wanted = Transition { confirmation: Some(Confirmation::Confirmed), ..whole(State::Closed) };
    for role in [Role::Agent, Role::Lead, Role::Manager, Role::Administrator] {
        let refusal = asked(&standing, &wanted, role).expect_err("not his to say");
        assert_eq!(codes(&refusal), ["confirmation"], "{role:?}");
    }
    let closed = asked(&standing, &wanted, Role::PartnerContact).unwrap();
    assert_eq!(closed.closing, Some(Closing::Confirmed));
}

#[test]
fn a_merged_ticket_changes_no_more() {
    let standing = Standing { merged_into: Some("2026-000007".to_owned()), ..complete(State::Analysis) };
    let refusal = asked(&standing, &whole(State::Resolved), Role::Administrator).expect_err("merged");
    assert_eq!(refusal.code, RefusalCode::Merged);
    assert!(refusal.detail.contains("2026-000007"));
}

#[test]
fn the_rules_are_those_of_the_procedure() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../procedures/api-parceiros");
    let toml = std::fs::read_to_string(format!("{folder}/procedure.toml")).unwrap();
    let mut replies = BTreeMap::new();
    for entry in std::fs::read_dir(format!("{folder}/replies")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        replies.insert(name, std::fs::read_to_string(&path).unwrap());
    }
    let procedure =
        crate::procedure::Procedure::parse(&crate::procedure::ProcedureFiles { toml, replies }).unwrap();
    let rules = Rules::of(&procedure, "bug");
    assert_eq!(
        rules.evidence.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        EVIDENCE.into_iter().collect()
    );
    let validations = [
        "api-key-existe",
        "api-key-no-ambiente-correto",
        "requisicao-valida",
        "usuario-ativo",
        "versao-correta",
    ];
    assert_eq!(rules.validations.iter().map(String::as_str).collect::<Vec<_>>(), validations);
    assert_eq!((rules.reminders, rules.between_reminders), (2, SignedDuration::from_hours(48)));
    assert!(rules.knows(&class("token-acesso", "token-expirado")));
}

#[test]
fn protocol_numbers_are_written_and_read() {
    let table = [
        ("2026-000123", Some((2026, 123))),
        (" 2026-1234567 ", Some((2026, 1_234_567))),
        ("2026-000000", None),
        ("2026-123", None),
        ("26-000123", None),
        ("2026-00012x", None),
        ("2026000123", None),
        ("2026-99999999999", None),
    ];
    for (text, expected) in table {
        let read = text.parse::<Protocol>().ok().map(|protocol| (protocol.year, protocol.number));
        assert_eq!(read, expected, "{text}");
    }
    assert_eq!(Protocol { year: 2026, number: 123 }.to_string(), "2026-000123");
}

/// A ticket with anything missing.
fn any_standing() -> impl Strategy<Value = Standing> {
    let state = prop::sample::select(State::ALL.to_vec());
    let flags = prop::collection::vec(any::<bool>(), 16);
    (state, flags, 0u32..4).prop_map(|(state, flags, sent)| {
        let mut standing = complete(state);
        let mut names = EVIDENCE.iter().zip(&flags);
        standing.evidence.retain(|_| names.next().is_none_or(|(_, kept)| *kept));
        if flags[7] {
            standing.analysis = None;
        }
        if flags[8] {
            standing.solution = None;
        }
        if flags[9] {
            standing.verdicts.clear();
        }
        if flags[10] {
            standing.confirmation = if flags[11] { Confirmation::None } else { Confirmation::Contested };
        }
        standing.reminders.sent = sent;
        standing
    })
}

fn any_step() -> impl Strategy<Value = Transition> {
    let state = prop::sample::select(State::ALL.to_vec());
    (state, prop::collection::vec(any::<bool>(), 5)).prop_map(|(state, flags)| {
        let mut wanted = whole(state);
        wanted.silence = flags[0];
        if flags[1] {
            wanted.final_classification = None;
        }
        if flags[2] {
            wanted.analysis = Some("analisado".to_owned());
        }
        if flags[3] {
            wanted.solution = Some("feito".to_owned());
        }
        if flags[4] {
            wanted.confirmation = Some(Confirmation::Confirmed);
        }
        wanted
    })
}

proptest! {
    /// Whatever is tried in whatever order by whomever: what the procedure promises holds at every step.
    #[test]
    fn no_walk_escalates_without_evidence_or_closes_without_an_end(
        mut standing in any_standing(),
        steps in prop::collection::vec((any_step(), prop::sample::select(Role::ALL.to_vec())), 1..12),
    ) {
        for (wanted, role) in steps {
            let before = standing.clone();
            match asked(&standing, &wanted, role) {
                Err(refusal) => {
                    prop_assert_eq!(&before, &standing);
                    prop_assert!(!refusal.detail.is_empty());
                    prop_assert_eq!(refusal.missing.is_empty(), refusal.code != RefusalCode::Incomplete);
                }
                Ok(changed) => {
                    let after = &changed.standing;
                    prop_assert!(before.state.leads_to(after.state));
                    if after.state == State::Escalated {
                        prop_assert_eq!(after.evidence.len(), 7);
                        prop_assert!(after.analysis.is_some() && after.escalated_to.is_some());
                        prop_assert_eq!(after.verdicts.len(), 3);
                    } else {
                        prop_assert_eq!(after.escalated_to, None);
                    }
                    if after.state == State::Closed {
                        prop_assert!(after.solution.is_some() && changed.final_classification.is_some());
                        let silent = changed.closing == Some(Closing::NoAnswer);
                        let ended = if silent { before.reminders.sent >= 2 } else { after.confirmation == Confirmation::Confirmed };
                        prop_assert!(ended, "closed without an end");
                    } else {
                        prop_assert_eq!(changed.closing, None);
                    }
                    standing = changed.standing;
                }
            }
        }
    }
}
