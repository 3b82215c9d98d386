//! The indices behind the look-ups: a registry may hold a hundred thousand users and keys.

use std::collections::{BTreeMap, BTreeSet};

use super::in_text::login_shape;
use super::telephone::normal_address;
use super::{ApiKey, Partner, Registry, User};
use crate::evidence::key::KeyPrint;

/// Positions in the registry's lists.
#[derive(Clone, Default)]
pub(super) struct Index {
    pub(super) partners: BTreeMap<String, usize>,
    /// By normal address; `None` where two partners share it.
    pub(super) addresses: BTreeMap<String, Option<usize>>,
    /// By domain; `None` where two partners share it.
    pub(super) domains: BTreeMap<String, Option<usize>>,
    pub(super) logins: BTreeMap<String, usize>,
    /// By login in ASCII lower case; `None` where two logins differ in case only.
    pub(super) lower_logins: BTreeMap<String, Option<usize>>,
    pub(super) keys: BTreeMap<KeyPrint, usize>,
    /// By the letters of a login, the numbers of digits that follow them.
    pub(super) login_shapes: BTreeMap<String, BTreeSet<usize>>,
}

impl Index {
    pub(super) fn of(partners: &[Partner], users: &[User], api_keys: &[ApiKey]) -> Self {
        let mut index = Self::default();
        for (n, partner) in partners.iter().enumerate() {
            index.partners.entry(partner.code.clone()).or_insert(n);
            for contact in &partner.contacts {
                put(&mut index.addresses, normal_address(&contact.address), n);
            }
            for domain in &partner.email_domains {
                put(&mut index.domains, domain.clone(), n);
            }
        }
        for (n, user) in users.iter().enumerate() {
            index.logins.entry(user.login.clone()).or_insert(n);
            if let Some((shape, digits)) = login_shape(&user.login) {
                index.login_shapes.entry(shape).or_default().insert(digits);
            }
            put(&mut index.lower_logins, user.login.to_ascii_lowercase(), n);
        }
        for (n, key) in api_keys.iter().enumerate() {
            index.keys.entry(key.print.clone()).or_insert(n);
        }
        index
    }
}

impl Registry {
    /// Says whose an address is, whatever contacts and domains say: this partner's, or nobody's.
    pub(in crate::facts) fn claim(&mut self, address: &str, partner: Option<&str>) {
        let partner = partner.and_then(|code| self.index.partners.get(code).copied());
        self.index.addresses.insert(normal_address(address), partner);
    }
}

/// What two claim belongs to neither.
fn put(map: &mut BTreeMap<String, Option<usize>>, name: String, n: usize) {
    map.entry(name).and_modify(|held| *held = held.filter(|own| *own == n)).or_insert(Some(n));
}
