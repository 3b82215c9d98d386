//! Protocol numbers: what people say on the telephone. `2026-000123`.

use std::fmt;
use std::str::FromStr;

/// The year in the registry's zone, and the ticket's place in it, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Protocol {
    pub year: i16,
    pub number: u32,
}

/// A text that is no protocol number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("o protocolo tem o ano e seis algarismos, como `2026-000123`")]
pub struct ProtocolError;

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:06}", self.year, self.number)
    }
}

impl FromStr for Protocol {
    type Err = ProtocolError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, number) = text.trim().split_once('-').ok_or(ProtocolError)?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if year.len() != 4 || number.len() < 6 || !digits(year) || !digits(number) {
            return Err(ProtocolError);
        }
        let (year, number) = (year.parse().map_err(|_error| ProtocolError)?, number.parse());
        match number {
            Ok(number) if number > 0 => Ok(Self { year, number }),
            _ => Err(ProtocolError),
        }
    }
}
