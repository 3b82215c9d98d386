-- Why: a document that is taken away is no longer searched, but past diagnoses still name its versions.
-- Old code keeps working: it only adds. Twin: ../postgres/0004_document_removed.sql
alter table document add column removed_at bigint;
