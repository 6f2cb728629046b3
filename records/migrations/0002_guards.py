"""Mark rows by school year, results and transcripts under row-level security, the issued beyond change."""

from django.db import migrations

PARTITIONS = r"""
ALTER TABLE records_subjectresult RENAME TO records_subjectresult_plain;
CREATE TABLE records_subjectresult (
    LIKE records_subjectresult_plain INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING CONSTRAINTS
) PARTITION BY LIST (school_year_id);
DROP TABLE records_subjectresult_plain;
ALTER TABLE records_subjectresult
    ADD PRIMARY KEY (school_year_id, id),
    ADD CONSTRAINT subject_result_once UNIQUE (school_year_id, enrolment_id, subject_code, point),
    ADD FOREIGN KEY (school_year_id) REFERENCES schools_schoolyear (code),
    ADD FOREIGN KEY (class_year_id) REFERENCES schools_classyear (id),
    ADD FOREIGN KEY (enrolment_id) REFERENCES schools_enrolment (id),
    ADD FOREIGN KEY (pupil_id) REFERENCES schools_pupil (id),
    ADD FOREIGN KEY (changed_by_id) REFERENCES schools_person (id);
CREATE INDEX subject_result_by_class ON records_subjectresult (class_year_id, subject_code, point);
CREATE INDEX subject_result_by_pupil ON records_subjectresult (pupil_id);
CREATE INDEX subject_result_by_path ON records_subjectresult (school_path);

CREATE FUNCTION hocba_open_school_year() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE part text := 'records_subjectresult_' || replace(NEW.code, '-', '_');
BEGIN
    IF to_regclass(part) IS NULL THEN
        EXECUTE format('CREATE TABLE %I PARTITION OF records_subjectresult FOR VALUES IN (%L)', part, NEW.code);
        PERFORM hocba_take_away(part::regclass, 'ALL');
    END IF;
    RETURN NEW;
END $$;
-- Deferred: a partition cannot be attached while the new row is still being inserted by the same statement.
CREATE CONSTRAINT TRIGGER open_partition AFTER INSERT ON schools_schoolyear
    DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION hocba_open_school_year();
"""

LIFE = r"""
CREATE FUNCTION hocba_results_open() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE standing text;
BEGIN
    -- Both owners of the row: moving a result away from an issued transcript changes that one too.
    SELECT state INTO standing FROM records_transcript
    WHERE enrolment_id IN (OLD.enrolment_id, NEW.enrolment_id) AND state <> 'DRAFT' LIMIT 1;
    IF standing IS NOT NULL THEN
        RAISE EXCEPTION 'Kết quả đã được xác nhận hoặc đã ký; muốn sửa phải trả lại hoặc thu hồi trước.'
            USING ERRCODE = 'insufficient_privilege', HINT = 'transcript is ' || standing;
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER results_open BEFORE INSERT OR UPDATE OR DELETE ON records_subjectresult
    FOR EACH ROW EXECUTE FUNCTION hocba_results_open();
CREATE TRIGGER results_open BEFORE INSERT OR UPDATE OR DELETE ON records_homeroomrecord
    FOR EACH ROW EXECUTE FUNCTION hocba_results_open();

CREATE FUNCTION hocba_transcript_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.pupil_id, OLD.school_year_id, OLD.enrolment_id) IS DISTINCT FROM
       (NEW.pupil_id, NEW.school_year_id, NEW.enrolment_id) THEN
        RAISE EXCEPTION 'Học bạ không đổi được chủ.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'ISSUED' AND NEW.state NOT IN ('ISSUED', 'WITHDRAWN') THEN
        RAISE EXCEPTION 'Học bạ đã phát hành; chỉ có thể thu hồi.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state = 'WITHDRAWN' AND NEW.state NOT IN ('WITHDRAWN', 'DRAFT') THEN
        RAISE EXCEPTION 'Học bạ đã thu hồi không có giá trị trở lại.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state = 'ISSUED' AND OLD.state NOT IN ('SEALING', 'ISSUED') THEN
        RAISE EXCEPTION 'Học bạ chỉ phát hành sau khi ký số.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.state IN ('ISSUED', 'SEALING') AND NEW.current_id IS DISTINCT FROM OLD.current_id THEN
        RAISE EXCEPTION 'Học bạ đã phát hành không đổi được bản.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transcript_life BEFORE UPDATE ON records_transcript
    FOR EACH ROW EXECUTE FUNCTION hocba_transcript_life();

CREATE FUNCTION hocba_standing_only_falls() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.look_up_code, OLD.version_id, OLD.school_id, OLD.school_year_id, OLD.issued_at) IS DISTINCT FROM
       (NEW.look_up_code, NEW.version_id, NEW.school_id, NEW.school_year_id, NEW.issued_at)
       OR (OLD.standing, NEW.standing) NOT IN
          (('VALID', 'WITHDRAWN'), ('WITHDRAWN', 'REPLACED'), ('VALID', 'VALID'),
           ('WITHDRAWN', 'WITHDRAWN'), ('REPLACED', 'REPLACED')) THEN
        RAISE EXCEPTION 'Mã tra cứu đã thu hồi không dùng lại.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER standing_only_falls BEFORE UPDATE ON records_lookupentry
    FOR EACH ROW EXECUTE FUNCTION hocba_standing_only_falls();

SELECT hocba_never_delete('records_transcript'), hocba_never_delete('records_transcriptbook'),
       hocba_never_delete('records_lookupentry');
SELECT hocba_append_only('records_transcriptversion'), hocba_append_only('records_issuesheet');
SELECT hocba_guard_rows('records_subjectresult'), hocba_guard_rows('records_homeroomrecord'),
       hocba_guard_rows('records_transcript'), hocba_guard_rows('records_transcriptversion');
CREATE INDEX homeroom_record_by_path ON records_homeroomrecord (school_path);
CREATE INDEX transcript_by_path ON records_transcript (school_path);
CREATE INDEX version_by_path ON records_transcriptversion (school_path);
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial"), ("schools", "0002_guards")]
    operations = [
        migrations.RunSQL(PARTITIONS, migrations.RunSQL.noop),
        migrations.RunSQL(LIFE, migrations.RunSQL.noop),
    ]
