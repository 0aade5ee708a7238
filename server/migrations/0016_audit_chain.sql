-- From where it was done: the address that a request came from. Nothing for the worker and the command line.
ALTER TABLE audit_log ADD COLUMN remote_address text;
ALTER TABLE platform_audit_log ADD COLUMN remote_address text;
