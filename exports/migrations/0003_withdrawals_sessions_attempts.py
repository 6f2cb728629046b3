"""Withdrawals are delivered too; a clerk authorises packages alone; failed look-ups are counted.

Written before the first release: packages and deliveries that exist already are refused by the database.
"""

import django.db.models.deletion
from django.db import migrations, models

KINDS = [('ISSUE', 'Issue'), ('WITHDRAWAL', 'Withdrawal')]
STATES = [('WAITING', 'Waiting'), ('SENT', 'Sent'), ('ACCEPTED', 'Accepted'), ('REFUSED', 'Refused'), ('VOID', 'Void')]
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0002_guards'),
        ('schools', '0002_guards'),
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
                'indexes': [models.Index(fields=['hour'], name='look_up_attempt_hour')],
                'constraints': [models.UniqueConstraint(fields=('key', 'hour'), name='look_up_attempt_once')],
            },
        ),
        migrations.CreateModel(
            name='PackagingSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key_session', models.CharField(max_length=200)),
                ('ends_at', models.DateTimeField()),
                ('authorised_at', models.DateTimeField()),
                ('authority', models.ForeignKey(on_delete=PROTECT, related_name='packaging_sessions', to='signing.authority')),
                ('authorised_by', models.ForeignKey(on_delete=PROTECT, related_name='+', to='schools.person')),
                ('school', models.ForeignKey(on_delete=PROTECT, related_name='packaging_sessions', to='schools.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['school', 'ends_at'], name='packaging_session_open')],
            },
        ),
        migrations.RemoveField(model_name='package', name='batch'),
        migrations.AddField(
            model_name='package', name='kind',
            field=models.CharField(choices=KINDS, default='ISSUE', max_length=10),
        ),
        migrations.AddField(
            model_name='package', name='school_year', preserve_default=False,
            field=models.ForeignKey(default='', on_delete=PROTECT, related_name='packages', to='schools.schoolyear'),
        ),
        migrations.AddField(
            model_name='package', name='authority', preserve_default=False,
            field=models.ForeignKey(default=0, on_delete=PROTECT, related_name='packages', to='signing.authority'),
        ),
        migrations.AddField(
            model_name='package', name='authorised_by', preserve_default=False,
            field=models.ForeignKey(default=0, on_delete=PROTECT, related_name='+', to='schools.person'),
        ),
        migrations.RemoveField(model_name='delivery', name='class_year_id'),
        migrations.AddField(
            model_name='delivery', name='class_year',
            field=models.ForeignKey(blank=True, null=True, on_delete=PROTECT, related_name='deliveries', to='schools.classyear'),
        ),
        migrations.AddField(
            model_name='delivery', name='kind',
            field=models.CharField(choices=KINDS, default='ISSUE', max_length=10),
        ),
        migrations.AddField(
            model_name='delivery', name='of',
            field=models.ForeignKey(blank=True, null=True, on_delete=PROTECT, related_name='withdrawals', to='exports.delivery'),
        ),
        migrations.AddField(
            model_name='delivery', name='sent_at', field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='delivery', name='state',
            field=models.CharField(choices=STATES, default='WAITING', max_length=8),
        ),
        migrations.AddField(
            model_name='certificatedelivery', name='sent_at', field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='certificatedelivery', name='answer_code',
            field=models.CharField(blank=True, default='', max_length=40), preserve_default=False,
        ),
        migrations.RunSQL(
            "SELECT hocba_never_delete('exports_packagingsession')", migrations.RunSQL.noop,
        ),
    ]
