//! Error messages as an API, a gateway or a transport returned them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::pairs::{Pair, compact, fold};
use super::{Field, FieldKind};

/// A message is at least this long, in bytes.
const SHORTEST: usize = 4;

/// A word of error may stand this many bytes before the quotation that it introduces.
const REACH: usize = 48;

const REASONS: &str = r"Bad Request|Unauthorized|Forbidden|Not Found|Method Not Allowed|Not Acceptable|Request Time-?out|Conflict|Gone|Payload Too Large|Unsupported Media Type|Unprocessable (?:Entity|Content)|Too Many Requests|Internal Server Error|Not Implemented|Bad Gateway|Service (?:Temporarily )?Unavailable|Gateway Time-?out";

#[expect(clippy::expect_used, reason = "the pattern is made of literals")]
static STATUS: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(&format!(r"(?i)[45]\d\d[ \t]*[-–:]?[ \t]*(?:\((?:{REASONS})\)|(?:{REASONS}))"))
        .expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is made of literals")]
static REASON: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(&format!(r"(?i)^(?:[45]\d\d )?(?:{REASONS})$")).expect("a valid pattern")
});

/// A status after an arrow or a word of answer, and then the message: bare, or the first of a JSON array.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static AFTER_STATUS: LazyLock<Regex> = LazyLock::new(|| {
    let lead = r"(?:<--?|--?>|=>|→|(?i:status|http|code)[ :=]?)[ \t]*";
    crate::pattern::compiled(&format!(
        r#"{lead}[45]\d\d[ \t:-]*(?:\[[ \t]*"([^"\n]{{4,300}})"|(\p{{Lu}}[^\n\[\]{{}}"]{{3,300}}))"#
    ))
    .expect("a valid pattern")
});

#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static TRANSPORT: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(concat!(
        r"(?i:Read timed out|connect(?:ion)? timed out|Connection refused|Connection reset(?: by peer)?|Operation timed out(?: after \d+ milliseconds)?|socket hang up)",
        r"|The request was canceled due to the configured HttpClient\.Timeout of [\d.,]+ seconds elapsing\.?",
        r"|(?:ECONNREFUSED|ETIMEDOUT|ECONNRESET|ESOCKETTIMEDOUT|ECONNABORTED)|timeout of \d+ ?ms exceeded|getaddrinfo (?:ENOTFOUND|EAI_AGAIN)",
        r"|No route to host|Could not resolve host|Name or service not known|Remote end closed connection without response|upstream timed out",
        r"|Unable to connect to the remote server|Max retries exceeded|unexpected end of file from server|SSL_ERROR_SYSCALL|context deadline exceeded",
        r"|No connection could be made because the target machine actively refused it|The operation has timed out|Empty reply from server",
    ))
    .expect("a valid pattern")
});

/// A quotation, straight or curly, on one line.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static QUOTATION: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled("\"([^\"\\n{}\\[\\]]{4,300})\"|\u{201c}([^\u{201d}\\n]{4,300})\u{201d}")
        .expect("a valid pattern")
});

/// A quotation in single marks that is called the message, whatever letter it begins with.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static CALLED_MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(r"(?i:mensagem|msg|message)(?i: de erro)?\s*[:=]?\s*'([^'\n{}\[\]]{4,300})'")
        .expect("a valid pattern")
});

/// A quotation in single marks, which are too common elsewhere to count without a word of error.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static SINGLE: LazyLock<Regex> =
    LazyLock::new(|| crate::pattern::compiled(r"[\s(:]'(\p{Lu}[^'\n]{3,300})'").expect("a valid pattern"));

/// "com a mensagem Saldo insuficiente", without quotes.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static WITH_MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(
        r"(?i:com a (?:mensagem|msg)(?: de erro)?)\s+(\p{Lu}[^\n.;,{\[\x22]{3,200}[.!]?)",
    )
    .expect("a valid pattern")
});

/// "a msg é Unauthorized": a message without quotes, in its own capital letter.
#[expect(clippy::expect_used, reason = "the pattern is a literal")]
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    crate::pattern::compiled(r"(?:(?-u:\b)(?i:msg|mensagem|erro|error|retorno|resposta|message))\s+(?:de erro\s+)?(?:é|eh|foi|era|is|que (?:volta|aparece|vem|retorna) é)\s+(?:o |a )?(\p{Lu}[^\n.;,{\[]{3,200}[.!]?)").expect("a valid pattern")
});

/// The error messages of `text`; `pairs` are its names and values.
pub(super) fn find(text: &str, pairs: &[Pair<'_>]) -> Vec<Field> {
    let mut fields = envelopes(text, pairs);
    fields.extend(quotations(text));
    let told = AFTER_STATUS.captures_iter(text).filter_map(|found| found.get(1).or_else(|| found.get(2)));
    fields.extend(
        told.filter(|found| !REASON.is_match(found.as_str().trim()))
            .filter_map(|found| message(text, found.range())),
    );
    let single = SINGLE.captures_iter(text).filter_map(|found| found.get(1));
    let single = single.filter(|found| is_introduced(text, found.start().saturating_sub(1)));
    fields.extend(single.filter_map(|found| message(text, found.range())));
    let told = TOLD.captures_iter(text).chain(WITH_MESSAGE.captures_iter(text));
    let told = told.chain(CALLED_MESSAGE.captures_iter(text)).filter_map(|found| found.get(1));
    fields.extend(told.filter_map(|found| message(text, found.range())));
    fields.extend(TRANSPORT.find_iter(text).filter_map(|found| message(text, found.range())));
    if fields.is_empty() {
        let alone = |found: &regex::Match<'_>| {
            !text
                .get(..found.start())
                .unwrap_or("")
                .ends_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-'))
        };
        fields.extend(
            STATUS.find_iter(text).filter(alone).map(|found| field(found.range(), found.as_str().to_owned())),
        );
    }
    without_reasons(without_nested(fields))
}

/// The text that an API returned wins over the name of its status.
fn without_reasons(mut fields: Vec<Field>) -> Vec<Field> {
    if fields.iter().any(|field| !REASON.is_match(&field.value)) {
        fields.retain(|field| field.value == "Unauthorized" || !REASON.is_match(&field.value));
    }
    fields
}

fn field(span: Range<usize>, value: String) -> Field {
    Field { kind: FieldKind::ErrorMessage, span, value }
}

/// Of messages that overlap only the longest is kept.
fn without_nested(mut fields: Vec<Field>) -> Vec<Field> {
    fields.sort_by_key(|field| (field.span.start, std::cmp::Reverse(field.span.end)));
    let mut kept: Vec<Field> = Vec::new();
    for field in fields {
        match kept.last_mut() {
            Some(last) if field.span.start < last.span.end => {
                if field.span.len() > last.span.len() {
                    *last = field;
                }
            }
            _ => kept.push(field),
        }
    }
    kept
}

/// The message in `range`, trimmed, if it reads like one.
fn message(text: &str, range: Range<usize>) -> Option<Field> {
    let raw = text.get(range.clone())?;
    let inner = raw.trim_start();
    let start = range.end - inner.len();
    let inner = inner.trim_end();
    let value = unescaped(inner);
    reads_like_message(&value).then(|| field(start..start + inner.len(), value))
}

fn reads_like_message(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    let one_word = !value.contains(char::is_whitespace);
    let lower = value.chars().next().is_some_and(char::is_lowercase);
    let coded = value.contains('_') || matches!(value, "unauthorized" | "forbidden" | "timeout");
    let first = value.split_whitespace().next().unwrap_or("");
    let is_call = matches!(first, "GET" | "POST" | "PUT" | "PATCH" | "DELETE") && value.contains('/');
    value.len() >= SHORTEST
        && letters >= SHORTEST
        && !value.contains("://")
        && !value.starts_with(['/', '{', '<', '.'])
        && !is_call
        && !(one_word
            && (lower && !coded || value.chars().any(|c| c.is_ascii_digit()) || value.contains('/')))
        && !value.contains(['●', '•'])
        && !value.contains("***")
        && !value.contains("{{")
        && !matches!(compact(value).as_str(), "null" | "none" | "true" | "false" | "undefined")
}

/// A JSON string without its escapes (`\"`, `\n`, `\u00e3`); the text itself if it has none.
fn unescaped(raw: &str) -> String {
    if !raw.contains('\\') {
        return raw.to_owned();
    }
    let once = raw.replace("\\\\", "\\");
    let read = |text: &str| serde_json::from_str::<String>(&format!("\"{text}\"")).ok();
    read(raw).filter(|read| !read.contains('\\')).or_else(|| read(&once)).unwrap_or_else(|| raw.to_owned())
}

/// How well a name says that the message follows: the best of a JSON object counts.
fn rank(name: &str) -> Option<u8> {
    Some(match name {
        "errors" | "erros" | "mensagens" | "messages" => 4,
        "message"
        | "mensagem"
        | "msg"
        | "detail"
        | "detalhe"
        | "errordescription"
        | "errormessage"
        | "mensagemerro"
        | "mensagemdeerro"
        | "userfriendlymessage"
        | "descricaoerro"
        | "errormsg"
        | "exceptionmessage" => 3,
        "descricao" | "description" | "motivo" | "reason" => 2,
        "error" | "erro" | "title" | "fault" | "faultstring" => 1,
        _ => return None,
    })
}

/// Messages beside their names: in the envelopes of APIs and after the labels of people.
fn envelopes(text: &str, pairs: &[Pair<'_>]) -> Vec<Field> {
    let mut kept: Vec<(u8, Field)> = Vec::new();
    for pair in pairs {
        let Some((rank, found)) = envelope(text, pair) else { continue };
        if let Some((before, last)) = kept.last_mut() {
            let between = text.get(last.span.end..found.span.start).unwrap_or("\n");
            if between.len() <= 160 && !between.contains("}{") && between.contains([',', '{', '\\']) {
                if rank > *before {
                    *before = rank;
                    *last = found;
                }
                continue;
            }
        }
        kept.push((rank, found));
    }
    kept.into_iter().map(|(_, field)| field).collect()
}

fn envelope(text: &str, pair: &Pair<'_>) -> Option<(u8, Field)> {
    if pair.is_label {
        return label(text, pair).map(|field| (3, field));
    }
    let rank = rank(&pair.name)?;
    let value = pair.value();
    let before = before(text, pair.name_start, 120);
    let near = |words: &[&str]| words.iter().any(|word| before.contains(word));
    let after = text
        .get(value.span.end..)
        .and_then(|rest| rest.split_at_checked(rest.len().min(200)).map(|(near, _)| near))
        .unwrap_or("");
    if !value.quoted || rank == 2 && !near(&["erro", "error", "fault", "Erro"]) {
        return None;
    }
    if pair.name == "title"
        && !near(&["type", "status"])
        && !after.contains("status")
        && !after.contains("detail")
    {
        return None;
    }
    if pair.name == "error" && near(&["authenticate"]) {
        return None; // A header's parameter, not the body's message.
    }
    // The alarm of a partner's own system, which goes on to tell the request.
    if matches!(pair.name.as_str(), "mensagem" | "message")
        && (after.contains("\"request\"") || after.contains("\"requisicao\""))
    {
        return None;
    }
    message(text, value.span).map(|field| (rank, field))
}

/// At most `most` bytes before `at`.
fn before(text: &str, at: usize, most: usize) -> &str {
    let mut from = at.saturating_sub(most);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..at).unwrap_or("")
}

/// `Erro: Usuário não cadastrado`, `Mensagem que volta: …`; a person's own words begin in a small letter.
fn label(text: &str, pair: &Pair<'_>) -> Option<Field> {
    let label = pair.label();
    let first = label.split(' ').find(|word| !word.chars().all(|c| c.is_ascii_digit()))?;
    let nouns = [
        "retornou",
        "respondeu",
        "devolveu",
        "retorna",
        "responde",
        "devolve",
        "aparece",
        "erro",
        "error",
        "mensagem",
        "msg",
        "message",
        "resposta",
        "retorno",
        "response",
        "detail",
        "title",
        "errors",
        "exception",
    ];
    let named = nouns.contains(&first) || label.rsplit(' ').next().is_some_and(|last| nouns.contains(&last));
    let about =
        ["codigo", "code", "status", "id", "http", "data", "hora", "horario", "anexo", "automatica", "cor"];
    if !named || label.split(' ').any(|word| about.contains(&word)) {
        return None;
    }
    let beside = pair.value();
    let span = if beside.quoted { beside.span } else { pair.line() };
    let raw = text.get(span.clone())?;
    let skipped = raw.len() - without_status(raw).len();
    let value = without_status(raw);
    if value.contains(['{', '['])
        || !beside.quoted && !value.starts_with(|c: char| c.is_uppercase()) && !value.contains('_')
    {
        return None;
    }
    if REASON.is_match(raw.trim()) {
        return message(text, span);
    }
    // "Erro: Bad Request. Alguém sabe…": the person goes on.
    let first = value.split(". ").next().unwrap_or(value);
    let end = if REASON.is_match(first) { span.start + skipped + first.len() } else { span.end };
    message(text, span.start + skipped..end)
}

/// What follows `HTTP 500 - ` or `400: `.
fn without_status(raw: &str) -> &str {
    let rest = raw.trim_start();
    let rest =
        rest.strip_prefix("HTTP").map_or(rest, |rest| rest.trim_start_matches(['/', '.', ' ', '1', '2']));
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 3 {
        return if rest.len() < raw.trim_start().len() { rest } else { raw.trim_start() };
    }
    rest.get(3..).unwrap_or("").trim_start_matches([' ', '-', '–', ':', '"'])
}

/// Quotations that a word of error introduces on the same line, or that are a status text.
fn quotations(text: &str) -> Vec<Field> {
    let inner = |hit: regex::Match<'_>| {
        let mark = if hit.as_str().starts_with('"') { 1 } else { '\u{201c}'.len_utf8() };
        hit.start() + mark..hit.end() - mark
    };
    let found = QUOTATION.find_iter(text).map(inner);
    // A word alone in small letters is a name of something; that is cheap to see.
    let telling = |raw: &str| raw.contains([' ', '_']) || raw.starts_with(char::is_uppercase);
    let found = found.filter(|range| text.get(range.clone()).is_some_and(telling));
    let told = found.filter(|range| {
        text.get(range.clone()).is_some_and(|raw| REASON.is_match(raw)) || is_introduced(text, range.start)
    });
    told.filter_map(|range| message(text, range)).collect()
}

/// What stands in quotation marks right after one of these is the thing's name, not a message.
const THINGS: &str = "produto campo usuario cliente parametro endpoint metodo opcao tela botao menu chamado coluna valor status \
    chave login job fluxo servico rota header nome tabela convenio ambiente perfil modulo aba";

/// Words that introduce the quotation of an error; "da" only as the verb "dá".
const INTRODUCERS: &str = "deu da dar dando erro error aparece apareceu aparecendo retorna retornou retornando retorno \
    responde respondeu respondendo devolve devolveu devolvendo volta voltou voltando vem veio vindo \
    mensagem msg message recebo recebi recebemos recebendo resposta tomei diz dizendo fala falando \
    informa informando acusa acusando exibe gera gerou apresenta obtive tomo tomamos mostra falha \
    returns says";

fn is_introduced(text: &str, at: usize) -> bool {
    let lead = before(text, at, REACH);
    let lead = lead.rsplit('\n').next().unwrap_or("");
    let named = lead.trim_end_matches(['"', '\u{201c}', ' ']);
    if named.ends_with(['=', '\\']) || named.ends_with("\":") || lead.contains("authenticate") {
        return false; // A value of a name, read elsewhere.
    }
    // The quotation's own opening mark ends the lead; an earlier one means that something else was quoted.
    let lead = lead.trim_end_matches(['"', '\u{201c}']);
    let lead = lead.rsplit(['"', '\u{201d}', ';', '{', '}']).next().unwrap_or("");
    let words = lead.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let nearest =
        words.clone().next_back().map(|word| word.chars().map(fold).collect::<String>()).unwrap_or_default();
    if THINGS.split(' ').any(|thing| thing == nearest) {
        return false;
    }
    words.map(|word| word.chars().map(fold).collect::<String>()).any(|word| {
        // "da" is a verb only as "dá".
        INTRODUCERS.split(' ').any(|introducer| introducer == word) && (word != "da" || lead.contains("dá"))
    })
}
