use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};
use proptest::prelude::*;

use super::{Moment, MomentKind, complete, find, parse_written};

/// Thursday, 28 May 2026, 15:20 in São Paulo.
fn received() -> ZonedDateTime {
    let at: Timestamp = "2026-05-28T15:20:00-03:00".parse().expect("an instant");
    at.to_zoned_datetime(TimeZone::get("America/Sao_Paulo").expect("a zone"))
}

/// `2026-05-12T08:58:07s` is a full moment at home (`s`: seconds written), then dates and times alike.
fn shown(kind: &MomentKind) -> String {
    let mark = |seconds: bool| if seconds { "s" } else { "" };
    match kind {
        MomentKind::Full { at, seconds } => {
            let local = at.to_zoned_datetime(received().time_zone().clone());
            format!("{}{}", local.strftime("%Y-%m-%dT%H:%M:%S"), mark(*seconds))
        }
        MomentKind::Date(date) => date.to_string(),
        MomentKind::Time { time, seconds } => format!("{}{}", time.strftime("%H:%M:%S"), mark(*seconds)),
    }
}

fn all(moments: &[Moment]) -> String {
    moments.iter().map(|moment| shown(&moment.kind)).collect::<Vec<_>>().join(" | ")
}

fn check(table: &[(&str, &str)]) {
    let wrong: Vec<String> = table
        .iter()
        .filter_map(|(text, expected)| {
            let found = all(&find(text, &received()));
            (found != *expected).then(|| format!("{text:?}\n  expected {expected}\n  found    {found}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), table.len(), wrong.join("\n"));
}

#[test]
fn machines_write_dates_and_times() {
    check(&[
        ("2026-05-12T08:58:07-03:00", "2026-05-12T08:58:07s"),
        ("2026-05-12T11:58:07Z", "2026-05-12T08:58:07s"),
        ("2026-05-12T11:58:07.123456Z", "2026-05-12T08:58:07s"),
        ("2026-05-12T11:58Z", "2026-05-12T08:58:00"),
        ("2026-05-12T08:58-03:00", "2026-05-12T08:58:00"),
        ("2026-05-12T08:58:07", "2026-05-12T08:58:07s"),
        ("2026-05-12T13:58:07+02:00[Europe/Paris]", "2026-05-12T08:58:07s"),
        ("2026-05-26 10:04:18,204 INFO x", "2026-05-26T10:04:18s"),
        ("2026-05-26 10:04:18.204 ERROR", "2026-05-26T10:04:18s"),
        ("2026-05-26 13:04:18 UTC", "2026-05-26T10:04:18s"),
        ("2026-05-26 13:04:18 (UTC)", "2026-05-26T10:04:18s"),
        ("2026-05-26 13:04:18 +0000", "2026-05-26T10:04:18s"),
        ("2026-05-26 10:04:18 -0300", "2026-05-26T10:04:18s"),
        ("2026/05/26 10:04:18 [error] 31#31", "2026-05-26T10:04:18s"),
        ("20260526T130418Z", "2026-05-26T10:04:18s"),
        ("[12/May/2026:08:58:07 -0300] \"GET / HTTP/1.1\" 401", "2026-05-12T08:58:07s"),
        ("[12/May/2026:11:58:07 +0000]", "2026-05-12T08:58:07s"),
        ("[12-May-2026 11:58:07 UTC] PHP Warning", "2026-05-12T08:58:07s"),
        ("Date: Tue, 12 May 2026 11:58:07 GMT", "2026-05-12T08:58:07s"),
        ("Date: Sat, 16 May 2026 15:21:02 -0300", "2026-05-16T15:21:02s"),
        ("May 12 08:58:07 srv-01 app[313]: erro", "2026-05-12T08:58:07s"),
        ("May 12, 2026 8:58 AM", "2026-05-12T08:58:00"),
        ("5/13/2026 8:58:07 PM", "2026-05-13T20:58:07s"),
        ("{\"timestamp\":1779978000,\"x\":1}", "2026-05-28T11:20:00s"),
        ("{\"createdAt\":\"2026-05-12T08:58:07.000-03:00\"}", "2026-05-12T08:58:07s"),
        ("ts=1779978000123 level=error", "2026-05-28T11:20:00s"),
        ("log em UTC:\n2026-05-13T01:40:03 503", "2026-05-12T22:40:03s"),
        ("(nginx em UTC)\n2026-05-13 01:40:03 503", "2026-05-12T22:40:03s"),
        ("horários em GMT-3\n2026-05-13 01:40:03", "2026-05-13T01:40:03s"),
        ("2026-05-13 01:40:03 503", "2026-05-13T01:40:03s"),
        ("{\"data\":\"2026-05-12\",\"hora\":\"08:58:07\"}", "2026-05-12T08:58:07s"),
    ]);
}

#[test]
fn brazilians_write_dates_and_times() {
    check(&[
        ("12/05/2026 08:58", "2026-05-12T08:58:00"),
        ("12/05/2026 08:58:07", "2026-05-12T08:58:07s"),
        ("12/05/26 08:58", "2026-05-12T08:58:00"),
        ("12/05 08h58", "2026-05-12T08:58:00"),
        ("12/05, às 8h58min20s", "2026-05-12T08:58:20s"),
        ("19/05 - 14:46", "2026-05-19T14:46:00"),
        ("22/05 17:05:40 POST", "2026-05-22T17:05:40s"),
        ("25/05 às 10h48", "2026-05-25T10:48:00"),
        ("28/05/2026 às 15h58min20s", "2026-05-28T15:58:20s"),
        ("12.05.2026", "2026-05-12"),
        ("12-05-2026 9:10", "2026-05-12T09:10:00"),
        ("12 de maio de 2026 às 9h", "2026-05-12T09:00:00"),
        ("12 de maio às 9h30", "2026-05-12T09:30:00"),
        ("1º de maio, 10h", "2026-05-01T10:00:00"),
        ("12 mai 2026", "2026-05-12"),
        ("12 mai. 2026, 9:10", "2026-05-12T09:10:00"),
        ("25/05, umas 14h05", "2026-05-25T14:05:00"),
        ("25/05 por volta das 14h05", "2026-05-25T14:05:00"),
        ("25/05 pelas 14h", "2026-05-25T14:00:00"),
        ("25/05 (14:05)", "2026-05-25T14:05:00"),
        ("retorno (20/05, 15h36): erro", "2026-05-20T15:36:00"),
        ("às 22:31 do dia 20/05", "2026-05-20T22:31:00"),
        ("no dia 20 às 22:31", "2026-05-20T22:31:00"),
        ("14:05 em 25/05", "2026-05-25T14:05:00"),
        ("Na sexta-feira (01/05), 10:26, em pleno", "2026-05-01T10:26:00"),
        ("hoje, 28/05, 11h20", "2026-05-28T11:20:00"),
        ("Data: 25/05/2026 | Hora: 14:05:09", "2026-05-25T14:05:09s"),
        ("data/hora 25/05/2026 14:05:09 (horário de Brasília)", "2026-05-25T14:05:09s"),
        (
            "primeira: 27/05/2026 07:10:09  ultima: 27/05/2026 08:10:09",
            "2026-05-27T07:10:09s | 2026-05-27T08:10:09s",
        ),
        ("31/12", "2025-12-31"),
        ("29/05", "2026-05-29"),
        ("30/05", "2025-05-30"),
        ("dia 2/5 às 9h", "2026-05-02T09:00:00"),
        ("em 25/05 14:05 UTC", "2026-05-25T11:05:00"),
        ("21/05/2026 13:55\nfoi", "2026-05-21T13:55:00"),
    ]);
}

#[test]
fn people_say_when() {
    check(&[
        ("ontem às 22h40", "2026-05-27T22:40:00"),
        ("Ontem, 19:26, o usuário", "2026-05-27T19:26:00"),
        ("ontem, 19h24", "2026-05-27T19:24:00"),
        ("anteontem 8h", "2026-05-26T08:00:00"),
        ("antes de ontem às 8h", "2026-05-26T08:00:00"),
        ("hj 9h10 tava tentando", "2026-05-28T09:10:00"),
        ("hoje 01:12 tomei timeout", "2026-05-28T01:12:00"),
        ("hoje cedo não entra", "2026-05-28"),
        ("hoje às 14h15min", "2026-05-28T14:15:00"),
        ("11:20 de hoje", "2026-05-28T11:20:00"),
        ("16:30 de ontem", "2026-05-27T16:30:00"),
        ("parada desde as 8h58 de hoje.", "2026-05-28T08:58:00"),
        ("tentaram de novo agora 14:50 e nada", "2026-05-28T14:50:00"),
        ("agora há pouco parou", ""),
        ("ontem de tarde", "2026-05-27"),
        ("hoje de madrugada caiu", "2026-05-28"),
        ("Hoje, quinta, 01h22 da manhã, caiu", "2026-05-28T01:22:00"),
        ("segunda, 01h22 da manhã", "2026-05-25T01:22:00"),
        ("na sexta-feira às 10h", "2026-05-22T10:00:00"),
        ("sexta passada", "2026-05-22"),
        ("na segunda, tudo parou", "2026-05-25"),
        ("sábado 10:20", "2026-05-23T10:20:00"),
        ("terça-feira", "2026-05-26"),
        ("hoje às 3h da manhã", "2026-05-28T03:00:00"),
        ("ontem 2 da tarde", "2026-05-27T14:00:00"),
        ("ontem às 8 da noite", "2026-05-27T20:00:00"),
        ("ontem meio-dia", "2026-05-27T12:00:00"),
        ("hoje à meia-noite", "2026-05-28T00:00:00"),
        ("ontem às 9.", "2026-05-27T09:00:00"),
        ("ontem 8:58 PM", "2026-05-27T20:58:00"),
        ("há 20 minutos", "2026-05-28T15:00:00"),
        ("faz 2 horas que caiu", "2026-05-28T13:20:00"),
        ("uns 10 min atrás", "2026-05-28T15:10:00"),
        ("há uns 10 minutos atrás", "2026-05-28T15:10:00"),
        ("hoje 14:28 e 14:31", "2026-05-28T14:28:00 | 2026-05-28T14:31:00"),
        ("Reprocessei: 09:05 e 09:12 de hoje", "2026-05-28T09:05:00 | 2026-05-28T09:12:00"),
        ("hoje desde que abrimos", "2026-05-28"),
        ("terça (26) às 14h", "2026-05-26T14:00:00"),
        ("hoje (28) às 09:15", "2026-05-28T09:15:00"),
        ("hoje pela manhã (09:15)", "2026-05-28T09:15:00"),
        ("hoje entre 9h10 e 9h20", "2026-05-28T09:10:00 | 2026-05-28T09:20:00"),
        ("às 9h e pouco de hoje", "2026-05-28T09:00:00"),
        ("26 de mai. às 14h", "2026-05-26T14:00:00"),
        ("ontem por volta das 19 horas e 24 minutos", "2026-05-27T19:24:00"),
        ("ontem às 9h e meia", "2026-05-27T09:30:00"),
        ("hoje ao meio dia e meia", "2026-05-28T12:30:00"),
        ("às 09:15 (horário de Brasília) de 28/05/2026", "2026-05-28T09:15:00"),
        ("10:00 ontem, 11:00 hoje", "2026-05-27T10:00:00 | 2026-05-28T11:00:00"),
    ]);
}

#[test]
fn a_time_alone_is_a_time() {
    check(&[
        ("às 22h40 deu erro", "22:40:00"),
        ("09:15:22 GET https://x.example/y", "09:15:22s"),
        ("[10:02:11] --> POST", "10:02:11s"),
        ("11:20", "11:20:00"),
        ("às 19h", "19:00:00"),
        ("pelas 19h", "19:00:00"),
        ("@ 19h", "19:00:00"),
        ("19h", ""),
        ("às 3h da manhã", "03:00:00"),
        ("2 da tarde", "14:00:00"),
        ("ao meio-dia", "12:00:00"),
        ("loguei 14:50 e 15h13 já nao aceita", "14:50:00 | 15:13:00"),
        ("Como 1h40 da manhã não tem ninguém", "01:40:00"),
        ("10h26min", "10:26:00"),
    ]);
}

#[test]
fn lengths_numbers_and_names_are_no_moments() {
    check(&[
        ("das 8h às 18h", ""),
        ("funciona de 08:00 às 18:00", ""),
        ("horário comercial (08:00-18:00)", ""),
        ("há 12 horas", ""),
        ("12h de validade", ""),
        ("de 5 em 5 min", ""),
        ("token vale 24h", ""),
        ("24h", ""),
        ("timeout de 100 segundos", ""),
        ("30 s", ""),
        ("19 minutos depois", ""),
        ("em 2h30 resolvo", ""),
        ("durante 1h30", ""),
        ("levou 1h20", ""),
        ("por 24 horas", ""),
        ("24/7", ""),
        ("24x7", ""),
        ("versão 1.98.4", ""),
        ("release 2.31.0", ""),
        ("12x de 148,90", ""),
        ("R$ 12.05", ""),
        ("(12) 3600-0000", ""),
        ("proposta 184377", ""),
        ("10.0.12.05", ""),
        ("192.168.10.12:8080", ""),
        ("localhost:8080", ""),
        ("/api/v2/propostas/12/05", ""),
        ("Cliente.java:12:45", ""),
        ("HTTP/1.1 401", ""),
        ("parcela 10/12", ""),
        ("segunda vez este mês", ""),
        ("na segunda tentativa", ""),
        ("quarta parcela", ""),
        ("é a terceira vez", ""),
        ("preciso ainda hoje", ""),
        ("hoje em dia", ""),
        ("venceu dia 20", ""),
        ("amanhã", ""),
        ("1/3", ""),
        ("99/99/2026", ""),
        ("31/02/2026", ""),
        ("25:61", ""),
        ("\"nascimento\":\"1971-03-08\"", ""),
        ("\"telefone\": 1735551234", ""),
        ("cpf 12345678909", ""),
        ("maio", ""),
        ("may 5 requests fail", ""),
        ("uuid 2026-05f1-4e48", ""),
        ("de 3.000 propostas", ""),
        ("demo de 15 min", ""),
        ("ficou uns 20 minutos assim", ""),
        ("id 2026051200123", ""),
        ("09:00:00:00:00:12", ""),
    ]);
}

#[test]
fn a_span_covers_date_and_time_and_nothing_more() {
    let table = [
        ("erro em 12/05, às 8h58min20s, ok", "12/05, às 8h58min20s"),
        ("foi às 22:31 do dia 20/05.", "22:31 do dia 20/05"),
        ("x [12/May/2026:08:58:07 -0300] y", "12/May/2026:08:58:07 -0300"),
        ("Na sexta-feira (01/05), 10:26, x", "sexta-feira (01/05), 10:26"),
        ("ts 2026-05-26 10:04:18,204 INFO", "2026-05-26 10:04:18,204"),
    ];
    for (text, expected) in table {
        let found = find(text, &received());
        assert_eq!(found.first().and_then(|moment| text.get(moment.span.clone())), Some(expected), "{text}");
    }
}

#[test]
fn a_written_value_is_read_whole_or_not_at_all() {
    let table = [
        ("2026-05-12T11:58:07Z", "2026-05-12T08:58:07s"),
        ("\"2026-05-12T08:58:07-03:00\"", "2026-05-12T08:58:07s"),
        ("[12/May/2026:08:58:07 -0300]", "2026-05-12T08:58:07s"),
        ("Tue, 12 May 2026 11:58:07 GMT", "2026-05-12T08:58:07s"),
        ("12/05/2026 08:58", "2026-05-12T08:58:00"),
        ("1779978000", "2026-05-28T11:20:00s"),
        ("1779978000.123", "2026-05-28T11:20:00s"),
        ("1779978000123", "2026-05-28T11:20:00s"),
        ("28/05/2026 às 15h58min20s", "2026-05-28T15:58:20s"),
        ("hoje 14:15", "2026-05-28T14:15:00"),
        ("09:15:22", "09:15:22s"),
        ("1988-03-15", "1988-03-15"),
        ("", ""),
        ("ontem e hoje", ""),
        ("184377", ""),
        ("12/05/2026 08:58 GET /x 401", ""),
        ("9999999999", ""),
        ("…", ""),
    ];
    for (raw, expected) in table {
        let found = parse_written(raw, &received()).map(|kind| shown(&kind)).unwrap_or_default();
        assert_eq!(found, expected, "{raw}");
    }
}

#[test]
fn a_chat_s_only_date_completes_its_times() {
    let table = [
        ("401 em tudo hoje\n09:15:22 GET /x", "2026-05-28 | 2026-05-28T09:15:22s"),
        (
            "[10:02:11] POST\n[10:02:12] 400\ndata do teste 27/05/2026",
            "2026-05-27T10:02:11s | 2026-05-27T10:02:12s | 2026-05-27",
        ),
        (
            "loguei 14:50 e 15h13 já nao aceita\nhj mesmo",
            "2026-05-28T14:50:00 | 2026-05-28T15:13:00 | 2026-05-28",
        ),
        ("tentei 14:28", "14:28:00"),
        ("tentei 14:28\nagora nao vai", "2026-05-28T14:28:00"),
        (
            "hoje cedo o GET /x deu 500 (08:41). até anteontem ia",
            "2026-05-28 | 2026-05-28T08:41:00 | 2026-05-26",
        ),
        ("até ontem ia\nagora 10:20", "2026-05-27 | 2026-05-28T10:20:00"),
        ("ontem ia, hoje nao\n10:20", "2026-05-27 | 2026-05-28 | 10:20:00"),
        ("hoje\n23:40", "2026-05-28 | 23:40:00"), // It would lie in the future.
        ("hoje\n15:24", "2026-05-28 | 2026-05-28T15:24:00"), // Clocks differ.
    ];
    for (text, expected) in table {
        let moments = complete(text, &find(text, &received()), &received());
        assert_eq!(all(&moments), expected, "{text}");
    }
}

#[test]
fn a_local_time_that_does_not_exist_is_read_all_the_same() {
    let zone = TimeZone::get("America/New_York").expect("a zone");
    let at: Timestamp = "2026-03-09T12:00:00Z".parse().expect("an instant");
    let found = find("08/03/2026 02:30:00", &at.to_zoned_datetime(zone));
    let expected: Timestamp = "2026-03-08T07:30:00Z".parse().expect("an instant");
    assert_eq!(
        found.first().map(|moment| moment.kind.clone()),
        Some(MomentKind::Full { at: expected, seconds: true })
    );
}

proptest! {
    /// Whatever is written: no panic, spans in order, inside the text and on character boundaries.
    #[test]
    fn spans_are_sound(text in r"(?s)([0-9/:.hT -]{0,12}|hoje|ontem|às|segunda-feira|há|min|de maio|ção|UTC|\n|.){0,40}") {
        let found = find(&text, &received());
        let mut end = 0;
        for moment in &found {
            prop_assert!(moment.span.start >= end && moment.span.start < moment.span.end, "{:?} in {:?}", moment.span, text);
            prop_assert!(text.get(moment.span.clone()).is_some());
            end = moment.span.end;
        }
        prop_assert_eq!(complete(&text, &found, &received()).len(), found.len());
        let _ = parse_written(&text, &received());
    }

    /// An instant written in any of the common ways is read back.
    #[test]
    fn what_is_written_is_read_back(minutes in 0_i64..1_500_000) {
        let at = Timestamp::from_second(1_690_000_020 + minutes * 60).expect("an instant");
        let local = at.to_zoned_datetime(received().time_zone().clone());
        for format in ["%d/%m/%Y %H:%M", "%d/%m/%Y às %Hh%M", "%Y-%m-%d %H:%M:00,123", "%d.%m.%Y, %H:%M", "%d/%b/%Y:%H:%M:00 -0300"] {
            let text = format!("foi em {} ok", local.strftime(format));
            let found = find(&text, &received());
            prop_assert!(matches!(found.as_slice(), [Moment { kind: MomentKind::Full { at: read, .. }, .. }] if *read == at || read.as_millisecond() == at.as_millisecond() + 123), "{} -> {:?}", text, found);
        }
    }
}
