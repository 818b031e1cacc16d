-- The list, end to end: tables, the log's triggers, and the one set-based function that writes them.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TYPE "environment_kind" AS ENUM ('LIVE', 'TEST');
-- In order of strictness: write_entries takes the greater (R1.2).
CREATE TYPE "entry_status" AS ENUM ('PENDING', 'APPROVED', 'PERMANENT');
CREATE TYPE "entry_source" AS ENUM ('MANUAL', 'API', 'IMPORT', 'SMS_KEYWORD', 'SMS_PHRASE', 'CALL_ACTION', 'DISPOSITION', 'IVR', 'TRANSCRIPT');
CREATE TYPE "actor_type" AS ENUM ('API_KEY', 'PERSON', 'SYSTEM');
CREATE TYPE "change_kind" AS ENUM ('ENTRY_ADDED', 'ENTRY_RAISED', 'ENTRY_UPDATED', 'ENTRY_APPROVED', 'ENTRY_UNAPPROVED', 'ENTRY_REMOVED', 'ENTRY_EXPIRED', 'LIST', 'SETTING', 'ENVIRONMENT', 'API_KEY');

CREATE TABLE "instance" (
  "id" integer NOT NULL DEFAULT 1,
  "server_secret" bytea NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "instance_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "instance_is_one_row" CHECK ("id" = 1)
);

CREATE TABLE "account" (
  "id" serial NOT NULL,
  "name" text NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "account_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "account_name_key" ON "account" ("name");

CREATE TABLE "environment" (
  "id" serial NOT NULL,
  "account_id" integer NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "key" text NOT NULL,
  "kind" "environment_kind" NOT NULL,
  "epoch" text NOT NULL,
  "head" bigint NOT NULL DEFAULT 0,
  "head_hash" bytea NOT NULL,
  "head_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "settings" jsonb NOT NULL DEFAULT '{}',
  "auth_version" integer NOT NULL DEFAULT 0,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "environment_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "environment_account_id_key_key" ON "environment" ("account_id", "key");

CREATE TABLE "list" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" integer NOT NULL,
  "key" text NOT NULL,
  "name" text NOT NULL,
  "description" text NOT NULL DEFAULT '',
  "blocks" smallint NOT NULL CHECK ("blocks" BETWEEN 1 AND 15),
  "built_in" boolean NOT NULL DEFAULT false,
  "enabled" boolean NOT NULL DEFAULT true,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "list_pkey" PRIMARY KEY ("environment_id", "id")
);
CREATE UNIQUE INDEX "list_environment_id_key_key" ON "list" ("environment_id", "key");

CREATE TABLE "actor" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" serial NOT NULL,
  "type" "actor_type" NOT NULL,
  "subject" text NOT NULL,
  "name" text NOT NULL,
  CONSTRAINT "actor_pkey" PRIMARY KEY ("environment_id", "id")
);
CREATE UNIQUE INDEX "actor_environment_id_subject_key" ON "actor" ("environment_id", "subject");

CREATE TABLE "api_key" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" serial NOT NULL,
  "name" text NOT NULL,
  "role" text NOT NULL,
  "hash" bytea NOT NULL,
  "hint" text NOT NULL,
  "created_by_id" integer NOT NULL,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" timestamptz(3),
  "revoked_at" timestamptz(3),
  "last_used_at" timestamptz(3),
  CONSTRAINT "api_key_pkey" PRIMARY KEY ("environment_id", "id"),
  FOREIGN KEY ("environment_id", "created_by_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX "api_key_hash_key" ON "api_key" ("hash");

CREATE TABLE "text_value" (
  "environment_id" integer NOT NULL,
  "id" bigserial NOT NULL,
  "digest" bytea,
  "salt" bytea,
  "body" text,
  "commitment" bytea NOT NULL,
  CONSTRAINT "text_value_pkey" PRIMARY KEY ("environment_id", "id")
);
CREATE UNIQUE INDEX "text_value_environment_id_digest_key" ON "text_value" ("environment_id", "digest");
CREATE INDEX "text_value_body_trgm" ON "text_value" USING gin ("environment_id", "body" gin_trgm_ops);

CREATE TABLE "entry" (
  "environment_id" integer NOT NULL,
  "id" bigserial NOT NULL,
  "phone" text COLLATE "C" NOT NULL,
  "list_id" integer NOT NULL,
  "source" "entry_source" NOT NULL,
  "status" "entry_status" NOT NULL,
  "active" boolean NOT NULL DEFAULT true,
  "end_user_opted_out" boolean NOT NULL DEFAULT false,
  "raw" text,
  "reason_id" bigint,
  "evidence_id" bigint,
  "requested_at" timestamptz(3) NOT NULL,
  "expires_at" timestamptz(3),
  "external_reference" text,
  "business_number" text,
  "created_by_id" integer NOT NULL,
  "created_at" timestamptz(3) NOT NULL,
  "updated_at" timestamptz(3) NOT NULL,
  "salt" bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()),
  CONSTRAINT "entry_pkey" PRIMARY KEY ("environment_id", "id"),
  -- R1.3, R1.4: PERMANENT and an expiry exclude each other, and so do PERMANENT and a person's own opt-out.
  CONSTRAINT "entry_permanent_has_no_end" CHECK ("status" <> 'PERMANENT' OR ("expires_at" IS NULL AND NOT "end_user_opted_out")),
  FOREIGN KEY ("environment_id", "list_id") REFERENCES "list" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  FOREIGN KEY ("environment_id", "created_by_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- R1.1, and the way every look-up by number goes (P1.2).
CREATE UNIQUE INDEX "entry_environment_id_phone_list_id_source_key" ON "entry" ("environment_id", "phone", "list_id", "source");
CREATE INDEX "entry_by_list" ON "entry" ("environment_id", "list_id", "status", "created_at", "id") WHERE "active";
CREATE INDEX "entry_by_date" ON "entry" ("environment_id", "created_at", "id") WHERE "active";
CREATE INDEX "entry_by_reason" ON "entry" ("environment_id", "reason_id", "created_at", "id") WHERE "active" AND "reason_id" IS NOT NULL;
CREATE INDEX "entry_by_external_reference" ON "entry" ("environment_id", "external_reference") WHERE "active" AND "external_reference" IS NOT NULL;
CREATE INDEX "entry_due" ON "entry" ("environment_id", "expires_at", "id") WHERE "active" AND "expires_at" IS NOT NULL;
CREATE INDEX "entry_phone_trgm" ON "entry" USING gin ("environment_id", "phone" gin_trgm_ops) WHERE "active";

CREATE TABLE "change_set" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "position" bigint NOT NULL,
  "first_position" bigint NOT NULL,
  "id" uuid NOT NULL,
  "at" timestamptz(3) NOT NULL,
  "actor_id" integer NOT NULL,
  "operation" text NOT NULL,
  "on_behalf_of_id" bigint,
  "reason_id" bigint,
  "evidence_id" bigint,
  "task_id" bigint,
  "prev_hash" bytea NOT NULL,
  "hash" bytea NOT NULL,
  CONSTRAINT "change_set_pkey" PRIMARY KEY ("environment_id", "position"),
  FOREIGN KEY ("environment_id", "actor_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX "change_set_environment_id_id_key" ON "change_set" ("environment_id", "id");
CREATE INDEX "change_set_environment_id_at_idx" ON "change_set" ("environment_id", "at");
CREATE INDEX "change_set_environment_id_actor_id_position_idx" ON "change_set" ("environment_id", "actor_id", "position");

CREATE TABLE "change" (
  "environment_id" integer NOT NULL,
  "position" bigint NOT NULL,
  "set_position" bigint NOT NULL,
  "kind" "change_kind" NOT NULL,
  "entry_id" bigint,
  "list_id" integer,
  "phone_commitment" bytea,
  "facts" text,
  "before" text,
  "after" text,
  "reason_id" bigint,
  "reason_before_id" bigint,
  "evidence_id" bigint,
  "evidence_before_id" bigint,
  "related_position" bigint,
  CONSTRAINT "change_pkey" PRIMARY KEY ("environment_id", "position"),
  FOREIGN KEY ("environment_id", "set_position") REFERENCES "change_set" ("environment_id", "position") ON DELETE RESTRICT ON UPDATE RESTRICT,
  FOREIGN KEY ("environment_id", "entry_id") REFERENCES "entry" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX "change_environment_id_entry_id_position_idx" ON "change" ("environment_id", "entry_id", "position");
CREATE INDEX "change_environment_id_list_id_position_idx" ON "change" ("environment_id", "list_id", "position");
CREATE INDEX "change_environment_id_kind_position_idx" ON "change" ("environment_id", "kind", "position");

CREATE TABLE "entry_count" (
  "environment_id" integer NOT NULL,
  "list_id" integer NOT NULL,
  "status" "entry_status" NOT NULL,
  "source" "entry_source" NOT NULL,
  "count" bigint NOT NULL,
  CONSTRAINT "entry_count_pkey" PRIMARY KEY ("environment_id", "list_id", "status", "source")
);

CREATE TABLE "idempotency_record" (
  "environment_id" integer NOT NULL,
  "actor_id" integer NOT NULL,
  "operation" text NOT NULL,
  "key" text NOT NULL,
  "request_hash" bytea NOT NULL,
  "input_map" integer[],
  "codes" text[],
  "entry_ids" bigint[],
  "facts" text[],
  "last_position" bigint,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("environment_id", "actor_id", "operation", "key")
);
CREATE INDEX "idempotency_record_age" ON "idempotency_record" ("created_at");

-- Invariant 4: log rows are never updated or deleted, by anyone.
CREATE FUNCTION refuse_to_rewrite_the_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the log is append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER "change_is_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "change" FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_log();
CREATE TRIGGER "change_set_is_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "change_set" FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_the_log();

-- One field of a hashed row (P1.9): length-prefixed UTF-8; NULL is '-' and so distinct from empty, '0:,'.
CREATE FUNCTION chain_field(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(octet_length(convert_to(value, 'UTF8')) || ':' || value || ',', '-')
$$;

CREATE FUNCTION iso_time(value timestamptz) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT to_char(value AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;

-- The one end of every write: gives the change sets of a call their positions, time and hashes and appends them.
-- Takes the environment's row lock (callers that computed something under it hold it already): position order IS
-- commit order (invariant 3). Sets without changes are skipped and answer NULL. The hashed text is stated in
-- src/changes/PROTOCOL.md, and src/changes/chain.ts computes it a second time.
CREATE FUNCTION append_changes(
  p_environment integer,
  s_id uuid[], s_actor integer[], s_operation text[], s_on_behalf_of bigint[], s_reason bigint[], s_evidence bigint[], s_task bigint[],
  c_set integer[], c_kind change_kind[], c_entry bigint[], c_list integer[], c_commitment bytea[], c_facts text[],
  c_before text[], c_after text[], c_reason bigint[], c_reason_before bigint[], c_evidence bigint[], c_evidence_before bigint[],
  c_related integer[],
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

  SELECT array_agg(sha256('\x00'::bytea || convert_to(
           chain_field('1') || chain_field(change_position[c.n]::text) || chain_field(c.kind::text) || chain_field(c.entry::text)
           || chain_field(c.list::text) || chain_field(encode(c.commitment, 'hex')) || chain_field(c.facts)
           || chain_field(c.before) || chain_field(c.after)
           || chain_field(CASE WHEN c.reason IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.reason) END)
           || chain_field(CASE WHEN c.reason_before IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.reason_before) END)
           || chain_field(CASE WHEN c.evidence IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.evidence) END)
           || chain_field(CASE WHEN c.evidence_before IS NOT NULL THEN (SELECT encode(t.commitment, 'hex') FROM text_value t WHERE t.environment_id = p_environment AND t.id = c.evidence_before) END)
           || chain_field(change_position[c.related]::text), 'UTF8')) ORDER BY c.n)
    INTO v_row_hash
    FROM unnest(c_kind, c_entry, c_list, c_commitment, c_facts, c_before, c_after, c_reason, c_reason_before, c_evidence, c_evidence_before, c_related)
      WITH ORDINALITY AS c(kind, entry, list, commitment, facts, before, after, reason, reason_before, evidence, evidence_before, related, n);

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
                      reason_id, reason_before_id, evidence_id, evidence_before_id, related_position)
  SELECT p_environment, change_position[c.n], set_position[c.set], c.kind, c.entry, c.list, c.commitment, c.facts, c.before, c.after,
         c.reason, c.reason_before, c.evidence, c.evidence_before, change_position[c.related]
    FROM unnest(c_set, c_kind, c_entry, c_list, c_commitment, c_facts, c_before, c_after, c_reason, c_reason_before, c_evidence, c_evidence_before, c_related)
      WITH ORDINALITY AS c(set, kind, entry, list, commitment, facts, before, after, reason, reason_before, evidence, evidence_before, related, n)
   ORDER BY c.n;

  UPDATE environment SET head = v_last, head_hash = v_hash, head_at = v_at WHERE id = p_environment;
  head := v_last;
END $$;

CREATE TYPE "entry_verb" AS ENUM ('ADD', 'EDIT', 'APPROVE', 'UNAPPROVE', 'REMOVE', 'EXPIRE');

-- Is this entry enforced whatever the setting enforcePending says (R1.5)? 'h' hard, 's' soft.
CREATE FUNCTION entry_class(e entry) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN e.status <> 'PENDING' OR e.end_user_opted_out OR e.source NOT IN ('MANUAL', 'API', 'IMPORT') THEN 'h' ELSE 's' END
$$;

-- THE LAW OF ONE ENTRY (rules.md R1): what becomes of `old` when a verb asks for `ask`. Answers a code, and in `new`
-- the row as it must stand (NULL when nothing changes). Pure: reads nothing but its arguments.
--   authority: STAFF; COMPLIANCE (also COMPLIANCE's and ADMIN's rights); CONTACT (the person's own START); SYSTEM.
--   edits: bits of what EDIT sets: 1 reason, 2 evidence, 4 expiry, 8 date of the request, 16 external reference.
CREATE FUNCTION resolve_entry(
  old entry, verb entry_verb, ask entry, edits integer, authority text, has_reason boolean, has_evidence boolean,
  enforce_pending boolean, at timestamptz, OUT code text, OUT new entry
) LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  shortens boolean;
BEGIN
  new := old;
  IF verb = 'ADD' THEN
    IF NOT old.active THEN -- R1.2: a removed entry that is added again becomes active again
      new := ask;
      new.id := old.id;
      new.salt := old.salt;
      new.created_at := at;
      IF new.end_user_opted_out THEN
        new.status := least(new.status, 'APPROVED'::entry_status);
      END IF;
      IF new.end_user_opted_out OR new.status = 'PERMANENT' THEN
        new.expires_at := NULL;
      END IF;
      code := 'ADDED';
      RETURN;
    END IF;
    -- Adding again never weakens: the stricter wins, attribute by attribute (R1.2).
    new.end_user_opted_out := (old.end_user_opted_out OR ask.end_user_opted_out) AND old.status <> 'PERMANENT';
    new.status := greatest(old.status, ask.status);
    IF new.end_user_opted_out AND new.status = 'PERMANENT' THEN -- R1.4: a person's opt-out can't be made permanent
      new.status := greatest(old.status, 'APPROVED'::entry_status);
    END IF;
    new.expires_at := CASE WHEN old.expires_at IS NULL OR ask.expires_at IS NULL OR new.status = 'PERMANENT' OR new.end_user_opted_out
                           THEN NULL ELSE greatest(old.expires_at, ask.expires_at) END;
    new.requested_at := least(old.requested_at, ask.requested_at);
    IF new IS NOT DISTINCT FROM old THEN
      code := 'ALREADY_LISTED';
      new := NULL;
    ELSE
      code := 'RAISED';
      new.updated_at := at;
    END IF;
    RETURN;
  END IF;

  IF NOT old.active THEN
    code := 'NOT_FOUND';
    new := NULL;
    RETURN;
  END IF;

  IF verb = 'EXPIRE' THEN -- re-checked under the row's lock by the database's clock (P1.10)
    IF old.expires_at IS NULL OR old.expires_at > at THEN
      code := 'UNCHANGED';
      new := NULL;
      RETURN;
    END IF;
    new.active := false;
  ELSIF verb = 'APPROVE' THEN
    -- R1.4: a person's opt-out can't be made permanent, and a sentence is one as soon as it is approved.
    IF (old.end_user_opted_out OR old.source = 'SMS_PHRASE') AND old.status <> 'PERMANENT' AND ask.status = 'PERMANENT' THEN
      code := 'REFUSED_OPTED_OUT';
      new := NULL;
      RETURN;
    END IF;
    new.status := greatest(old.status, ask.status);
    -- R1.4: a sentence of the contact's that a reviewer confirms is the contact's own opt-out.
    IF old.source = 'SMS_PHRASE' AND new.status = 'APPROVED' THEN
      new.end_user_opted_out := true;
      new.expires_at := NULL;
    END IF;
    IF new.status = 'PERMANENT' THEN
      new.expires_at := NULL;
    END IF;
  ELSIF old.status = 'PERMANENT' AND NOT (verb = 'EDIT' AND edits = 1) THEN -- R1.3: any edit but a note, for everybody
    code := 'REFUSED_PERMANENT';
    new := NULL;
    RETURN;
  ELSIF verb = 'UNAPPROVE' THEN
    new.status := 'PENDING';
    IF new IS DISTINCT FROM old AND NOT enforce_pending AND entry_class(new) = 's' AND NOT has_reason THEN -- R1.5
      code := 'REFUSED_REASON';
      new := NULL;
      RETURN;
    END IF;
  ELSE
    shortens := verb = 'EDIT' AND edits & 4 <> 0 AND ask.expires_at IS NOT NULL AND (old.expires_at IS NULL OR ask.expires_at < old.expires_at);
    IF verb = 'REMOVE' OR shortens THEN -- R1.6: setting or shortening an expiry needs what a removal needs
      IF authority <> 'CONTACT' THEN
        IF old.end_user_opted_out AND (old.list_id <> 1 OR authority <> 'COMPLIANCE') THEN -- R1.4; list 1 is DNC
          code := 'REFUSED_OPTED_OUT';
        ELSIF NOT has_reason THEN
          code := 'REFUSED_REASON';
        ELSIF NOT has_evidence AND (old.end_user_opted_out OR old.source IN ('CALL_ACTION', 'DISPOSITION', 'IVR', 'TRANSCRIPT')) THEN
          code := 'REFUSED_EVIDENCE';
        END IF;
      ELSIF NOT old.end_user_opted_out THEN -- R4.3: START lifts the contact's own opt-outs and nothing else
        code := 'REFUSED_NOT_OPTED_OUT';
      END IF;
      IF code IS NOT NULL THEN
        new := NULL;
        RETURN;
      END IF;
    END IF;
    IF verb = 'REMOVE' THEN
      new.active := false;
    ELSE
      IF edits & 1 <> 0 THEN new.reason_id := ask.reason_id; END IF;
      IF edits & 2 <> 0 THEN new.evidence_id := ask.evidence_id; END IF;
      IF edits & 4 <> 0 THEN new.expires_at := ask.expires_at; END IF;
      IF edits & 8 <> 0 THEN new.requested_at := ask.requested_at; END IF;
      IF edits & 16 <> 0 THEN new.external_reference := ask.external_reference; END IF;
    END IF;
  END IF;

  IF new IS NOT DISTINCT FROM old THEN
    code := 'UNCHANGED';
    new := NULL;
  ELSE
    code := 'CHANGED';
    new.updated_at := at;
  END IF;
END $$;

-- What one change says of the entry's plain attributes; only what changed (P1.6). A key of `before` that `after` lacks was cleared.
CREATE FUNCTION entry_attributes(e entry, other entry) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT nullif(json_strip_nulls(json_build_object(
    'status', CASE WHEN e.status IS DISTINCT FROM other.status THEN e.status END,
    'endUserOptedOut', CASE WHEN e.end_user_opted_out IS DISTINCT FROM coalesce(other.end_user_opted_out, false) THEN e.end_user_opted_out END,
    'requestedAt', CASE WHEN e.requested_at IS DISTINCT FROM other.requested_at THEN iso_time(e.requested_at) END,
    'expiresAt', CASE WHEN e.expires_at IS DISTINCT FROM other.expires_at THEN iso_time(e.expires_at) END,
    'externalReference', CASE WHEN e.external_reference IS DISTINCT FROM other.external_reference THEN e.external_reference END,
    'businessNumber', CASE WHEN e.business_number IS DISTINCT FROM other.business_number THEN e.business_number END
  ))::text, '{}')
$$;

-- THE ONE WAY IN for entries (design.md): a batch of calls, each with its change sets and rows, in one transaction.
-- Rows come sorted by (phone, list, source), so that row locks are taken in one order everywhere; the environment's
-- row is locked last, in a statement of its own (P1.1). A phone stands in one call of a batch only, and all its rows
-- in one set, so that `facts` is the number's state at the end of its set. Refusals are per row: one bad row never
-- fails the others. A row with r_version is left alone when the entry isn't the one that was read (its xmin): what a filter
-- selected must still fit it. A row with r_needs is skipped unless that row of the same set took effect (R1.6).
-- Why the SETs: plans are made once and not from the arrays' contents (a custom plan copies them flat, and each
-- subscript then walks the array: 8 s instead of 1 for 10,000 rows), and must not have been made for an empty table.
CREATE FUNCTION write_entries(
  p_environment integer,
  k_actor integer[], k_operation text[], k_key text[], k_request bytea[], k_input_map text[], k_authority text[],
  s_call integer[], s_id uuid[], s_reason bigint[], s_evidence bigint[], s_on_behalf_of bigint[], s_task bigint[],
  r_set integer[], r_verb entry_verb[], r_entry bigint[], r_phone text[], r_list integer[], r_source entry_source[],
  r_status entry_status[], r_opted_out boolean[], r_raw text[], r_reason bigint[], r_evidence bigint[], r_requested timestamptz[],
  r_expires timestamptz[], r_reference text[], r_business text[], r_edits integer[], r_needs integer[], r_version text[],
  OUT code text[], OUT entry_id bigint[], OUT facts text[], OUT call_position bigint[], OUT call_replay jsonb
) LANGUAGE plpgsql SET enable_seqscan = off SET jit = off SET plan_cache_mode = force_generic_plan AS $$
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
  v_outcome record;
  c record;
BEGIN
  call_replay := '{}';
  SELECT coalesce((settings ->> 'enforcePending')::boolean, true) INTO STRICT v_enforce FROM environment WHERE id = p_environment;

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
    IF c.version <> c.xmin THEN
      code[c.n] := 'REFUSED_CHANGED';
      CONTINUE;
    END IF;
    SELECT * INTO v_outcome FROM resolve_entry(c.row, c.verb,
      ROW(p_environment, NULL, NULL, NULL, NULL, c.status, true, false, NULL, c.reason, c.evidence, c.requested, c.expires, c.reference, NULL, NULL, NULL, NULL, NULL)::entry,
      c.edits, k_authority[s_call[c.set]], s_reason[c.set] IS NOT NULL, s_evidence[c.set] IS NOT NULL, v_enforce, v_at);
    code[c.n] := v_outcome.code;
    v_new[c.n] := v_outcome.new;
  END LOOP;

  -- 2. Additions: insert what is new, then lock and decide what was there (R1.1, R1.2).
  IF 'ADD' = ANY (r_verb) THEN
    -- In no order: whoever sees masked numbers must not read their order from ids (P2.9).
    SELECT array_agg(id ORDER BY random()) INTO v_id FROM (SELECT nextval('entry_id_seq') AS id FROM generate_series(1, n)) ids;
    i := 0;
    FOR c IN
      INSERT INTO entry (environment_id, id, phone, list_id, source, status, active, end_user_opted_out, raw, reason_id, evidence_id,
                         requested_at, expires_at, external_reference, business_number, created_by_id, created_at, updated_at)
      -- R1.3, R1.4: what excludes each other is settled on the blocking side, so that one row never fails the others.
      SELECT p_environment, r.id, r.phone, r.list, r.source, CASE WHEN r.opted_out THEN least(r.status, 'APPROVED') ELSE r.status END, true, coalesce(r.opted_out, false), r.raw, r.reason, r.evidence,
             coalesce(r.requested, v_at), CASE WHEN r.opted_out OR r.status = 'PERMANENT' THEN NULL ELSE r.expires END, r.reference, r.business,
             k_actor[s_call[r.set]], v_at, v_at
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
            coalesce(c.requested, v_at), c.expires, c.reference, c.business, k_actor[s_call[c.set]], v_at, v_at, NULL)::entry,
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
         created_by_id = w.created_by_id, created_at = w.created_at, updated_at = w.updated_at
    FROM unnest(v_new) WITH ORDINALITY w
   WHERE e.environment_id = p_environment AND e.id = w.id AND w.id IS DISTINCT FROM v_id[w.ordinality];

  -- 3. The environment's row, last; positions, facts, hashes and log rows come from statements that start after it.
  PERFORM 1 FROM environment WHERE id = p_environment FOR NO KEY UPDATE;
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
       FROM (SELECT e.list_id, min(entry_class(e)) FILTER (WHERE e.active) AS class FROM entry e
              WHERE e.environment_id = p_environment AND e.phone = r.phone GROUP BY e.list_id) x
      WHERE x.class IS NOT NULL) f;

  SELECT l.* INTO v_log FROM (
    SELECT coalesce(array_agg(r_set[o.r]), '{}') AS set,
           array_agg(('ENTRY_' || CASE r_verb[o.r] WHEN 'ADD' THEN code[o.r] WHEN 'EDIT' THEN 'UPDATED' WHEN 'APPROVE' THEN 'APPROVED'
                      WHEN 'UNAPPROVE' THEN 'UNAPPROVED' WHEN 'REMOVE' THEN 'REMOVED' ELSE 'EXPIRED' END)::change_kind) AS kind,
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
    s_on_behalf_of, s_reason, s_evidence, s_task,
    x.set, x.kind, x.entry, x.list, x.commitment, x.facts, x.before, x.after, x.reason, x.reason_before, x.evidence, x.evidence_before, x.related) l;

  -- Counters (P3.3): out with the old state, in with the new.
  INSERT INTO entry_count AS k (environment_id, list_id, status, source, count)
  SELECT p_environment, d.list_id, d.status, d.source, sum(d.delta) FROM (
      SELECT w.list_id, w.status, w.source, 1 AS delta FROM unnest(v_new) w WHERE w.active
      UNION ALL
      SELECT (v_old[r]).list_id, (v_old[r]).status, (v_old[r]).source, -1 FROM unnest(v_order) AS r WHERE (v_old[r]).id IS NOT NULL
    ) d GROUP BY d.list_id, d.status, d.source HAVING sum(d.delta) <> 0
  ON CONFLICT ON CONSTRAINT entry_count_pkey DO UPDATE SET count = k.count + excluded.count;

  SELECT array_agg(coalesce((SELECT max(v_log.set_position[s.n]) FROM unnest(s_call) WITH ORDINALITY AS s(call, n) WHERE s.call = k), v_log.head) ORDER BY k)
    INTO call_position FROM generate_subscripts(k_actor, 1) k;

  FOR i IN 1 .. cardinality(k_actor) LOOP
    CONTINUE WHEN k_key[i] IS NULL OR NOT v_live[i];
    UPDATE idempotency_record r
       SET codes = x.codes, entry_ids = x.ids, facts = x.facts, last_position = call_position[i]
      FROM (SELECT array_agg(code[q.n] ORDER BY q.n) AS codes, array_agg(entry_id[q.n] ORDER BY q.n) AS ids, array_agg(write_entries.facts[q.n] ORDER BY q.n) AS facts
              FROM unnest(r_set) WITH ORDINALITY AS q(set, n) WHERE s_call[q.set] = i) x
     WHERE r.environment_id = p_environment AND r.actor_id = k_actor[i] AND r.operation = k_operation[i] AND r.key = k_key[i];
  END LOOP;
END $$;
