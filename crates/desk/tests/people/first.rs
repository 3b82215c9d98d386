//! The first administrator: one, made once.

use balcao_core::ticket::Role;
use balcao_desk::DeskError;
use balcao_desk::people::first::{NewAdministrator, claim_first, first_administrator};

use crate::homes::{Home, PASSWORD, after, noon};

crate::on_both!(
    a_fresh_desk_gives_a_link_good_once_for_a_day,
    of_two_who_claim_at_the_same_time_one_does,
    a_desk_with_people_gives_none_and_takes_none,
);

fn administrator(login: &str) -> NewAdministrator {
    NewAdministrator { login: login.to_owned(), name: "Primeira".to_owned(), password: PASSWORD.to_owned() }
}

async fn a_fresh_desk_gives_a_link_good_once_for_a_day(home: &Home) {
    let desk = &home.desk;
    let ended = first_administrator(desk, noon()).await.unwrap().unwrap();
    let link = first_administrator(desk, noon()).await.unwrap().unwrap();
    let day = 24 * 3600;
    for (token, later) in [(&ended, 0), (&link, day), (&"outro".to_owned(), 0)] {
        let answer = claim_first(desk, token, administrator("ana"), after(noon(), later)).await;
        assert!(matches!(answer, Err(DeskError::Unknown)), "{later}");
    }
    let unfit = NewAdministrator { password: "curta".to_owned(), ..administrator("ana") };
    assert!(matches!(claim_first(desk, &link, unfit, noon()).await, Err(DeskError::Invalid(_))));
    let row = claim_first(desk, &link, administrator("ana"), after(noon(), day - 1)).await.unwrap();
    assert_eq!((row.role.as_str(), row.login.as_str()), ("administrator", "ana"));
    home.entered("ana", noon()).await;
    let again = claim_first(desk, &link, administrator("bia"), noon()).await;
    assert!(matches!(again, Err(DeskError::Unknown)));
    assert_eq!(first_administrator(desk, noon()).await.unwrap(), None);
}

async fn of_two_who_claim_at_the_same_time_one_does(home: &Home) {
    // Two servers that start together may each give a link.
    let (one, two) =
        tokio::join!(first_administrator(&home.desk, noon()), first_administrator(&home.desk, noon()));
    let (one, two) = (one.unwrap().unwrap(), two.unwrap().unwrap());
    let (first, second, third) = tokio::join!(
        claim_first(&home.desk, &one, administrator("ana"), noon()),
        claim_first(&home.desk, &two, administrator("bia"), noon()),
        claim_first(&home.desk, &two, administrator("caio"), noon()),
    );
    let made = [&first, &second, &third].iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(made, 1, "{first:?} {second:?} {third:?}");
    assert_eq!(home.times("account_created").await, 1);
}

async fn a_desk_with_people_gives_none_and_takes_none(home: &Home) {
    let link = first_administrator(&home.desk, noon()).await.unwrap().unwrap();
    home.person("ana", Role::Agent).await;
    assert_eq!(first_administrator(&home.desk, noon()).await.unwrap(), None);
    let late = claim_first(&home.desk, &link, administrator("bia"), noon()).await;
    assert!(matches!(late, Err(DeskError::Unknown)));
}
