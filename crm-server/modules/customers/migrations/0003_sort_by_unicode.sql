-- statement by statement
-- Lists are ordered by Unicode's rules. The indexes by bytes stay for servers of version 2.
drop index concurrently if exists contacts_last_name_unicode;
create index concurrently contacts_last_name_unicode on contacts (last_name collate "und-x-icu", id);
drop index concurrently if exists contacts_email_unicode;
create index concurrently contacts_email_unicode on contacts (email collate "und-x-icu", id);
drop index concurrently if exists companies_name_unicode;
create index concurrently companies_name_unicode on companies (name collate "und-x-icu", id);
