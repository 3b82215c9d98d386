//! A question, as the index understands it.

use super::index::Index;
use crate::settings::Ranking;
use crate::text::{Cue, Lexicon, Token, fold, stem, tokens};

/// A term that would show the word in a section, and how well (1 is the word itself).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Alternative {
    pub(crate) term: u32,
    pub(crate) weight: f32,
}

/// One thing that is asked about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) term: String,
    pub(crate) alternatives: Vec<Alternative>,
    /// How rare the word, or its best known stand-ins, are.
    pub(crate) rarity: f32,
    /// How much it says about what is asked: 1, less for common words and parts of phrases.
    pub(crate) weight: f32,
    /// Written like a name or a term of trade (`GraphQL`, `SDK`, `webhook`), not like an everyday word.
    pub(crate) technical: bool,
}

impl Word {
    /// How much a section that lacks it lacks.
    pub(crate) fn importance(&self) -> f32 {
        self.rarity * self.weight
    }

    /// Whether no document has it or a stand-in.
    pub(crate) fn is_unknown(&self) -> bool {
        self.alternatives.is_empty()
    }
}

/// A question read: what it asks about, what kind of answer it wants, and the version it names.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(crate) words: Vec<Word>,
    /// Signals of which a passage should show at least one, one entry for each cue.
    pub(crate) wants: Vec<(u16, bool)>,
    pub(crate) version: Option<String>,
    /// The word after what asks: of "qual o prazo do token", `prazo`. Its place in `words`.
    pub(crate) focus: Option<usize>,
    /// Operations named, as `PUT /pedidos/{id}`, in small letters.
    pub(crate) calls: Vec<(String, String)>,
    /// What stands between quotation marks, folded, with single spaces.
    pub(crate) quoted: Vec<String>,
}

/// More words are a letter, not a question; the rest is not read.
const MOST_WORDS: usize = 400;
/// Distinct things asked about.
const MOST_TERMS: usize = 60;

impl Query {
    pub(crate) fn read(question: &str, index: &Index, lexicon: &Lexicon, ranking: &Ranking) -> Self {
        let spoken = Spoken::read(question, lexicon);
        let mut query = Self {
            version: version(question),
            quoted: quoted(question),
            calls: calls(question),
            ..Self::default()
        };
        let stems: Vec<&str> = spoken.words.iter().map(|word| word.stem.as_str()).collect();
        let mut silent = vec![false; stems.len()];
        let mut asking = None;
        for at in 0..stems.len() {
            let rest = stems.get(at..).unwrap_or_default();
            silence(&mut silent, at, lexicon.noise_at(rest));
            for cue in lexicon.cues() {
                let length = query.ask(cue, rest, at, &mut silent);
                if length > 0 && spoken.weight(at) >= 1.0 {
                    asking.get_or_insert(at);
                }
            }
        }
        let mut reader =
            Reader { index, lexicon, ranking, query: &mut query, in_phrase: vec![None; stems.len()] };
        for at in 0..stems.len() {
            reader.phrases(stems.get(at..).unwrap_or_default(), at, (&silent, spoken.weight(at)));
        }
        for (at, word) in spoken.words.iter().enumerate() {
            if !silent.get(at).copied().unwrap_or_default() {
                reader.word(at, word);
                if asking.is_none_or(|asking| asking <= at) && !lexicon.is_stopword(&word.folded) {
                    reader.focus(at, &word.stem);
                }
            }
        }
        query.words.truncate(MOST_TERMS);
        query.focus = query.focus.filter(|focus| *focus < MOST_TERMS);
        if let Some(word) = query.focus.and_then(|at| query.words.get_mut(at)) {
            word.weight *= ranking.focus;
        }
        query
    }

    /// How many words the cue reads here; 0 if it is not heard.
    fn ask(&mut self, cue: &Cue, rest: &[&str], at: usize, silent: &mut [bool]) -> usize {
        let length = cue.reads(rest);
        if length == 0 {
            return 0;
        }
        if cue.is_filler() {
            silence(silent, at, length);
        }
        let want = (cue.expects, cue.strict);
        if !self.wants.contains(&want) {
            self.wants.push(want);
        }
        length
    }
}

/// Methods followed by a path, in small letters: `PUT /pedidos`, `get pedidos/{id}`.
fn calls(question: &str) -> Vec<(String, String)> {
    let words: Vec<&str> = question.split_whitespace().collect();
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let pairs = words.iter().zip(words.iter().skip(1));
    let named =
        pairs.filter(|(method, path)| methods.contains(*method) && (path.contains('/') || path.len() > 3));
    let clean =
        |path: &str| path.trim_matches(|c: char| !c.is_alphanumeric() && c != '}' && c != '{').to_lowercase();
    named.map(|(method, path)| (method.to_lowercase(), clean(path))).take(4).collect()
}

/// Texts between quotation marks, long enough to be found again.
fn quoted(question: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (open, close) in [('"', '"'), ('“', '”'), ('«', '»'), ('`', '`')] {
        let mut rest = question;
        while let Some((_, after)) = rest.split_once(open) {
            let Some((inside, next)) = after.split_once(close) else { break };
            let text = flat(inside);
            if (SHORTEST_QUOTE..200).contains(&text.len()) {
                found.push(text);
            }
            rest = next;
        }
    }
    found.truncate(4);
    found
}

/// A text folded, with single spaces, without the marks at its ends: what is compared when a message is looked up.
pub(crate) fn flat(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ").trim_matches(['"', '\'', '.', '!', '“', '”', ' ']).to_owned()
}

const SHORTEST_QUOTE: usize = 6;

fn silence(silent: &mut [bool], from: usize, length: usize) {
    silent.iter_mut().skip(from).take(length).for_each(|word| *word = true);
}

/// The version named: `v2`, `versão 2`.
fn version(question: &str) -> Option<String> {
    let words: Vec<String> = tokens(question).into_iter().map(|token| token.folded).collect();
    let digits = |text: &str| !text.is_empty() && text.len() < 4 && text.bytes().all(|b| b.is_ascii_digit());
    words.iter().enumerate().find_map(|(at, word)| {
        if word.strip_prefix('v').is_some_and(digits) {
            return Some(word.clone());
        }
        let next = words.get(at + 1).filter(|_| word == "versao")?;
        digits(next).then(|| format!("v{next}"))
    })
}

/// A word of the question, written out.
struct SpokenWord {
    stem: String,
    folded: String,
    /// What the person typed, where it was short for something.
    typed: Option<String>,
    /// A part of a compound identifier, or the whole of one.
    part: bool,
    whole: bool,
    technical: bool,
    /// Of the sentence it is in: what surrounds a question counts less than the question.
    weight: f32,
}

struct Spoken {
    words: Vec<SpokenWord>,
}

/// How much a sentence counts that asks nothing, beside one that asks.
const BESIDE: f32 = 0.5;

/// Where each sentence ends, and whether it asks.
fn sentences(question: &str) -> Vec<(usize, bool)> {
    let mut ends = Vec::new();
    let mut before = ' ';
    let mut chars = question.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or(' ', |(_, next)| *next);
        let dot = matches!(c, '.' | '!' | ';') && next.is_whitespace() && !before.is_whitespace();
        if dot || matches!(c, '?' | '\n') {
            ends.push((at, c == '?'));
        }
        before = c;
    }
    ends.push((question.len(), false));
    ends
}

impl Spoken {
    fn read(question: &str, lexicon: &Lexicon) -> Self {
        let tokens = tokens(question);
        let ends = sentences(question);
        let asks = ends.iter().any(|(_, asks)| *asks);
        let mut words = Vec::new();
        for (at, token) in tokens.iter().take(MOST_WORDS).enumerate() {
            let own = ends.iter().find(|(end, _)| token.range.start <= *end).is_none_or(|(_, asks)| *asks);
            let weight = if own || !asks { 1.0 } else { BESIDE };
            let technical = is_technical(question.get(token.range.clone()).unwrap_or_default());
            let part = !token.whole && is_part(&tokens, at);
            let year = is_year(&token.folded).then_some("ano");
            match lexicon.written_out(&token.folded).or(year).filter(|_| !token.whole) {
                Some(long) => Self::write_out(&mut words, token, (long, weight)),
                None => words.push(SpokenWord {
                    stem: token.stem.clone(),
                    folded: token.folded.clone(),
                    typed: None,
                    part,
                    whole: token.whole,
                    technical,
                    weight,
                }),
            }
        }
        Self { words }
    }

    fn weight(&self, at: usize) -> f32 {
        self.words.get(at).map_or(1.0, |word| word.weight)
    }

    fn write_out(words: &mut Vec<SpokenWord>, token: &Token, written: (&str, f32)) {
        let (long, weight) = written;
        for word in long.split(' ') {
            let folded = fold(word);
            let typed = (!long.contains(' ')).then(|| token.stem.clone());
            words.push(SpokenWord {
                stem: stem(&folded),
                folded,
                typed,
                part: false,
                whole: false,
                technical: false,
                weight,
            });
        }
    }
}

/// Whether a number is a year, which asks about years.
fn is_year(folded: &str) -> bool {
    folded.len() == 4 && folded.parse::<u16>().is_ok_and(|year| (1950..2050).contains(&year))
}

/// Whether a word is written like a name or a foreign term: capitals beyond the first, digits among letters, letters or an
/// ending that Portuguese words do not have.
fn is_technical(word: &str) -> bool {
    let capitals = word.chars().skip(1).filter(|c| c.is_uppercase()).count();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let mixed = letters > 0 && word.chars().any(|c| c.is_ascii_digit());
    let folded = fold(word);
    let foreign = folded.contains(['k', 'w', 'y'])
        || folded.contains("sh")
        || folded.contains("th")
        || folded.contains("ck");
    let ending = folded.ends_with(['b', 'c', 'd', 'f', 'g', 'h', 'j', 'p', 'q', 't', 'v']);
    letters > 1 && (capitals > 0 || mixed || foreign || ending)
}

/// Whether the token lies within the next whole identifier.
fn is_part(tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return false };
    let whole = tokens.iter().skip(at + 1).take(8).find(|other| other.whole);
    whole.is_some_and(|whole| whole.range.start <= token.range.start && token.range.end <= whole.range.end)
}

struct Reader<'a> {
    index: &'a Index,
    lexicon: &'a Lexicon,
    ranking: &'a Ranking,
    query: &'a mut Query,
    /// For each word of the question, the phrase it is a part of, as its place among the words asked about.
    in_phrase: Vec<Option<usize>>,
}

impl Reader<'_> {
    fn phrases(&mut self, rest: &[&str], at: usize, said: (&[bool], f32)) {
        let (silent, weight) = said;
        for phrase in self.lexicon.phrases_at(rest) {
            let heard = silent.iter().skip(at).take(phrase.len()).any(|word| !word);
            let name = phrase.join(" ");
            let alternatives = self.alternatives(&name);
            if heard && !alternatives.is_empty() {
                self.push(name.clone(), alternatives, (weight, false));
                let place = self.query.words.iter().position(|word| word.term == name);
                self.in_phrase.iter_mut().skip(at).take(phrase.len()).for_each(|word| *word = place);
            }
        }
    }

    /// Takes the word as what is asked about, if none is yet and it says enough.
    fn focus(&mut self, at: usize, stem: &str) {
        let phrase = self.phrase(at);
        if self.query.focus.is_none() && (phrase.is_some() || !self.lexicon.is_common(stem)) {
            self.query.focus = phrase.or_else(|| self.query.words.iter().position(|word| word.term == stem));
        }
    }

    fn phrase(&self, at: usize) -> Option<usize> {
        self.in_phrase.get(at).copied().flatten()
    }

    fn word(&mut self, at: usize, word: &SpokenWord) {
        if self.lexicon.is_stopword(&word.folded) || word.folded.len() < 2 {
            return;
        }
        let mut alternatives = self.alternatives(&word.stem);
        if let Some(term) = word.typed.as_deref().and_then(|typed| self.index.term(typed)) {
            alternatives.push(Alternative { term, weight: 1.0 });
        }
        if alternatives.is_empty() {
            alternatives = self.misspelt(&word.stem);
        }
        if alternatives.is_empty() && self.phrase(at).is_some() {
            return;
        }
        if word.whole && alternatives.is_empty() && self.index.term(&word.stem).is_none() {
            // Its parts may be known; the whole then counts among them as what it is: unknown.
            self.push(word.stem.clone(), alternatives, (0.5 * word.weight, word.technical));
            return;
        }
        let weight = self.weight(at, word);
        self.push(word.stem.clone(), alternatives, (weight, word.technical));
    }

    fn weight(&self, at: usize, word: &SpokenWord) -> f32 {
        let numeric = word.folded.bytes().all(|b| b.is_ascii_digit());
        let mut weight = word.weight
            * match numeric {
                true if word.folded.len() == 3 && word.folded.starts_with(['1', '2', '3', '4', '5']) => 1.0,
                true => 0.2,
                false if self.lexicon.is_common(&word.stem) => self.ranking.common_word,
                false => 1.0,
            };
        if word.part {
            weight *= 0.6;
        }
        if self.phrase(at).is_some() {
            weight *= self.ranking.phrase_part;
        }
        weight
    }

    /// The term itself and what may stand for it, as far as the documents have them.
    fn alternatives(&self, name: &str) -> Vec<Alternative> {
        let itself = self.index.term(name).map(|term| Alternative { term, weight: 1.0 });
        let related = self.lexicon.related(name).iter().filter_map(|other| {
            let term = self.index.term(&other.term)?;
            Some(Alternative { term, weight: (other.weight * self.ranking.synonym).min(1.0) })
        });
        itself.into_iter().chain(related).filter(|other| self.index.frequency(other.term) > 0).collect()
    }

    /// Known terms one letter away, for words long enough that this is a slip.
    fn misspelt(&self, name: &str) -> Vec<Alternative> {
        if name.len() < 5 || !name.is_ascii() || !self.lexicon.related(name).is_empty() {
            return Vec::new();
        }
        let near = self.index.names().iter().filter(|other| other.len() > 4 && one_letter_away(name, other));
        near.filter_map(|other| self.index.term(other))
            .map(|term| Alternative { term, weight: 0.7 })
            .take(4)
            .collect()
    }

    fn push(&mut self, term: String, mut alternatives: Vec<Alternative>, said: (f32, bool)) {
        let (mut weight, technical) = said;
        let rarity = self.rarity(&alternatives);
        for other in &mut alternatives {
            // A stand-in that stands everywhere says less than the word would.
            other.weight *= (self.idf(self.index.frequency(other.term)) / rarity).min(1.0);
        }
        if alternatives.is_empty() && !technical && is_verb(&term) {
            weight *= UNKNOWN_VERB;
        }
        match self.query.words.iter_mut().find(|word| word.term == term) {
            Some(word) => word.weight = word.weight.max(weight),
            None => self.query.words.push(Word { term, alternatives, rarity, weight, technical }),
        }
    }

    /// The inverse document frequency of the word; of an unknown one, half way between its rarest and its commonest stand-in.
    fn rarity(&self, alternatives: &[Alternative]) -> f32 {
        let frequencies = || alternatives.iter().map(|other| self.index.frequency(other.term));
        if let Some(own) = alternatives.iter().find(|other| other.weight >= 1.0) {
            return self.idf(self.index.frequency(own.term));
        }
        let rarest = self.idf(frequencies().min().unwrap_or(0));
        let commonest = self.idf(frequencies().max().unwrap_or(0));
        (rarest + commonest) / 2.0
    }

    fn idf(&self, frequency: usize) -> f32 {
        let sections = self.index.parts_of.len() as f32;
        let frequency = frequency as f32;
        (1.0 + (sections - frequency + 0.5).max(0.0) / (frequency + 0.5)).ln().max(0.05)
    }
}

/// How much an action that no document names counts; things asked about are named by nouns.
const UNKNOWN_VERB: f32 = 0.6;

/// Whether a stem, which lost its ending, still looks like that of a verb form or participle that was not recognised.
fn is_verb(stem: &str) -> bool {
    stem.ends_with(['r', 'u', 'm']) || stem.ends_with("nd") || stem.ends_with("ad") || stem.ends_with("id")
}

/// Whether one letter more, less or other, or two swapped, makes `one` the `other`. Both ASCII or by bytes.
fn one_letter_away(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len().abs_diff(other.len()) > 1 || one.first() != other.first() {
        return false;
    }
    let front = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let rest =
        |bytes: &[u8], skip: usize| bytes.get((front + skip).min(bytes.len())..).unwrap_or_default().to_vec();
    let swapped = one.get(front) == other.get(front + 1) && one.get(front + 1) == other.get(front);
    rest(one, 1) == rest(other, 1)
        || rest(one, 1) == rest(other, 0)
        || rest(one, 0) == rest(other, 1)
        || (swapped && rest(one, 2) == rest(other, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_forgiven() {
        let table = [
            ("cancelr", "cancel", true),
            ("webhok", "webhook", true),
            ("notificaco", "notificaoc", true),
            ("limit", "lomit", true),
            ("limit", "lomat", false),
            ("bimit", "limit", false),
        ];
        for (one, other, expected) in table {
            assert_eq!(one_letter_away(one, other), expected, "{one}, {other}");
        }
    }

    #[test]
    fn a_version_is_heard() {
        for (question, expected) in
            [("na V2 isso muda?", Some("v2")), ("na versão 1", Some("v1")), ("via api", None)]
        {
            assert_eq!(version(question).as_deref(), expected, "{question}");
        }
    }
}
