//! Texts for people from a catalogue (Fluent), with another catalogue behind it for what it lacks.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// The texts of one language.
pub struct Texts(Vec<FluentBundle<FluentResource>>);

impl Texts {
    /// From catalogues, each with the code of its language; what the first lacks is taken from the next.
    #[must_use]
    pub fn new(catalogues: &[(&str, &str)]) -> Self {
        Self(catalogues.iter().filter_map(|(code, text)| bundle(code, text)).collect())
    }

    /// The text of `key` with these values; `None` where no catalogue has it.
    #[must_use]
    pub fn find(&self, key: &str, values: &[(&str, &str)]) -> Option<String> {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set(*name, typed(value));
        }
        self.0.iter().find_map(|bundle| {
            let pattern = bundle.get_message(key)?.value()?;
            Some(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
        })
    }
}

/// A count is a number, so that a text may have a form for one; what only looks like one (`007`) stays as it is.
fn typed(value: &str) -> FluentValue<'_> {
    let digits = value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (value == "0" || !value.starts_with('0'));
    if plain { FluentValue::try_number(value) } else { FluentValue::from(value) }
}

fn bundle(code: &str, text: &str) -> Option<FluentBundle<FluentResource>> {
    let language: LanguageIdentifier = code.parse().ok()?;
    // What of a catalogue does not parse is left out, and its texts fall back.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).ok()?;
    Some(bundle)
}

/// Names of all texts of a catalogue, which must be whole: for tests.
///
/// # Errors
/// Where the catalogue does not parse.
pub fn keys(text: &str) -> Result<Vec<String>, String> {
    FluentResource::try_new(text.to_owned()).map_err(|(_, errors)| format!("{errors:?}"))?;
    let named = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic()));
    Ok(named.filter_map(|line| line.split_once(" =")).map(|(key, _)| key.to_owned()).collect())
}
