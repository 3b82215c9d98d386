//! `evaluate`: the figures on the example cases and questions do not fall.

use super::{example, on_examples, out, ran};

fn figures(cases: &str) -> serde_json::Value {
    let output = ran(on_examples("evaluate", &["--json", example(cases).to_str().unwrap()]));
    super::leaks_nothing(&output);
    serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", super::err(&output)))
}

#[test]
fn the_example_cases_are_judged_as_labelled() {
    let figures = figures("cases.jsonl");
    let floors = [
        ("situation", 0.95),
        ("cause", 0.95),
        ("next_step", 0.95),
        ("missing_evidence", 0.90),
        ("evidence.*", 0.95),
        ("check.*", 0.95),
        ("forbidden", 1.0),
    ];
    for (field, floor) in floors {
        let share = share(&figures, field);
        assert!(share >= floor, "{field}: {share:.3} is below {floor}");
    }
}

fn share(figures: &serde_json::Value, field: &str) -> f64 {
    let tally = &figures["fields"][field];
    let number = |name: &str| tally[name].as_f64().unwrap_or_else(|| panic!("{field}: {figures}"));
    number("right") / number("all")
}

#[test]
fn the_example_questions_are_answered_or_refused_as_labelled() {
    let figures = figures("questions.jsonl");
    let floors = [
        ("first", 0.65),
        ("top3", 0.80),
        ("top10", 0.92),
        ("precision", 0.85),
        ("answered", 0.55),
        ("refused", 0.85),
    ];
    for (name, floor) in floors {
        let share = figures[name].as_f64().unwrap_or_else(|| panic!("{name}: {figures}"));
        assert!(share >= floor, "{name}: {share:.3} is below {floor}");
    }
}
