//! The tables of OpenCode's database that have conversations, with the columns that are read.

pub const SCHEMA: &str =
    "CREATE TABLE session (id text PRIMARY KEY, parent_id text, directory text,
     title text, time_created integer, time_updated integer);
     CREATE TABLE message (id text PRIMARY KEY, session_id text, time_created integer,
     time_updated integer, data text);
     CREATE TABLE part (id text PRIMARY KEY, message_id text, session_id text,
     time_created integer, time_updated integer, data text);";
