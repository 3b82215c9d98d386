//! A condition: CEL, compiled once, and the same thing as a formula that can be reasoned about.
//!
//! Of CEL a condition may use `&&`, `||`, `!`, comparisons, `in` and `size(missing)` over the five
//! names `checks`, `facts`, `evidence`, `missing` and `limits`. No macros and no arithmetic: so every
//! condition ends in linear time, and the file's checks can tell which entry hides which.

use std::collections::BTreeMap;

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use cel::{Context, Program, Value};

use super::vocabulary::{CHECKS, EVIDENCES, FACTS, FactType, VERDICTS, fact_type};

/// The longest condition that is read, in bytes.
const LONGEST: usize = 2_000;

/// What a formula can ask: one name with a few possible values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Variable {
    /// Its values are the positions in [`VERDICTS`].
    Check(String),
    /// Values 0 and 1: a fact or an evidence.
    Fact(String),
    Evidence(String),
    /// Values 0 and 1: a comparison taken as a whole, by its text.
    Comparison(String),
}

impl Variable {
    /// How many values it can take.
    pub(super) fn values(&self) -> usize {
        match self {
            Self::Check(_) => VERDICTS.len(),
            _ => 2,
        }
    }
}

/// A condition as logic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    Const(bool),
    Is(Variable, usize),
    Not(Box<Formula>),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

impl Formula {
    /// Whether it holds; a variable that `world` does not have counts as value 0.
    pub(super) fn holds(&self, world: &BTreeMap<&Variable, usize>) -> bool {
        match self {
            Self::Const(value) => *value,
            Self::Is(variable, value) => world.get(variable).copied().unwrap_or(0) == *value,
            Self::Not(inner) => !inner.holds(world),
            Self::All(parts) => parts.iter().all(|part| part.holds(world)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(world)),
        }
    }

    /// Adds the variables it asks for.
    pub(super) fn variables<'a>(&'a self, into: &mut std::collections::BTreeSet<&'a Variable>) {
        match self {
            Self::Const(_) => {}
            Self::Is(variable, _) => {
                into.insert(variable);
            }
            Self::Not(inner) => inner.variables(into),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.variables(into)),
        }
    }
}

/// A name in a condition that nothing supplies, or a form that conditions may not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Complaint {
    /// The kind of name, the name, and the names that there are.
    Unknown(&'static str, String, Vec<String>),
    /// What is not understood.
    Form(String),
}

/// A compiled condition.
#[derive(Debug)]
pub(super) struct Condition {
    program: Program,
    /// `None` where a name is unknown or a form is not allowed: such an entry never holds.
    pub formula: Option<Formula>,
    pub complaints: Vec<Complaint>,
}

impl Condition {
    /// Compiles `source`; `limits` are the codes of the file's own limits.
    ///
    /// Fails, with a text for people, where it is no CEL at all or is too long.
    pub(super) fn compile(source: &str, limits: &[&str]) -> Result<Self, String> {
        if source.len() > LONGEST {
            return Err(format!("a condição tem mais de {LONGEST} caracteres"));
        }
        let program = Program::compile(source).map_err(|errors| first_error(&errors))?;
        let mut reading = Reading { limits, complaints: Vec::new() };
        let formula = reading.formula(program.expression());
        let complaints = reading.complaints;
        let formula = formula.filter(|_| complaints.is_empty());
        Ok(Self { program, formula, complaints })
    }

    /// Whether it holds in `context`. What cannot be evaluated does not hold.
    pub(super) fn holds(&self, context: &Context<'_, '_>) -> bool {
        match self.formula {
            None => false,
            Some(Formula::Const(value)) => value,
            Some(_) => matches!(self.program.execute(context), Ok(Value::Bool(true))),
        }
    }
}

/// The first complaint of the CEL parser, on one line.
fn first_error(errors: &cel::ParseErrors) -> String {
    match errors.errors.first() {
        Some(error) if error.msg.contains("Recursion limit") => {
            "não é uma expressão CEL que se leia: há níveis demais, um dentro do outro".to_owned()
        }
        Some(error) => format!("não é uma expressão CEL ({}, coluna {})", error.msg.trim(), error.pos.1),
        None => "não é uma expressão CEL".to_owned(),
    }
}

/// One side of a comparison.
enum Term {
    Check(String),
    Fact(String, FactType),
    Evidence(String),
    /// A limit or the number of missing evidences.
    Number,
    Int,
    Text(String),
    Bool(bool),
}

/// Reads an expression into a formula, collecting what it cannot read.
struct Reading<'a> {
    limits: &'a [&'a str],
    complaints: Vec<Complaint>,
}

impl Reading<'_> {
    fn formula(&mut self, expr: &IdedExpr) -> Option<Formula> {
        match &expr.expr {
            Expr::Call(call) => self.call(call, expr),
            _ => match self.term(expr)? {
                Term::Bool(value) => Some(Formula::Const(value)),
                Term::Fact(name, FactType::Bool) => Some(Formula::Is(Variable::Fact(name), 1)),
                Term::Evidence(name) => Some(Formula::Is(Variable::Evidence(name), 1)),
                _ => self.refuse("falta uma comparação: só fatos de sim ou não podem ficar sozinhos"),
            },
        }
    }

    fn call(&mut self, call: &CallExpr, whole: &IdedExpr) -> Option<Formula> {
        match call.func_name.as_str() {
            operators::LOGICAL_AND => self.parts(&call.args).map(Formula::All),
            operators::LOGICAL_OR => self.parts(&call.args).map(Formula::Any),
            operators::LOGICAL_NOT => {
                let inner = self.formula(call.args.first()?)?;
                Some(Formula::Not(Box::new(inner)))
            }
            operators::IN => self.membership(call),
            operators::EQUALS => self.equality(call),
            operators::NOT_EQUALS => Some(Formula::Not(Box::new(self.equality(call)?))),
            operators::LESS | operators::LESS_EQUALS | operators::GREATER | operators::GREATER_EQUALS => {
                self.order(call)
            }
            operators::INDEX => {
                self.term(whole)?;
                self.refuse("falta dizer qual resultado: compare a verificação com \"sim\" ou \"nao\"")
            }
            other => self.refuse(&format!("`{other}` não pode ser usado em uma condição")),
        }
    }

    /// Each part is read even where an earlier one is wrong, so all mistakes show at once.
    fn parts(&mut self, args: &[IdedExpr]) -> Option<Vec<Formula>> {
        let read: Vec<Option<Formula>> = args.iter().map(|arg| self.formula(arg)).collect();
        read.into_iter().collect()
    }

    fn equality(&mut self, call: &CallExpr) -> Option<Formula> {
        let [left, right] = call.args.as_slice() else {
            return self.refuse("uma comparação tem dois lados");
        };
        let (a, b) = (self.term(left), self.term(right));
        match (a?, b?) {
            (Term::Check(code), Term::Text(verdict)) | (Term::Text(verdict), Term::Check(code)) => {
                self.verdict(code, &verdict)
            }
            (Term::Fact(name, FactType::Bool), Term::Bool(value))
            | (Term::Bool(value), Term::Fact(name, FactType::Bool)) => {
                Some(Formula::Is(Variable::Fact(name), usize::from(value)))
            }
            (Term::Evidence(name), Term::Bool(value)) | (Term::Bool(value), Term::Evidence(name)) => {
                Some(Formula::Is(Variable::Evidence(name), usize::from(value)))
            }
            (a, b) if comparable(&a) && kind(&a) == kind(&b) => Some(comparison("==", left, right)),
            _ => self.refuse("os dois lados da comparação são de tipos diferentes"),
        }
    }

    fn order(&mut self, call: &CallExpr) -> Option<Formula> {
        let [left, right] = call.args.as_slice() else {
            return self.refuse("uma comparação tem dois lados");
        };
        let (a, b) = (self.term(left), self.term(right));
        if kind(&a?) == Kind::Int && kind(&b?) == Kind::Int {
            return Some(comparison(&call.func_name, left, right));
        }
        self.refuse("só números têm maior e menor")
    }

    /// `"user" in missing`, or `checks["…"] in ["nao", "indeterminado"]`.
    fn membership(&mut self, call: &CallExpr) -> Option<Formula> {
        let [left, right] = call.args.as_slice() else {
            return self.refuse("`in` tem dois lados");
        };
        match (&right.expr, self.term(left)?) {
            (Expr::Ident(list), Term::Text(name)) if list == "missing" => {
                let name = self.known("a evidência", name, EVIDENCES)?;
                Some(Formula::Is(Variable::Evidence(name), 0))
            }
            (Expr::List(list), Term::Check(code)) => {
                let mut any = Vec::new();
                for element in &list.elements {
                    match self.term(element)? {
                        Term::Text(verdict) => any.push(self.verdict(code.clone(), &verdict)?),
                        _ => return self.refuse("a lista de resultados só tem textos"),
                    }
                }
                Some(Formula::Any(any))
            }
            (Expr::List(_), Term::Fact(_, FactType::Text)) => Some(comparison("in", left, right)),
            _ => self.refuse("`in` procura uma evidência em `missing`, ou um resultado em uma lista"),
        }
    }

    fn verdict(&mut self, code: String, verdict: &str) -> Option<Formula> {
        match VERDICTS.iter().position(|known| *known == verdict) {
            Some(value) => Some(Formula::Is(Variable::Check(code), value)),
            None => {
                self.known("o resultado", verdict.to_owned(), VERDICTS)?;
                None
            }
        }
    }

    fn term(&mut self, expr: &IdedExpr) -> Option<Term> {
        match &expr.expr {
            Expr::Literal(LiteralValue::Boolean(value)) => Some(Term::Bool(*value.inner())),
            Expr::Literal(LiteralValue::Int(_)) => Some(Term::Int),
            Expr::Literal(LiteralValue::String(value)) => Some(Term::Text(value.inner().to_owned())),
            Expr::Select(select) if !select.test => match &select.operand.expr {
                Expr::Ident(map) => self.member(map, &select.field),
                _ => self.refuse("um nome tem só um ponto, como em `facts.pergunta`"),
            },
            Expr::Call(call) if call.func_name == operators::INDEX => match call.args.as_slice() {
                [IdedExpr { expr: Expr::Ident(map), .. }, IdedExpr { expr: Expr::Literal(key), .. }] => {
                    let LiteralValue::String(key) = key else {
                        return self.refuse("entre colchetes vai um texto entre aspas");
                    };
                    self.member(map, key.inner())
                }
                _ => self.refuse("entre colchetes vai um texto entre aspas, como em `checks[\"…\"]`"),
            },
            Expr::Call(call) if call.func_name == "size" => match call.args.as_slice() {
                [IdedExpr { expr: Expr::Ident(list), .. }] if list == "missing" => Some(Term::Number),
                _ => self.refuse("`size` só conta `missing`"),
            },
            Expr::Ident(name) => {
                let known = ["checks", "facts", "evidence", "missing", "limits"];
                self.known("o nome", name.clone(), &known)?;
                self.refuse(&format!("`{name}` sozinho não diz nada: falta o nome depois dele"))
            }
            _ => self.refuse("esta forma não pode ser usada em uma condição"),
        }
    }

    fn member(&mut self, map: &str, name: &str) -> Option<Term> {
        let name = name.to_owned();
        match map {
            "checks" => self.known("a verificação", name, CHECKS).map(Term::Check),
            "evidence" => self.known("a evidência", name, EVIDENCES).map(Term::Evidence),
            "limits" => {
                let limits = self.limits;
                self.known("o limite", name, limits).map(|_| Term::Number)
            }
            "facts" => match fact_type(&name) {
                Some(kind) => Some(Term::Fact(name, kind)),
                None => {
                    let names: Vec<&str> = FACTS.iter().map(|fact| fact.name).collect();
                    self.known("o fato", name, &names)?;
                    None
                }
            },
            other => {
                let maps = ["checks", "facts", "evidence", "limits"];
                self.known("o nome", other.to_owned(), &maps)?;
                None
            }
        }
    }

    fn known(&mut self, kind: &'static str, name: String, known: &[&str]) -> Option<String> {
        if known.contains(&name.as_str()) {
            return Some(name);
        }
        let known = known.iter().map(|&name| name.to_owned()).collect();
        self.complaints.push(Complaint::Unknown(kind, name, known));
        None
    }

    fn refuse<T>(&mut self, what: &str) -> Option<T> {
        self.complaints.push(Complaint::Form(what.to_owned()));
        None
    }
}

#[derive(PartialEq, Eq)]
enum Kind {
    Int,
    Text,
    Bool,
}

fn kind(term: &Term) -> Kind {
    match term {
        Term::Number | Term::Int | Term::Fact(_, FactType::Int) => Kind::Int,
        Term::Check(_) | Term::Text(_) | Term::Fact(_, FactType::Text) => Kind::Text,
        Term::Bool(_) | Term::Evidence(_) | Term::Fact(_, FactType::Bool) => Kind::Bool,
    }
}

/// Two checks, or two constants, may not be compared with each other: nothing would be learnt.
fn comparable(term: &Term) -> bool {
    !matches!(term, Term::Check(_) | Term::Bool(_))
}

/// A comparison that is not looked into, known by what it compares.
fn comparison(operator: &str, left: &IdedExpr, right: &IdedExpr) -> Formula {
    let text = format!("{} {operator} {}", spell(left), spell(right));
    Formula::Is(Variable::Comparison(text), 1)
}

/// The same spelling for the same operand, wherever it stands.
fn spell(expr: &IdedExpr) -> String {
    match &expr.expr {
        Expr::Select(select) => format!("{}.{}", spell(&select.operand), select.field),
        Expr::Ident(name) => name.clone(),
        Expr::Call(call) => {
            let args: Vec<String> = call.args.iter().map(spell).collect();
            format!("{}({})", call.func_name, args.join(", "))
        }
        Expr::List(list) => {
            let elements: Vec<String> = list.elements.iter().map(spell).collect();
            format!("[{}]", elements.join(", "))
        }
        Expr::Literal(literal) => format!("{literal:?}"),
        other => format!("{other:?}"),
    }
}
