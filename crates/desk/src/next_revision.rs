//! The next revision of a procedure, from one edited file: number and dates are put right by the program, nothing else is touched.
//!
//! **Invariant:** every line that is not one of those three stays as it was written, comments included.

use std::collections::BTreeMap;

use jiff::{Span, civil::Date};

const MAIN: &str = "procedure.toml";

/// One edit of a procedure.
#[derive(Debug, Clone)]
pub struct Edit {
    /// The file that is edited; `None` where only the review is recorded.
    pub file: Option<String>,
    /// Its new text; empty takes a reply away.
    pub text: String,
    /// The day of the change, in the company's zone.
    pub today: Date,
    /// Whether the whole procedure was looked through: the next review is then a period away.
    pub reviewed: bool,
}

/// The files after an edit, with the number one up (unless the edit itself put it up), the day of the change, and the next review.
#[must_use]
pub fn next_revision(files: &BTreeMap<String, String>, edit: &Edit) -> BTreeMap<String, String> {
    let mut after = files.clone();
    if let Some(name) = &edit.file {
        let text = edit.text.replace("\r\n", "\n");
        if text.trim().is_empty() && name.starts_with("replies/") {
            after.remove(name);
        } else {
            after.insert(name.clone(), text);
        }
    }
    if after == *files && !edit.reviewed {
        return after;
    }
    let was = head(files.get(MAIN).map_or("", String::as_str));
    if let Some(main) = after.get_mut(MAIN) {
        let is = head(main);
        if is.number <= was.number {
            *main = with_line(main, "revision", &(was.number.saturating_add(1)).to_string());
        }
        *main = with_line(main, "updated", &format!("\"{}\"", edit.today));
        let reviewed = is.period.filter(|_| edit.reviewed);
        let ahead = |day: &Date| *day > edit.today;
        // A text from long ago has a review long past; the one that is planned stays.
        let planned =
            was.next_review.filter(|day| ahead(day) && !is.next_review.is_some_and(|own| ahead(&own)));
        let next = reviewed.and_then(|period| edit.today.checked_add(period).ok()).or(planned);
        if let Some(next) = next {
            *main = with_line(main, "next_review", &format!("\"{next}\""));
        }
    }
    after
}

/// What the file says of itself.
struct Head {
    number: i64,
    period: Option<Span>,
    next_review: Option<Date>,
}

/// A file that does not read says nothing of itself; its mistakes are told by the check.
fn head(text: &str) -> Head {
    let file: Option<toml::Table> = text.parse().ok();
    let table = file.as_ref().and_then(|file| file.get("procedure")?.as_table());
    let number = table.and_then(|table| table.get("revision")?.as_integer()).unwrap_or(0);
    let period = table.and_then(|table| table.get("review_period")?.as_str()?.parse().ok());
    let next_review = table.and_then(|table| table.get("next_review")?.as_str()?.parse().ok());
    Head { number, period, next_review }
}

/// The text with another value for a name of the table `[procedure]`; as it was where the table has no such line.
fn with_line(text: &str, name: &str, value: &str) -> String {
    let mut inside = false;
    let mut lines: Vec<String> = Vec::new();
    for line in text.split('\n') {
        let bare = line.trim();
        if bare.starts_with('[') {
            inside = bare.starts_with("[procedure]");
        }
        let names = inside && bare.split_once('=').is_some_and(|(own, _)| own.trim() == name);
        if !names {
            lines.push(line.to_owned());
            continue;
        }
        let comment = line.split_once('#').map(|(_, words)| format!(" #{words}")).unwrap_or_default();
        lines.push(format!("{name} = {value}{comment}"));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Topo\n[procedure]\nrevision = 4 # some um\nupdated = \"2026-05-06\"\n\
        next_review = \"2026-11-02\"\nreview_period = \"180d\"\n[[limit]]\nrevision = 9\n";

    fn files() -> BTreeMap<String, String> {
        BTreeMap::from([
            (MAIN.to_owned(), FILE.to_owned()),
            ("replies/a.md.j2".to_owned(), "Assunto: a\n".to_owned()),
        ])
    }

    fn edit(file: Option<&str>, text: &str, reviewed: bool) -> Edit {
        let today = jiff::civil::date(2026, 11, 25);
        Edit { file: file.map(str::to_owned), text: text.to_owned(), today, reviewed }
    }

    #[test]
    fn a_changed_reply_makes_the_next_number_and_leaves_the_rest() {
        let after = next_revision(&files(), &edit(Some("replies/a.md.j2"), "Assunto: b\r\n", false));
        assert_eq!(after["replies/a.md.j2"], "Assunto: b\n");
        let expected = FILE
            .replace("revision = 4 # some um", "revision = 5 # some um")
            .replace("updated = \"2026-05-06\"", "updated = \"2026-11-25\"");
        assert_eq!(after[MAIN], expected);
    }

    #[test]
    fn a_number_put_up_by_hand_stays() {
        let text = FILE.replace("revision = 4", "revision = 7");
        let after = next_revision(&files(), &edit(Some(MAIN), &text, false));
        assert!(after[MAIN].contains("revision = 7 # some um") && after[MAIN].contains("revision = 9\n"));
    }

    #[test]
    fn a_review_without_a_change_is_a_revision_with_its_next_day() {
        let after = next_revision(&files(), &edit(None, "", true));
        assert!(after[MAIN].contains("revision = 5") && after[MAIN].contains("next_review = \"2027-05-24\""));
    }

    #[test]
    fn an_old_text_keeps_the_review_that_is_planned() {
        let mut files = files();
        let current = FILE.replace("next_review = \"2026-11-02\"", "next_review = \"2027-05-01\"");
        files.insert(MAIN.to_owned(), current);
        let after = next_revision(&files, &edit(Some(MAIN), FILE, false));
        assert!(after[MAIN].contains("next_review = \"2027-05-01\""), "{}", after[MAIN]);
    }

    #[test]
    fn nothing_changed_is_no_revision_and_an_emptied_reply_goes() {
        assert_eq!(next_revision(&files(), &edit(Some("replies/a.md.j2"), "Assunto: a\n", false)), files());
        let after = next_revision(&files(), &edit(Some("replies/a.md.j2"), "  ", false));
        assert!(!after.contains_key("replies/a.md.j2") && after[MAIN].contains("revision = 5"));
    }
}
