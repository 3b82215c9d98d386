//! The calendar: was a routine running, was it business time (procedure, 3.4).

use super::{Proof, Statement, Subject, Verdict, decided, unknown};
use crate::calendar::{BusinessTime, Occurrence};
use crate::facts::registry::Routine;
use crate::incident::Source;

/// The routine that covered the incident's route at its instant, with the time it ran.
pub(crate) fn running_routine<'k>(subject: &Subject<'_, 'k>) -> Option<(&'k Routine, Occurrence)> {
    let incident = subject.incident;
    let (environment, path, at) =
        (incident.environment.as_ref()?, incident.path.as_ref()?, incident.at.as_ref()?);
    let method = incident.method.as_ref().map_or("*", |method| method.value.as_str());
    let registry = subject.known.registry;
    let local = at.value.to_zoned_datetime(registry.timezone.clone());
    let running = registry.routines_at(&environment.value, method, &path.value, at.value);
    running.into_iter().find_map(|routine| Some((routine, routine.window.occurrence_at(&local)?)))
}

/// `fora-de-rotina-programada`: no routine of the environment covered the route at that instant.
pub(super) fn is_outside_routines(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    let (Some(environment), Some(at)) = (&incident.environment, &incident.at) else { return unknown() };
    let registry = subject.known.registry;
    let zoned = at.value.to_zoned_datetime(registry.timezone.clone());
    let when = zoned.strftime("%d/%m/%Y às %H:%M").to_string();
    let none = |text: String| {
        decided(
            true,
            vec![Proof::new(Source::Calendar, environment.value.clone(), text).saying(Statement::NoRoutine)],
        )
    };
    let Some(path) = &incident.path else {
        let mut routines =
            registry.routines.iter().filter(|routine| routine.environment == environment.value);
        let idle = routines.all(|routine| routine.window.occurrence_at(&zoned).is_none());
        return if idle {
            none(format!("nenhuma rotina programada em {} em {when}", environment.value))
        } else {
            unknown()
        };
    };
    let Some((routine, occurrence)) = running_routine(subject) else {
        return none(format!("nenhuma rotina programada cobria {} em {when}", path.value));
    };
    let (from, to) = (occurrence.start, occurrence.end);
    let show = |at: jiff::Timestamp| {
        at.to_zoned_datetime(registry.timezone.clone()).strftime("%d/%m/%Y %H:%M").to_string()
    };
    let text = format!("{}: de {} a {}", routine.name, show(from), show(to));
    decided(
        false,
        vec![
            Proof::new(Source::Calendar, routine.code.clone(), text)
                .saying(Statement::RoutineRan { from, to }),
            Proof::seen(at, format!("requisição de {when}")).saying(Statement::At(at.value)),
        ],
    )
}

/// `no-horario-comercial`: the instant is in business hours.
pub(super) fn is_in_business_hours(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let Some(at) = &subject.incident.at else { return unknown() };
    let open = matches!(subject.calendar.status(at.value), BusinessTime::Open { .. });
    let proof = Proof::new(Source::Calendar, "expediente", subject.calendar.explain(at.value));
    decided(open, vec![proof.saying(Statement::BusinessTime(open))])
}
