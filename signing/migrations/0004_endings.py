"""Who ended an approved certificate, from when and why. An entry that has ended stays so; only its moment may move back."""

import django.db.models.deletion
from django.db import migrations, models

GUARDS = r"""
SELECT hocba_append_only('signing_ending');

CREATE FUNCTION hocba_ended_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'ENDED' AND (
        NEW.state <> 'ENDED' OR NEW.to_at IS NULL OR NEW.to_at > OLD.to_at
        OR (NEW.school_id, NEW.role, NEW.person_id, NEW.certificate_id, NEW.from_at)
           IS DISTINCT FROM (OLD.school_id, OLD.role, OLD.person_id, OLD.certificate_id, OLD.from_at)
    ) THEN
        RAISE EXCEPTION 'Chứng thư đã ngừng thì không mở lại; hãy đề nghị mới.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ended_stays_ended BEFORE UPDATE ON signing_authority
    FOR EACH ROW EXECUTE FUNCTION hocba_ended_stays_ended();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('schools', '0006_units_stay'),
        ('signing', '0003_look_up_attempts'),
    ]

    operations = [
        migrations.CreateModel(
            name='Ending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to_at', models.DateTimeField()),
                ('reason', models.CharField(choices=[('LOST', 'Lost'), ('REPLACED', 'Replaced'), ('LEFT', 'Left'), ('OTHER', 'Other')], max_length=8)),
                ('words', models.TextField(blank=True)),
                ('ended_at', models.DateTimeField()),
            ],
        ),
        migrations.AddConstraint(
            model_name='authority',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ENDED'), _negated=True), ('to_at__isnull', False), _connector='OR'), name='authority_end_has_its_moment'),
        ),
        migrations.AddField(
            model_name='ending',
            name='authority',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endings', to='signing.authority'),
        ),
        migrations.AddField(
            model_name='ending',
            name='ended_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='schools.person'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'OTHER'), _negated=True), models.Q(('words', ''), _negated=True), _connector='OR'), name='ending_other_has_words'),
        ),
        migrations.AddConstraint(
            model_name='ending',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['LOST', 'REPLACED', 'LEFT', 'OTHER'])), name='ending_reason'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
