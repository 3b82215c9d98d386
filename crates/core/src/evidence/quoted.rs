//! Quoted text of an e-mail: what the sender wrote now, apart from what he answers to.
//!
//! In: the text of a message. Out: byte ranges of whole lines. Lines that start with `>` but are a dump of
//! HTTP (`> GET /x HTTP/1.1`, `> host: …`) are evidence and stay.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::pattern::AnyOf;

#[expect(clippy::expect_used, reason = "the patterns are literals and every test compiles them")]
fn pattern(source: &str) -> Regex {
    crate::pattern::compiled(source).expect("a literal pattern")
}

/// A line of `curl -v` or a raw HTTP dump.
static DUMP: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*[><*]\s+(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+\S+|HTTP/[\d.]+\s+\d{3}|(?i:host|authorization|accept|date|cookie|server|connection|[a-z0-9]+(?:-[a-z0-9]+)+):\s*\S|[\[{].*)",
    )
});
/// The line that starts such a dump; without one, `> Date: …` is a quotation.
static DUMP_START: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?m)^\s*[><]\s+(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+\S*/|HTTP/[\d.]+\s+\d{3})")
});
/// A rule, or a mark that a mail program leaves: nothing when it ends the text.
static RULE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*(?:[-_=*#~+]{2,}|ᐧ)?\s*$"));
/// A line after which everything is what the sender answers to or forwards.
static CUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?i)^\s*\*?[-_=]{2,}\s*(?:mensagem (?:original|encaminhada)|original message|forwarded message|ursprüngliche nachricht|mensaje original|message (?:d'origine|original)|messaggio originale)\s*[-_=]{0,}\*?",
        r"|^\s*(?:in[ií]cio da mensagem encaminhada|begin forwarded message|encaminhado por)\b.{0,20}:?\s*$",
        r"|^\s*_{20,}\s*$",
    ))
});
/// The line that leads a quotation in; it may be broken over up to three lines.
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"(?is)^\s*(?:em|no dia|on|le|el|am|den|op|il|a)\s[^\n]{0,40}\d.{0,200}?\b(?:escreveu|wrote|a écrit|escribió|schrieb|skrev|schreef|ha scritto|enviou)\b[^\n]{0,20}:?\s*$",
        r"|^\s*\d{4}[-/]\d{1,2}[-/]\d{1,2}\s[^\n]{0,80}(?:<[^>\s]+@[^>\s]+>|gmt[+-]\d\d:\d\d\s[^\n]+):?\s*$",
        r"|^\s*\d{1,2} de \w{3,9}\.? de \d{4}[^\n]{0,120}(?:escreveu|<[^>\s]+@[^>\s]+>)[^\n]{0,10}:?\s*$",
    ))
});
/// The first line of a block of headers (Outlook), and the lines that must follow it.
static FROM: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)^\s*\*{0,2}(?:de|from|von|från|fra|da|van)\s?:\*{0,2}\s*\S"));
static NEXT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*\*{0,2}(?:enviad[ao](?: em)?|data|para|assunto|cc|sent|date|to|subject|gesendet|an|betreff|skickat|till|ämne|envoyé|objet|à|enviado el|asunto)\s?:\*{0,2}\s*\S",
    )
});
/// What a telephone or a mail program adds.
static SENT_FROM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*[<(]{0,2}(?:enviad[oa] (?:do|de|pelo|a partir|via|com)\b.{0,80}|sent (?:from|via|with|by) .{0,80}|from my .{0,30}|get \[?outlook for .*|obter (?:o )?outlook para .*|envoyé depuis .*|.{0,90}(?:mobilgerät|mobiltelefon|handy).{0,40}gesendet\.?|從我的.*|verzonden met .*|enviado desde .*)[>)]{0,2}\s*$",
    )
});
static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:--|—|__)\s*$"));
static DISCLAIMER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\s*(?:aviso (?:legal|de confidencialidade)\b|(?:esta|essa) mensagem(?:,? incluindo seus anexos,?)? (?:e seus anexos |pode conter|cont[eé]m|é destinada|é confidencial)|(?:this|the information in this) (?:e-?mail|message).{0,60}(?:confidential|intended)|as informa[cç][oõ]es contidas nest)",
    )
});
/// Something of a call stands in the text: a signature mark above it is none.
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:GET|POST|PUT|PATCH|DELETE)\s+\S*/|\bcurl\s|HTTP/\d|^\s*[{}]|\x22\s*:|(?i:authorization|api[-_ ]?key)\s*[:=]",
    )
});

/// What each of the patterns above needs one of: most lines have none.
static CUT_NEEDS: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::new(&["mensagem", "message", "nachricht", "mensaje", "messaggio", "encaminhado por", "______"])
});
static LEAD_NEEDS: LazyLock<AnyOf> = LazyLock::new(|| {
    let verbs = [
        "escreveu", "wrote", "crit", "escribi", "schrieb", "skrev", "schreef", "scritto", "enviou", "@",
        "gmt",
    ];
    AnyOf::new(&verbs)
});
static SENT_FROM_NEEDS: LazyLock<AnyOf> = LazyLock::new(|| {
    AnyOf::new(&["enviad", "sent ", "from my", "outlook", "envoy", "gesendet", "從我的", "verzonden"])
});
static DISCLAIMER_NEEDS: LazyLock<AnyOf> =
    LazyLock::new(|| AnyOf::new(&["aviso", "mensagem", "mail", "message", "contidas nest"]));

/// The byte ranges of `text` that the sender wrote himself (no quotation, no signature), in order.
///
/// If nothing would be left (a bare forward, a quotation alone), the whole text counts as his.
pub fn own_words(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let dump = DUMP_START.is_match(text);
    let mut own: Vec<Range<usize>> = Vec::new();
    let mut index = 0;
    while let Some(line) = lines.get(index) {
        let words = at(text, line);
        if ends_here(text, &lines, index) {
            break;
        }
        if let Some(length) = lead_length(text, &lines, index) {
            // After the lead-in either `>` lines follow (and own words may, too), or all the rest is quoted.
            let mut next = lines.iter().skip(index + length).map(|line| at(text, line));
            if next.find(|line| !line.trim().is_empty()).is_some_and(|line| is_quoted(line, dump)) {
                index += length;
                continue;
            }
            break;
        }
        let sent_from = SENT_FROM_NEEDS.is_in(words) && SENT_FROM.is_match(words);
        if !is_quoted(words, dump) && !sent_from {
            own.push(line.clone());
        }
        index += 1;
    }
    while own.last().is_some_and(|line| RULE.is_match(at(text, line))) {
        own.pop();
    }
    if own.is_empty() { std::iter::once(0..text.len()).collect() } else { joined(own) }
}

/// Ranges that touch, as one.
fn joined(lines: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for line in lines {
        match ranges.last_mut() {
            Some(last) if last.end == line.start => last.end = line.end,
            _ => ranges.push(line),
        }
    }
    ranges
}

/// Byte ranges of the lines, each with its line ending.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let ranges = text.split_inclusive('\n').map(|line| {
        let range = start..start + line.len();
        start = range.end;
        range
    });
    ranges.collect()
}

fn at<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    text.get(range.clone()).unwrap_or_default()
}

/// Whether a line is quoted; `dump` says that the text holds a dump of HTTP.
fn is_quoted(line: &str, dump: bool) -> bool {
    let trimmed = line.trim();
    // A row of a table ends with the bar, too.
    let barred = trimmed.starts_with('|')
        && (trimmed == "|" || !trimmed.ends_with('|'))
        && !trimmed.starts_with("| {");
    (trimmed.starts_with('>') || barred) && !(dump && DUMP.is_match(line))
}

/// Whether all from this line on is an earlier message, a signature or a disclaimer.
fn ends_here(text: &str, lines: &[Range<usize>], index: usize) -> bool {
    let Some(line) = lines.get(index) else { return true };
    let words = at(text, line);
    let trimmed = words.trim_end();
    let cut = CUT_NEEDS.is_in(trimmed) && CUT.is_match(trimmed);
    if cut || DISCLAIMER_NEEDS.is_in(trimmed) && DISCLAIMER.is_match(trimmed) {
        return true;
    }
    if trimmed.contains(':') && FROM.is_match(trimmed) {
        let below = lines.iter().skip(index + 1).take(5);
        return below.filter(|line| NEXT.is_match(at(text, line).trim_end())).count() >= 2;
    }
    // A rule of dashes between two halves of a report is no signature: then a call stands below it.
    SIGNATURE.is_match(trimmed)
        && !lines.iter().skip(index + 1).take(40).any(|line| CALL.is_match(at(text, line)))
}

/// How many lines a lead-in takes (`Em … escreveu:`), if one starts here.
fn lead_length(text: &str, lines: &[Range<usize>], index: usize) -> Option<usize> {
    let start = lines.get(index)?.start;
    let first = at(text, lines.get(index)?).trim_start();
    if !first.starts_with(|c: char| c.is_ascii_alphabetic() || c.is_ascii_digit()) {
        return None;
    }
    // A lead-in that begins with a date keeps to one line.
    let reach = if first.starts_with(|c: char| c.is_ascii_digit()) { index } else { index + 2 };
    let last = lines.get(reach).or(lines.last())?.end;
    if !LEAD_NEEDS.is_in(text.get(start..last)?) {
        return None;
    }
    for length in 1..=3 {
        let end = lines.get(index + length - 1)?.end;
        let words = text.get(start..end)?;
        if words.len() > 400 || length > 1 && words.trim_end().contains("\n\n") {
            return None;
        }
        if LEAD.is_match(words.trim_end()) {
            return Some(length);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn own(text: &str) -> String {
        own_words(text).into_iter().map(|range| text.get(range).unwrap()).collect()
    }

    #[test]
    fn quotations_and_signatures_are_left_out() {
        let table = [
            ("Bom dia\n> antes\nfim", "Bom dia\nfim"),
            ("Segue.\n\nEm 27/05/2026 20:01, Suporte <s@x.example>\nescreveu:\n\n> oi\n", "Segue.\n"),
            ("Segue.\nOn Mon, May 4, 2026 at 9:00 AM Ana <a@x.example> wrote:\ntexto citado", "Segue.\n"),
            ("Oi\n-----Mensagem original-----\nDe: Ana\nantes", "Oi\n"),
            (
                "Oi\nDe: Ana <a@x.example>\nEnviada em: segunda, 4 de maio\nPara: Bia\nAssunto: x\n\nantes",
                "Oi\n",
            ),
            ("Oi\n-- \nAna\nLoja", "Oi\n"),
            ("Oi\n--\nPOST https://h.example/a\n", "Oi\n--\nPOST https://h.example/a\n"),
            (
                "> GET /a HTTP/1.1\n> host: h.example\n> authorization: Bearer x\n< HTTP/1.1 401\n",
                "> GET /a HTTP/1.1\n> host: h.example\n> authorization: Bearer x\n< HTTP/1.1 401\n",
            ),
            ("Oi\nEnviado do meu iPhone\n", "Oi\n"),
            ("> só citação", "> só citação"),
            ("De: hoje em diante", "De: hoje em diante"),
            ("", ""),
        ];
        for (text, expected) in table {
            assert_eq!(own(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn ranges_fit_and_are_in_order(text in "(> |Em 1/2 x escreveu:|--|\n|De: a|Para: b|\\PC{0,6}){0,12}") {
            let mut end = 0;
            for range in own_words(&text) {
                prop_assert!(text.get(range.clone()).is_some() && range.start >= end);
                end = range.end;
            }
        }
    }
}
