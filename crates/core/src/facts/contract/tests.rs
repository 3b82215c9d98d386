//! The rules of the contract, by table and by property, on documents of an invented company.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const OLD: &str = r"
openapi: 3.0.3
info: {title: Fretes antigos, version: 1.0.0}
servers: [{url: 'https://api.frete.example/api'}]
paths:
  /Frete:
    post:
      summary: Cria
      requestBody:
        required: true
        content:
          text/xml: {}
          application/json:
            schema: {$ref: '#/components/schemas/Frete'}
      responses: {200: {description: ok}}
  /Frete/{id}/foto:
    put:
      requestBody: {$ref: '#/components/requestBodies/Foto'}
      responses: {2XX: {description: ok}}
  /Avisos/{id}: {get: {}}
components:
  requestBodies:
    Foto:
      content:
        multipart/form-data:
          schema: {type: object, required: [lado], properties: {lado: {type: integer}}}
  schemas:
    Frete:
      type: object
      required: [id, destino, peso, tipo]
      properties:
        id: {type: integer, readOnly: true}
        destino: {$ref: '#/components/schemas/Endereco'}
        peso: {type: number, minimum: 0, exclusiveMinimum: true}
        tipo: {type: string, nullable: true, enum: [expresso, comum]}
        anterior: {allOf: [{$ref: '#/components/schemas/Frete'}], nullable: true}
        urgente: {type: boolean}
        pago: {oneOf: [{type: object, required: [pix], properties: {pix: {type: string}}},
                       {type: object, required: [cartao], properties: {cartao: {type: string}}}]}
        quantia: {oneOf: [{type: integer}, {type: string, pattern: '^[0-9]+$'}]}
        giro: {$ref: '#/components/schemas/Giro'}
        nada: {$ref: '#/components/schemas/Sumido'}
    Endereco:
      type: object
      required: [cidadeId, uf]
      properties: {cidadeId: {type: integer}, uf: {type: string, maxLength: 2}}
      additionalProperties: false
    Giro: {allOf: [{$ref: '#/components/schemas/Volta'}]}
    Volta: {$ref: '#/components/schemas/Giro'}
";

const NEW: &str = r#"{"openapi": "3.1.0", "info": {"title": "Fretes", "version": "2"},
"servers": [{"url": "https://teste.frete.example"}, {"url": "https://frete.example"}],
"paths": {
  "/api/v2/fretes": {"post": {"operationId": "criar", "deprecated": true,
      "requestBody": {"content": {"application/json": {"schema": {"type": ["object", "null"], "required": ["itens"],
          "properties": {"itens": {"type": "array", "items": {"type": "object", "required": ["valor"]}}}}}}},
      "responses": {"202": {}, "400": {}}}, "get": {}},
  "/api/v2/avisos/{id}/itens": {"get": {}},
  "/api/v2/fretes/{id}": {"get": {}},
  "/api/v2/fretes/abertos": {"get": {}},
  "/api/v2/usuarios/login": {"post": {}}},
"webhooks": {"aviso": {"post": {}}}}"#;

const PREFIXES: [(&str, &str); 2] = [("v1", "/api"), ("v2", "/api/v2")];

fn contract() -> (Contract, Vec<String>) {
    Contract::load(&[
        ("antigo".into(), OLD.into()),
        ("novo".into(), NEW.into()),
        ("notas".into(), "a: 1".into()),
    ])
}

fn found<'c>(contract: &'c Contract, method: &str, path: &str) -> &'c Operation {
    match contract.locate(method, path) {
        Located::Operation(operation) => operation,
        other => panic!("{method} {path}: {other:?}"),
    }
}

#[test]
fn operations_carry_the_whole_path_and_what_they_take() {
    let (contract, problems) = contract();
    let listed: Vec<String> = contract.operations.iter().map(ToString::to_string).collect();
    let expected = [
        "POST /api/Frete",
        "PUT /api/Frete/{id}/foto",
        "GET /api/Avisos/{id}",
        "POST /api/v2/fretes",
        "GET /api/v2/fretes",
        "GET /api/v2/avisos/{id}/itens",
        "GET /api/v2/fretes/{id}",
        "GET /api/v2/fretes/abertos",
        "POST /api/v2/usuarios/login",
    ];
    assert_eq!(listed, expected);
    let old = &contract.operations[0];
    assert_eq!(
        (old.takes_body, old.body_required, old.is_async, &old.success_statuses[..]),
        (true, true, false, &[200][..])
    );
    assert_eq!(old.media_types, ["application/json", "text/xml"]);
    let new = &contract.operations[3];
    assert_eq!((new.body_required, new.is_async, new.deprecated), (false, true, true));
    assert!(contract.operations[1].takes_body && !contract.operations[4].takes_body);
    assert_eq!(
        problems,
        [
            "documento notas: falta `openapi:` no começo; não é um contrato OpenAPI",
            "documento antigo: a referência `#/components/schemas/Sumido` não leva a lugar nenhum",
        ]
    );
}

#[test]
fn a_call_is_located_with_literal_segments_first() {
    let (contract, _) = contract();
    let table = [
        ("GET", "/api/v2/fretes/7?x=1", "GET /api/v2/fretes/{id}"),
        ("get", "/API/V2/Fretes/Abertos/", "GET /api/v2/fretes/abertos"),
        ("PUT", "https://h.example/api/frete/7/foto", "PUT /api/Frete/{id}/foto"),
    ];
    for (method, path, expected) in table {
        assert_eq!(found(&contract, method, path).to_string(), expected, "{method} {path}");
    }
    assert!(
        matches!(contract.locate("DELETE", "/api/v2/fretes"), Located::WrongMethod(all) if all.len() == 2)
    );
    assert!(matches!(contract.locate("GET", "/api/v2/fretes/7/8"), Located::Unknown));
}

#[test]
fn a_route_of_one_version_is_known_under_the_prefix_of_the_other() {
    let (contract, _) = contract();
    let table = [
        ("POST", "/api/usuarios/login", Some(("POST /api/v2/usuarios/login", "v2"))),
        ("POST", "/api/v2/Frete", Some(("POST /api/Frete", "v1"))),
        ("POST", "/api/v1/Frete", Some(("POST /api/Frete", "v1"))),
        ("PUT", "/api/v2/Frete/9/foto/2", Some(("PUT /api/Frete/{id}/foto", "v1"))),
        ("GET", "/api/fretes/9/itens", Some(("GET /api/v2/fretes/{id}", "v2"))),
        // Both versions have the word: its spelling tells, if anything does.
        ("GET", "/api/v2/Avisos/1/2/3", Some(("GET /api/Avisos/{id}", "v1"))),
        ("GET", "/api/v2/avisos/1/2/3", None),
        ("GET", "/api/v2/AVISOS/1/2/3", None),
        ("POST", "/api/v2/usuarios/login", None),
        ("GET", "/api/v2/usuarios/login", None), // The method is wrong, not the version.
        ("GET", "/api/v2/fretes/9/itens", None),
        ("POST", "/usuarios/login", None), // Of no version: perhaps only cut.
        ("GET", "/api/v2/outra", None),
        ("GET", "/api/v2", None),
    ];
    for (method, path, expected) in table {
        let other = contract.under_other_prefix(method, path, &PREFIXES);
        let other = other.map(|(operation, code)| (operation.to_string(), code));
        let expected = expected.map(|(operation, code)| (operation.to_owned(), code.to_owned()));
        assert_eq!(other, expected, "{method} {path}");
    }
}

#[test]
fn what_is_nearest_is_told_and_what_is_far_is_not() {
    let (contract, _) = contract();
    let near =
        |method, path| contract.nearest(method, path).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(near("POST", "/api/v2/usuario/login")[0], "POST /api/v2/usuarios/login");
    assert_eq!(near("GET", "/api/v2/frete/12")[0], "GET /api/v2/fretes/{id}");
    assert!(near("GET", "/saude").is_empty());
}

/// A body that breaks nothing, to be changed at one place.
fn sound() -> Value {
    json!({"destino": {"cidadeId": 1, "uf": "PR"}, "peso": 1.5, "tipo": "comum"})
}

#[test]
fn each_breach_names_its_field_and_never_the_value() {
    let (contract, _) = contract();
    let operation = found(&contract, "POST", "/api/Frete");
    type Row = (&'static str, Value, &'static [(bool, &'static str)]);
    let table: [Row; 22] = [
        ("/tipo", json!("comum"), &[]),
        ("/tipo", json!(null), &[]),
        ("/tipo", json!("***"), &[]),
        (
            "/tipo",
            json!("lento"),
            &[(true, "o campo `tipo` tem um valor fora da lista aceita: `expresso`, `comum`")],
        ),
        (
            "/destino/cidadeId",
            json!("12"),
            &[(true, "o campo `destino.cidadeId` deve ser número inteiro, e foi enviado texto")],
        ),
        ("/destino/cidadeId", json!("xxxx"), &[]),
        (
            "/destino/cidadeId",
            json!(1.5),
            &[(
                true,
                "o campo `destino.cidadeId` deve ser número inteiro, e foi enviado número com casas decimais",
            )],
        ),
        ("/destino", json!("[removido]"), &[]),
        ("/destino", json!({"uf": "PR"}), &[(true, "falta o campo obrigatório `destino.cidadeId`")]),
        ("/destino", json!({"uf": "PR", "…": null}), &[]),
        (
            "/destino",
            json!({"CidadeID": 1, "uf": "PR"}),
            &[
                (true, "falta o campo obrigatório `destino.cidadeId` (foi enviado `CidadeID`)"),
                (false, "o campo `destino` tem campos que a documentação não prevê: `CidadeID`"),
            ],
        ),
        ("/destino/uf", json!("Paraná"), &[(false, "o campo `destino.uf` tem mais de 2 caracteres")]),
        ("/peso", json!(0), &[(false, "o campo `peso` está abaixo do mínimo documentado (0)")]),
        ("/peso", json!(null), &[(true, "o campo `peso` deve ser número, e foi enviado nulo")]),
        ("", json!([]), &[(true, "o corpo da requisição deve ser objeto, e foi enviado lista")]),
        ("/anterior", json!(null), &[]),
        (
            "/anterior",
            json!({"peso": 1, "tipo": "comum"}),
            &[(true, "falta o campo obrigatório `anterior.destino`")],
        ),
        ("/pago", json!({}), &[(true, "falta um dos campos `pago.pix` ou `pago.cartao`")]),
        ("/pago", json!({"pix": 5}), &[(true, "o campo `pago.pix` deve ser texto, e foi enviado número")]),
        ("/quantia", json!("doze"), &[(false, "o campo `quantia` não segue o formato documentado")]),
        (
            "/quantia",
            json!([]),
            &[(true, "o campo `quantia` deve ser número inteiro ou texto, e foi enviado lista")],
        ),
        ("/giro", json!({"x": 1}), &[]),
    ];
    for (pointer, value, expected) in table {
        let mut body = sound();
        for name in ["anterior", "pago", "quantia", "giro"] {
            if pointer == format!("/{name}") {
                body[name] = Value::Null;
            }
        }
        *body.pointer_mut(pointer).unwrap() = value.clone();
        let breaches = contract.validate_body(operation, &body);
        let told: Vec<(bool, &str)> = breaches.iter().map(|one| (one.decides, one.text.as_str())).collect();
        assert_eq!(told, expected, "{pointer} = {value}");
    }
    assert!(contract.schema_problem(operation).is_some());
}

#[test]
fn what_decides_comes_first_and_circles_are_noted() {
    let (contract, _) = contract();
    let operation = found(&contract, "POST", "/api/Frete");
    let body = json!({"destino": {"cidadeId": 1, "uf": "Paraná"}, "peso": -1, "tipo": "lento"});
    let decides: Vec<bool> = contract.validate_body(operation, &body).iter().map(|one| one.decides).collect();
    assert_eq!(decides, [true, false, false]);
    let giro = json!({"$ref": "#/components/schemas/Giro"});
    let (schema, notes) = schema::standalone(&contract.documents, 0, &giro);
    assert_eq!(schema["$defs"], json!({"0": true, "1": true}));
    assert_eq!(notes.len(), 2);
}

#[test]
fn lists_and_forms_are_checked_too() {
    let (contract, _) = contract();
    let list = found(&contract, "POST", "/api/v2/fretes");
    let breaches = contract.validate_body(list, &json!({"itens": [{"valor": 1}, {}]}));
    assert_eq!(breaches.iter().map(|one| one.pointer.as_str()).collect::<Vec<_>>(), ["itens[1].valor"]);
    let form = found(&contract, "PUT", "/api/Frete/7/foto");
    assert_eq!(contract.validate_body(form, &parse_body("lado=2&x=1").unwrap()), []);
    assert_eq!(contract.validate_body(form, &parse_body("lado=dois").unwrap()).len(), 1);
    assert_eq!(contract.validate_body(found(&contract, "GET", "/api/v2/fretes"), &json!({"x": 1})), []);
}

#[test]
fn servers_and_swagger_give_the_prefix() {
    let table = [
        (
            "openapi: 3.0.0\nservers: [{url: 'https://{e}.x/{b}', variables: {e: {default: a}, b: {default: api}}}]\npaths: {/y: {get: {}}}",
            "/api/y",
        ),
        ("openapi: 3.0.0\nservers: [{url: /v3/}]\npaths: {/y: {get: {}}}", "/v3/y"),
        ("openapi: 3.0.0\nservers: [{url: 'https://x/api'}]\npaths: {/api/y: {get: {}}}", "/api/y"),
        ("openapi: 3.0.0\npaths: {/y: {servers: [{url: 'https://x/z'}], get: {}}}", "/z/y"),
        ("swagger: '2.0'\nbasePath: /v1\npaths: {/y: {get: {}}}", "/v1/y"),
    ];
    for (text, expected) in table {
        let (contract, problems) = Contract::load(&[("d".into(), text.into())]);
        assert_eq!(problems, Vec::<String>::new(), "{text}");
        assert_eq!(contract.operations[0].template, expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A document cut or changed anywhere: noted or read, never a panic.
    #[test]
    fn a_changed_document_is_read_without_panic(at in 0usize..2000, put in "[{}:\\[\\],'&*a\n -]{0,3}", body in "[{}a:1,\\[]{0,12}") {
        for text in [OLD, NEW] {
            let at = at.min(text.len());
            let changed = text.get(..at).unwrap().to_owned() + &put + text.get(at + 1..).unwrap_or_default();
            let (contract, _) = Contract::load(&[("d".into(), changed)]);
            let body = parse_body(&body).unwrap_or(Value::Null);
            for operation in &contract.operations {
                contract.validate_body(operation, &body);
            }
        }
    }

    #[test]
    fn no_breach_shows_a_value(secret in "[a-z]{12}segredo") {
        let (contract, _) = contract();
        let operation = found(&contract, "POST", "/api/Frete");
        let body = json!({"destino": {"cidadeId": secret, "uf": secret}, "peso": secret, "tipo": secret, "quantia": secret, "urgente": secret});
        let breaches = contract.validate_body(operation, &body);
        prop_assert!(breaches.len() >= 5);
        let shown = format!("{breaches:?}");
        prop_assert!(!shown.contains(&secret));
    }
}
