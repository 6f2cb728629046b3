"""Row-level security opens several subtrees: a teacher of two schools reads in both.

`hocba.scope` holds paths in order, joined by commas; the first and the last bound the range on the index, and each
row is then compared with every path. Tables that are guarded later get the same policy from `hocba_guard_rows`.
"""

from django.db import migrations

SETTING = "nullif(current_setting('hocba.scope', true), '')"
MANY = f"""
            school_path >= split_part({SETTING}, ',', 1)
            AND school_path < split_part({SETTING}, ',', -1) || '~'
            AND school_path ^@ ANY (string_to_array({SETTING}, ','))
"""
ONE = f"""
            school_path >= {SETTING} AND school_path < {SETTING} || '~'
"""


def guard(condition: str) -> str:
    """Return SQL that gives every guarded table, and those to come, a policy with this condition."""
    return f"""
CREATE OR REPLACE FUNCTION hocba_guard_rows(guarded regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', guarded);
    EXECUTE format($policy$
        CREATE POLICY scope ON %s FOR ALL
        USING ({condition})
    $policy$, guarded);
    EXECUTE format($policy$
        CREATE POLICY family ON %s FOR SELECT
        USING (
            pupil_id = ANY (string_to_array(nullif(current_setting('hocba.pupils', true), ''), ',')::bigint[])
        )
    $policy$, guarded);
END $$;

DO $$
DECLARE guarded text;
BEGIN
    FOR guarded IN SELECT format('%I.%I', schemaname, tablename) FROM pg_policies WHERE policyname = 'scope' LOOP
        EXECUTE format($policy$ALTER POLICY scope ON %s USING ({condition})$policy$, guarded);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("schools", "0004_temporary_passwords")]
    operations = [migrations.RunSQL(guard(MANY), guard(ONE))]
