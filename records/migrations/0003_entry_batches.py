"""Batches of cells that a grid has sent: kept by their number, never changed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0002_guards"),
        ("schools", "0006_units_stay"),
    ]

    operations = [
        migrations.CreateModel(
            name="EntryBatch",
            fields=[
                ("number", models.UUIDField(primary_key=True, serialize=False)),
                ("subject_code", models.CharField(max_length=16)),
                ("saved_cells", models.JSONField(default=list)),
                ("taken_at", models.DateTimeField()),
                (
                    "class_year",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.classyear",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="schools.person"
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            "SELECT hocba_append_only('records_entrybatch')", migrations.RunSQL.noop
        ),
    ]
