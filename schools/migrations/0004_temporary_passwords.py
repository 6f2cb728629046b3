"""A password that an administrator gave is changed at the first sign-in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("schools", "0003_system_person")]
    operations = [
        migrations.AddField("account", "password_is_temporary", models.BooleanField(default=False)),
    ]
