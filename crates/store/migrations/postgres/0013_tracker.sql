-- Why: an escalation is an issue in Code's own tracker, shared by the tickets of one cause; what goes there and what comes from there is a
-- row each, so that nothing is said twice and what waits is seen. Twin: ../sqlite/0013_tracker.sql
-- Everything that is text here is masked.
create table escalation (
    id text primary key,
    -- The tracker, by its name in the settings, and its kind.
    target text not null,
    kind text not null,
    -- Hash of the failure that its tickets show; two of one failure share one escalation.
    cause text,
    -- What the tracker calls it; nothing until it is there.
    external text,
    url text,
    state text not null check (state in ('queued', 'open', 'closed', 'joined')),
    -- The escalation that goes on in its place.
    joined text references escalation (id),
    assignee text,
    -- A JSON list of texts.
    labels text not null,
    created bigint not null,
    opened bigint,
    closed bigint,
    -- When it was last known how it stands there, by the tracker's own time of that, and when it was last asked for.
    synced bigint,
    heard bigint not null,
    looked bigint not null,
    -- Until when its comments were asked for with success.
    asked bigint not null,
    -- Why the last look failed.
    reason text,
    claimed_by text,
    claimed_until bigint
);
create unique index escalation_external on escalation (target, external) where external is not null;
create unique index escalation_cause on escalation (target, cause) where cause is not null and state in ('queued', 'open');
create index escalation_looked on escalation (target, looked) where state in ('open', 'closed', 'joined');

create table escalation_ticket (
    escalation text not null references escalation (id),
    ticket text not null references ticket (id),
    at bigint not null,
    primary key (escalation, ticket)
);
create index escalation_ticket_ticket on escalation_ticket (ticket, at);

create table tracker_item (
    id text primary key,
    escalation text not null references escalation (id),
    ticket text references ticket (id),
    direction text not null check (direction in ('in', 'out')),
    kind text not null,
    -- The message of the conversation that goes there; one goes once.
    message text references message (id),
    -- What the tracker calls the comment.
    external text,
    -- Of what it says: an edited comment is told apart.
    hash text,
    created bigint not null,
    state text not null check (state in ('waiting', 'held', 'done', 'dropped')),
    attempts bigint not null,
    -- After a failure: when the job that met it tries again; until then no other does.
    not_before bigint,
    ended bigint,
    reason text
);
create unique index tracker_item_external on tracker_item (escalation, external) where external is not null;
create index tracker_item_queue on tracker_item (id) where state in ('waiting', 'held');
create unique index tracker_item_message on tracker_item (escalation, message) where message is not null;
create index tracker_item_waiting on tracker_item (escalation, state, id);

create table tracker_delivery (
    id text primary key,
    at bigint not null
);
create index tracker_delivery_at on tracker_delivery (at);
