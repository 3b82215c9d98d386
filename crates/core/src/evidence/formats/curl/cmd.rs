//! Words of the Windows command prompt: carets first, as cmd does, then quotes, as the C runtime does.

use super::super::reading::{Line, rest};
use super::words::{MAX_WORDS, Word, Words, goes_on};

/// Whether a command is written for cmd: carets before quotes, or at the end of its first line.
pub(super) fn is_cmd(text: &str, at: usize) -> bool {
    let Some(line) = Line::at(text, at) else { return false };
    line.text.contains("^\"") || line.text.trim_end().ends_with('^')
}

/// One character after the carets are gone.
#[derive(Clone, Copy)]
struct Seen {
    char: char,
    at: usize,
}

/// The words of the command whose name ends at `at`.
pub(super) fn split(text: &str, at: usize) -> Words {
    let (chars, end) = without_carets(text, at);
    let mut words: Vec<Word> = Vec::new();
    let mut next = 0;
    while let Some(seen) = chars.get(next)
        && words.len() < MAX_WORDS
    {
        if seen.char.is_whitespace() {
            next += 1;
            continue;
        }
        let word = word(&chars, &mut next);
        // Chrome writes a line break between arguments as a word of its own.
        if !(word.quoted && word.text.trim().is_empty() && word.text.contains('\n')) {
            words.push(word);
        }
    }
    Words { words, end, ..Words::default() }
}

/// The characters that cmd hands on, to the end of the command, and where that is.
fn without_carets(text: &str, start: usize) -> (Vec<Seen>, usize) {
    let mut seen: Vec<Seen> = Vec::new();
    let mut quoted = false;
    let mut at = start;
    while let Some(char) = rest(text, at).chars().next() {
        match char {
            '^' if !quoted => {
                at += 1;
                let tail = rest(text, at);
                let blanks = tail.len() - tail.trim_start_matches([' ', '\t', '\r']).len();
                if rest(text, at + blanks).starts_with('\n') {
                    at += blanks + 1;
                    if rest(text, at).starts_with(['^', '"', '\r']) {
                        continue; // Strictly literal too, but nobody means it so.
                    }
                }
                let Some(literal) = rest(text, at).chars().next() else { break };
                seen.push(Seen { char: literal, at });
                at += literal.len_utf8();
                continue;
            }
            '"' => quoted = !quoted,
            '\n' if !quoted => {
                let words: Vec<Word> = last_word(&seen).into_iter().collect();
                match goes_on(text, at + 1, &words) {
                    Some(next) => {
                        seen.push(Seen { char: ' ', at });
                        at = next;
                        continue;
                    }
                    None => break,
                }
            }
            '&' | '|' if !quoted && rest(text, at + 1).starts_with([' ', '&', '|', '\r', '\n']) => break,
            _ => {}
        }
        seen.push(Seen { char, at });
        at += char.len_utf8();
    }
    (seen, at)
}

/// What stands behind the last blank, to see whether it wants a value. An address counts as there.
fn last_word(seen: &[Seen]) -> Option<Word> {
    let text: String =
        seen.iter().rev().map(|seen| seen.char).take(64).take_while(|char| !char.is_whitespace()).collect();
    let text: String = text.chars().rev().collect();
    (!text.is_empty()).then(|| Word { quoted: text.contains('"'), text, start: 0 })
}

/// One argument as the C runtime reads it: `\"` is a quote, `""` inside quotes too.
fn word(chars: &[Seen], next: &mut usize) -> Word {
    let mut word = Word { start: chars.get(*next).map_or(0, |seen| seen.at), ..Word::default() };
    let char_at = |at: usize| chars.get(at).map(|seen| seen.char);
    let mut quoted = false;
    if char_at(*next) == Some('\'')
        && let Some(length) = chars.iter().skip(*next + 1).position(|seen| seen.char == '\'')
    {
        word.text.extend(chars.iter().skip(*next + 1).take(length).map(|seen| seen.char));
        word.quoted = true;
        *next += length + 2;
        return word;
    }
    while let Some(char) = char_at(*next) {
        if char.is_whitespace() && !quoted {
            break;
        }
        *next += 1;
        match char {
            '\\' => {
                let mut slashes = 1;
                while char_at(*next) == Some('\\') {
                    slashes += 1;
                    *next += 1;
                }
                let before_quote = char_at(*next) == Some('"');
                let kept = if before_quote { slashes / 2 } else { slashes };
                word.text.extend(std::iter::repeat_n('\\', kept));
                if before_quote && slashes % 2 == 1 {
                    word.text.push('"');
                    *next += 1;
                }
            }
            '"' if quoted && char_at(*next) == Some('"') => {
                word.text.push('"');
                *next += 1;
            }
            '"' => {
                quoted = !quoted;
                word.quoted = true;
            }
            _ => word.text.push(char),
        }
    }
    word
}
