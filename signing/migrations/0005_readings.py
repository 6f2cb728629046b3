"""What a reading of a file by ticket asks: its hash and standing within the transcript's own scope, in one message."""

from django.db import migrations

STORED_FILE = r"""
CREATE FUNCTION hocba_stored_file(key bigint, scope text, waits boolean)
    RETURNS TABLE (code uuid, xml_sha256 text, pdf_sha256 text, pupil bigint, standing text) LANGUAGE plpgsql AS $$
BEGIN
    -- Both settings end with the transaction, which is this one message; row-level security reads the first.
    PERFORM set_config('hocba.scope', scope, true), set_config('hocba.pupils', '', true);
    IF NOT waits THEN  -- for the disk, with the row of the trail
        PERFORM set_config('synchronous_commit', 'off', true);
    END IF;
    RETURN QUERY
        SELECT sealed.look_up_code, sealed.xml_sha256::text, sealed.pdf_sha256::text, sealed.pupil_id,
               CASE WHEN entry.standing = 'VALID' AND entry.signer_ended_at IS NOT NULL THEN 'SIGNER_ENDED'
                    ELSE entry.standing END::text
        FROM signing_sealeddocument sealed
        LEFT JOIN records_lookupentry entry ON entry.look_up_code = sealed.look_up_code
        WHERE sealed.id = key;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0005_signer_ended"), ("signing", "0004_endings")]
    operations = [migrations.RunSQL(STORED_FILE, "DROP FUNCTION hocba_stored_file(bigint, text, boolean)")]
