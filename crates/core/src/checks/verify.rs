//! The independent judge: derives a verdict again from its proof alone.
//!
//! Shares no code with the checks, so that a mistake in one shows against the other.

use super::statement::Statement as S;
use super::{Finding, Verdict};

/// Whether the verdict of `finding` follows from what its proof says; the verdict that follows, where it does not.
///
/// # Errors
/// The verdict that the proof supports instead.
pub fn verify(finding: &Finding) -> Result<(), Verdict> {
    let statements: Vec<&S> = finding.proof.iter().map(|proof| &proof.statement).collect();
    let follows = derive(finding.check, &statements);
    match finding.verdict {
        // What is not decided rests on nothing.
        Verdict::Unknown | Verdict::NotApplicable if statements.is_empty() => Ok(()),
        verdict if follows == verdict => Ok(()),
        _ => Err(follows),
    }
}

fn derive(check: &str, statements: &[&S]) -> Verdict {
    let answers = |read: fn(&S) -> Option<bool>| {
        let all: Vec<bool> = statements.iter().filter_map(|statement| read(statement)).collect();
        match all.as_slice() {
            [] => Verdict::Unknown,
            all if all.contains(&false) => Verdict::No,
            _ => Verdict::Yes,
        }
    };
    match check {
        "api-key-existe" => answers(|s| if let S::KeyKnown(yes) = s { Some(*yes) } else { None }),
        "api-key-ativa" => answers(|s| if let S::KeyActive(yes) = s { Some(*yes) } else { None }),
        "api-key-do-parceiro" => answers(|s| if let S::KeyOfSender(yes) = s { Some(*yes) } else { None }),
        "usuario-existe" => answers(|s| if let S::UserKnown(yes) = s { Some(*yes) } else { None }),
        "usuario-ativo" => answers(|s| if let S::UserUsable(yes) = s { Some(*yes) } else { None }),
        "usuario-vinculado-a-api-key" => {
            answers(|s| if let S::UserLinked(yes) = s { Some(*yes) } else { None })
        }
        "token-bem-formado" => answers(|s| if let S::TokenWellFormed(yes) = s { Some(*yes) } else { None }),
        "no-horario-comercial" => answers(|s| if let S::BusinessTime(yes) = s { Some(*yes) } else { None }),
        "versao-correta" => answers(|s| match s {
            S::RouteDocumented => Some(true),
            S::RouteOfOtherVersion => Some(false),
            _ => None,
        }),
        "requisicao-valida" => answers(|s| match s {
            S::BodyKeepsContract => Some(true),
            S::BodyBreaksContract => Some(false),
            _ => None,
        }),
        "api-key-no-ambiente-correto" => same_environment(statements),
        "token-na-validade" => token(statements),
        "produto-na-versao" => product(statements),
        "fora-de-rotina-programada" => routine(statements),
        "sem-release-recente" => release(statements),
        _ => Verdict::Unknown,
    }
}

const fn yes_if(yes: bool) -> Verdict {
    if yes { Verdict::Yes } else { Verdict::No }
}

fn same_environment(statements: &[&S]) -> Verdict {
    let key =
        statements.iter().find_map(|s| if let S::KeyOfEnvironment(code) = s { Some(code) } else { None });
    let called =
        statements.iter().find_map(|s| if let S::CalledEnvironment(code) = s { Some(code) } else { None });
    match (key, called) {
        (Some(key), Some(called)) => yes_if(key == called),
        _ => Verdict::Unknown,
    }
}

fn token(statements: &[&S]) -> Verdict {
    let issued = statements.iter().find_map(|s| if let S::TokenIssued(at) = s { Some(*at) } else { None });
    let used = statements.iter().find_map(|s| match s {
        S::TokenUsed { at, validity } => Some((*at, *validity)),
        _ => None,
    });
    match (issued, used) {
        (Some(issued), Some((at, validity))) => {
            yes_if(issued.checked_add(validity).is_ok_and(|end| at <= end))
        }
        _ => Verdict::Unknown,
    }
}

fn product(statements: &[&S]) -> Verdict {
    let versions = statements.iter().find_map(|s| if let S::ProductIn(list) = s { Some(list) } else { None });
    let asked = statements.iter().find_map(|s| if let S::AskedVersion(code) = s { Some(code) } else { None });
    match (versions, asked) {
        (None, _) => Verdict::Unknown,
        (Some(list), Some(code)) => yes_if(list.contains(code)),
        (Some(list), None) => yes_if(!list.is_empty()),
    }
}

fn routine(statements: &[&S]) -> Verdict {
    let at = statements.iter().find_map(|s| if let S::At(at) = s { Some(*at) } else { None });
    let ran = statements.iter().find_map(|s| match s {
        S::RoutineRan { from, to } => Some((*from, *to)),
        _ => None,
    });
    match (ran, at) {
        (Some((from, to)), Some(at)) => yes_if(at < from || at >= to),
        _ if statements.iter().any(|s| matches!(s, S::NoRoutine)) => Verdict::Yes,
        _ => Verdict::Unknown,
    }
}

fn release(statements: &[&S]) -> Verdict {
    if statements.iter().any(|s| matches!(s, S::Released(_))) {
        Verdict::No
    } else if statements.iter().any(|s| matches!(s, S::NoRelease)) {
        Verdict::Yes
    } else {
        Verdict::Unknown
    }
}
