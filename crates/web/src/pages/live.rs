//! What changes while one looks, as server-sent events. Every server looks at the end of the trail once a second, whoever wrote it, so a
//! change on one is told by all.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::Path;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use balcao_desk::verbs::{looking, show};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::broadcast::error::RecvError;

use super::Shown;
use super::visit::Staff;
use crate::router::{App, News};

/// Changes that one slow reader may be behind.
pub(crate) const BEHIND: usize = 64;
/// How often it is said who looks.
const LOOK: Duration = Duration::from_secs(20);
/// How long one connection lasts.
const LONGEST: Duration = Duration::from_secs(600);

/// `GET /fila/ao-vivo`: something changed, somewhere.
pub(crate) async fn queue(Staff(visit, _caller): Staff) -> Shown {
    let news = visit.app.news.subscribe();
    let stream = unfold(news, |mut news| async move {
        match news.recv().await {
            Ok(News::Changed(_)) | Err(RecvError::Lagged(_)) => {
                Some((Event::default().event("changed").data("1"), news))
            }
            Ok(News::Ending) | Err(RecvError::Closed) => None,
        }
    });
    Ok(answer(stream))
}

/// `GET /chamados/{id}/ao-vivo`: this ticket changed, and who else looks at it.
pub(crate) async fn ticket(Staff(visit, caller): Staff, Path(id): Path<String>) -> Shown {
    let ticket = show::find(&visit.app.desk, &caller, &id).await?;
    let (app, news, f) = (visit.app.clone(), visit.app.news.subscribe(), visit.frame());
    let words = move |names: Vec<String>| {
        if names.is_empty() { String::new() } else { f.tv("also-looking", "names", names.join(", ")) }
    };
    let words = std::sync::Arc::new(words);
    let own = ticket.id.to_string();
    let stream = unfold((news, tokio::time::interval(LOOK)), move |(mut news, mut tick)| {
        let (app, caller, id, words, own) =
            (app.clone(), caller.clone(), ticket.id.clone(), words.clone(), own.clone());
        async move {
            loop {
                tokio::select! {
                    changed = news.recv() => match changed {
                        Ok(News::Changed(changed)) if changed != own => {}
                        Ok(News::Changed(_)) | Err(RecvError::Lagged(_)) => {
                            return Some((Event::default().event("changed").data("1"), (news, tick)));
                        }
                        Ok(News::Ending) | Err(RecvError::Closed) => return None,
                    },
                    _ = tick.tick() => {
                        let names = looking::look(&app.desk, &caller, &id, app.now()).await.unwrap_or_default();
                        return Some((Event::default().event("looking").data(words(names)), (news, tick)));
                    }
                }
            }
        }
    });
    Ok(answer(stream))
}

/// Ends after a while, whatever happens: the browser asks again, and whoever may no longer look is refused then.
fn answer(stream: impl Stream<Item = Result<Event, Infallible>> + Send + 'static) -> Response {
    let over = Box::pin(tokio::time::sleep(LONGEST));
    Sse::new(stream.take_until(over)).keep_alive(KeepAlive::default()).into_response()
}

fn unfold<S, F>(state: S, next: impl FnMut(S) -> F) -> impl Stream<Item = Result<Event, Infallible>>
where
    F: Future<Output = Option<(Event, S)>>,
{
    futures_util::stream::unfold(state, next).map(Ok)
}

/// Looks at the end of the trail, and tells which tickets changed since the last look.
pub(crate) async fn watch(app: &App, last: &mut Option<i64>) -> Result<(), balcao_store::StoreError> {
    let mut conn = app.desk.store().read().await?;
    let head = balcao_store::trail::head(&mut conn).await?;
    let from = last.replace(head.seq).unwrap_or(head.seq);
    if head.seq > from && app.news.receiver_count() > 0 {
        for entry in balcao_store::trail::after(&mut conn, from, 500).await? {
            let Some(ticket) = entry.ticket else { continue };
            if app.news.send(News::Changed(ticket.to_string())).is_err() {
                break;
            }
        }
    }
    Ok(())
}
