//! Contacts of partners whom our mails do not reach.

use balcao_desk::caller::{Caller, Permission};
use balcao_desk::{Desk, DeskError};
use balcao_store::returned::{self, Returned};

/// Addresses that are looked at, the latest first.
const MOST: u16 = 500;

/// An address that mails come back from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreached {
    /// The code and the name of the partner whose contact it is, and the contact's name; `None` for an address that the registry does not have.
    pub contact: Option<(String, String, String)>,
    /// What is noted of it.
    pub returned: Returned,
}

/// Whom our mails do not reach, the latest first.
///
/// # Errors
/// If the caller may not, or the database fails.
pub async fn unreached(desk: &Desk, caller: &Caller) -> Result<Vec<Unreached>, DeskError> {
    caller.must(Permission::ManageJobs)?;
    let mut conn = desk.store().read().await?;
    let rows = returned::list(&mut conn, MOST).await?;
    drop(conn);
    let state = desk.state();
    let mut all: Vec<Unreached> =
        rows.into_iter().map(|returned| Unreached { contact: None, returned }).collect();
    if all.is_empty() {
        return Ok(all);
    }
    for partner in &state.world.registry.partners {
        for contact in &partner.contacts {
            let address = contact.address.trim().to_lowercase();
            let mark = desk.secrets().mark("mail address", &[address.as_bytes()]);
            if let Some(one) = all.iter_mut().find(|one| one.returned.address == mark) {
                let name = contact.name.clone().unwrap_or_default();
                one.contact = Some((partner.code.clone(), partner.name.clone(), name));
            }
        }
    }
    Ok(all)
}
