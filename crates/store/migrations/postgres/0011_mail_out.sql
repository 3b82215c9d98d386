-- Why: what is to be mailed is a row, written with the decision that asks for it; its addressee is sealed. Twin: ../sqlite/0011_mail_out.sql
create table outbox (
    id text primary key,
    ticket text references ticket (id),
    -- The message of the conversation that is mailed; one is mailed once.
    message text unique references message (id),
    kind text not null,
    -- Fixed before the first try: whoever gets a mail twice can tell.
    message_id text not null unique,
    created bigint not null,
    expires bigint,
    state text not null check (state in ('waiting', 'held', 'sent', 'failed')),
    attempts bigint not null,
    claimed_by text,
    claimed_until bigint,
    ended bigint,
    reason text
);
create index outbox_ticket on outbox (ticket, created, id);
