create table companies (
    id uuid primary key,
    name text not null,
    domain text,
    industry text,
    phone text,
    website text,
    employees bigint,
    street text,
    postal_code text,
    city text,
    country text,
    notes text,
    custom jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1
);
create index companies_name on companies (name, id);
create index companies_created_at on companies (created_at, id);
create index companies_updated_at on companies (updated_at, id);

create table contacts (
    id uuid primary key,
    first_name text,
    last_name text,
    email text,
    phone text,
    job_title text,
    company_id uuid references companies (id),
    status text not null,
    street text,
    postal_code text,
    city text,
    country text,
    birthday date,
    last_contacted_at timestamptz,
    do_not_contact boolean not null,
    notes text,
    custom jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    version bigint not null default 1
);
create index contacts_last_name on contacts (last_name, id);
create index contacts_email on contacts (email, id);
create index contacts_created_at on contacts (created_at, id);
create index contacts_updated_at on contacts (updated_at, id);
create index contacts_company_id on contacts (company_id);

-- Who changed what: {"field": {"from": old, "to": new}}. Written in the transaction of the change.
create table audit (
    -- Made by the server for the change of a record: finds out whether a change whose answer was lost was made.
    id uuid primary key default gen_random_uuid(),
    at timestamptz not null default now(),
    actor text not null,
    entity text not null,
    entity_id uuid not null,
    action text not null,
    diff jsonb not null
);

create table users (
    id uuid primary key,
    email text not null,
    password_hash text not null,
    -- Of the password that the administrator's Secret held when it was last applied. Marks the one account that
    -- follows that Secret; null for everybody else.
    bootstrap_hash text
);
create unique index users_email on users (lower(email));
create unique index users_bootstrap on users ((true)) where bootstrap_hash is not null;

-- Tokens are kept as their SHA-256, so that a copy of the database opens nothing.
create table sessions (
    id uuid primary key,
    token_hash bytea not null unique,
    user_id uuid not null references users (id) on delete cascade,
    expires_at timestamptz not null
);
create index sessions_user_id on sessions (user_id);

create table api_keys (
    id uuid primary key,
    secret_hash bytea not null unique,
    user_id uuid not null references users (id) on delete cascade,
    name text not null,
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
create index api_keys_user_id on api_keys (user_id);
