//! Who may give which role to whom: nobody hands out more than he has.

use balcao_core::ticket::Role;

use crate::caller::Caller;
use crate::error::DeskError;

/// Higher is more; the desk itself is above all.
fn rank(role: Role) -> u8 {
    match role {
        Role::PartnerContact => 0,
        Role::Code | Role::Commercial | Role::Agent => 1,
        Role::Lead => 2,
        Role::Manager => 3,
        Role::Administrator => 4,
        Role::System => 5,
    }
}

/// # Errors
/// [`DeskError::Forbidden`] if `role` is more than the caller's own.
pub(super) fn may_give(caller: &Caller, role: Role) -> Result<(), DeskError> {
    let side = matches!(role, Role::Code | Role::Commercial) && rank(caller.role) < rank(Role::Lead);
    if role == Role::System || rank(role) > rank(caller.role) || (side && role != caller.role) {
        return Err(DeskError::Forbidden("dar um papel maior do que o seu"));
    }
    Ok(())
}
