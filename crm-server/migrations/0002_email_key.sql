-- What is left of an e-mail address for comparing: two are the same when their keys are. Made by the server
-- (crm-server/identity/email_key.h), since SQL would fold otherwise. A server of version 1 writes the address
-- alone: the key is good only while email_key_of is the address, and filled in when the next server starts.
alter table users add column email_key text, add column email_key_of text;
create unique index users_email_key on users (email_key) where email_key_of = email;
create index users_without_email_key on users (id) where email_key_of is distinct from email;
