//! Releases: was the route changed shortly before (procedure, 3.9).

use super::{Proof, Statement, Subject, Verdict, decided, unknown};
use crate::facts::registry::Release;
use crate::incident::Source;

/// The last release that changed the incident's route in its environment within the procedure's time before it.
pub(crate) fn recent_release<'k>(subject: &Subject<'_, 'k>) -> Option<&'k Release> {
    let incident = subject.incident;
    let (environment, path, at) =
        (incident.environment.as_ref()?, incident.path.as_ref()?, incident.at.as_ref()?);
    let method = incident.method.as_ref().map_or("*", |method| method.value.as_str());
    let within = subject.limits.after_release;
    subject
        .known
        .registry
        .releases_before(&environment.value, (method, &path.value), at.value, within)
        .into_iter()
        .next()
}

/// `sem-release-recente`: no release changed the route in that environment within the procedure's hours before.
pub(super) fn is_untouched(subject: &Subject<'_, '_>) -> (Verdict, Vec<Proof>) {
    let incident = subject.incident;
    let (Some(environment), Some(path), Some(at)) = (&incident.environment, &incident.path, &incident.at)
    else {
        return unknown();
    };
    let Some(release) = recent_release(subject) else {
        let hours = subject.limits.after_release.as_hours();
        let text = format!(
            "nenhum release alterou {} em {} nas {hours} h anteriores",
            path.value, environment.value
        );
        let proof = Proof::new(Source::Release, environment.value.clone(), text);
        return decided(true, vec![proof.saying(Statement::NoRelease)]);
    };
    let deployed = release.deployed_at.to_zoned_datetime(subject.known.registry.timezone.clone());
    let text = format!(
        "o release {} alterou esta rota em {}, {} h antes",
        release.version,
        deployed.strftime("%d/%m/%Y às %H:%M"),
        at.value.duration_since(release.deployed_at).as_hours(),
    );
    let proof = Proof::new(Source::Release, release.version.clone(), text);
    decided(false, vec![proof.saying(Statement::Released(release.deployed_at))])
}
