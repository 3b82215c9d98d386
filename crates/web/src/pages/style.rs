//! The parts that pages are made of, shown together: for whoever makes one.

use askama::Template;

use super::frame::Frame;
use super::visit::Visit;
use super::{Shown, page};

#[derive(Template)]
#[template(path = "style.html")]
struct Page {
    f: Frame,
    states: Vec<&'static str>,
    colours: Vec<&'static str>,
}

/// `GET /estilo`.
pub(crate) async fn show(visit: Visit) -> Shown {
    let states = balcao_core::ticket::State::ALL.iter().map(|state| state.code()).collect();
    let colours = vec![
        "ground", "paper", "sunk", "ink", "soft", "line", "brand", "wash", "yes", "no", "open", "mark",
        "focus",
    ];
    page(&Page { f: visit.frame(), states, colours })
}
