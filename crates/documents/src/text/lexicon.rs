//! What a language and a trade know about words, kept as data: synonyms, abbreviations, filler, and what a question asks for.

use super::{fold, stem, stems};
use crate::error::LexiconError;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The default list, for Brazilian Portuguese as developers write it.
const STANDARD: &str = include_str!("../../../../procedures/api-parceiros/synonyms.toml");

/// What a passage can show that a question may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expectation {
    Duration,
    Number,
    Size,
    Rate,
    Date,
    TimeOfDay,
    Money,
    Percent,
    Route,
    Rule,
    Field,
    Steps,
    Contact,
}

impl Expectation {
    const ALL: [(&'static str, Self); 13] = [
        ("duration", Self::Duration),
        ("number", Self::Number),
        ("size", Self::Size),
        ("rate", Self::Rate),
        ("date", Self::Date),
        ("time-of-day", Self::TimeOfDay),
        ("money", Self::Money),
        ("percent", Self::Percent),
        ("route", Self::Route),
        ("rule", Self::Rule),
        ("field", Self::Field),
        ("steps", Self::Steps),
        ("contact", Self::Contact),
    ];
    const KNOWN: &'static str =
        "duration, number, size, rate, date, time-of-day, money, percent, route, rule, field, steps, contact";

    /// One bit for each, so that a passage carries all it shows in a word.
    pub(crate) fn bit(self) -> u16 {
        1 << (self as u16)
    }
}

/// Words that tell what kind of answer a question wants.
#[derive(Debug, Clone)]
pub(crate) struct Cue {
    asks: Vec<Vec<String>>,
    /// Any of these satisfies it.
    pub(crate) expects: u16,
    /// Whether an answer without it is hardly an answer: a term has a number, a reason need not have a sign.
    pub(crate) strict: bool,
    words_are_filler: bool,
}

impl Cue {
    /// How many stems at the front of `stems` this cue reads; 0 if none.
    pub(crate) fn reads(&self, stems: &[&str]) -> usize {
        let longest = self.asks.iter().filter(|ask| starts_with(stems, ask)).map(Vec::len).max();
        longest.unwrap_or(0)
    }

    /// Whether its words only ask and name nothing (`quanto tempo`), so that they are not searched for.
    pub(crate) fn is_filler(&self) -> bool {
        self.words_are_filler
    }
}

fn starts_with(stems: &[&str], phrase: &[String]) -> bool {
    phrase.len() <= stems.len() && phrase.iter().zip(stems).all(|(one, other)| one == other)
}

/// A word that may stand for another, and how much less it counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Related {
    pub(crate) term: String,
    pub(crate) weight: f32,
}

/// Synonyms, abbreviations, filler and question words, ready to be used.
///
/// Terms are stems; of several words, their stems with a space between. Built once, never changed.
#[derive(Debug, Clone)]
pub struct Lexicon {
    related: HashMap<String, Vec<Related>>,
    phrases: HashMap<String, Vec<Vec<String>>>,
    abbreviations: HashMap<String, String>,
    stopwords: BTreeSet<String>,
    common: BTreeSet<String>,
    noise: Vec<Vec<String>>,
    cues: Vec<Cue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    stopwords: Vec<String>,
    #[serde(default)]
    common: Vec<String>,
    #[serde(default)]
    noise: Vec<String>,
    #[serde(default)]
    abbreviations: BTreeMap<String, String>,
    #[serde(default)]
    group: Vec<GroupLine>,
    #[serde(default)]
    implies: Vec<ImpliesLine>,
    #[serde(default)]
    cue: Vec<CueLine>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupLine {
    #[serde(default = "usual_weight")]
    weight: f32,
    words: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ImpliesLine {
    when: Vec<String>,
    then: Vec<String>,
    #[serde(default = "usual_weight")]
    weight: f32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CueLine {
    name: String,
    asks: Vec<String>,
    expects: Vec<String>,
    #[serde(default)]
    strict: bool,
    #[serde(default)]
    filler: bool,
}

fn usual_weight() -> f32 {
    0.6
}

impl Lexicon {
    /// The list that comes with the program: general Portuguese, trades that have an API, developers' jargon.
    pub fn standard() -> Result<Self, LexiconError> {
        Self::parse(STANDARD)
    }

    /// Reads a synonym list (TOML; the default file explains its keys).
    pub fn parse(text: &str) -> Result<Self, LexiconError> {
        let file: File = toml::from_str(text).map_err(|cause| LexiconError::Malformed(Box::new(cause)))?;
        let mut lexicon = Self {
            related: HashMap::new(),
            phrases: HashMap::new(),
            abbreviations: file.abbreviations.iter().map(|(short, long)| (fold(short), fold(long))).collect(),
            stopwords: file.stopwords.iter().map(|word| fold(word)).collect(),
            common: file.common.iter().map(|word| stem(&fold(word))).collect(),
            noise: file.noise.iter().map(|phrase| stems(phrase)).collect(),
            cues: file.cue.into_iter().map(read_cue).collect::<Result<_, _>>()?,
        };
        for group in &file.group {
            lexicon.relate(&group.words, &group.words, group.weight)?;
        }
        for line in &file.implies {
            lexicon.relate(&line.when, &line.then, line.weight)?;
        }
        Ok(lexicon)
    }

    fn relate(&mut self, from: &[String], to: &[String], weight: f32) -> Result<(), LexiconError> {
        if !(0.0..=1.0).contains(&weight) {
            let theme = from.first().cloned().unwrap_or_default();
            return Err(LexiconError::Weight { theme, weight });
        }
        let to: Vec<String> = to.iter().map(|word| self.term(word)).collect();
        for word in from {
            let key = self.term(word);
            let list = self.related.entry(key.clone()).or_default();
            for term in to.iter().filter(|term| **term != key) {
                match list.iter_mut().find(|other| other.term == *term) {
                    Some(other) => other.weight = other.weight.max(weight),
                    None => list.push(Related { term: term.clone(), weight }),
                }
            }
        }
        Ok(())
    }

    /// The term of a word or phrase; a phrase is remembered, so that texts are searched for it.
    fn term(&mut self, written: &str) -> String {
        let stems = stems(written);
        if let [first, _, ..] = stems.as_slice() {
            let list = self.phrases.entry(first.clone()).or_default();
            if !list.contains(&stems) {
                list.push(stems.clone());
            }
        }
        stems.join(" ")
    }

    pub(crate) fn related(&self, term: &str) -> &[Related] {
        self.related.get(term).map_or(&[], Vec::as_slice)
    }

    /// The known phrases at the front of `stems`.
    pub(crate) fn phrases_at<'a>(&'a self, stems: &'a [&str]) -> impl Iterator<Item = &'a [String]> {
        let list = stems.first().and_then(|first| self.phrases.get(*first));
        list.into_iter().flatten().filter(|phrase| starts_with(stems, phrase)).map(Vec::as_slice)
    }

    /// How many stems at the front are greeting or signature.
    pub(crate) fn noise_at(&self, stems: &[&str]) -> usize {
        self.noise.iter().filter(|phrase| starts_with(stems, phrase)).map(Vec::len).max().unwrap_or(0)
    }

    pub(crate) fn written_out(&self, folded: &str) -> Option<&str> {
        self.abbreviations.get(folded).map(String::as_str)
    }

    pub(crate) fn is_stopword(&self, folded: &str) -> bool {
        self.stopwords.contains(folded)
    }

    /// Words of every day that say little about what is asked.
    pub(crate) fn is_common(&self, stem: &str) -> bool {
        self.common.contains(stem)
    }

    pub(crate) fn cues(&self) -> &[Cue] {
        &self.cues
    }
}

fn read_cue(line: CueLine) -> Result<Cue, LexiconError> {
    let mut expects = 0;
    for name in &line.expects {
        let Some((_, known)) = Expectation::ALL.iter().find(|(known, _)| known == name) else {
            let expects = name.clone();
            return Err(LexiconError::UnknownExpectation {
                cue: line.name,
                expects,
                known: Expectation::KNOWN,
            });
        };
        expects |= known.bit();
    }
    let asks = line.asks.iter().map(|ask| stems(ask)).filter(|ask| !ask.is_empty()).collect();
    Ok(Cue { asks, expects, strict: line.strict, words_are_filler: line.filler })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_group_stand_for_each_other_and_phrases_are_known() {
        let text = "[[group]]\nwords = [\"zap\", \"aplicativo de mensagens\"]\nweight = 0.5\n\
                    [[implies]]\nwhen = [\"maestro\"]\nthen = [\"cartão\"]";
        let lexicon = Lexicon::parse(text).unwrap();
        let phrase = stems("aplicativo de mensagens").join(" ");
        assert_eq!(lexicon.related("zap"), [Related { term: phrase.clone(), weight: 0.5 }]);
        assert_eq!(lexicon.related(&phrase).len(), 1);
        assert!(lexicon.related(&stem("cartao")).is_empty(), "an implication holds one way");
    }

    #[test]
    fn a_wrong_list_says_what_is_wrong() {
        let table = [
            ("[[group]]\nwords = [\"a\"]\nweight = 3.0", "must lie between 0 and 1"),
            (
                "[[cue]]\nname = \"x\"\nasks = []\nexpects = [\"sabor\"]",
                "expects `sabor`; known are: duration",
            ),
            ("grupo = 1", "no valid list"),
        ];
        for (text, expected) in table {
            let error = Lexicon::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn the_standard_list_is_valid() {
        Lexicon::standard().unwrap();
    }
}
