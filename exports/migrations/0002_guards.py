"""Packages are sent as they were signed; deliveries are never deleted."""

from django.db import migrations

GUARDS = r"""
SELECT hocba_append_only('exports_package');
SELECT hocba_never_delete('exports_delivery'), hocba_never_delete('exports_certificatedelivery');
"""


class Migration(migrations.Migration):
    dependencies = [("exports", "0001_initial"), ("schools", "0002_guards")]
    operations = [migrations.RunSQL(GUARDS, migrations.RunSQL.noop)]
