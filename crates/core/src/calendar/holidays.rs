//! The national holidays of Brazil, computed.
//!
//! Laws 662/1949, 6.802/1980, 10.607/2002 and 14.759/2023. Carnival and Corpus Christi are optional by federal law
//! and so come from the registry alone, as do those of states and cities.

use jiff::{ToSpan, civil::Date};

/// The year from which 20 November is a national holiday.
const ZUMBI_SINCE: i16 = 2024;

/// The name of the national holiday on `date`; `None` on any other day.
pub fn national(date: Date) -> Option<&'static str> {
    let fixed = match (date.month(), date.day()) {
        (1, 1) => Some("Confraternização Universal"),
        (4, 21) => Some("Tiradentes"),
        (5, 1) => Some("Dia do Trabalho"),
        (9, 7) => Some("Independência do Brasil"),
        (10, 12) => Some("Nossa Senhora Aparecida"),
        (11, 2) => Some("Finados"),
        (11, 15) => Some("Proclamação da República"),
        (11, 20) if date.year() >= ZUMBI_SINCE => Some("Dia Nacional de Zumbi e da Consciência Negra"),
        (12, 25) => Some("Natal"),
        _ => None,
    };
    let good_friday = || easter(date.year()).and_then(|easter| easter.checked_sub(2.days()).ok());
    fixed.or_else(|| (good_friday() == Some(date)).then_some("Sexta-feira Santa"))
}

/// Easter Sunday of `year` by the Gregorian computus (Meeus, Jones, Butcher). `None` below year 1.
pub fn easter(year: i16) -> Option<Date> {
    if year < 1 {
        return None;
    }
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (b - (b + 8) / 25 + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let month = (h + l - 7 * m + 114) / 31;
    let day = (h + l - 7 * m + 114) % 31 + 1;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}
