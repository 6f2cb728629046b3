"""Signatures, documents and the log can only be added to; documents are under row-level security."""

from django.db import migrations

GUARDS = r"""
SELECT hocba_append_only('signing_certificate'), hocba_append_only('signing_signature'),
       hocba_append_only('signing_sealeddocument'), hocba_append_only('signing_withdrawal'),
       hocba_append_only('signing_logleaf'), hocba_append_only('signing_lognode'),
       hocba_append_only('signing_checkpoint'), hocba_append_only('signing_pinnedproof'),
       hocba_append_only('signing_trustlist');
SELECT hocba_never_delete('signing_authority'), hocba_never_delete('signing_loghead'),
       hocba_never_delete('signing_signingbatch'), hocba_never_delete('signing_signingitem');
SELECT hocba_guard_rows('signing_signingitem'), hocba_guard_rows('signing_signature'),
       hocba_guard_rows('signing_sealeddocument'), hocba_guard_rows('signing_withdrawal');

CREATE FUNCTION hocba_log_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size < OLD.size THEN
        RAISE EXCEPTION 'Nhật kí minh bạch chỉ dài thêm.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER log_only_grows BEFORE UPDATE ON signing_loghead
    FOR EACH ROW EXECUTE FUNCTION hocba_log_only_grows();
INSERT INTO signing_loghead (id, size) VALUES (1, 0);
"""


class Migration(migrations.Migration):
    dependencies = [("signing", "0001_initial"), ("schools", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
