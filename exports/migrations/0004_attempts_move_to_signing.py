"""Failed look-ups are counted by `signing`, for all doors; rows older than an hour mattered to nobody."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0003_withdrawals_sessions_attempts'),
        ('signing', '0003_look_up_attempts'),
    ]

    operations = [
        migrations.DeleteModel(name='LookUpAttempt'),
    ]
