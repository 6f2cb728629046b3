"""Phrases for comments, and cells that went back to a colleague: under row-level security, answered once, kept."""

import django.db.models.deletion
from django.db import migrations, models

ONCE = r"""
CREATE FUNCTION hocba_answer_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.answer <> '' OR (OLD.school_path, OLD.class_year_id, OLD.enrolment_id, OLD.pupil_id, OLD.subject_code,
        OLD.point, OLD.cell, OLD.value, OLD.reason, OLD.asked_at, OLD.asked_by_id) IS DISTINCT FROM
       (NEW.school_path, NEW.class_year_id, NEW.enrolment_id, NEW.pupil_id, NEW.subject_code,
        NEW.point, NEW.cell, NEW.value, NEW.reason, NEW.asked_at, NEW.asked_by_id) THEN
        RAISE EXCEPTION 'Ô đã trả lại chỉ được trả lời một lần.' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answer_once BEFORE UPDATE ON records_cellreturn
    FOR EACH ROW EXECUTE FUNCTION hocba_answer_once();
SELECT hocba_never_delete('records_cellreturn'), hocba_never_delete('records_phrase');
SELECT hocba_guard_rows('records_cellreturn');
CREATE INDEX cell_return_by_path ON records_cellreturn (school_path);
"""


def person(related: str = "+", **more: object) -> models.ForeignKey:
    """Return a link to a person."""
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related, to="schools.person", **more
    )


def link(to: str, related: str) -> models.ForeignKey:
    """Return a link that keeps what it points to."""
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related, to=to)


POINTS = [
    ("GHK1", "Giữa học kì I"),
    ("CHK1", "Cuối học kì I"),
    ("GHK2", "Giữa học kì II"),
    ("CN", "Cuối năm học"),
]
CELLS = [("level", "level"), ("test_mark", "test_mark"), ("comment", "comment")]
ANSWERS = [("changed", "changed"), ("kept", "kept"), ("taken-back", "taken-back")]


class Migration(migrations.Migration):
    dependencies = [("records", "0003_entry_batches"), ("schools", "0006_units_stay")]

    operations = [
        migrations.CreateModel(
            name="CellReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("school_path", models.CharField(db_collation="C", max_length=200)),
                ("class_year", link("schools.classyear", "cell_returns")),
                ("enrolment", link("schools.enrolment", "cell_returns")),
                ("pupil", link("schools.pupil", "+")),
                ("subject_code", models.CharField(max_length=16)),
                ("point", models.CharField(choices=POINTS, max_length=4)),
                ("cell", models.CharField(choices=CELLS, max_length=10)),
                ("value", models.TextField(blank=True)),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", person()),
                ("answer", models.CharField(blank=True, choices=ANSWERS, max_length=10)),
                ("answer_reason", models.TextField(blank=True)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("answered_by", person(blank=True, null=True)),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "indexes": [models.Index(fields=["class_year", "point"], name="cell_return_by_class")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answer", "")),
                        fields=("enrolment", "subject_code", "point", "cell"),
                        name="one_open_return_a_cell",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                        | (
                            ~models.Q(answer="")
                            & models.Q(answered_at__isnull=False, answered_by__isnull=False)
                        ),
                        name="answer_has_its_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Phrase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("school", link("schools.unit", "phrases")),
                ("owner", person("phrases", blank=True, null=True)),
                ("about", models.CharField(max_length=16)),
                ("level", models.CharField(max_length=1)),
                ("text", models.CharField(max_length=500)),
                ("is_retired", models.BooleanField(default=False)),
                ("changed_at", models.DateTimeField()),
                ("changed_by", person()),
            ],
            options={"indexes": [models.Index(fields=["school", "about"], name="phrase_by_school")]},
        ),
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
    ]
