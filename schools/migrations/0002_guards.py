"""The words with which later migrations guard tables: append-only, row-level security; and the trail's partitions.

They are functions in the database, so that a migration calls them in SQL and imports no code of an app.
"""

from django.db import migrations

FUNCTIONS = r"""
CREATE FUNCTION hocba_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Bảng % chỉ được ghi thêm, không sửa, không xóa.', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', HINT = 'append-only';
END $$;

CREATE FUNCTION hocba_take_away(guarded regclass, rights text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE holder text;
BEGIN
    FOR holder IN
        SELECT DISTINCT r.rolname FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles r ON r.oid = a.grantee
        WHERE c.oid = guarded AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE %s ON %s FROM %I', rights, guarded, holder);
    END LOOP;
END $$;

CREATE FUNCTION hocba_never_delete(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hocba_take_away(guarded, 'DELETE, TRUNCATE');
    EXECUTE format('CREATE TRIGGER never_delete BEFORE DELETE ON %s FOR EACH ROW EXECUTE FUNCTION hocba_refuse()',
        guarded);
    EXECUTE format('CREATE TRIGGER never_truncate BEFORE TRUNCATE ON %s EXECUTE FUNCTION hocba_refuse()', guarded);
END $$;

CREATE FUNCTION hocba_append_only(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM hocba_never_delete(guarded);
    PERFORM hocba_take_away(guarded, 'UPDATE');
    EXECUTE format('CREATE TRIGGER never_update BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION hocba_refuse()',
        guarded);
END $$;

-- The range form uses the index on the path; the empty string that a reused connection keeps must read as nothing.
-- A family reads its children's rows and changes none: hence a policy of its own, for SELECT.
CREATE FUNCTION hocba_guard_rows(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format($policy$
        CREATE POLICY scope ON %s FOR ALL
        USING (
            school_path >= nullif(current_setting('hocba.scope', true), '')
            AND school_path < nullif(current_setting('hocba.scope', true), '') || '~'
        )
    $policy$, guarded);
    EXECUTE format($policy$
        CREATE POLICY family ON %s FOR SELECT
        USING (
            pupil_id = ANY (string_to_array(nullif(current_setting('hocba.pupils', true), ''), ',')::bigint[])
        )
    $policy$, guarded);
END $$;
"""

TRAIL = r"""
ALTER TABLE schools_auditevent RENAME TO schools_auditevent_plain;
CREATE TABLE schools_auditevent (LIKE schools_auditevent_plain INCLUDING DEFAULTS INCLUDING IDENTITY)
    PARTITION BY RANGE (at);
DROP TABLE schools_auditevent_plain;
ALTER TABLE schools_auditevent ADD PRIMARY KEY (at, id);
CREATE INDEX audit_of_pupil ON schools_auditevent (pupil_id, at) WHERE pupil_id IS NOT NULL;
CREATE INDEX audit_of_unit ON schools_auditevent (unit_path, at);
CREATE TRIGGER never_change BEFORE UPDATE OR DELETE ON schools_auditevent
    FOR EACH ROW EXECUTE FUNCTION hocba_refuse();
CREATE TRIGGER never_truncate BEFORE TRUNCATE ON schools_auditevent EXECUTE FUNCTION hocba_refuse();

CREATE FUNCTION hocba_open_audit_month(day date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    first date := date_trunc('month', day);
    after date := first + interval '1 month';
    part text := 'schools_auditevent_' || to_char(first, 'YYYYMM');
BEGIN
    -- Rows that came before their month was opened stay where they are: a partition beside them is refused.
    IF to_regclass(part) IS NOT NULL
       OR EXISTS (SELECT FROM schools_auditevent_other WHERE at >= first AND at < after) THEN
        RETURN;
    END IF;
    EXECUTE format(
        'CREATE TABLE %I PARTITION OF schools_auditevent FOR VALUES FROM (%L) TO (%L)',
        part, first::timestamptz, after::timestamptz);
    EXECUTE format('CREATE TRIGGER never_truncate BEFORE TRUNCATE ON %I EXECUTE FUNCTION hocba_refuse()', part);
    PERFORM hocba_take_away(part::regclass, 'ALL');
END $$;

-- What falls outside the opened months is kept all the same; a beat task opens months ahead.
CREATE TABLE schools_auditevent_other PARTITION OF schools_auditevent DEFAULT;
CREATE TRIGGER never_truncate BEFORE TRUNCATE ON schools_auditevent_other EXECUTE FUNCTION hocba_refuse();
SELECT hocba_take_away('schools_auditevent_other', 'ALL');
SELECT hocba_take_away('schools_auditevent', 'UPDATE, DELETE, TRUNCATE');
SELECT hocba_open_audit_month((now() + make_interval(months => n))::date) FROM generate_series(0, 12) AS n;
SELECT hocba_append_only('schools_auditroot');
"""

BACK = r"""
DROP FUNCTION hocba_open_audit_month, hocba_guard_rows, hocba_append_only, hocba_never_delete, hocba_take_away;
DROP FUNCTION hocba_refuse CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("schools", "0001_initial")]
    operations = [migrations.RunSQL(FUNCTIONS, BACK), migrations.RunSQL(TRAIL, migrations.RunSQL.noop)]
