"""A destination belongs to the office that keeps it, and names its account; the secret stays outside."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE exports_destination SET unit_id = schools_unit.id FROM schools_unit
WHERE schools_unit.path = exports_destination.unit_path
"""


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0004_attempts_move_to_signing'),
        ('schools', '0004_temporary_passwords'),
    ]

    operations = [
        migrations.AddField(
            model_name='destination', name='unit',
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='destinations',
                to='schools.unit',
            ),
        ),
        migrations.AddField(
            model_name='destination', name='user_name', field=models.CharField(blank=True, default='', max_length=80),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='destination', name='secret_source',
            field=models.CharField(blank=True, default='', max_length=300), preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL("SELECT hocba_never_delete('exports_destination')", migrations.RunSQL.noop),
    ]
