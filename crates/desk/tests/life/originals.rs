//! Originals: sealed, opened with a permission and a reason, sealed anew with another key, gone after their time.

use balcao_core::ticket::Role;
use balcao_desk::verbs::open_original::open_original;
use balcao_desk::verbs::show;
use balcao_desk::{Desk, DeskError, Settings, jobs};
use balcao_store::sealed;
use jiff::SignedDuration;

use crate::homes::{Home, caller, secrets, told};
use crate::office::{came, example, fill, received};

crate::on_both!(opening_needs_a_permission_and_a_reason, keys_rotate, originals_end);

async fn opening_needs_a_permission_and_a_reason(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let id = received(desk, "dev-058").await.ticket.id;
    let now = came(&example("dev-058"));
    let shown = show::show(desk, &caller(Role::Agent), id.as_str()).await.unwrap();
    let message = shown.messages[0].id.clone();
    let key = "ft_prd_yqFD3LvNPO0e5fUjuHCna4TPbycj";
    assert!(!shown.messages[0].body.contains(key), "what is kept in the clear is masked");
    for role in [Role::Code, Role::Commercial, Role::PartnerContact] {
        let refused = open_original(desk, &caller(role), (&id, &message), "preciso", now).await;
        assert!(matches!(refused, Err(DeskError::Forbidden(_))), "{role:?}");
    }
    let lead = caller(Role::Lead);
    let unsaid = open_original(desk, &lead, (&id, &message), "  ", now).await;
    assert!(matches!(unsaid, Err(DeskError::Invalid(_))));
    assert!(told(desk).await.iter().all(|(what, _)| what != "original_opened"));
    let original = open_original(desk, &lead, (&id, &message), "conferir a chave", now).await.unwrap();
    assert!(String::from_utf8_lossy(&original).contains(key));
    let told = told(desk).await;
    let opened: Vec<_> = told.iter().filter(|(what, _)| what == "original_opened").collect();
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[0].1["reason"], "conferir a chave");
}

async fn keys_rotate(home: &Home) {
    fill(&home.desk).await;
    let id = received(&home.desk, "dev-058").await.ticket.id;
    let (lead, now) = (caller(Role::Lead), came(&example("dev-058")));
    let message = show::show(&home.desk, &lead, id.as_str()).await.unwrap().messages[0].id.clone();
    let before = open_original(&home.desk, &lead, (&id, &message), "antes", now).await.unwrap();
    let rotated = secrets().rotated([3; 32]);
    let old: Vec<String> = rotated.old_keys().map(str::to_owned).collect();
    let desk = Desk::open(home.desk.store().clone(), rotated, Settings::default()).await.unwrap();
    assert_eq!(open_original(&desk, &lead, (&id, &message), "durante", now).await.unwrap(), before);
    jobs::plant(&desk, now).await.unwrap();
    while !matches!(jobs::run_one(&desk, "w", now).await.unwrap(), jobs::Outcome::Idle) {}
    let mut conn = desk.store().read().await.unwrap();
    assert_eq!(old.len(), 1);
    assert!(sealed::with_key(&mut conn, &old[0], 10).await.unwrap().is_empty());
    drop(conn);
    // The old key is no longer needed.
    let pruned = secrets().rotated([3; 32]).pruned();
    let desk = Desk::open(desk.store().clone(), pruned, Settings::default()).await.unwrap();
    assert_eq!(open_original(&desk, &lead, (&id, &message), "depois", now).await.unwrap(), before);
}

async fn originals_end(home: &Home) {
    let desk = &home.desk;
    fill(desk).await;
    let id = received(desk, "dev-058").await.ticket.id;
    let (lead, now) = (caller(Role::Lead), came(&example("dev-058")));
    let message = show::show(desk, &lead, id.as_str()).await.unwrap().messages[0].id.clone();
    let later = now + SignedDuration::from_hours(24 * 366);
    jobs::plant(desk, later).await.unwrap();
    while !matches!(jobs::run_one(desk, "w", later).await.unwrap(), jobs::Outcome::Idle) {}
    assert!(open_original(desk, &lead, (&id, &message), "tarde demais", later).await.is_err());
    // What was masked stays, and so does the ticket.
    assert_eq!(show::show(desk, &lead, id.as_str()).await.unwrap().messages.len(), 1);
}
