"""A code also says when the file behind it fails because a signer's certificate was ended from before its signing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0004_returns_and_phrases")]

    operations = [
        migrations.AddField(
            model_name="lookupentry",
            name="signer_ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
