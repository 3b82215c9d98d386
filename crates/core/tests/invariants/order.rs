//! The same message and the same facts give the same diagnosis, in whatever order the facts stand.

use proptest::prelude::*;

use crate::proofs::body;
use crate::world::{World, message};

std::thread_local! {
    static WORLDS: (World, World) = (World::new(), World::turned_round());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_the_facts_does_not_show(body in body()) {
        let message = message(&body);
        WORLDS.with(|(world, turned)| {
            let diagnosis = world.diagnose(&message);
            prop_assert_eq!(&diagnosis, &world.diagnose(&message), "a second run differs for {}", body);
            prop_assert_eq!(&diagnosis, &turned.diagnose(&message), "another order differs for {}", body);
            Ok(())
        })?;
    }
}
