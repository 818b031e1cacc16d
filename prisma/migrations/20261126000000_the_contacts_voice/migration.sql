-- The contact's own voice: messages, phone calls, consents, campaigns and custom lists, webhook endpoints, attempts and counts by day.

ALTER TYPE "change_kind" ADD VALUE 'CAMPAIGN';
ALTER TYPE "change_kind" ADD VALUE 'DISPOSITION';
ALTER TYPE "change_kind" ADD VALUE 'CONSENT';
ALTER TYPE "change_kind" ADD VALUE 'WEBHOOK';

-- The campaign that an entry came by, and the message that it stands for (R1.8, R4.1).
ALTER TABLE "entry" ADD COLUMN "campaign_id" integer, ADD COLUMN "message_id" bigint;
-- The opt-out list, newest first; and what waits for review, by its deadline.
CREATE INDEX "entry_opt_outs" ON "entry" ("environment_id", "requested_at", "id") WHERE "active" AND "end_user_opted_out" AND "list_id" = 2;
CREATE INDEX "entry_opt_outs_by_number" ON "entry" ("environment_id", "business_number", "requested_at", "id") WHERE "active" AND "end_user_opted_out" AND "list_id" = 2;
-- What a person asked for themselves on a custom list, where it hardly ever is: it keeps the list as it is (R5.5).
CREATE INDEX "entry_opt_outs_elsewhere" ON "entry" ("environment_id", "list_id") WHERE "active" AND "end_user_opted_out" AND "list_id" > 3;
-- With the list in it: what is on a list that blocks nothing outbound has no deadline, and is passed by without its row.
CREATE INDEX "entry_waiting" ON "entry" ("environment_id", "requested_at", "id") INCLUDE ("list_id") WHERE "active" AND "status" = 'PENDING';
-- What was imported day by day: there are few imports, among many other tasks.
CREATE INDEX "task_imports" ON "task" ("environment_id", "finished_at") WHERE "kind" = 'IMPORT' AND "finished_at" IS NOT NULL;

CREATE TABLE "campaign" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" integer NOT NULL,
  "key" text NOT NULL,
  "name" text NOT NULL,
  "opt_out_detection" boolean NOT NULL DEFAULT true,
  "phrases" text[] NOT NULL DEFAULT '{}',
  "ivr_opt_out_keys" text[],
  "enabled" boolean NOT NULL DEFAULT true,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "campaign_pkey" PRIMARY KEY ("environment_id", "id")
);
CREATE UNIQUE INDEX "campaign_environment_id_key_key" ON "campaign" ("environment_id", "key");

-- The campaigns that a custom list counts for; none: for all (R3.1).
ALTER TABLE "list" ADD COLUMN "campaigns" integer[] NOT NULL DEFAULT '{}';

-- campaign_id 0: of the environment.
CREATE TABLE "disposition" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" integer NOT NULL,
  "campaign_id" integer NOT NULL DEFAULT 0,
  "name" text NOT NULL,
  "adds_to_dnc" boolean NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "disposition_pkey" PRIMARY KEY ("environment_id", "id")
);
CREATE UNIQUE INDEX "disposition_name" ON "disposition" ("environment_id", "campaign_id", lower("name"));

CREATE TABLE "webhook_endpoint" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" integer NOT NULL,
  "kind" text NOT NULL,
  "name" text NOT NULL,
  "token" text NOT NULL,
  "sealed_secret" text NOT NULL,
  "public_url" text,
  "carrier_answers" boolean NOT NULL,
  "created_by_id" integer NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "removed_at" timestamptz(3),
  CONSTRAINT "webhook_endpoint_pkey" PRIMARY KEY ("environment_id", "id"),
  FOREIGN KEY ("environment_id", "created_by_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX "webhook_endpoint_token_key" ON "webhook_endpoint" ("token");

-- R4.1: every inbound message that was taken, once per door and the carrier's id (R4.7). `door` is the key, person or endpoint.
-- The text is kept of opt-outs, opt-ins and cries for help alone.
CREATE TABLE "message" (
  "environment_id" integer NOT NULL,
  "id" bigserial NOT NULL,
  "door" text NOT NULL,
  "external_id" text NOT NULL,
  "digest" bytea NOT NULL,
  "phone" text COLLATE "C" NOT NULL,
  "raw" text,
  "business_number" text NOT NULL,
  "text_id" bigint,
  "received_at" timestamptz(3) NOT NULL,
  "recorded_at" timestamptz(3) NOT NULL,
  "meaning" text NOT NULL,
  "via" text,
  "certainty" text,
  "rule" text,
  "decided_by" text,
  "effect" text NOT NULL,
  "is_confirmed" boolean NOT NULL DEFAULT false,
  "external_id_reused" boolean NOT NULL DEFAULT false,
  "endpoint_id" integer,
  "campaign_id" integer,
  "actor_id" integer NOT NULL,
  "grant_used_at" timestamptz(3),
  CONSTRAINT "message_pkey" PRIMARY KEY ("environment_id", "id"),
  FOREIGN KEY ("environment_id", "actor_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX "message_once" ON "message" ("environment_id", "door", "external_id", "digest");
CREATE INDEX "message_environment_id_phone_received_at_id_idx" ON "message" ("environment_id", "phone", "received_at", "id");

-- R4.8: each fact of a phone call is taken once. `value`: the disposition, the key, the digest of the sentence; '' for "add to DNC".
CREATE TABLE "call_fact" (
  "environment_id" integer NOT NULL,
  "call_id" text NOT NULL,
  "phone" text COLLATE "C" NOT NULL,
  "kind" text NOT NULL,
  "value" text NOT NULL,
  "direction" text NOT NULL,
  "campaign_id" integer,
  "agent" text,
  "actor_id" integer NOT NULL,
  "recorded_at" timestamptz(3) NOT NULL,
  CONSTRAINT "call_fact_pkey" PRIMARY KEY ("environment_id", "call_id", "phone", "kind", "value"),
  FOREIGN KEY ("environment_id", "actor_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- A contact's latest words (R4.1), and since when they were told that they are unsubscribed (R4.5). Its row is the lock
-- under which a number's words are weighed against each other.
CREATE TABLE "contact_word" (
  "environment_id" integer NOT NULL,
  "phone" text COLLATE "C" NOT NULL,
  "opted_out_at" timestamptz(3),
  "certain_at" timestamptz(3),
  "opted_in_at" timestamptz(3),
  "confirmed_at" timestamptz(3),
  CONSTRAINT "contact_word_pkey" PRIMARY KEY ("environment_id", "phone")
);
INSERT INTO "contact_word" ("environment_id", "phone", "opted_out_at", "certain_at")
SELECT "environment_id", "phone", max("requested_at"), max("requested_at") FROM "entry" WHERE "end_user_opted_out" GROUP BY 1, 2;

-- Permission to contact somebody (R4.9). Never altered but for its end; written under the environment's lock alone.
CREATE TABLE "consent" (
  "environment_id" integer NOT NULL,
  "id" bigserial NOT NULL,
  "phone" text COLLATE "C" NOT NULL,
  "channel" text NOT NULL,
  "level" text NOT NULL,
  "purpose" text NOT NULL,
  "method" text NOT NULL,
  "evidence_id" bigint,
  "business_number" text,
  "given_at" timestamptz(3) NOT NULL,
  "recorded_at" timestamptz(3) NOT NULL,
  "created_by_id" integer NOT NULL,
  "message_id" bigint,
  "ended_at" timestamptz(3),
  "ended_by" text,
  "salt" bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()),
  CONSTRAINT "consent_pkey" PRIMARY KEY ("environment_id", "id"),
  FOREIGN KEY ("environment_id", "created_by_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX "consent_environment_id_phone_id_idx" ON "consent" ("environment_id", "phone", "id");
CREATE INDEX "consent_environment_id_given_at_id_idx" ON "consent" ("environment_id", "given_at", "id");
-- One thread gives implied consent once.
CREATE UNIQUE INDEX "consent_of_thread" ON "consent" ("environment_id", "phone", "business_number") WHERE "level" = 'IMPLIED' AND "method" = 'INBOUND_TEXT' AND "ended_at" IS NULL;

ALTER TABLE "change" ADD COLUMN "consent_id" bigint;
CREATE INDEX "change_by_consent" ON "change" ("environment_id", "consent_id", "position") WHERE "consent_id" IS NOT NULL;

-- What somebody was about to do, with its verdict. Positions as in the log, so that a follower misses none.
CREATE TABLE "attempt" (
  "environment_id" integer NOT NULL,
  "position" bigint NOT NULL,
  "id" uuid NOT NULL,
  "at" timestamptz(3) NOT NULL,
  "phone" text COLLATE "C" NOT NULL,
  "direction" text NOT NULL,
  "channel" text NOT NULL,
  "dialing_mode" text NOT NULL,
  "campaign_id" integer,
  "message_type" text,
  "decision" text NOT NULL,
  "reasons" text[] NOT NULL,
  "list_ids" integer[] NOT NULL,
  "grant_used" boolean NOT NULL DEFAULT false,
  "actor_id" integer NOT NULL,
  "agent" text,
  CONSTRAINT "attempt_pkey" PRIMARY KEY ("environment_id", "position")
);
CREATE UNIQUE INDEX "attempt_environment_id_id_key" ON "attempt" ("environment_id", "id");
-- Each in the order of the pages: newest first, by time. Equal times come in the order of their positions.
CREATE INDEX "attempt_environment_id_at_position_idx" ON "attempt" ("environment_id", "at", "position");
CREATE INDEX "attempt_environment_id_phone_at_position_idx" ON "attempt" ("environment_id", "phone", "at", "position");
CREATE INDEX "attempt_by_kind" ON "attempt" ("environment_id", "decision", "direction", "channel", "dialing_mode", "at", "position");
CREATE INDEX "attempt_by_campaign" ON "attempt" ("environment_id", "campaign_id", "at", "position") WHERE "campaign_id" IS NOT NULL;
CREATE INDEX "attempt_by_actor" ON "attempt" ("environment_id", "actor_id", "at", "position");
CREATE INDEX "attempt_by_agent" ON "attempt" ("environment_id", "agent", "at", "position") WHERE "agent" IS NOT NULL;

-- Which lists blocked which attempt: what `attempts` by list is read along.
CREATE TABLE "attempt_list" (
  "environment_id" integer NOT NULL,
  "list_id" integer NOT NULL,
  "at" timestamptz(3) NOT NULL,
  "position" bigint NOT NULL,
  CONSTRAINT "attempt_list_pkey" PRIMARY KEY ("environment_id", "list_id", "at", "position")
);

-- The end of an environment's attempts, and how many could not be kept.
CREATE TABLE "attempt_head" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "head" bigint NOT NULL DEFAULT 0,
  "lost" bigint NOT NULL DEFAULT 0,
  CONSTRAINT "attempt_head_pkey" PRIMARY KEY ("environment_id")
);

-- Counts by day (UTC), so that a dashboard never reads the tables that they count. list_id, campaign_id 0: all, none.
CREATE TABLE "attempt_daily" (
  "environment_id" integer NOT NULL,
  "day" date NOT NULL,
  "campaign_id" integer NOT NULL,
  "list_id" integer NOT NULL,
  "direction" text NOT NULL,
  "channel" text NOT NULL,
  "decision" text NOT NULL,
  "count" bigint NOT NULL,
  CONSTRAINT "attempt_daily_pkey" PRIMARY KEY ("environment_id", "day", "campaign_id", "list_id", "direction", "channel", "decision")
);
CREATE TABLE "entry_daily" (
  "environment_id" integer NOT NULL,
  "day" date NOT NULL,
  "list_id" integer NOT NULL,
  "status" "entry_status" NOT NULL,
  "source" "entry_source" NOT NULL,
  "delta" bigint NOT NULL,
  CONSTRAINT "entry_daily_pkey" PRIMARY KEY ("environment_id", "day", "list_id", "status", "source")
);
INSERT INTO "entry_daily" ("environment_id", "day", "list_id", "status", "source", "delta")
SELECT "environment_id", ("created_at" AT TIME ZONE 'UTC')::date, "list_id", "status", "source", count(*) FROM "entry" WHERE "active" GROUP BY 1, 2, 3, 4, 5;
CREATE TABLE "opt_out_daily" (
  "environment_id" integer NOT NULL,
  "day" date NOT NULL,
  "campaign_id" integer NOT NULL,
  "source" "entry_source" NOT NULL,
  "count" bigint NOT NULL,
  CONSTRAINT "opt_out_daily_pkey" PRIMARY KEY ("environment_id", "day", "campaign_id", "source")
);

-- What waits for review on these lists, by when it was asked for: from behind a place on, to an end. Sorting is off: whatever
-- the planner believes of the table, entry_waiting is the only way that gives the order, so that it walks there and stops in
-- time. One condition says where it begins: of two, the index is entered by whichever comes first.
CREATE FUNCTION waiting_requests(
  p_environment integer, p_lists integer[], p_beyond timestamptz, p_beyond_id bigint, p_end timestamptz, p_backwards boolean, p_most integer
) RETURNS TABLE (requested_at timestamptz, id bigint) LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
BEGIN
  IF p_backwards THEN
    RETURN QUERY SELECT e.requested_at::timestamptz, e.id FROM entry e
      WHERE e.environment_id = p_environment AND e.active AND e.status = 'PENDING' AND (e.requested_at, e.id) < (p_beyond, p_beyond_id)
        AND e.requested_at >= p_end AND e.list_id = ANY (p_lists)
      ORDER BY e.requested_at DESC, e.id DESC LIMIT p_most;
  ELSE
    RETURN QUERY SELECT e.requested_at::timestamptz, e.id FROM entry e
      WHERE e.environment_id = p_environment AND e.active AND e.status = 'PENDING' AND (e.requested_at, e.id) > (p_beyond, p_beyond_id)
        AND e.requested_at < p_end AND e.list_id = ANY (p_lists)
      ORDER BY e.requested_at, e.id LIMIT p_most;
  END IF;
END $$;

-- How many of them there are, up to so many.
CREATE FUNCTION count_waiting_requests(p_environment integer, p_lists integer[], p_from timestamptz, p_to timestamptz, p_most integer)
RETURNS bigint LANGUAGE plpgsql STABLE SET enable_sort = off AS $$
BEGIN
  RETURN (SELECT count(*) FROM (
    SELECT FROM entry e
     WHERE e.environment_id = p_environment AND e.active AND e.status = 'PENDING' AND e.requested_at >= p_from AND e.requested_at < p_to
       AND e.list_id = ANY (p_lists)
     ORDER BY e.requested_at, e.id LIMIT p_most) counted);
END $$;

-- The release before the last is gone.
DROP FUNCTION write_entries(
  integer, integer[], text[], text[], bytea[], text[], text[], integer[], uuid[], bigint[], bigint[], bigint[], bigint[],
  integer[], entry_verb[], bigint[], text[], integer[], entry_source[], entry_status[], boolean[], text[], bigint[], bigint[], timestamptz[],
  timestamptz[], text[], text[], integer[], integer[], text[]);

-- What one change says of the entry's plain attributes; only what changed (P1.6). A key of `before` that `after` lacks was cleared.
CREATE OR REPLACE FUNCTION entry_attributes(e entry, other entry) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT nullif(json_strip_nulls(json_build_object(
    'status', CASE WHEN e.status IS DISTINCT FROM other.status THEN e.status END,
    'endUserOptedOut', CASE WHEN e.end_user_opted_out IS DISTINCT FROM coalesce(other.end_user_opted_out, false) THEN e.end_user_opted_out END,
    'requestedAt', CASE WHEN e.requested_at IS DISTINCT FROM other.requested_at THEN iso_time(e.requested_at) END,
    'expiresAt', CASE WHEN e.expires_at IS DISTINCT FROM other.expires_at THEN iso_time(e.expires_at) END,
    'externalReference', CASE WHEN e.external_reference IS DISTINCT FROM other.external_reference THEN e.external_reference END,
    'businessNumber', CASE WHEN e.business_number IS DISTINCT FROM other.business_number THEN e.business_number END,
    'campaignId', CASE WHEN e.campaign_id IS DISTINCT FROM other.campaign_id THEN e.campaign_id END,
    'messageId', CASE WHEN e.message_id IS DISTINCT FROM other.message_id THEN e.message_id::text END
  ))::text, '{}')
$$;

-- As before; a change may be about a consent, whose id its hashed `before` and `after` name too.
CREATE FUNCTION append_changes(
  p_environment integer,
  s_id uuid[], s_actor integer[], s_operation text[], s_on_behalf_of bigint[], s_reason bigint[], s_evidence bigint[], s_task bigint[],
  c_set integer[], c_kind change_kind[], c_entry bigint[], c_list integer[], c_commitment bytea[], c_facts text[],
  c_before text[], c_after text[], c_reason bigint[], c_reason_before bigint[], c_evidence bigint[], c_evidence_before bigint[],
  c_related integer[], c_consent bigint[],
  OUT set_position bigint[], OUT set_at timestamptz[], OUT set_hash bytea[], OUT change_position bigint[], OUT head bigint
) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_head bigint;
  v_hash bytea;
  v_at timestamptz;
  v_epoch text;
  v_row_hash bytea[];
  v_rows bytea;
  v_first bigint;
  v_last bigint;
  v_count integer;
BEGIN
  SELECT e.head, e.head_hash, e.epoch, greatest(date_trunc('milliseconds', clock_timestamp()), e.head_at)
    INTO STRICT v_head, v_hash, v_epoch, v_at FROM environment e WHERE e.id = p_environment FOR NO KEY UPDATE;
  set_position := array_fill(NULL::bigint, ARRAY[cardinality(s_id)]);
  set_at := array_fill(NULL::timestamptz, ARRAY[cardinality(s_id)]);
  set_hash := array_fill(NULL::bytea, ARRAY[cardinality(s_id)]);
  head := v_head;
  IF cardinality(c_set) = 0 THEN
    RETURN;
  END IF;

  -- Changes come in the order of their sets, so a change's position is its place in the call.
  SELECT array_agg(v_head + n ORDER BY n) INTO change_position FROM generate_subscripts(c_set, 1) n;

  -- The fields stand as columns first (OFFSET 0): chain_field() is put in place for a column only.
  SELECT array_agg(sha256('\x00'::bytea || convert_to(
           '1:1,' || chain_field(c.position) || chain_field(c.kind) || chain_field(c.entry) || chain_field(c.list)
           || chain_field(c.commitment) || chain_field(c.facts) || chain_field(c.before) || chain_field(c.after)
           || chain_field(c.reason) || chain_field(c.reason_before) || chain_field(c.evidence) || chain_field(c.evidence_before)
           || chain_field(c.related), 'UTF8')) ORDER BY c.n)
    INTO v_row_hash
    FROM (
      SELECT c.n, (v_head + c.n)::text AS position, c.kind::text AS kind, c.entry::text AS entry, c.list::text AS list,
             encode(c.commitment, 'hex') AS commitment, c.facts, c.before, c.after,
             CASE WHEN c.reason IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.reason) END AS reason,
             CASE WHEN c.reason_before IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.reason_before) END AS reason_before,
             CASE WHEN c.evidence IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.evidence) END AS evidence,
             CASE WHEN c.evidence_before IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.evidence_before) END AS evidence_before,
             (v_head + c.related)::text AS related
        FROM unnest(c_set, c_kind, c_entry, c_list, c_commitment, c_facts, c_before, c_after, c_reason, c_reason_before, c_evidence, c_evidence_before, c_related)
          WITH ORDINALITY AS c(set, kind, entry, list, commitment, facts, before, after, reason, reason_before, evidence, evidence_before, related, n)
       OFFSET 0) c;

  v_last := v_head;
  FOR i IN 1 .. cardinality(s_id) LOOP
    SELECT count(*), string_agg(v_row_hash[c.n], '' ORDER BY c.n) INTO v_count, v_rows
      FROM unnest(c_set) WITH ORDINALITY AS c(set, n) WHERE c.set = i;
    CONTINUE WHEN v_count = 0;
    v_first := v_last + 1;
    v_last := v_last + v_count;
    set_position[i] := v_last;
    set_at[i] := v_at;
    set_hash[i] := sha256('\x01'::bytea || v_hash || convert_to(
      chain_field('1') || chain_field(v_epoch) || chain_field(s_id[i]::text) || chain_field(v_first::text) || chain_field(v_last::text)
      || chain_field((extract(epoch FROM v_at) * 1000)::bigint::text) || chain_field(s_actor[i]::text) || chain_field(s_operation[i])
      || chain_field((SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = s_on_behalf_of[i]))
      || chain_field((SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = s_reason[i]))
      || chain_field((SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = s_evidence[i]))
      || chain_field(s_task[i]::text), 'UTF8') || v_rows);
    INSERT INTO change_set (environment_id, position, first_position, id, at, actor_id, operation, on_behalf_of_id, reason_id, evidence_id, task_id, prev_hash, hash)
    VALUES (p_environment, v_last, v_first, s_id[i], v_at, s_actor[i], s_operation[i], s_on_behalf_of[i], s_reason[i], s_evidence[i], s_task[i], v_hash, set_hash[i]);
    v_hash := set_hash[i];
  END LOOP;

  INSERT INTO change (environment_id, position, set_position, kind, entry_id, list_id, phone_commitment, facts, before, after,
                      reason_id, reason_before_id, evidence_id, evidence_before_id, related_position, consent_id)
  SELECT p_environment, change_position[c.n], set_position[c.set], c.kind, c.entry, c.list, c.commitment, c.facts, c.before, c.after,
         c.reason, c.reason_before, c.evidence, c.evidence_before, change_position[c.related], c.consent
    FROM unnest(c_set, c_kind, c_entry, c_list, c_commitment, c_facts, c_before, c_after, c_reason, c_reason_before, c_evidence, c_evidence_before, c_related, c_consent)
      WITH ORDINALITY AS c(set, kind, entry, list, commitment, facts, before, after, reason, reason_before, evidence, evidence_before, related, consent, n)
   ORDER BY c.n;

  UPDATE environment SET head = v_last, head_hash = v_hash, head_at = v_at WHERE id = p_environment;
  head := v_last;
END $$;

-- What a number's consents to texts are good for, as the index holds it: `c` and the sum of 1 conversations (implied, in
-- its own thread), 2 conversations, 4 transactional, 8 promotional texts; '' for nothing. A consent to more includes one to less.
CREATE FUNCTION consent_facts(p_environment integer, p_phone text) RETURNS text LANGUAGE sql STABLE SET enable_seqscan = off SET enable_sort = off AS $$
  SELECT coalesce('c' || nullif(
           coalesce(max(CASE WHEN c.level = 'IMPLIED' THEN 1 END), 0)
         + coalesce(max(CASE WHEN c.level <> 'IMPLIED' THEN 2 END), 0)
         + coalesce(max(CASE WHEN c.level <> 'IMPLIED' AND c.purpose <> 'CONVERSATIONAL' THEN 4 END), 0)
         + coalesce(max(CASE WHEN c.level = 'EXPRESS_WRITTEN' AND c.purpose = 'PROMOTIONAL' THEN 8 END), 0), 0), '')
    -- In the order of the index that is to be used, whatever the statistics say.
    FROM (SELECT * FROM consent WHERE environment_id = p_environment AND phone = p_phone ORDER BY phone, id OFFSET 0) c
   WHERE c.channel = 'SMS' AND c.ended_at IS NULL
$$;

-- What a change says of a consent. Its text and number lie outside of the log, behind commitments.
CREATE FUNCTION consent_attributes(c consent) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT json_strip_nulls(json_build_object('id', c.id::text, 'channel', c.channel, 'level', c.level, 'purpose', c.purpose, 'method', c.method,
    'businessNumber', c.business_number, 'givenAt', iso_time(c.given_at), 'endedAt', iso_time(c.ended_at), 'endedBy', c.ended_by))::text
$$;

-- One change set about consents, given or ended (p_ended), by one actor. The caller holds the environment's lock; the rows
-- are written. Answers the log's end.
CREATE FUNCTION append_consents(p_environment integer, p_set uuid, p_actor integer, p_operation text, p_on_behalf_of bigint, p_reason bigint, p_consent bigint[], p_ended boolean[])
RETURNS bigint LANGUAGE sql SET enable_seqscan = off AS $$
  SELECT l.head FROM (
    SELECT array_agg(1) AS set, array_agg('CONSENT'::text::change_kind) AS kind, array_agg(NULL::bigint) AS nothing, array_agg(NULL::integer) AS none,
           array_agg(sha256(c.salt || convert_to(c.phone, 'UTF8')) ORDER BY x.n) AS commitment,
           array_agg(consent_facts(p_environment, c.phone) ORDER BY x.n) AS facts,
           array_agg(CASE WHEN x.ended THEN json_build_object('id', c.id::text)::text END ORDER BY x.n) AS before,
           array_agg(consent_attributes(c) ORDER BY x.n) AS after,
           array_agg(CASE WHEN NOT x.ended THEN c.evidence_id END ORDER BY x.n) AS evidence,
           array_agg(c.id ORDER BY x.n) AS consent
      FROM unnest(p_consent, p_ended) WITH ORDINALITY AS x(id, ended, n)
     CROSS JOIN LATERAL (SELECT * FROM consent c WHERE c.environment_id = p_environment AND c.id = x.id LIMIT 1) c
    ) q CROSS JOIN LATERAL append_changes(p_environment, ARRAY[p_set], ARRAY[p_actor], ARRAY[p_operation], ARRAY[p_on_behalf_of], ARRAY[p_reason],
      '{null}', '{null}', q.set, q.kind, q.nothing, q.none, q.commitment, q.facts, q.before, q.after, q.nothing, q.nothing, q.evidence, q.nothing,
      q.none, q.consent) l
$$;

-- Facts of phone calls: each is taken once (R4.8).
CREATE FUNCTION take_facts(p_environment integer, k_actor integer[], k_once text[], k_live boolean[], p_at timestamptz)
RETURNS TABLE (call integer, is_new boolean) LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
  o record;
  f call_fact;
BEGIN
  FOR o IN
    SELECT o.n::integer AS call, o.once::jsonb AS once
      FROM unnest(k_once) WITH ORDINALITY AS o(once, n) WHERE o.once IS NOT NULL AND k_live[o.n] AND o.once::jsonb ? 'call_id'
     ORDER BY o.once::jsonb ->> 'call_id', o.once::jsonb ->> 'phone', o.once::jsonb ->> 'kind', o.once::jsonb ->> 'value', o.n
  LOOP
    call := o.call;
    f := jsonb_populate_record(NULL::call_fact, o.once);
    INSERT INTO call_fact (environment_id, call_id, phone, kind, value, direction, campaign_id, agent, actor_id, recorded_at)
    VALUES (p_environment, f.call_id, f.phone, f.kind, f.value, f.direction, f.campaign_id, f.agent, f.actor_id, p_at)
    ON CONFLICT DO NOTHING;
    is_new := FOUND;
    RETURN NEXT;
  END LOOP;
END $$;

-- Inbound messages: each is taken once (R4.7), and weighed against the contact's other words under the lock of their row
-- (R4.1): an opt-out older than their newest START lists nothing, a START not newer than their newest opt-out lifts nothing.
--   acts: whether its entries are to be written.   answer: {id, isNew, effect, isConfirmed, isIdReused}.
-- effect: LISTED, SUPERSEDED (a newer START is known); LIFTED, NOT_NEWER; NONE for what neither opts out nor in.
-- isConfirmed: this opt-out is the one that gets the confirmation (R4.5).
CREATE FUNCTION take_words(p_environment integer, k_actor integer[], k_once text[], k_live boolean[], p_at timestamptz, k_rows integer[])
RETURNS TABLE (call integer, message_id bigint, acts boolean, answer jsonb) LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
  o record;
  m message;
  v_word contact_word;
  v_new integer[] := '{}';
  v_effect text;
  v_confirms boolean;
  v_reused boolean;
BEGIN
  FOR o IN
    SELECT o.n::integer AS call, o.once::jsonb AS once
      FROM unnest(k_once) WITH ORDINALITY AS o(once, n) WHERE o.once IS NOT NULL AND k_live[o.n] AND o.once::jsonb ? 'external_id'
     ORDER BY o.once::jsonb ->> 'door', o.once::jsonb ->> 'external_id', o.once::jsonb ->> 'digest', o.n
  LOOP
    call := o.call;
    m := jsonb_populate_record(NULL::message, o.once);
    INSERT INTO message (environment_id, door, external_id, digest, phone, raw, business_number, text_id, received_at, recorded_at, meaning, via,
                         certainty, rule, decided_by, effect, endpoint_id, campaign_id, actor_id)
    VALUES (p_environment, m.door, m.external_id, m.digest, m.phone, m.raw, m.business_number, m.text_id, coalesce(least(m.received_at, p_at), p_at), p_at, m.meaning,
            m.via, m.certainty, m.rule, m.decided_by, 'NONE', m.endpoint_id, m.campaign_id, m.actor_id)
    ON CONFLICT DO NOTHING RETURNING id INTO message_id;
    IF FOUND THEN
      v_new := v_new || call;
      CONTINUE;
    END IF;
    SELECT w.id, jsonb_build_object('id', w.id::text, 'isNew', false, 'effect', w.effect, 'isConfirmed', w.is_confirmed, 'isIdReused', w.external_id_reused)
      INTO message_id, answer FROM message w
     WHERE w.environment_id = p_environment AND w.door = m.door AND w.external_id = m.external_id AND w.digest = m.digest;
    acts := false;
    RETURN NEXT;
  END LOOP;

  FOR o IN
    SELECT o.n::integer AS call, w AS word, (o.once::jsonb ->> 'confirms')::boolean AS confirms
      FROM unnest(k_once) WITH ORDINALITY AS o(once, n)
      JOIN message w ON w.environment_id = p_environment AND w.door = o.once::jsonb ->> 'door' AND w.external_id = o.once::jsonb ->> 'external_id'
                    AND w.digest = (o.once::jsonb ->> 'digest')::bytea
     WHERE o.n = ANY (v_new) ORDER BY w.phone COLLATE "C", w.received_at, w.meaning
  LOOP
    call := o.call;
    m := o.word;
    message_id := m.id;
    v_confirms := o.confirms;
    v_effect := 'NONE';
    acts := true;
    IF m.meaning IN ('OPT_OUT', 'OPT_IN') THEN
      INSERT INTO contact_word AS w (environment_id, phone, opted_out_at, certain_at, opted_in_at)
      VALUES (p_environment, m.phone, CASE m.meaning WHEN 'OPT_OUT' THEN m.received_at END,
              CASE WHEN m.meaning = 'OPT_OUT' AND m.certainty = 'HIGH' THEN m.received_at END, CASE m.meaning WHEN 'OPT_IN' THEN m.received_at END)
      ON CONFLICT (environment_id, phone) DO UPDATE
        SET opted_out_at = greatest(w.opted_out_at, excluded.opted_out_at), certain_at = greatest(w.certain_at, excluded.certain_at),
            opted_in_at = greatest(w.opted_in_at, excluded.opted_in_at)
      RETURNING * INTO v_word;
      IF m.meaning = 'OPT_OUT' THEN -- on a tie the opt-out wins
        acts := v_word.opted_in_at IS NULL OR m.received_at >= v_word.opted_in_at;
        -- Without rows: of a sender that can't be listed, such as an emergency number.
        v_effect := CASE WHEN NOT acts THEN 'SUPERSEDED' WHEN k_rows[call] = 0 THEN 'NONE' ELSE 'LISTED' END;
      ELSE
        acts := v_word.opted_out_at IS NULL OR m.received_at > v_word.opted_out_at;
        v_effect := CASE WHEN acts THEN 'LIFTED' ELSE 'NOT_NEWER' END;
        -- The caller read which entries to lift before this lock: when there are others by now, it reads again.
        IF acts AND k_rows[call] <> (SELECT count(*) FROM (SELECT * FROM entry WHERE environment_id = p_environment AND phone = m.phone
                                                            ORDER BY phone, list_id, source OFFSET 0) e
                                      WHERE e.active AND e.end_user_opted_out AND e.list_id IN (1, 2)) THEN
          RAISE EXCEPTION 'the opt-outs of the number have changed meanwhile' USING ERRCODE = 'QL002';
        END IF;
      END IF;
    END IF;
    v_confirms := coalesce(v_confirms, false) AND acts AND m.meaning = 'OPT_OUT' AND v_word.confirmed_at IS NULL;
    IF v_confirms OR (acts AND m.meaning = 'OPT_IN') THEN
      UPDATE contact_word w SET confirmed_at = CASE WHEN v_confirms THEN p_at END WHERE w.environment_id = p_environment AND w.phone = m.phone;
    END IF;
    v_reused := EXISTS (SELECT 1 FROM message w WHERE w.environment_id = p_environment AND w.door = m.door AND w.external_id = m.external_id AND w.digest <> m.digest);
    UPDATE message w SET effect = v_effect, is_confirmed = v_confirms, external_id_reused = v_reused WHERE w.environment_id = p_environment AND w.id = m.id;
    answer := jsonb_build_object('id', m.id::text, 'isNew', true, 'effect', v_effect, 'isConfirmed', v_confirms, 'isIdReused', v_reused);
    RETURN NEXT;
  END LOOP;
END $$;

-- What messages and opt-outs do to consents (R4.9): a START gives express consent, any other text implied consent for its
-- thread, an opt-out ends every consent to texts that was given before it. Answers the log's end, or NULL for no change.
CREATE FUNCTION consents_of_words(p_environment integer, k_actor integer[], k_operation text[], k_once text[], k_live boolean[], k_message bigint[], p_at timestamptz,
                                  e_phone text[], e_at timestamptz[], e_call integer[])
RETURNS bigint LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off AS $$
DECLARE
  v_id bigint[] := '{}';
  v_ended boolean[] := '{}';
  v_call integer[] := '{}';
  v_head bigint;
  c record;
BEGIN
  FOR c IN
    SELECT o.n::integer AS call, o.once::jsonb ->> 'consent' AS level, m.phone, m.business_number, m.received_at, m.text_id, m.id, m.actor_id
      FROM unnest(k_once) WITH ORDINALITY AS o(once, n) JOIN message m ON m.environment_id = p_environment AND m.id = k_message[o.n]
     WHERE k_live[o.n] AND o.once::jsonb ->> 'consent' IS NOT NULL ORDER BY o.n
  LOOP
    -- A text that came late, older than the opt-out that followed it: what it gave has ended already.
    CONTINUE WHEN EXISTS (SELECT 1 FROM contact_word w WHERE w.environment_id = p_environment AND w.phone = c.phone AND w.certain_at >= c.received_at);
    INSERT INTO consent (environment_id, phone, channel, level, purpose, method, evidence_id, business_number, given_at, recorded_at, created_by_id, message_id)
    VALUES (p_environment, c.phone, 'SMS', c.level, CASE c.level WHEN 'IMPLIED' THEN 'CONVERSATIONAL' ELSE 'TRANSACTIONAL' END, 'INBOUND_TEXT', c.text_id,
            c.business_number, c.received_at, p_at, k_actor[c.call], c.id)
    ON CONFLICT DO NOTHING RETURNING id INTO c.id;
    CONTINUE WHEN NOT FOUND;
    v_id := v_id || c.id;
    v_ended := v_ended || false;
    v_call := v_call || c.call;
  END LOOP;
  FOR c IN
    SELECT k.id, e.call, e.at FROM unnest(e_phone, e_at, e_call) AS e(phone, at, call)
     CROSS JOIN LATERAL (SELECT * FROM consent WHERE environment_id = p_environment AND phone = e.phone ORDER BY phone, id OFFSET 0) k
     WHERE k.channel = 'SMS' AND k.ended_at IS NULL AND k.given_at <= e.at
  LOOP
    UPDATE consent SET ended_at = c.at, ended_by = 'OPT_OUT' WHERE environment_id = p_environment AND id = c.id;
    v_id := v_id || c.id;
    v_ended := v_ended || true;
    v_call := v_call || c.call;
  END LOOP;
  -- Sets of 1,000, or a few more so that a number's changes stay in one (P1.4).
  FOR c IN
    SELECT p.call, array_agg(p.id ORDER BY p.phone, p.id) AS ids, array_agg(p.ended ORDER BY p.phone, p.id) AS ended
      FROM (SELECT n.*, (min(n.place) OVER (PARTITION BY n.call, n.phone) - 1) / 1000 AS part
              FROM (SELECT x.*, k.phone, row_number() OVER (PARTITION BY x.call ORDER BY k.phone, x.id) AS place
                      FROM unnest(v_id, v_ended, v_call) AS x(id, ended, call)
                     CROSS JOIN LATERAL (SELECT phone FROM consent WHERE environment_id = p_environment AND id = x.id LIMIT 1) k) n) p
     GROUP BY p.call, p.part ORDER BY p.call, p.part
  LOOP
    v_head := append_consents(p_environment, gen_random_uuid(), k_actor[c.call], k_operation[c.call], NULL, NULL, c.ids, c.ended);
  END LOOP;
  RETURN v_head;
END $$;

-- THE ONE WAY IN for entries (design.md): a batch of calls, each with its change sets and rows, in one transaction.
-- Rows come sorted by (phone, list, source), so that row locks are taken in one order everywhere; the environment's
-- row is locked last, in a statement of its own (P1.1). A phone stands in one call of a batch only, and all its rows
-- in one set, so that `facts` is the number's state at the end of its set. Refusals are per row: one bad row never
-- fails the others. A row with r_version is left alone when the entry isn't the one that was read (its xmin): what a filter
-- selected must still fit it. A row with r_needs is skipped unless that row of the same set took effect (R1.6).
-- A call with k_task is a batch of that task: its checkpoint and counts are kept with the rows, and nothing is written
-- when the fence isn't the newest (QL001). A set with s_import claims its entries for that import; WITHDRAW gives up the
-- claims of the imports in s_claims_of and lifts an entry that nobody else claims (R6.3).
-- A call with k_once is taken once: it is an inbound message, or a fact of a phone call, and is written with its row in
-- `message` or `call_fact` (take_words, take_facts). A message that isn't the contact's latest word lists and lifts nothing (R4.1).
-- A column that is NULL in every row may come as an empty array.
-- Why the SETs: plans are made once and not from the arrays' contents (a custom plan copies them flat, and each
-- subscript then walks the array: 8 s instead of 1 for 10,000 rows), and must not have been made for an empty table.
CREATE FUNCTION write_entries(
  p_environment integer,
  k_actor integer[], k_operation text[], k_key text[], k_request bytea[], k_input_map text[], k_authority text[],
  k_task bigint[], k_fence integer[], k_checkpoint text[], k_rows_done bigint[], k_count text[], k_once text[],
  s_call integer[], s_id uuid[], s_reason bigint[], s_evidence bigint[], s_on_behalf_of bigint[], s_import bigint[], s_claims_of text[],
  r_set integer[], r_verb entry_verb[], r_entry bigint[], r_phone text[], r_list integer[], r_source entry_source[],
  r_status entry_status[], r_opted_out boolean[], r_raw text[], r_reason bigint[], r_evidence bigint[], r_requested timestamptz[],
  r_expires timestamptz[], r_reference text[], r_business text[], r_edits integer[], r_needs integer[], r_version text[],
  OUT code text[], OUT entry_id bigint[], OUT facts text[], OUT call_position bigint[], OUT call_replay jsonb
) LANGUAGE plpgsql SET enable_seqscan = off SET enable_sort = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n integer := cardinality(r_set);
  i integer;
  v_live boolean[] := array_fill(true, ARRAY[cardinality(k_actor)]);   -- calls that are not replays
  v_old entry[];
  v_new entry[];
  v_id bigint[];
  v_inserted bigint[];
  v_enforce boolean;
  v_at timestamptz := date_trunc('milliseconds', clock_timestamp());
  v_record idempotency_record;
  v_order bigint[];       -- rows that are changes, in log order: by set, then by row
  v_related bigint[];     -- row -> the row that it names
  v_log record;
  v_kept text;
  v_claims boolean := cardinality(array_remove(s_import, NULL)) > 0;
  v_once boolean := cardinality(array_remove(k_once, NULL)) > 0;
  v_opt_outs boolean := true = ANY (r_opted_out) OR 'APPROVE' = ANY (r_verb);
  v_word record;
  v_message bigint[];     -- call -> its message
  v_campaign integer[];   -- call -> its campaign
  v_consents bigint;
  v_ended_phone text[];
  v_ended_at timestamptz[];
  v_ended_call integer[];
  v_archived integer[];
  v_removes boolean := 'REMOVE' = ANY (r_verb) OR 'WITHDRAW' = ANY (r_verb) OR 'EXPIRE' = ANY (r_verb);
  v_outcome record;
  c record;
BEGIN
  call_replay := '{}';
  SELECT coalesce((settings ->> 'enforcePending')::boolean, true) INTO STRICT v_enforce FROM environment WHERE id = p_environment;
  IF 'APPROVE' = ANY (r_verb) THEN
    v_archived := ARRAY(SELECT l.id FROM list l WHERE l.environment_id = p_environment AND NOT l.enabled);
  END IF;

  -- Retries (P1.8): a key that another call holds makes us wait for that call's commit, then replay its answer.
  -- In the keys' order, like every lock: two servers may hold the same retries in different order (P1.1).
  FOREACH i IN ARRAY (SELECT coalesce(array_agg(k.n::integer ORDER BY k.actor, k.operation, k.key), '{}')
                        FROM unnest(k_actor, k_operation, k_key) WITH ORDINALITY AS k(actor, operation, key, n) WHERE k.key IS NOT NULL) LOOP
    INSERT INTO idempotency_record AS r (environment_id, actor_id, operation, key, request_hash, input_map)
    VALUES (p_environment, k_actor[i], k_operation[i], k_key[i], k_request[i], k_input_map[i]::integer[])
    ON CONFLICT (environment_id, actor_id, operation, key) DO UPDATE
      SET request_hash = excluded.request_hash, input_map = excluded.input_map, codes = NULL, entry_ids = NULL, facts = NULL,
          last_position = NULL, created_at = clock_timestamp()
      WHERE r.created_at < clock_timestamp() - interval '7 days'
    RETURNING * INTO v_record;
    CONTINUE WHEN FOUND;
    SELECT * INTO STRICT v_record FROM idempotency_record r
     WHERE r.environment_id = p_environment AND r.actor_id = k_actor[i] AND r.operation = k_operation[i] AND r.key = k_key[i];
    v_live[i] := false;
    call_replay := call_replay || jsonb_build_object(i::text, CASE
      WHEN v_record.request_hash <> k_request[i] THEN jsonb_build_object('mismatch', true)
      ELSE jsonb_build_object('inputMap', v_record.input_map, 'codes', v_record.codes, 'entryIds', v_record.entry_ids,
                              'facts', v_record.facts, 'position', v_record.last_position) END);
  END LOOP;

  -- The contact's words (R4), after the keys and before any entry; in one order everywhere, like every lock.
  IF v_once THEN
    SELECT array_agg((o.once::jsonb ->> 'campaign_id')::integer ORDER BY o.n) INTO v_campaign FROM unnest(k_once) WITH ORDINALITY AS o(once, n);
    v_message := array_fill(NULL::bigint, ARRAY[cardinality(k_actor)]);
    FOR v_word IN SELECT * FROM take_facts(p_environment, k_actor, k_once, v_live, v_at) LOOP
      v_live[v_word.call] := v_word.is_new;
      call_replay := call_replay || jsonb_build_object(v_word.call::text, jsonb_build_object('fact', CASE WHEN v_word.is_new THEN 'NEW' ELSE 'TAKEN' END));
    END LOOP;
    FOR v_word IN SELECT * FROM take_words(p_environment, k_actor, k_once, v_live, v_at,
                                           (SELECT array_agg(coalesce(x.n, 0) ORDER BY k) FROM generate_subscripts(k_actor, 1) k
                                              LEFT JOIN (SELECT s_call[q] AS call, count(*)::integer AS n FROM unnest(r_set) q GROUP BY 1) x ON x.call = k)) LOOP
      v_live[v_word.call] := v_word.acts;
      v_message[v_word.call] := v_word.message_id;
      call_replay := call_replay || jsonb_build_object(v_word.call::text, jsonb_build_object('word', v_word.answer));
    END LOOP;
  END IF;
  IF 'APPROVE' = ANY (r_verb) THEN -- a sentence that is confirmed becomes a word of the contact's, under the same lock
    INSERT INTO contact_word AS w (environment_id, phone)
    SELECT DISTINCT p_environment, r.phone FROM unnest(r_verb, r_phone, r_source) AS r(verb, phone, source)
     WHERE r.verb = 'APPROVE' AND r.source = 'SMS_PHRASE' ORDER BY r.phone
    ON CONFLICT (environment_id, phone) DO UPDATE SET phone = excluded.phone;
  END IF;
  IF true = ANY (r_opted_out) THEN -- opt-outs carried over (R4.6): a START must be newer than these too
    INSERT INTO contact_word AS w (environment_id, phone, opted_out_at, certain_at)
    SELECT p_environment, r.phone, max(coalesce(r.requested, v_at)), max(coalesce(r.requested, v_at))
      FROM unnest(r_set, r_phone, r_opted_out, r_requested) AS r(set, phone, opted_out, requested)
     WHERE r.opted_out AND v_live[s_call[r.set]] AND (NOT v_once OR v_message[s_call[r.set]] IS NULL)
     GROUP BY r.phone ORDER BY r.phone COLLATE "C"
    ON CONFLICT (environment_id, phone) DO UPDATE SET opted_out_at = greatest(w.opted_out_at, excluded.opted_out_at), certain_at = greatest(w.certain_at, excluded.certain_at);
  END IF;

  code := array_fill(NULL::text, ARRAY[n]);
  entry_id := r_entry;
  v_old := array_fill(NULL::entry, ARRAY[n]);
  v_new := array_fill(NULL::entry, ARRAY[n]);

  -- 1. Rows that name an entry: lock it, then decide.
  FOR c IN
    SELECT r.n, r.set, r.verb, r.status, r.reason, r.evidence, r.requested, r.expires, r.reference, r.edits, r.version, e.row, e.xmin
      FROM unnest(r_set, r_verb, r_entry, r_status, r_reason, r_evidence, r_requested, r_expires, r_reference, r_edits, r_version)
             WITH ORDINALITY AS r(set, verb, entry, status, reason, evidence, requested, expires, reference, edits, version, n)
     CROSS JOIN LATERAL (SELECT e AS row, e.xmin::text AS xmin FROM entry e WHERE e.environment_id = p_environment AND e.id = r.entry LIMIT 1 FOR UPDATE) e
     WHERE r.verb <> 'ADD' AND v_live[s_call[r.set]]
  LOOP
    v_old[c.n] := c.row;
    IF c.verb = 'APPROVE' AND (c.row).list_id = ANY (v_archived) THEN -- what is approved must count (R5.5)
      code[c.n] := 'REFUSED_ARCHIVED';
      CONTINUE;
    END IF;
    IF c.version <> c.xmin THEN
      code[c.n] := 'REFUSED_CHANGED';
      CONTINUE;
    END IF;
    SELECT * INTO v_outcome FROM resolve_entry(c.row, CASE c.verb WHEN 'WITHDRAW' THEN 'REMOVE' ELSE c.verb END,
      ROW(p_environment, NULL, NULL, NULL, NULL, c.status, true, false, NULL, c.reason, c.evidence, c.requested, c.expires, c.reference, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)::entry,
      coalesce(c.edits, 0), k_authority[s_call[c.set]], s_reason[c.set] IS NOT NULL, s_evidence[c.set] IS NOT NULL, v_enforce, v_at);
    code[c.n] := v_outcome.code;
    IF c.verb = 'WITHDRAW' AND v_outcome.code = 'CHANGED' THEN
      v_kept := withdraw_claims(c.row, s_claims_of[c.set]::bigint[]);
      IF v_kept IS NOT NULL THEN
        code[c.n] := v_kept;
        CONTINUE;
      END IF;
    END IF;
    v_new[c.n] := v_outcome.new;
  END LOOP;

  -- 2. Additions: insert what is new, then lock and decide what was there (R1.1, R1.2).
  IF 'ADD' = ANY (r_verb) THEN
    -- In no order: whoever sees masked numbers must not read their order from ids (P2.9).
    SELECT array_agg(id ORDER BY random()) INTO v_id FROM (SELECT nextval('entry_id_seq') AS id FROM generate_series(1, n)) ids;
    i := 0;
    FOR c IN
      INSERT INTO entry (environment_id, id, phone, list_id, source, status, active, end_user_opted_out, raw, reason_id, evidence_id,
                         requested_at, expires_at, external_reference, business_number, created_by_id, created_at, updated_at, import_id, campaign_id, message_id)
      -- R1.3, R1.4: what excludes each other is settled on the blocking side, so that one row never fails the others.
      SELECT p_environment, r.id, r.phone, r.list, r.source, CASE WHEN r.opted_out THEN least(r.status, 'APPROVED') ELSE r.status END, true, coalesce(r.opted_out, false), r.raw, r.reason, r.evidence,
             coalesce(r.requested, v_at), CASE WHEN r.opted_out OR r.status = 'PERMANENT' THEN NULL ELSE r.expires END, r.reference, r.business,
             k_actor[s_call[r.set]], v_at, v_at, s_import[r.set], v_campaign[s_call[r.set]], v_message[s_call[r.set]]
        FROM unnest(r_set, r_verb, v_id, r_phone, r_list, r_source, r_status, r_opted_out, r_raw, r_reason, r_evidence, r_requested, r_expires, r_reference, r_business, r_needs)
               WITH ORDINALITY AS r(set, verb, id, phone, list, source, status, opted_out, raw, reason, evidence, requested, expires, reference, business, needs, n)
       WHERE r.verb = 'ADD' AND v_live[s_call[r.set]] AND (r.needs IS NULL OR code[r.needs] = 'CHANGED')
       ORDER BY r.n
      ON CONFLICT (environment_id, phone, list_id, source) DO NOTHING
      RETURNING entry.id, entry AS row
    LOOP
      -- Rows come back in the order in which they were inserted.
      LOOP i := i + 1; EXIT WHEN v_id[i] = c.id; END LOOP;
      code[i] := 'ADDED';
      entry_id[i] := c.id;
      v_new[i] := c.row;
    END LOOP;

    FOR c IN
      SELECT r.n, r.set, r.status, r.opted_out, r.raw, r.reason, r.evidence, r.requested, r.expires, r.reference, r.business, e.row
        FROM unnest(r_set, r_verb, r_phone, r_list, r_source, r_status, r_opted_out, r_raw, r_reason, r_evidence, r_requested, r_expires, r_reference, r_business, r_needs, code)
               WITH ORDINALITY AS r(set, verb, phone, list, source, status, opted_out, raw, reason, evidence, requested, expires, reference, business, needs, done, n)
       CROSS JOIN LATERAL (SELECT e AS row FROM entry e
                            WHERE e.environment_id = p_environment AND e.phone = r.phone AND e.list_id = r.list AND e.source = r.source LIMIT 1 FOR UPDATE) e
       WHERE r.verb = 'ADD' AND r.done IS NULL AND v_live[s_call[r.set]] AND (r.needs IS NULL OR code[r.needs] = 'CHANGED')
    LOOP
      v_old[c.n] := CASE WHEN (c.row).active THEN c.row END;
      entry_id[c.n] := (c.row).id;
      SELECT * INTO v_outcome FROM resolve_entry(c.row, 'ADD',
        ROW(p_environment, NULL, (c.row).phone, (c.row).list_id, (c.row).source, c.status, true, coalesce(c.opted_out, false), c.raw, c.reason, c.evidence,
            coalesce(c.requested, v_at), c.expires, c.reference, c.business, k_actor[s_call[c.set]], v_at, v_at, NULL, s_import[c.set], v_campaign[s_call[c.set]], v_message[s_call[c.set]])::entry,
        0, k_authority[s_call[c.set]], true, true, v_enforce, v_at);
      code[c.n] := v_outcome.code;
      v_new[c.n] := v_outcome.new;
    END LOOP;
  END IF;

  -- What no row was found for; an addition whose removal was refused says so.
  SELECT array_agg(CASE WHEN r.done IS NOT NULL OR NOT v_live[s_call[r.set]] THEN r.done WHEN r.verb = 'ADD' THEN 'SKIPPED' ELSE 'NOT_FOUND' END ORDER BY r.n)
    INTO code FROM unnest(r_set, r_verb, code) WITH ORDINALITY AS r(set, verb, done, n);

  UPDATE entry e
     SET status = w.status, active = w.active, end_user_opted_out = w.end_user_opted_out, raw = w.raw, reason_id = w.reason_id, evidence_id = w.evidence_id,
         requested_at = w.requested_at, expires_at = w.expires_at, external_reference = w.external_reference, business_number = w.business_number,
         created_by_id = w.created_by_id, created_at = w.created_at, updated_at = w.updated_at, import_id = w.import_id,
         campaign_id = w.campaign_id, message_id = w.message_id
    FROM unnest(v_new) WITH ORDINALITY w
   WHERE e.environment_id = p_environment AND e.id = w.id AND w.id IS DISTINCT FROM v_id[w.ordinality];

  IF v_claims THEN
    PERFORM claim_entries(p_environment, entry_id[c_n], s_import[r_set[c_n]], s_claims_of[r_set[c_n]]::bigint[])
       FROM generate_subscripts(code, 1) AS c_n WHERE code[c_n] IN ('RAISED', 'ALREADY_LISTED') AND s_import[r_set[c_n]] IS NOT NULL;
  END IF;
  IF v_removes THEN -- a removed entry is nobody's any more: added again it is whoever's adds it
    DELETE FROM import_claim k USING unnest(v_new) w WHERE NOT w.active AND k.environment_id = p_environment AND k.entry_id = w.id;
  END IF;

  -- 3. The environment's row, last; positions, facts, hashes and log rows come from statements that start after it.
  PERFORM 1 FROM environment WHERE id = p_environment FOR NO KEY UPDATE;
  -- R5.5: a list that was archived meanwhile takes nobody in: what is answered as listed must count.
  v_archived := ARRAY(SELECT l.id FROM list l WHERE l.environment_id = p_environment AND NOT l.enabled);
  IF r_list && v_archived AND EXISTS (SELECT 1 FROM unnest(r_set, r_verb, r_list) AS r(set, verb, list)
                                       WHERE r.verb = 'ADD' AND r.list = ANY (v_archived) AND v_live[s_call[r.set]]) THEN
    RAISE EXCEPTION 'the list is archived' USING ERRCODE = 'QL003';
  END IF;
  IF 'APPROVE' = ANY (r_verb) AND EXISTS (SELECT 1 FROM unnest(r_verb, r_list, code) AS r(verb, list, done)
                                           WHERE r.verb = 'APPROVE' AND r.done = 'CHANGED' AND r.list = ANY (v_archived)) THEN
    RAISE EXCEPTION 'the list was archived meanwhile' USING ERRCODE = 'serialization_failure';
  END IF;
  -- R1.5: what was decided by a setting that has been switched meanwhile is decided again, whole (40001 is retried).
  IF 'UNAPPROVE' = ANY (r_verb) AND v_enforce IS DISTINCT FROM
     (SELECT coalesce((settings ->> 'enforcePending')::boolean, true) FROM environment WHERE id = p_environment) THEN
    RAISE EXCEPTION 'the setting enforcePending was switched meanwhile' USING ERRCODE = 'serialization_failure';
  END IF;

  SELECT coalesce(array_agg(w.ordinality ORDER BY r_set[w.ordinality], w.ordinality), '{}') INTO v_order
    FROM unnest(v_new) WITH ORDINALITY w WHERE w.id IS NOT NULL;
  -- R1.6: the removal and the addition of a changed number name each other.
  v_related := r_needs;
  FOR i IN 1 .. n LOOP
    IF r_needs[i] IS NOT NULL THEN v_related[r_needs[i]] := i; END IF;
  END LOOP;

  -- The facts of every number of the call, as they stand after it: what the feed carries, and what still blocks.
  SELECT array_agg(f.facts ORDER BY r.n) INTO facts
    FROM unnest(r_phone) WITH ORDINALITY AS r(phone, n)
   CROSS JOIN LATERAL (
     -- `active` is a FILTER and not a condition: the partial indexes must not tempt a plan that was made for a small table.
     SELECT coalesce(string_agg(x.list_id || x.class, ' ' ORDER BY x.list_id), '') AS facts
       FROM (SELECT e.list_id, min(e.class) FILTER (WHERE e.active) AS class
               FROM (SELECT e.list_id, e.active, entry_class(e) AS class FROM entry e
                      WHERE e.environment_id = p_environment AND e.phone = r.phone
                      -- An order that only the unique key gives (sorting is off): in a small table any index that begins with
                      -- the environment looks as good, and the plan is kept when the table has grown.
                      ORDER BY e.list_id, e.source OFFSET 0) e
              GROUP BY e.list_id) x
      WHERE x.class IS NOT NULL) f;

  SELECT l.* INTO v_log FROM (
    SELECT coalesce(array_agg(r_set[o.r]), '{}') AS set,
           array_agg(('ENTRY_' || CASE r_verb[o.r] WHEN 'ADD' THEN code[o.r] WHEN 'EDIT' THEN 'UPDATED' WHEN 'APPROVE' THEN 'APPROVED'
                      WHEN 'UNAPPROVE' THEN 'UNAPPROVED' WHEN 'EXPIRE' THEN 'EXPIRED' ELSE 'REMOVED' END)::change_kind) AS kind,
           array_agg((o.new).id) AS entry, array_agg((o.new).list_id) AS list,
           array_agg(sha256((o.new).salt || convert_to((o.new).phone, 'UTF8'))) AS commitment,
           array_agg(write_entries.facts[o.r]) AS facts,
           array_agg(entry_attributes(o.old, CASE WHEN (o.new).active THEN o.new END)) AS before,
           array_agg(CASE WHEN (o.new).active THEN entry_attributes(o.new, o.old) END) AS after,
           array_agg(CASE WHEN (o.new).reason_id IS DISTINCT FROM (o.old).reason_id THEN (o.new).reason_id END) AS reason,
           array_agg(CASE WHEN (o.new).reason_id IS DISTINCT FROM (o.old).reason_id THEN (o.old).reason_id END) AS reason_before,
           array_agg(CASE WHEN (o.new).evidence_id IS DISTINCT FROM (o.old).evidence_id THEN (o.new).evidence_id END) AS evidence,
           array_agg(CASE WHEN (o.new).evidence_id IS DISTINCT FROM (o.old).evidence_id THEN (o.old).evidence_id END) AS evidence_before,
           array_agg(CASE WHEN v_related[o.r] IS NOT NULL THEN array_position(v_order, v_related[o.r]) END) AS related
      FROM (SELECT r, v_new[r] AS new, v_old[r] AS old FROM unnest(v_order) AS r OFFSET 0) o
   ) x CROSS JOIN LATERAL append_changes(p_environment, s_id,
    (SELECT array_agg(k_actor[s.call] ORDER BY s.n) FROM unnest(s_call) WITH ORDINALITY AS s(call, n)),
    (SELECT array_agg(k_operation[s.call] ORDER BY s.n) FROM unnest(s_call) WITH ORDINALITY AS s(call, n)),
    s_on_behalf_of, s_reason, s_evidence,
    (SELECT array_agg(k_task[s.call] ORDER BY s.n) FROM unnest(s_call) WITH ORDINALITY AS s(call, n)),
    x.set, x.kind, x.entry, x.list, x.commitment, x.facts, x.before, x.after, x.reason, x.reason_before, x.evidence, x.evidence_before, x.related, '{}') l;

  -- Counters (P3.3): out with the old state, in with the new; by day too, so that a list's past is a sum of few rows.
  WITH d AS (
    SELECT d.list_id, d.status, d.source, sum(d.delta) AS delta FROM (
        SELECT w.list_id, w.status, w.source, 1 AS delta FROM unnest(v_new) w WHERE w.active
        UNION ALL
        SELECT (v_old[r]).list_id, (v_old[r]).status, (v_old[r]).source, -1 FROM unnest(v_order) AS r WHERE (v_old[r]).id IS NOT NULL
      ) d GROUP BY d.list_id, d.status, d.source HAVING sum(d.delta) <> 0),
  by_day AS (
    INSERT INTO entry_daily AS k (environment_id, day, list_id, status, source, delta)
    SELECT p_environment, (clock_timestamp() AT TIME ZONE 'UTC')::date, d.list_id, d.status, d.source, d.delta FROM d
    ON CONFLICT (environment_id, day, list_id, status, source) DO UPDATE SET delta = k.delta + excluded.delta)
  INSERT INTO entry_count AS k (environment_id, list_id, status, source, count)
  SELECT p_environment, d.list_id, d.status, d.source, d.delta FROM d
  ON CONFLICT ON CONSTRAINT entry_count_pkey DO UPDATE SET count = k.count + excluded.count;

  IF v_once THEN -- what contacts asked for, once for each message or fact, whatever lists it came to
    INSERT INTO opt_out_daily AS k (environment_id, day, campaign_id, source, count)
    SELECT p_environment, (clock_timestamp() AT TIME ZONE 'UTC')::date, coalesce(v_campaign[q.call], 0), q.source, count(*)
      FROM (SELECT s_call[r.set] AS call, min(r.source) AS source FROM unnest(r_set, r_source, write_entries.code) AS r(set, source, done)
             WHERE r.done = 'ADDED' AND k_once[s_call[r.set]] IS NOT NULL GROUP BY 1) q
     GROUP BY 3, 4
    ON CONFLICT (environment_id, day, campaign_id, source) DO UPDATE SET count = k.count + excluded.count;
  END IF;

  -- R4.9: under the environment's lock, like every write of a consent.
  v_consents := NULL;
  IF v_once OR v_opt_outs THEN
    -- The numbers whose consents to texts end, and since when: opt-outs, new or repeated, and sentences that a reviewer confirms.
    -- A STOP that a newer START supersedes lists nothing, and ends what was given before it all the same.
    SELECT array_agg(q.phone), array_agg(q.at), array_agg(q.call) INTO v_ended_phone, v_ended_at, v_ended_call FROM (
      SELECT x.phone, max(x.at) AS at, min(x.call) AS call FROM (
        SELECT r.phone, CASE WHEN r.verb = 'ADD' THEN coalesce(r.requested, v_at) ELSE (v_new[r.n]).requested_at END AS at, s_call[r.set] AS call
          FROM unnest(r_set, r_verb, r_phone, r_opted_out, r_requested) WITH ORDINALITY AS r(set, verb, phone, opted_out, requested, n)
         WHERE v_live[s_call[r.set]] AND CASE r.verb WHEN 'ADD' THEN r.opted_out
               WHEN 'APPROVE' THEN (v_new[r.n]).end_user_opted_out AND NOT (v_old[r.n]).end_user_opted_out END
        UNION ALL
        SELECT m.phone, m.received_at, o.n FROM unnest(v_message) WITH ORDINALITY AS o(id, n)
         CROSS JOIN LATERAL (SELECT * FROM message WHERE environment_id = p_environment AND id = o.id LIMIT 1) m
         WHERE m.meaning = 'OPT_OUT' AND m.certainty = 'HIGH'
      ) x GROUP BY x.phone ORDER BY x.phone) q;
    IF 'APPROVE' = ANY (r_verb) THEN -- a sentence that is confirmed is an opt-out as of when it was said
      INSERT INTO contact_word AS w (environment_id, phone, opted_out_at, certain_at)
      SELECT p_environment, x.phone, x.at, x.at FROM unnest(v_ended_phone, v_ended_at) AS x(phone, at)
      ON CONFLICT (environment_id, phone) DO UPDATE SET opted_out_at = greatest(w.opted_out_at, excluded.opted_out_at), certain_at = greatest(w.certain_at, excluded.certain_at);
    END IF;
    v_consents := consents_of_words(p_environment, k_actor, k_operation, k_once, v_live, v_message, v_at, v_ended_phone, v_ended_at, v_ended_call);
  END IF;

  FOR i IN 1 .. cardinality(k_actor) LOOP
    CONTINUE WHEN k_task[i] IS NULL;
    PERFORM keep_task_batch(p_environment, k_task[i], k_fence[i], k_checkpoint[i]::jsonb, k_rows_done[i],
      (SELECT coalesce(jsonb_object_agg(x.code, x.n), '{}') FROM (
         SELECT q.code, count(*) AS n FROM unnest(r_set, write_entries.code) AS q(set, code) WHERE s_call[q.set] = i GROUP BY q.code) x)
      || coalesce(k_count[i]::jsonb, '{}'));
  END LOOP;

  SELECT array_agg(coalesce((SELECT max(v_log.set_position[s.n]) FROM unnest(s_call) WITH ORDINALITY AS s(call, n) WHERE s.call = k), v_log.head) ORDER BY k)
    INTO call_position FROM generate_subscripts(k_actor, 1) k;
  IF v_consents IS NOT NULL THEN -- which came after the entries, in the same transaction
    call_position := array_fill(v_consents, ARRAY[cardinality(k_actor)]);
  END IF;

  FOR i IN 1 .. cardinality(k_actor) LOOP
    CONTINUE WHEN k_key[i] IS NULL OR NOT v_live[i];
    UPDATE idempotency_record r
       SET codes = x.codes, entry_ids = x.ids, facts = x.facts, last_position = call_position[i]
      FROM (SELECT array_agg(code[q.n] ORDER BY q.n) AS codes, array_agg(entry_id[q.n] ORDER BY q.n) AS ids, array_agg(write_entries.facts[q.n] ORDER BY q.n) AS facts
              FROM unnest(r_set) WITH ORDINALITY AS q(set, n) WHERE s_call[q.set] = i) x
     WHERE r.environment_id = p_environment AND r.actor_id = k_actor[i] AND r.operation = k_operation[i] AND r.key = k_key[i];
  END LOOP;
END $$;

-- What importing these numbers would do, by the law itself (resolve_entry), and each number's facts before it. Changes
-- nothing: an import's dry run. A column that is NULL in every row may come as an empty array.
CREATE OR REPLACE FUNCTION preview_entries(
  p_environment integer, r_phone text[], r_list integer[], r_status entry_status[], r_opted_out boolean[], r_requested timestamptz[],
  r_expires timestamptz[]
) RETURNS TABLE (code text, facts text) LANGUAGE sql STABLE SET enable_seqscan = off SET enable_sort = off SET plan_cache_mode = force_generic_plan AS $$
  SELECT CASE WHEN old.row IS NULL THEN 'ADDED' ELSE (
           SELECT o.code FROM resolve_entry(old.row, 'ADD',
             ROW(p_environment, NULL, r.phone, r.list, 'IMPORT', r.status, true, coalesce(r.opted_out, false), NULL, NULL, NULL,
                 coalesce(r.requested, now()), r.expires, NULL, NULL, NULL, now(), now(), NULL, NULL, NULL, NULL)::entry,
             0, 'STAFF', true, true, true, now()) o) END,
         (SELECT coalesce(string_agg(x.list_id || x.class, ' ' ORDER BY x.list_id), '')
            FROM (SELECT e.list_id, min(e.class) FILTER (WHERE e.active) AS class
                    FROM (SELECT e.list_id, e.active, entry_class(e) AS class FROM entry e
                           WHERE e.environment_id = p_environment AND e.phone = r.phone ORDER BY e.list_id, e.source OFFSET 0) e
                   GROUP BY e.list_id) x
           WHERE x.class IS NOT NULL)
    FROM unnest(r_phone, r_list, r_status, r_opted_out, r_requested, r_expires)
           WITH ORDINALITY AS r(phone, list, status, opted_out, requested, expires, n)
    LEFT JOIN LATERAL (SELECT e AS row FROM entry e
                        WHERE e.environment_id = p_environment AND e.phone = r.phone AND e.list_id = r.list AND e.source = 'IMPORT' LIMIT 1) old ON true
   ORDER BY r.n
$$;

-- For servers of the release before, while they run beside this one; goes with the next release.
CREATE OR REPLACE FUNCTION append_changes(
  p_environment integer,
  s_id uuid[], s_actor integer[], s_operation text[], s_on_behalf_of bigint[], s_reason bigint[], s_evidence bigint[], s_task bigint[],
  c_set integer[], c_kind change_kind[], c_entry bigint[], c_list integer[], c_commitment bytea[], c_facts text[],
  c_before text[], c_after text[], c_reason bigint[], c_reason_before bigint[], c_evidence bigint[], c_evidence_before bigint[],
  c_related integer[],
  OUT set_position bigint[], OUT set_at timestamptz[], OUT set_hash bytea[], OUT change_position bigint[], OUT head bigint
) LANGUAGE sql AS $$
  SELECT * FROM append_changes(p_environment, s_id, s_actor, s_operation, s_on_behalf_of, s_reason, s_evidence, s_task, c_set, c_kind, c_entry,
    c_list, c_commitment, c_facts, c_before, c_after, c_reason, c_reason_before, c_evidence, c_evidence_before, c_related, '{}')
$$;

-- For servers of the release before, while they run beside this one; goes with the next release.
CREATE OR REPLACE FUNCTION write_entries(
  p_environment integer,
  k_actor integer[], k_operation text[], k_key text[], k_request bytea[], k_input_map text[], k_authority text[],
  k_task bigint[], k_fence integer[], k_checkpoint text[], k_rows_done bigint[], k_count text[],
  s_call integer[], s_id uuid[], s_reason bigint[], s_evidence bigint[], s_on_behalf_of bigint[], s_import bigint[], s_claims_of text[],
  r_set integer[], r_verb entry_verb[], r_entry bigint[], r_phone text[], r_list integer[], r_source entry_source[],
  r_status entry_status[], r_opted_out boolean[], r_raw text[], r_reason bigint[], r_evidence bigint[], r_requested timestamptz[],
  r_expires timestamptz[], r_reference text[], r_business text[], r_edits integer[], r_needs integer[], r_version text[],
  OUT code text[], OUT entry_id bigint[], OUT facts text[], OUT call_position bigint[], OUT call_replay jsonb
) LANGUAGE plpgsql AS $$
BEGIN
  SELECT w.code, w.entry_id, w.facts, w.call_position, w.call_replay INTO code, entry_id, facts, call_position, call_replay
    FROM write_entries(p_environment, k_actor, k_operation, k_key, k_request, k_input_map, k_authority, k_task, k_fence, k_checkpoint, k_rows_done,
      k_count, '{}', s_call, s_id, s_reason, s_evidence, s_on_behalf_of, s_import, s_claims_of, r_set, r_verb, r_entry, r_phone, r_list, r_source,
      r_status, r_opted_out, r_raw, r_reason, r_evidence, r_requested, r_expires, r_reference, r_business, r_edits, r_needs, r_version) w;
END $$;
