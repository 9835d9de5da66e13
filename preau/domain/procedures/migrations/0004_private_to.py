from django.db import migrations, models


def tell_whose(apps, schema_editor):
    """Write on the démarches sent before whose they are: a situation, the papers of an adult, a judgment."""
    procedures = apps.get_model("procedures", "Procedure").objects
    procedures.filter(kind="situation", on_behalf=False).update(private_to_id=models.F("account_id"))
    papers = apps.get_model("documents", "Document").objects.select_related("adult")
    own = papers.filter(models.Q(adult__isnull=False) | models.Q(document_type__is_judicial=True)).in_bulk()
    joined = apps.get_model("procedures", "ProcedurePiece").objects.filter(
        procedure__kind="document", document_id__in=own
    )
    for piece in joined.select_related("procedure"):
        adult, row = own[piece.document_id].adult, piece.procedure
        reader = adult.account_id if adult else (None if row.on_behalf else row.account_id)
        procedures.filter(pk=row.pk).update(private_to_id=reader or 0)


class Migration(migrations.Migration):
    dependencies = [
        ("procedures", "0003_inbox"),
        ("documents", "0002_adults"),
        ("families", "0007_duplicates"),
    ]

    operations = [
        migrations.AddField(
            model_name="procedure",
            name="private_to_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.RunPython(tell_whose, migrations.RunPython.noop),
    ]
