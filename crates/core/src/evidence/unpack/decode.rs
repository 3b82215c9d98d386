//! Bytes as text: encodings, HTML, and the kinds of file that nobody reads here.

use std::borrow::Cow;
use std::sync::LazyLock;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::Regex;

/// Longest HTML turned into text, in bytes; beyond it the layout costs more than it tells.
const LONGEST_HTML: usize = 2 << 20;
/// Deepest nesting of HTML tags that is laid out; pages of people stay far below it.
const DEEPEST_HTML: usize = 256;
/// Columns of the layout: wide, so that no token or key is broken over lines.
const WIDTH: usize = 8_000;
/// Tags in a text that make it HTML without saying so.
const MANY_TAGS: usize = 6;

#[expect(clippy::expect_used, reason = "the patterns are literals and every test compiles them")]
fn pattern(source: &str) -> Regex {
    crate::pattern::compiled(source).expect("a literal pattern")
}

static TAG: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)</?(?:p|br|div|span|table|tr|td|tbody|font|b|strong|i|u|em|a|ul|ol|li|h[1-6]|img|pre|blockquote|style|head|body|html)\b[^<>]*>",
    )
});

/// Whether `text` is HTML: by its media type, its name, its first tag, or many tags. JSON and XML answers are not.
pub(super) fn is_html(text: &str, file: Option<(&str, Option<&str>)>) -> bool {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let lead: String = start.chars().take(15).flat_map(char::to_lowercase).collect();
    if lead.starts_with("<html") || lead.starts_with("<!doctype html") {
        return true;
    }
    if let Some((name, media)) = file {
        let media = media.unwrap_or_default().to_ascii_lowercase();
        let name = name.to_ascii_lowercase();
        return media.starts_with("text/html") || name.ends_with(".html") || name.ends_with(".htm");
    }
    start.starts_with('<') && TAG.find_iter(text).take(MANY_TAGS).count() == MANY_TAGS
}

/// HTML as plain text; `None` where it cannot be laid out.
pub(super) fn html(text: &str) -> Option<String> {
    if text.len() > LONGEST_HTML || nesting(text) > DEEPEST_HTML {
        return None;
    }
    let config = html2text::config::plain_no_decorate().raw_mode(true).no_link_wrapping();
    let laid_out = config.string_from_read(text.as_bytes(), WIDTH).ok()?;
    let lines = laid_out.lines().map(|line| if line.starts_with("────") { "----" } else { line.trim_end() });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

/// Upper bound of how deep tags stand inside each other.
fn nesting(text: &str) -> usize {
    const VOID: &[&str] = &["br", "img", "hr", "meta", "link", "input", "p", "li", "td", "tr", "col", "area"];
    let (mut depth, mut deepest) = (0_usize, 0);
    for piece in text.split('<').skip(1) {
        if piece.starts_with('/') {
            depth = depth.saturating_sub(1);
        } else if piece.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let name: String = piece.chars().take_while(char::is_ascii_alphanumeric).collect();
            if !VOID.contains(&name.to_ascii_lowercase().as_str()) {
                depth += 1;
            }
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// Text in UTF-8, UTF-16 or Windows-1252 (which holds Latin-1); `None` for what is no text.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let (read, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return Some(read.into_owned());
    }
    let sample = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let half = sample.len() / 2;
    if half > 4 && (zeros(1) * 10 > half * 7 || zeros(0) * 10 > half * 7) {
        let encoding = if zeros(1) > zeros(0) { UTF_16LE } else { UTF_16BE };
        return Some(encoding.decode_without_bom_handling(bytes).0.into_owned());
    }
    if let Some(read) = UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        return (!is_binary(sample)).then(|| read.into_owned());
    }
    if is_binary(sample) {
        return None;
    }
    // A UTF-8 file with one broken byte (cut off in the middle of a letter) stays UTF-8.
    let (utf8, _) = UTF_8.decode_without_bom_handling(bytes);
    let broken = utf8.matches('\u{fffd}').count();
    let letters = utf8.chars().filter(|c| !c.is_ascii()).count();
    let read: Cow<'_, str> =
        if broken * 4 < letters { utf8 } else { WINDOWS_1252.decode_without_bom_handling(bytes).0 };
    Some(read.into_owned())
}

/// Control characters that no text file has, in more than one byte of fifty, or any zero byte.
fn is_binary(sample: &[u8]) -> bool {
    let odd = sample.iter().filter(|byte| matches!(byte, 1..=8 | 14..=26 | 28..=31)).count();
    sample.contains(&0) || odd * 50 > sample.len()
}

/// Documents that are ZIP files inside.
pub(super) fn office(name: &str, media: Option<&str>) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let media = media.unwrap_or_default().to_ascii_lowercase();
    let ending =
        [".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp"].iter().any(|ending| name.ends_with(ending));
    (ending || media.contains("officedocument") || media.contains("opendocument"))
        .then_some("documento do Office, não lido")
}
