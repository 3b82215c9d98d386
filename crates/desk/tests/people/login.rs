//! Logging in: a known and an unknown name answer, wait and lock alike.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::caller::Caller;
use balcao_desk::people::account::{self, Changes};
use balcao_desk::people::login::{Entered, log_in};
use jiff::Timestamp;

use crate::homes::{Home, PASSWORD, after, attempted, code, id, noon, wrong_code};

crate::on_both!(
    a_known_and_an_unknown_name_answer_and_lock_alike,
    waits_double_up_to_an_hour_and_success_forgets_them,
    a_name_is_the_same_however_it_is_written,
    the_right_password_does_not_get_in_while_the_name_waits,
    guesses_at_the_same_time_are_counted_like_guesses_in_turn,
    a_right_guess_among_many_at_the_same_time_looks_like_a_wrong_one,
    the_code_is_asked_for_only_after_the_right_password,
    wrong_codes_lock_the_name_too,
);

/// What somebody outside can tell of an answer.
fn seen(answer: &Result<Entered, DeskError>) -> String {
    match answer {
        Ok(Entered::In(_)) => "in".to_owned(),
        Ok(Entered::NeedsCode) => "needs code".to_owned(),
        Err(error @ (DeskError::Unknown | DeskError::TooMany(_))) => error.to_string(),
        Err(other) => panic!("{other:?}"),
    }
}

async fn fail(home: &Home, login: &str, now: Timestamp) -> String {
    seen(&home.enter(login, ("errada errada errada", None), now).await)
}

async fn a_known_and_an_unknown_name_answer_and_lock_alike(home: &Home) {
    home.member("conhecida", Role::Agent).await;
    home.person("convidada", Role::Agent).await;
    let gone = home.member("desligada", Role::Agent).await;
    let changes = Changes { disabled: Some(true), ..Changes::default() };
    account::change(&home.desk, &Caller::system(), &id(&gone), changes, noon()).await.unwrap();
    let coded = home.member("com-codigo", Role::Agent).await;
    home.with_code(&coded, noon()).await;

    let mut answers = Vec::new();
    for login in ["conhecida", "convidada", "desligada", "com-codigo", "ninguém"] {
        let mut of_one = Vec::new();
        for turn in 0..8 {
            of_one.push(fail(home, login, after(noon(), turn)).await);
        }
        answers.push(of_one);
    }
    for other in &answers[1..] {
        assert_eq!(*other, answers[0]);
    }
    assert_eq!(answers[0][4], DeskError::Unknown.to_string());
    assert!(answers[0][5].starts_with("tentativas demais"), "{:?}", answers[0]);
    // Whoever was locked is in the trail by a mark, never by the name that was typed.
    let told = home.told().await;
    let locked: Vec<_> = told.iter().filter(|(what, ..)| what == "login_locked").collect();
    assert_eq!(locked.len(), 5);
    for (_, by, data) in locked {
        assert_eq!(by, "system");
        assert!(!data.contains("conhecida") && !data.contains("ninguém"), "{data}");
    }
}

async fn waits_double_up_to_an_hour_and_success_forgets_them(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let mut now = noon();
    for _ in 0..4 {
        assert_eq!(fail(home, "ana", now).await, DeskError::Unknown.to_string());
    }
    for minutes in [1, 2, 4, 8, 16, 32, 60, 60] {
        assert_eq!(fail(home, "ana", now).await, DeskError::Unknown.to_string());
        let wait = minutes * 60;
        for (later, open) in [(0, false), (wait - 1, false), (wait, true)] {
            let case = format!("{minutes} min, {later} s");
            // The right old password reaches the check of the new one, unless the name waits. Neither counts.
            let passwords = (PASSWORD, "curta");
            match account::change_password(&home.desk, &ana, passwords, after(now, later)).await {
                Err(DeskError::Invalid(_)) => assert!(open, "{case}"),
                Err(DeskError::TooMany(left)) => {
                    let left = i64::try_from(left).unwrap();
                    assert!(!open && (wait - later..=wait - later + 1).contains(&left), "{case}: {left}");
                }
                other => panic!("{case}: {other:?}"),
            }
        }
        now = after(now, wait);
    }
    for _ in 0..2 {
        home.entered("ana", now).await;
        for _ in 0..4 {
            assert_eq!(fail(home, "ana", now).await, DeskError::Unknown.to_string());
        }
    }
}

async fn a_name_is_the_same_however_it_is_written(home: &Home) {
    let ana = home.member("Ana.Lima", Role::Agent).await;
    assert_eq!(home.row(&ana).await.login, "ana.lima");
    for login in ["ana.lima", "ANA.LIMA", " Ana.Lima "] {
        assert_eq!(home.entered(login, noon()).await.caller.id, ana.id);
        fail(home, login, noon()).await;
    }
    for login in ["ana.lima", "ANA.LIMA", " Ana.Lima ", "aNA.lima"] {
        fail(home, login, noon()).await;
    }
    assert!(matches!(
        home.enter("Ana.LIMA", (PASSWORD, None), noon()).await,
        Err(DeskError::TooMany(60..=61))
    ));
}

async fn the_right_password_does_not_get_in_while_the_name_waits(home: &Home) {
    home.member("ana", Role::Agent).await;
    home.member("bia", Role::Agent).await;
    for _ in 0..5 {
        fail(home, "ana", noon()).await;
    }
    let right = home.enter("ana", (PASSWORD, None), after(noon(), 59)).await;
    assert!(matches!(right, Err(DeskError::TooMany(1..=2))), "{right:?}");
    home.entered("bia", noon()).await;
    home.entered("ana", after(noon(), 60)).await;
    assert_eq!(home.times("logged_in").await, 2);
}

/// What each of these passwords, tried at the same time, is answered.
async fn at_once(home: &Home, passwords: Vec<String>) -> Vec<String> {
    let tasks: Vec<_> = passwords
        .into_iter()
        .map(|password| {
            let desk = home.desk.clone();
            tokio::spawn(async move { log_in(&desk, attempted("ana", &password, None), noon()).await })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(seen(&task.await.unwrap()));
    }
    answers
}

async fn guesses_at_the_same_time_are_counted_like_guesses_in_turn(home: &Home) {
    home.member("ana", Role::Agent).await;
    let answers = at_once(home, (0..24).map(|n| format!("palpite número {n}")).collect()).await;
    let told = answers.iter().filter(|answer| **answer == DeskError::Unknown.to_string()).count();
    assert_eq!(told, 5, "{answers:?}");
    // What came too late was not checked, so it does not lengthen the wait either.
    home.entered("ana", after(noon(), 60)).await;
}

async fn a_right_guess_among_many_at_the_same_time_looks_like_a_wrong_one(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    home.with_code(&ana, noon()).await;
    for _ in 0..4 {
        fail(home, "ana", noon()).await;
    }
    // One failure is left: once it is told, the right password is not.
    let guesses = (0..24).map(|n| if n == 23 { PASSWORD.to_owned() } else { format!("palpite número {n}") });
    let answers = at_once(home, guesses.collect()).await;
    assert!(answers[..23].iter().filter(|answer| **answer == DeskError::Unknown.to_string()).count() <= 1);
}

async fn the_code_is_asked_for_only_after_the_right_password(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let authenticator = home.with_code(&ana, noon()).await;
    let now = after(noon(), 90);
    let right = code(&authenticator, now);
    let wrong = wrong_code(&authenticator, now);
    let table = [
        (("errada errada errada", None), "unknown"),
        (("errada errada errada", Some(right.as_str())), "unknown"),
        ((PASSWORD, None), "needs code"),
        ((PASSWORD, Some(wrong.as_str())), "unknown"),
        ((PASSWORD, Some("")), "unknown"),
        ((PASSWORD, Some(right.as_str())), "in"),
        // The same code again, within its time.
        ((PASSWORD, Some(right.as_str())), "unknown"),
    ];
    for (typed, expected) in table {
        let answer = home.enter("ana", typed, now).await;
        let unknown = DeskError::Unknown.to_string();
        let expected = if expected == "unknown" { &unknown } else { expected };
        assert_eq!(seen(&answer), expected, "{typed:?}");
    }
}

async fn wrong_codes_lock_the_name_too(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let authenticator = home.with_code(&ana, noon()).await;
    let now = after(noon(), 90);
    let wrong = wrong_code(&authenticator, now);
    for _ in 0..5 {
        // Being asked for the code forgets no failure.
        assert!(matches!(home.enter("ana", (PASSWORD, None), now).await, Ok(Entered::NeedsCode)));
        let answer = home.enter("ana", (PASSWORD, Some(&wrong)), now).await;
        assert!(matches!(answer, Err(DeskError::Unknown)));
    }
    let right = home.enter("ana", (PASSWORD, Some(&code(&authenticator, now))), now).await;
    assert!(matches!(right, Err(DeskError::TooMany(_))));
}
