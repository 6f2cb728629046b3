"""Failed openings are counted here for all doors: the count comes down from `exports`.

The old rows stay behind: they count for an hour.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('signing', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='LookUpAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('hour', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['hour'], name='signing_attempt_hour')],
                'constraints': [models.UniqueConstraint(fields=('key', 'hour'), name='signing_attempt_once')],
            },
        ),
    ]
