//! What Graph's error codes mean for what was to be sent.

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Another time it may go; a person may have to do something first.
    Later,
    /// It never will.
    Never,
    /// Not before the partner writes.
    Outside,
}

/// What a code means, with the reason in words; a negative one is none. `status` is the HTTP status, 0 where the code came by webhook.
#[must_use]
pub fn fault(code: i64, status: u16) -> (Fate, String) {
    use Fate::{Later, Never, Outside};

    let known = match code {
        131_047 => Some((Outside, "passaram mais de 24 horas desde a última mensagem do parceiro")),
        4 | 80_007 | 130_429 => Some((Later, "o limite de mensagens por segundo foi atingido")),
        131_048 => Some((
            Later,
            "o número está limitado por denúncias de spam; veja a qualidade dele no painel da Meta",
        )),
        131_056 => Some((Later, "mensagens demais para este mesmo contato em pouco tempo")),
        0 | 190 => Some((Later, "o token de acesso expirou ou foi revogado; troque-o e tente de novo")),
        3 | 10 | 200..=299 => {
            Some((Later, "o token de acesso não tem permissão para enviar por este número"))
        }
        368 | 131_031 => Some((Later, "a conta está bloqueada pela Meta; veja o painel dela")),
        131_042 => Some((Later, "há uma pendência de pagamento na conta da Meta")),
        133_010 => Some((Later, "o número não está registrado na API")),
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 | 133_005 => {
            Some((Later, "o WhatsApp está indisponível ou em manutenção"))
        }
        131_026 => Some((Never, "o WhatsApp não consegue entregar a este contato")),
        131_049 | 130_472 => Some((Never, "o WhatsApp decidiu não entregar esta mensagem a este contato")),
        131_030 => Some((Never, "o contato não está na lista de números de teste")),
        131_021 => Some((Never, "o número de destino é o nosso próprio")),
        131_051 => Some((Never, "o tipo da mensagem não é aceito")),
        132_000..=132_999 => Some((
            Never,
            "o modelo de mensagem não existe, está pausado ou espera outros parâmetros; confira-o no painel da Meta",
        )),
        33 | 100 | 131_008 | 131_009 => {
            Some((Never, "a API recusou um parâmetro; confira a configuração do canal"))
        }
        _ => None,
    };
    let fate = known.map_or_else(
        || {
            if status == 0 || (400..500).contains(&status) && ![408, 429].contains(&status) {
                Never
            } else {
                Later
            }
        },
        |(fate, _)| fate,
    );
    let words = known.map_or("o WhatsApp recusou", |(_, words)| words);
    let place = if code < 0 { format!("HTTP {status}") } else { format!("código {code}") };
    (fate, format!("{words} ({place})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_say_what_is_to_be_done() {
        let table = [
            (131_047, 400, Fate::Outside),
            (130_429, 429, Fate::Later),
            (130_429, 400, Fate::Later),
            (190, 401, Fate::Later),
            (131_026, 400, Fate::Never),
            (132_001, 404, Fate::Never),
            (131_026, 0, Fate::Never),
            (999_999, 400, Fate::Never),
            (999_999, 500, Fate::Later),
            (999_999, 429, Fate::Later),
        ];
        for (code, status, expected) in table {
            let (fate, words) = fault(code, status);
            assert_eq!(fate, expected, "{code} {status}");
            assert!(words.contains(&code.to_string()), "{words}");
        }
    }
}
