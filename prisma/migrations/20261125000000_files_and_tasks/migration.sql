-- Files in, files out: tasks, stored files, imports' claims; write_entries learns fences, checkpoints and claims.

CREATE TYPE "task_kind" AS ENUM ('IMPORT', 'UNDO_IMPORT', 'ENTRY_EXPORT', 'LOG_EXPORT', 'SCRUB', 'APPROVE', 'UNAPPROVE', 'REMOVE');
CREATE TYPE "task_state" AS ENUM ('QUEUED', 'RUNNING', 'DONE', 'FAILED', 'CANCELLED');
CREATE TYPE "row_problem_severity" AS ENUM ('INVALID', 'WARNING');
CREATE TYPE "file_purpose" AS ENUM ('UPLOAD', 'EXPORT', 'CALLABLE', 'BLOCKED');

CREATE TABLE "task" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" bigserial NOT NULL,
  "kind" "task_kind" NOT NULL,
  "state" "task_state" NOT NULL DEFAULT 'QUEUED',
  "actor_id" integer NOT NULL,
  "on_behalf_of_id" bigint,
  "authority" text NOT NULL,
  "input" jsonb NOT NULL,
  "origin" text,
  "undone_by_id" bigint,
  "step" text NOT NULL DEFAULT '',
  "rows_done" bigint NOT NULL DEFAULT 0,
  "rows_total" bigint,
  "counts" jsonb NOT NULL DEFAULT '{}',
  "checkpoint" jsonb,
  "result" jsonb,
  "failure_code" text,
  "failure_message" text,
  "fence" integer NOT NULL DEFAULT 0,
  "attempts" integer NOT NULL DEFAULT 0,
  "leased_by" text,
  "lease_until" timestamptz(3),
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "started_at" timestamptz(3),
  "updated_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "finished_at" timestamptz(3),
  CONSTRAINT "task_pkey" PRIMARY KEY ("environment_id", "id"),
  FOREIGN KEY ("environment_id", "actor_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- What a runner looks for, and what an environment has waiting.
CREATE INDEX "task_to_do" ON "task" ("environment_id", "id") WHERE "state" IN ('QUEUED', 'RUNNING');
CREATE INDEX "task_by_origin" ON "task" ("environment_id", "origin", "id") WHERE "origin" IS NOT NULL;

CREATE TABLE "task_log_line" (
  "environment_id" integer NOT NULL,
  "task_id" bigint NOT NULL,
  "id" bigserial NOT NULL,
  "at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "level" text NOT NULL,
  "message" text NOT NULL,
  CONSTRAINT "task_log_line_pkey" PRIMARY KEY ("environment_id", "task_id", "id"),
  FOREIGN KEY ("environment_id", "task_id") REFERENCES "task" ("environment_id", "id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE TABLE "row_problem" (
  "environment_id" integer NOT NULL,
  "task_id" bigint NOT NULL,
  "line" bigint NOT NULL,
  "n" smallint NOT NULL,
  "severity" "row_problem_severity" NOT NULL,
  "code" text NOT NULL,
  "message" text NOT NULL,
  "raw" text,
  CONSTRAINT "row_problem_pkey" PRIMARY KEY ("environment_id", "task_id", "line", "n"),
  FOREIGN KEY ("environment_id", "task_id") REFERENCES "task" ("environment_id", "id") ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE TABLE "stored_file" (
  "environment_id" integer NOT NULL REFERENCES "environment" ("id") ON DELETE RESTRICT ON UPDATE RESTRICT,
  "id" uuid NOT NULL,
  "purpose" "file_purpose" NOT NULL,
  "name" text NOT NULL,
  "media_type" text NOT NULL,
  "size" bigint NOT NULL DEFAULT 0,
  "declared_size" bigint,
  "complete" boolean NOT NULL DEFAULT false,
  "created_by_id" integer NOT NULL,
  "task_id" bigint,
  "created_at" timestamptz(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" timestamptz(3) NOT NULL,
  CONSTRAINT "stored_file_pkey" PRIMARY KEY ("environment_id", "id"),
  FOREIGN KEY ("environment_id", "created_by_id") REFERENCES "actor" ("environment_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX "stored_file_environment_id_task_id_idx" ON "stored_file" ("environment_id", "task_id");
CREATE INDEX "stored_file_age" ON "stored_file" ("expires_at");

CREATE TABLE "file_part" (
  "environment_id" integer NOT NULL,
  "file_id" uuid NOT NULL,
  "start" bigint NOT NULL,
  "bytes" bytea NOT NULL,
  CONSTRAINT "file_part_pkey" PRIMARY KEY ("environment_id", "file_id", "start"),
  FOREIGN KEY ("environment_id", "file_id") REFERENCES "stored_file" ("environment_id", "id") ON DELETE CASCADE ON UPDATE RESTRICT
);
-- Parts are read whole and mostly don't compress: no time for it.
ALTER TABLE "file_part" ALTER COLUMN "bytes" SET STORAGE EXTERNAL;

CREATE TABLE "import_claim" (
  "environment_id" integer NOT NULL,
  "entry_id" bigint NOT NULL,
  "import_id" bigint NOT NULL,
  CONSTRAINT "import_claim_pkey" PRIMARY KEY ("environment_id", "entry_id", "import_id")
);
CREATE INDEX "import_claim_environment_id_import_id_entry_id_idx" ON "import_claim" ("environment_id", "import_id", "entry_id");

-- The import whose claim holds the entry: the first that has its number, while that claim isn't withdrawn (R6.3).
ALTER TABLE "entry" ADD COLUMN "import_id" bigint;
CREATE INDEX "entry_by_import" ON "entry" ("environment_id", "import_id", "phone") WHERE "active" AND "import_id" IS NOT NULL;

-- A change's entry is one that write_entries has in its hands, and entries are never deleted, so the key proved nothing. Its
-- look-up's plan, made while the table was small and kept by each session, took the unique key of the numbers and read the
-- whole environment for every row: an import beside single adds came to a tenth of its speed.
ALTER TABLE "change" DROP CONSTRAINT "change_environment_id_entry_id_fkey";

ALTER TYPE "entry_verb" ADD VALUE 'WITHDRAW';

-- One field of a hashed row (P1.9); the database's encoding is UTF-8, so its own length is the one that counts. Written so
-- that the planner puts it in place (number || text is STABLE, and kept it a call): it was a quarter of an import's time.
CREATE OR REPLACE FUNCTION chain_field(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(octet_length(value)::text || ':' || value || ',', '-')
$$;

-- As before, with the fields of a row hashed in one plan. src/changes/PROTOCOL.md states the hashed text.
CREATE OR REPLACE FUNCTION append_changes(
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
                      reason_id, reason_before_id, evidence_id, evidence_before_id, related_position)
  SELECT p_environment, change_position[c.n], set_position[c.set], c.kind, c.entry, c.list, c.commitment, c.facts, c.before, c.after,
         c.reason, c.reason_before, c.evidence, c.evidence_before, change_position[c.related]
    FROM unnest(c_set, c_kind, c_entry, c_list, c_commitment, c_facts, c_before, c_after, c_reason, c_reason_before, c_evidence, c_evidence_before, c_related)
      WITH ORDINALITY AS c(set, kind, entry, list, commitment, facts, before, after, reason, reason_before, evidence, evidence_before, related, n)
   ORDER BY c.n;

  UPDATE environment SET head = v_last, head_hash = v_hash, head_at = v_at WHERE id = p_environment;
  head := v_last;
END $$;

-- A task's batch: kept with the rows that it wrote, by whoever holds the newest fence, and counted once: after a lost
-- answer the same batch finds its own checkpoint.
CREATE FUNCTION keep_task_batch(p_environment integer, p_task bigint, p_fence integer, p_checkpoint jsonb, p_rows_done bigint, p_count jsonb)
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_checkpoint jsonb;
  v_rows_done bigint;
BEGIN
  SELECT t.checkpoint, t.rows_done INTO v_checkpoint, v_rows_done FROM task t
   WHERE t.environment_id = p_environment AND t.id = p_task AND t.fence = p_fence AND t.state = 'RUNNING' FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the task was cancelled, or another server has taken it over' USING ERRCODE = 'QL001';
  END IF;
  IF v_checkpoint IS NOT DISTINCT FROM p_checkpoint THEN
    RETURN;
  END IF;
  -- Rows done never fall: this is an old try of an earlier batch, come late.
  IF p_rows_done < v_rows_done THEN
    RAISE EXCEPTION 'the task is further than this batch' USING ERRCODE = 'QL001';
  END IF;
  UPDATE task t
     SET checkpoint = p_checkpoint, rows_done = p_rows_done, counts = add_counts(t.counts, p_count), attempts = 0,
         updated_at = clock_timestamp()
   WHERE t.environment_id = p_environment AND t.id = p_task;
END $$;

-- Counts by name, added up.
CREATE FUNCTION add_counts(a jsonb, b jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(jsonb_object_agg(x.key, x.sum), '{}')
    FROM (SELECT key, sum(value::bigint) AS sum FROM (SELECT * FROM jsonb_each_text(a) UNION ALL SELECT * FROM jsonb_each_text(b)) y GROUP BY key) x
$$;

-- R6.3: an import that meets an entry has a claim on it; the first stands in the entry itself. Of a replaced origin
-- (p_of: its earlier imports) one claim is enough. Bookkeeping, and no change: a claim alters no verdict.
CREATE FUNCTION claim_entries(p_environment integer, p_entry bigint, p_import bigint, p_of bigint[])
RETURNS void LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_first bigint;
BEGIN
  SELECT e.import_id INTO v_first FROM entry e WHERE e.environment_id = p_environment AND e.id = p_entry;
  IF v_first IS NULL THEN
    UPDATE entry SET import_id = p_import WHERE environment_id = p_environment AND id = p_entry;
  ELSIF v_first <> p_import AND NOT (p_of IS NOT NULL AND (v_first = ANY (p_of)
        OR EXISTS (SELECT 1 FROM import_claim k WHERE k.environment_id = p_environment AND k.entry_id = p_entry AND k.import_id = ANY (p_of)))) THEN
    INSERT INTO import_claim (environment_id, entry_id, import_id) VALUES (p_environment, p_entry, p_import) ON CONFLICT DO NOTHING;
  END IF;
END $$;

-- R6.3: why an entry stays although the imports p_of give up their claims on it: another import claims it, or somebody has
-- edited, raised or approved it by hand. NULL: nobody else holds it.
CREATE FUNCTION entry_kept_by(e entry, p_of bigint[]) RETURNS text LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF e.import_id IS NULL THEN
    RETURN 'KEPT_EDITED';
  END IF;
  IF e.import_id <> ALL (p_of) OR EXISTS (
       SELECT 1 FROM import_claim k WHERE k.environment_id = e.environment_id AND k.entry_id = e.id AND k.import_id <> ALL (p_of)) THEN
    RETURN 'KEPT_CLAIMED';
  END IF;
  -- An entry that never changed has no history to look at.
  IF e.updated_at > e.created_at AND EXISTS (
       SELECT 1 FROM change c JOIN change_set s ON s.environment_id = c.environment_id AND s.position = c.set_position
        WHERE c.environment_id = e.environment_id AND c.entry_id = e.id AND s.operation <> 'startImport'
          AND c.position > (SELECT max(a.position) FROM change a WHERE a.environment_id = e.environment_id AND a.entry_id = e.id AND a.kind = 'ENTRY_ADDED')) THEN
    RETURN 'KEPT_EDITED';
  END IF;
  RETURN NULL;
END $$;

-- R6.3: gives up the claims of the imports p_of on an entry whose row is locked; answers why it stays, or NULL.
CREATE FUNCTION withdraw_claims(e entry, p_of bigint[]) RETURNS text LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_kept text := entry_kept_by(e, p_of);
  v_next bigint;
BEGIN
  DELETE FROM import_claim k WHERE k.environment_id = e.environment_id AND k.entry_id = e.id AND k.import_id = ANY (p_of);
  IF v_kept = 'KEPT_CLAIMED' AND e.import_id = ANY (p_of) THEN
    -- A further claim takes the place of the first.
    SELECT min(k.import_id) INTO STRICT v_next FROM import_claim k WHERE k.environment_id = e.environment_id AND k.entry_id = e.id;
    UPDATE entry SET import_id = v_next WHERE environment_id = e.environment_id AND id = e.id;
    DELETE FROM import_claim k WHERE k.environment_id = e.environment_id AND k.entry_id = e.id AND k.import_id = v_next;
  ELSIF v_kept = 'KEPT_EDITED' AND e.import_id IS NOT NULL THEN
    UPDATE entry SET import_id = NULL WHERE environment_id = e.environment_id AND id = e.id;
  END IF;
  RETURN v_kept;
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
-- A column that is NULL in every row may come as an empty array.
-- Why the SETs: plans are made once and not from the arrays' contents (a custom plan copies them flat, and each
-- subscript then walks the array: 8 s instead of 1 for 10,000 rows), and must not have been made for an empty table.
CREATE FUNCTION write_entries(
  p_environment integer,
  k_actor integer[], k_operation text[], k_key text[], k_request bytea[], k_input_map text[], k_authority text[],
  k_task bigint[], k_fence integer[], k_checkpoint text[], k_rows_done bigint[], k_count text[],
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
  v_removes boolean := 'REMOVE' = ANY (r_verb) OR 'WITHDRAW' = ANY (r_verb) OR 'EXPIRE' = ANY (r_verb);
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
    SELECT * INTO v_outcome FROM resolve_entry(c.row, CASE c.verb WHEN 'WITHDRAW' THEN 'REMOVE' ELSE c.verb END,
      ROW(p_environment, NULL, NULL, NULL, NULL, c.status, true, false, NULL, c.reason, c.evidence, c.requested, c.expires, c.reference, NULL, NULL, NULL, NULL, NULL, NULL)::entry,
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
                         requested_at, expires_at, external_reference, business_number, created_by_id, created_at, updated_at, import_id)
      -- R1.3, R1.4: what excludes each other is settled on the blocking side, so that one row never fails the others.
      SELECT p_environment, r.id, r.phone, r.list, r.source, CASE WHEN r.opted_out THEN least(r.status, 'APPROVED') ELSE r.status END, true, coalesce(r.opted_out, false), r.raw, r.reason, r.evidence,
             coalesce(r.requested, v_at), CASE WHEN r.opted_out OR r.status = 'PERMANENT' THEN NULL ELSE r.expires END, r.reference, r.business,
             k_actor[s_call[r.set]], v_at, v_at, s_import[r.set]
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
            coalesce(c.requested, v_at), c.expires, c.reference, c.business, k_actor[s_call[c.set]], v_at, v_at, NULL, s_import[c.set])::entry,
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
         created_by_id = w.created_by_id, created_at = w.created_at, updated_at = w.updated_at, import_id = w.import_id
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
    x.set, x.kind, x.entry, x.list, x.commitment, x.facts, x.before, x.after, x.reason, x.reason_before, x.evidence, x.evidence_before, x.related) l;

  -- Counters (P3.3): out with the old state, in with the new.
  INSERT INTO entry_count AS k (environment_id, list_id, status, source, count)
  SELECT p_environment, d.list_id, d.status, d.source, sum(d.delta) FROM (
      SELECT w.list_id, w.status, w.source, 1 AS delta FROM unnest(v_new) w WHERE w.active
      UNION ALL
      SELECT (v_old[r]).list_id, (v_old[r]).status, (v_old[r]).source, -1 FROM unnest(v_order) AS r WHERE (v_old[r]).id IS NOT NULL
    ) d GROUP BY d.list_id, d.status, d.source HAVING sum(d.delta) <> 0
  ON CONFLICT ON CONSTRAINT entry_count_pkey DO UPDATE SET count = k.count + excluded.count;

  FOR i IN 1 .. cardinality(k_actor) LOOP
    CONTINUE WHEN k_task[i] IS NULL;
    PERFORM keep_task_batch(p_environment, k_task[i], k_fence[i], k_checkpoint[i]::jsonb, k_rows_done[i],
      (SELECT coalesce(jsonb_object_agg(x.code, x.n), '{}') FROM (
         SELECT q.code, count(*) AS n FROM unnest(r_set, write_entries.code) AS q(set, code) WHERE s_call[q.set] = i GROUP BY q.code) x)
      || coalesce(k_count[i]::jsonb, '{}'));
  END LOOP;

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

-- What importing these numbers would do, by the law itself (resolve_entry), and each number's facts before it. Changes
-- nothing: an import's dry run. A column that is NULL in every row may come as an empty array.
CREATE FUNCTION preview_entries(
  p_environment integer, r_phone text[], r_list integer[], r_status entry_status[], r_opted_out boolean[], r_requested timestamptz[],
  r_expires timestamptz[]
) RETURNS TABLE (code text, facts text) LANGUAGE sql STABLE SET enable_seqscan = off SET enable_sort = off SET plan_cache_mode = force_generic_plan AS $$
  SELECT CASE WHEN old.row IS NULL THEN 'ADDED' ELSE (
           SELECT o.code FROM resolve_entry(old.row, 'ADD',
             ROW(p_environment, NULL, r.phone, r.list, 'IMPORT', r.status, true, coalesce(r.opted_out, false), NULL, NULL, NULL,
                 coalesce(r.requested, now()), r.expires, NULL, NULL, NULL, now(), now(), NULL, NULL)::entry,
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
CREATE OR REPLACE FUNCTION write_entries(
  p_environment integer,
  k_actor integer[], k_operation text[], k_key text[], k_request bytea[], k_input_map text[], k_authority text[],
  s_call integer[], s_id uuid[], s_reason bigint[], s_evidence bigint[], s_on_behalf_of bigint[], s_task bigint[],
  r_set integer[], r_verb entry_verb[], r_entry bigint[], r_phone text[], r_list integer[], r_source entry_source[],
  r_status entry_status[], r_opted_out boolean[], r_raw text[], r_reason bigint[], r_evidence bigint[], r_requested timestamptz[],
  r_expires timestamptz[], r_reference text[], r_business text[], r_edits integer[], r_needs integer[], r_version text[],
  OUT code text[], OUT entry_id bigint[], OUT facts text[], OUT call_position bigint[], OUT call_replay jsonb
) LANGUAGE sql AS $$
  SELECT * FROM write_entries(p_environment, k_actor, k_operation, k_key, k_request, k_input_map, k_authority, '{}', '{}', '{}', '{}', '{}',
    s_call, s_id, s_reason, s_evidence, s_on_behalf_of, '{}', '{}',
    r_set, r_verb, r_entry, r_phone, r_list, r_source, r_status, r_opted_out, r_raw, r_reason, r_evidence, r_requested,
    r_expires, r_reference, r_business, r_edits, r_needs, r_version)
$$;
