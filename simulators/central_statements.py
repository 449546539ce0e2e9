"""The PostgreSQL that the central system's books speak: their tables, and longer statements.

What is looked up for each event of a batch is written as a step for each (`LATERAL`), which only
an index can serve: from tables that nobody has analysed yet, PostgreSQL expects half of them to
match a hundred ids, and reads them from end to end for every batch.
"""

SCHEMA = """
SELECT pg_advisory_xact_lock(7346001);  -- CREATE IF NOT EXISTS alone is no match for two at once
CREATE TABLE IF NOT EXISTS events (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL,
  type TEXT NOT NULL, body TEXT NOT NULL, arrived BIGINT GENERATED ALWAYS AS IDENTITY,
  arrived_us BIGINT NOT NULL, PRIMARY KEY (gateway, epoch, seq));
CREATE INDEX IF NOT EXISTS events_by_id ON events (id);
CREATE TABLE IF NOT EXISTS doubles (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, seq BIGINT NOT NULL, id TEXT NOT NULL,
  why TEXT NOT NULL, body TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS doubles_once
  ON doubles (gateway, epoch, seq, id, why, md5(body));
CREATE TABLE IF NOT EXISTS gateways (gateway TEXT PRIMARY KEY);
CREATE SEQUENCE IF NOT EXISTS touches;
CREATE TABLE IF NOT EXISTS cursors (
  gateway TEXT NOT NULL, epoch TEXT NOT NULL, upto BIGINT NOT NULL DEFAULT 0,
  highest BIGINT NOT NULL DEFAULT 0, touched BIGINT NOT NULL DEFAULT 0,
  base TEXT NOT NULL DEFAULT '', moved_us BIGINT NOT NULL DEFAULT 0,
  asked_us BIGINT NOT NULL DEFAULT 0, asked_upto BIGINT NOT NULL DEFAULT -1,
  PRIMARY KEY (gateway, epoch));
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL, state TEXT NOT NULL, sent_us BIGINT NOT NULL,
  received INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS parcels (
  sscc TEXT NOT NULL, id TEXT NOT NULL, order_id TEXT NOT NULL, PRIMARY KEY (sscc, id));
"""
INSERT = """INSERT INTO events (gateway, epoch, seq, id, type, body, arrived_us)
SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[],
  %s::bigint[]) ON CONFLICT DO NOTHING RETURNING gateway, epoch, seq, arrived"""
BODIES = """SELECT wanted.*, found.body
FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS wanted (gateway, epoch, seq), LATERAL (
  SELECT body FROM events WHERE gateway = wanted.gateway AND epoch = wanted.epoch
    AND seq = wanted.seq LIMIT 1) AS found"""
EARLIER = """SELECT fresh.gateway, fresh.epoch, fresh.seq, found.body
FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::bigint[])
  AS fresh (gateway, epoch, seq, id, arrived), LATERAL (
  SELECT body FROM events WHERE id = fresh.id AND arrived < fresh.arrived
    ORDER BY arrived LIMIT 1) AS found"""
APPLIED = """SELECT wanted.id FROM unnest(%s::text[]) AS wanted (id), LATERAL (
  SELECT 1 FROM events JOIN cursors USING (gateway, epoch)
    WHERE events.id = wanted.id AND seq <= upto LIMIT 1) AS found"""
GAPS = "SELECT gateway, epoch, upto, highest, base, asked_upto FROM cursors"
RECEIVED = """UPDATE orders SET received=1
FROM unnest(%s::text[], %s::bigint[]) AS told (order_id, rev)
WHERE orders.order_id = told.order_id AND received=0
AND coalesce((body::json ->> 'rev')::bigint, 1) <= told.rev"""
REVISE = """UPDATE orders SET body=%s, sent_us=%s, received=0 WHERE order_id=%s
AND coalesce((body::json ->> 'rev')::bigint, 1) < %s RETURNING number"""
