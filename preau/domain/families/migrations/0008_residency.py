from django.db import migrations, models

from preau.domain.families.enums import Residency


def keep_what_was_said(apps, schema_editor):
    family = apps.get_model("families", "Family")
    family.objects.filter(is_resident=True).update(residency="resident")
    family.objects.filter(is_resident=False).update(residency="outside")


class Migration(migrations.Migration):
    dependencies = [("families", "0007_duplicates")]

    operations = [
        migrations.AddField(
            model_name="family",
            name="residency",
            field=models.CharField(
                choices=[(each.value, each.name) for each in Residency], default="unknown", max_length=8
            ),
        ),
        migrations.AddField(model_name="family", name="residency_since", field=models.DateField(blank=True, null=True)),
        migrations.RunPython(keep_what_was_said, migrations.RunPython.noop),
        migrations.RemoveField(model_name="family", name="is_resident"),
        migrations.AddField(
            model_name="family",
            name="is_resident",
            field=models.GeneratedField(
                db_persist=True, expression=models.Q(residency="resident"), output_field=models.BooleanField()
            ),
        ),
    ]
