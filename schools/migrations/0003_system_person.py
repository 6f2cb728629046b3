"""The system itself as a person, so that no action is ever done by nobody."""

from django.db import migrations

NAME = "Hệ thống hocba"


def add(apps, schema_editor):
    Person = apps.get_model("schools", "Person")
    Person.objects.get_or_create(
        kind="SYSTEM", full_name=NAME, defaults={"sort_name": NAME.encode(), "search_name": "he thong hocba"}
    )


class Migration(migrations.Migration):
    dependencies = [("schools", "0002_guards")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
