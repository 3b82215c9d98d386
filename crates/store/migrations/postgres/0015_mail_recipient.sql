-- Why: what the desk mails of itself to one address is counted, so that two programs that write to each other end it.
-- Twin: ../sqlite/0015_mail_recipient.sql
-- No address can be read here: it is a keyed hash.
alter table outbox add column recipient text;
create index outbox_recipient on outbox (recipient, created) where recipient is not null;
