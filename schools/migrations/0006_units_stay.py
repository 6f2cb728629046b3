"""A unit is closed with a day and never deleted: what it issued names it for ever."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("schools", "0005_scope_of_many_units")]
    operations = [
        migrations.RunSQL("SELECT hocba_never_delete('schools_unit')", migrations.RunSQL.noop),
    ]
