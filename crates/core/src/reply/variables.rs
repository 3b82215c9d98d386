//! What a reply may mention, each in words ready to be read.

use serde::Serialize;

/// An excerpt of the documentation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Excerpt {
    pub titulo: String,
    pub url: Option<String>,
    pub texto: String,
}

macro_rules! reply_variables {
    ($($name:ident: $kind:ty = $doc:literal,)+) => {
        /// The values of a reply. All optional: what is not known is not mentioned.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
        pub struct ReplyVariables {
            $(#[doc = $doc] pub $name: $kind,)+
        }

        /// The variables a template may use: name and meaning, in Portuguese.
        pub const REPLY_VARIABLES: &[(&str, &str)] = &[$((stringify!($name), $doc),)+];
    };
}

reply_variables! {
    saudacao_nome: Option<String> = "nome de quem escreveu, para a saudação",
    protocolo: Option<String> = "número do protocolo",
    remetente_identificado: bool = "se o remetente é de um parceiro, e a chave em evidência não é de outro",
    chave: Option<String> = "a API Key, só com os quatro últimos caracteres (…9f3a)",
    usuario: Option<String> = "o usuário em evidência",
    usuario_status: Option<String> = "situação do usuário (ativo, inativo, bloqueado)",
    ambiente: Option<String> = "nome do ambiente chamado",
    ambiente_da_chave: Option<String> = "nome do ambiente da chave",
    endpoint: Option<String> = "método e caminho chamados",
    horario: Option<String> = "data e hora da requisição (12/05/2026 às 08:58)",
    mensagem_de_erro: Option<String> = "a mensagem que a API devolveu",
    token_emitido_em: Option<String> = "quando o token foi emitido",
    token_expirou_em: Option<String> = "quando o token perdeu a validade",
    token_idade: Option<String> = "idade do token na requisição (12 h 28 min)",
    validade_do_token: Option<String> = "validade de um token (12 horas)",
    problema_do_token: Option<String> = "o que há de errado na forma do token",
    primeira_recusa: Option<String> = "horário da primeira recusa do token",
    ultima_recusa: Option<String> = "horário da última recusa do token",
    recusas: Option<i64> = "quantas recusas do mesmo token",
    rotina_nome: Option<String> = "nome da rotina programada",
    rotina_inicio: Option<String> = "início da rotina",
    rotina_fim: Option<String> = "fim da rotina",
    expediente: Option<String> = "horário comercial (segunda a sexta, 08:00–18:00)",
    proximo_expediente: Option<String> = "quando o próximo expediente começa",
    feriado: Option<String> = "nome do feriado em que a requisição caiu",
    release_versao: Option<String> = "versão da release que mudou a rota",
    release_data: Option<String> = "quando a release foi implantada",
    produto: Option<String> = "nome do produto",
    produto_canal: Option<String> = "onde o produto é operado, se não é na API",
    produto_versoes: Option<String> = "versões da API em que o produto existe",
    versao_chamada: Option<String> = "versão da API que foi chamada",
    versao_correta: Option<String> = "versão da API a usar",
    rota_correta: Option<String> = "método e caminho corretos",
    problemas_da_requisicao: Vec<String> = "o que a requisição descumpre do contrato, um por item",
    faltantes: Vec<String> = "as evidências que faltam, em palavras",
    trechos: Vec<Excerpt> = "trechos da documentação: titulo, url, texto",
    contradicao: Option<String> = "o que o parceiro supôs e a prova não confirma (cabe entre parênteses)",
}

impl ReplyVariables {
    /// Every variable with a value: what templates are tried with.
    pub(super) fn sample() -> Self {
        let text = |value: &str| Some(value.to_owned());
        Self {
            saudacao_nome: text("Ana"),
            protocolo: text("2026-000123"),
            remetente_identificado: true,
            chave: text("…9f3a"),
            usuario: text("PARC0001"),
            usuario_status: text("inativo"),
            ambiente: text("Produção"),
            ambiente_da_chave: text("Homologação"),
            endpoint: text("POST /v2/pedidos"),
            horario: text("12/05/2026 às 08:58"),
            mensagem_de_erro: text("Não autorizado"),
            token_emitido_em: text("11/05/2026 às 20:30"),
            token_expirou_em: text("12/05/2026 às 08:30"),
            token_idade: text("12 h 28 min"),
            validade_do_token: text("12 horas"),
            problema_do_token: text("o cabeçalho veio sem a palavra Bearer"),
            primeira_recusa: text("12/05/2026 às 08:31"),
            ultima_recusa: text("12/05/2026 às 08:58"),
            recusas: Some(4),
            rotina_nome: text("Fechamento diário"),
            rotina_inicio: text("22:00"),
            rotina_fim: text("02:00"),
            expediente: text("segunda a sexta, 08:00–18:00"),
            proximo_expediente: text("13/05/2026 às 08:00"),
            feriado: text("Dia do Trabalhador"),
            release_versao: text("2.31.0"),
            release_data: text("11/05/2026 às 20:00"),
            produto: text("Crédito Exemplo"),
            produto_canal: text("portal do parceiro"),
            produto_versoes: text("v2"),
            versao_chamada: text("v1"),
            versao_correta: text("v2"),
            rota_correta: text("POST /v2/pedidos"),
            problemas_da_requisicao: vec!["falta o campo `documento`".to_owned()],
            faltantes: vec!["o endpoint chamado".to_owned(), "a data e a hora".to_owned()],
            trechos: vec![Excerpt {
                titulo: "Autenticação".to_owned(),
                url: text("https://docs.example/autenticacao"),
                texto: "O token vale por doze horas.".to_owned(),
            }],
            contradicao: text("a chave estaria com defeito"),
        }
    }
}
