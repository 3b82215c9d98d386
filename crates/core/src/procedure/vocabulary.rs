//! The names a procedure file may use and the program supplies: checks, verdicts, facts, evidences,
//! next steps and the limits that the code itself asks for.
//!
//! Situations, causes and actions are not here: they are codes of the file.

/// What a fact is: the default, where it is unknown, is `false`, `0` or the empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactType {
    Bool,
    Int,
    Text,
}

/// One fact a condition may ask for as `facts.<name>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactName {
    pub name: &'static str,
    pub kind: FactType,
    /// What it means, in Portuguese: it goes into the manual.
    pub doc: &'static str,
}

const fn yes_no(name: &'static str, doc: &'static str) -> FactName {
    FactName { name, kind: FactType::Bool, doc }
}

const fn count(name: &'static str, doc: &'static str) -> FactName {
    FactName { name, kind: FactType::Int, doc }
}

const fn text(name: &'static str, doc: &'static str) -> FactName {
    FactName { name, kind: FactType::Text, doc }
}

/// Every fact that a condition may ask for.
pub const FACTS: &[FactName] = &[
    yes_no("fora_do_escopo", "a mensagem não trata da API de parceiros"),
    yes_no("pede_chave", "o parceiro pede a primeira API Key de um ambiente"),
    yes_no("erro_com_chave", "junto vem o relato de um erro com uma chave"),
    yes_no("erro_relatado", "uma chamada que falhou é relatada"),
    yes_no("verificavel", "ao menos uma das linhas 3 a 9 pôde ser verificada"),
    yes_no("chave_em_evidencia", "há uma API Key na mensagem, nos anexos ou no log"),
    yes_no("usuario_em_evidencia", "há um usuário na mensagem, nos anexos ou no log"),
    yes_no("remetente_identificado", "o endereço do remetente é de um parceiro"),
    yes_no("usuario_inativo", "o usuário em evidência está inativo"),
    yes_no("usuario_bloqueado", "o usuário em evidência está bloqueado"),
    yes_no("pergunta", "a mensagem faz uma pergunta"),
    yes_no("pergunta_produto", "a pergunta é sobre um produto do cadastro"),
    yes_no("produto_fora_da_api", "o produto não é operado pela API"),
    yes_no("token_recusado", "a mensagem ou o log mostra o token recusado (401)"),
    yes_no("token_emitido_no_log", "o log mostra a emissão deste token dentro da validade"),
    yes_no("falha_temporaria", "erro 5xx, tempo esgotado ou conexão recusada"),
    yes_no(
        "mesma_falha_em_horario",
        "a mesma requisição falhou também em horário comercial e fora de rotina",
    ),
    yes_no("release_recente", "uma release mudou a rota naquele ambiente pouco antes"),
    yes_no("resposta_documentada", "há um trecho da documentação que responde à pergunta"),
    yes_no("rota_documentada", "a rota chamada consta do contrato documentado"),
    yes_no("requisicao_no_log", "a requisição foi encontrada no log"),
    count("recusas_com_o_mesmo_token", "recusas do mesmo token vencido, sem novo login entre elas"),
    count("minutos_entre_recusas", "minutos entre a primeira e a última recusa"),
    count("horas_desde_release", "horas inteiras entre a release e o erro"),
    text("produto", "código do produto em questão"),
    text("versao_chamada", "código da versão da API chamada"),
    text("versao_do_produto", "código da versão em que o produto existe"),
    text("ambiente_chamado", "código do ambiente chamado"),
    text("ambiente_da_chave", "código do ambiente da chave"),
];

/// Every check whose verdict a condition may ask for as `checks["<code>"]`.
pub const CHECKS: &[&str] = &[
    "api-key-existe",
    "api-key-ativa",
    "api-key-no-ambiente-correto",
    "api-key-do-parceiro",
    "usuario-existe",
    "usuario-ativo",
    "usuario-vinculado-a-api-key",
    "token-bem-formado",
    "token-na-validade",
    "versao-correta",
    "requisicao-valida",
    "produto-na-versao",
    "fora-de-rotina-programada",
    "no-horario-comercial",
    "sem-release-recente",
];

/// The four verdicts. A check nobody answered is `indeterminado`.
pub const VERDICTS: &[&str] = &["sim", "nao", "indeterminado", "nao-se-aplica"];

/// The verdict of a check that is not among the inputs.
pub(super) const UNKNOWN_VERDICT: &str = "indeterminado";

/// The seven evidences, in the order in which they are asked for.
pub const EVIDENCES: &[&str] =
    &["api_key", "user", "environment", "endpoint", "payload", "occurred_at", "error_message"];

/// What a request for a key can contain: what the desk finds in a ticket. Which of it a request must contain, the file says.
pub const KEY_REQUESTS: &[&str] = &["partner", "tax_id", "requester", "environment", "product"];

/// What can be done next with a demand. The desk moves a ticket by these, so they are not data.
pub const NEXT_STEPS: &[&str] =
    &["responder", "solicitar-evidencias", "encaminhar-comercial", "escalar-code", "analisar"];

/// Limits that the code asks for by name; a file must give each (name, meaning).
pub const LIMITS: &[(&str, &str)] = &[
    ("recusas_do_mesmo_token", "recusas que provam que o token não foi renovado"),
    ("minutos_entre_recusas", "tempo mínimo entre a primeira e a última recusa"),
    ("horas_de_release", "tempo depois de uma release em que um erro na rota é atribuído a ela"),
    ("dias_da_mesma_falha", "distância em que a mesma falha em horário comercial afasta a causa de horário"),
    ("segundos_do_log", "distância em que a mensagem e uma linha do log falam da mesma requisição"),
    ("lembretes_sem_resposta", "lembretes antes de encerrar por silêncio do parceiro"),
    ("horas_entre_lembretes", "espera antes de cada lembrete"),
];

/// The type of a fact, `None` if no fact has that name.
pub fn fact_type(name: &str) -> Option<FactType> {
    FACTS.iter().find(|fact| fact.name == name).map(|fact| fact.kind)
}
