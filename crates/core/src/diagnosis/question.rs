//! What is asked: of a message's words those that ask, so that greetings, stories and theories do not blur the search.

use crate::evidence::speech::{Place, Speech};

/// Fewer letters ask nothing by themselves ("ok?", "certo?").
const SHORTEST_QUESTION: usize = 12;
/// Words of a subject that tell nothing of what is asked; folded.
const EMPTY_SUBJECTS: &[&str] =
    &["duvida", "duvidas", "pergunta", "ajuda", "re", "enc", "fwd", "help", "api", "integracao"];

/// The question of a message: its subject and every sentence that asks; all its words where none is marked as asking.
pub(super) fn of(subject: Option<&str>, words: &str, speech: &Speech) -> String {
    let sentences = sentences(words);
    let cue = speech.asks_question.as_ref().filter(|cue| cue.place == Place::Body).map(|cue| cue.span.start);
    let asking: Vec<&str> = sentences
        .iter()
        .filter(|(start, text)| {
            let long = text.chars().filter(|c| c.is_alphabetic()).count() >= SHORTEST_QUESTION;
            let cued = cue.is_some_and(|at| *start <= at && at < start + text.len());
            long && (text.ends_with('?') || cued)
        })
        .map(|(_, text)| text.trim())
        .collect();
    let asked = if asking.is_empty() { words.to_owned() } else { asking.join("\n") };
    match subject.filter(|subject| tells(subject)) {
        Some(subject) => format!("{subject}\n{asked}"),
        None => asked,
    }
}

/// Whether a subject says more than that somebody writes.
fn tells(subject: &str) -> bool {
    let folded = crate::evidence::fold(subject);
    folded.split(|c: char| !c.is_alphanumeric()).any(|word| word.len() > 2 && !EMPTY_SUBJECTS.contains(&word))
}

/// The sentences of a text with where each starts; a full stop inside a number, a name or an address ends none.
fn sentences(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '\n' | '?' | '!' => true,
            '.' => chars.peek().is_none_or(|(_, next)| next.is_whitespace()),
            _ => false,
        };
        if ends {
            let end = at + c.len_utf8();
            found.extend(text.get(start..end).map(|sentence| (start, sentence)));
            start = end;
        }
    }
    found.extend(text.get(start..).map(|rest| (start, rest)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_that_ask_are_the_question() {
        let table = [
            (
                None,
                "Bom dia! Sou novo aqui. Qual o limite por minuto? Dizem que é mil.",
                "Qual o limite por minuto?",
            ),
            (
                Some("Notificações perdidas"),
                "ela é mandada de novo? Quantas vezes?",
                "Notificações perdidas\nela é mandada de novo?\nQuantas vezes?",
            ),
            (Some("dúvida"), "como renovo o token", "como renovo o token"),
            (None, "posso mandar 1.000 por vez? ok?", "posso mandar 1.000 por vez?"),
        ];
        for (subject, words, expected) in table {
            assert_eq!(of(subject, words, &Speech::default()), expected, "{words}");
        }
    }
}
