//! The second factor: each code good once, and on and off only by whoever may.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::caller::{Caller, Permission};
use balcao_desk::people::account::{self, Changes};
use balcao_desk::people::login::{Entered, log_in};
use balcao_desk::people::totp;

use crate::homes::{
    Home, PASSWORD, ROLES, after, attempted, authenticator, code, id, narrowed, noon, wrong_code,
};

crate::on_both!(
    a_code_is_good_one_step_early_or_late_and_once,
    of_two_who_come_with_one_code_at_the_same_time_one_gets_in,
    what_was_begun_counts_only_once_confirmed_and_only_once,
    taking_ones_own_away_needs_a_code_and_guessing_it_waits,
    whoever_looks_after_people_takes_it_from_whoever_is_not_more,
    a_narrowed_token_sets_no_second_factor_up,
    confirming_undoes_nothing_that_happened_meanwhile,
);

async fn a_code_is_good_one_step_early_or_late_and_once(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let authenticator = home.with_code(&ana, noon()).await;
    // Steps from the one that confirmed; the clock stands at its step. Each is tried in turn.
    let table = [
        ((4, 6), false),
        ((5, 4), true),
        ((5, 4), false),
        ((5, 5), false),
        ((7, 5), false),
        ((6, 7), true),
        ((5, 6), false),
        ((6, 6), false),
        ((8, 8), true),
    ];
    for ((shown, clock), good) in table {
        let code = code(&authenticator, after(noon(), 30 * shown));
        // Every failure is forgotten by the success that comes before the fifth.
        let answer = home.enter("ana", (PASSWORD, Some(&code)), after(noon(), 30 * clock)).await;
        assert_eq!(matches!(answer, Ok(Entered::In(_))), good, "step {shown} at {clock}: {answer:?}");
    }
}

async fn of_two_who_come_with_one_code_at_the_same_time_one_gets_in(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let authenticator = home.with_code(&ana, noon()).await;
    for round in 1..=5 {
        let now = after(noon(), 60 * round);
        let code = code(&authenticator, now);
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (desk, code) = (home.desk.clone(), code.clone());
                tokio::spawn(async move { log_in(&desk, attempted("ana", PASSWORD, Some(&code)), now).await })
            })
            .collect();
        let mut entered = 0;
        for task in tasks {
            entered += usize::from(matches!(task.await.unwrap(), Ok(Entered::In(_))));
        }
        assert_eq!(entered, 1, "round {round}");
        // The others counted as failures; somebody gets in with the next code before there are too many.
        let later = after(now, 30);
        let next = self::code(&authenticator, later);
        home.enter("ana", (PASSWORD, Some(&next)), later).await.unwrap();
    }
}

async fn what_was_begun_counts_only_once_confirmed_and_only_once(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let nothing = totp::confirm(&home.desk, &ana, "123456", noon()).await;
    assert!(matches!(nothing, Err(DeskError::NotFound(_))));
    let made = totp::enrol(&home.desk, &ana).await.unwrap();
    assert!(made.url.starts_with("otpauth://totp/"), "an address for authenticators");
    home.entered("ana", noon()).await;
    let first = authenticator(&made.secret);
    let wrong = totp::confirm(&home.desk, &ana, &wrong_code(&first, noon()), noon()).await;
    assert!(matches!(wrong, Err(DeskError::Invalid(_))));
    // Begun again: the newer secret counts.
    let authenticator = home.with_code(&ana, noon()).await;
    assert!(matches!(home.enter("ana", (PASSWORD, None), noon()).await, Ok(Entered::NeedsCode)));
    assert!(matches!(totp::enrol(&home.desk, &ana).await, Err(DeskError::Conflict(_))));
    let now = after(noon(), 60);
    // Neither what was confirmed nor what was given up can be confirmed again, on or off.
    for secret in [&authenticator, &first] {
        assert!(totp::confirm(&home.desk, &ana, &code(secret, now), now).await.is_err());
    }
    totp::disable(&home.desk, &ana, (&id(&ana), Some(&code(&authenticator, now))), now).await.unwrap();
    home.entered("ana", now).await;
    for secret in [&authenticator, &first] {
        let again = totp::confirm(&home.desk, &ana, &code(secret, now), now).await;
        assert!(matches!(again, Err(DeskError::NotFound(_))), "{again:?}");
    }
    let mut conn = home.desk.store().read().await.unwrap();
    for about in [id(&ana).to_string(), format!("totp pending {}", id(&ana))] {
        let left = balcao_store::sealed::about(&mut conn, &about).await.unwrap();
        assert!(left.is_empty(), "a secret that counts no more is not kept");
    }
}

async fn taking_ones_own_away_needs_a_code_and_guessing_it_waits(home: &Home) {
    // Not even whoever looks after people takes his own away without one.
    let ana = home.member("ana", Role::Administrator).await;
    let authenticator = home.with_code(&ana, noon()).await;
    let now = after(noon(), 60);
    let wrong = wrong_code(&authenticator, now);
    let right = code(&authenticator, now);
    let off = |code: Option<String>| {
        let (desk, ana) = (home.desk.clone(), ana.clone());
        async move { totp::disable(&desk, &ana, (&id(&ana), code.as_deref()), now).await }
    };
    assert!(matches!(off(None).await, Err(DeskError::Invalid(_))));
    for _ in 0..5 {
        let answer = off(Some(wrong.clone())).await;
        assert!(matches!(answer, Err(DeskError::Invalid(_))), "{answer:?}");
    }
    let guessed = off(Some(right)).await;
    assert!(matches!(guessed, Err(DeskError::TooMany(_))), "{guessed:?}");
    assert!(home.row(&ana).await.totp_sealed.is_some());
    let later = after(now, 60);
    let code = code(&authenticator, later);
    totp::disable(&home.desk, &ana, (&id(&ana), Some(&code)), later).await.unwrap();
    assert!(home.row(&ana).await.totp_sealed.is_none());
}

async fn whoever_looks_after_people_takes_it_from_whoever_is_not_more(home: &Home) {
    for (number, role) in ROLES.into_iter().enumerate() {
        let caller = home.person(&format!("quem{number}"), role).await;
        for (other, of) in [Role::Administrator, Role::Manager, Role::Agent].into_iter().enumerate() {
            let target = home.person(&format!("alvo{number}.{other}"), of).await;
            home.with_code(&target, noon()).await;
            let may = role == Role::Administrator || (role == Role::Manager && of != Role::Administrator);
            let answer = totp::disable(&home.desk, &caller, (&id(&target), None), noon()).await;
            assert_eq!(answer.is_ok(), may, "{role:?} from {of:?}");
            assert!(may || matches!(answer, Err(DeskError::Forbidden(_))));
            assert_eq!(home.row(&target).await.totp_sealed.is_none(), may);
        }
    }
}

async fn a_narrowed_token_sets_no_second_factor_up(home: &Home) {
    let ana = home.member("ana", Role::Agent).await;
    let token = narrowed(&ana, &[Permission::ReadTickets]);
    assert!(matches!(totp::enrol(&home.desk, &token).await, Err(DeskError::Forbidden(_))));
    let authenticator = home.with_code(&ana, noon()).await;
    let now = after(noon(), 60);
    let code = code(&authenticator, now);
    let off = totp::disable(&home.desk, &token, (&id(&ana), Some(&code)), now).await;
    assert!(matches!(off, Err(DeskError::Forbidden(_))));
    assert!(matches!(totp::enrol(&home.desk, &Caller::system()).await, Err(DeskError::Forbidden(_))));
}

async fn confirming_undoes_nothing_that_happened_meanwhile(home: &Home) {
    let admin = home.person("admin", Role::Administrator).await;
    for round in 0..10 {
        let ana = home.person(&format!("ana{round}"), Role::Lead).await;
        let made = totp::enrol(&home.desk, &ana).await.unwrap();
        let code = code(&authenticator(&made.secret), noon());
        let changes = Changes { disabled: Some(true), ..Changes::default() };
        let of_ana = id(&ana);
        let (_either, changed) = tokio::join!(
            totp::confirm(&home.desk, &ana, &code, noon()),
            account::change(&home.desk, &admin, &of_ana, changes, noon()),
        );
        changed.unwrap();
        assert!(home.row(&ana).await.disabled_at.is_some(), "round {round}");
    }
}
