-- Why: what a person said of a ticket's classification, what Code said of an escalation, which evidences lack, which tickets show the
-- same failure, and what reports count, so that lists show them without reading diagnoses. Twin: ../sqlite/0008_judged.sql
alter table ticket add column classified_by text;
alter table ticket add column code_said text;
alter table ticket add column lacking text not null default '';
alter table ticket add column signature text;
alter table ticket add column product text;
alter table ticket add column handed_over bigint not null default 0;
alter table ticket add column returned bigint not null default 0;
create index ticket_signature on ticket (signature, position) where signature is not null;
