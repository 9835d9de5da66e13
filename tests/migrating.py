"""What the migrations do that no model says: triggers, statistics of columns."""

from importlib import import_module

from django.apps import apps
from django.db import connection
from django.db.migrations import RunPython


def run_steps() -> None:
    """Run the code of every migration of the product on the tables of now."""
    with connection.schema_editor() as editor:
        for app in apps.get_app_configs():
            if not app.name.startswith("preau."):
                continue
            try:
                module = import_module(f"{app.name}.migrations.0001_initial")
            except ModuleNotFoundError:
                continue  # an app without rows
            for operation in module.Migration.operations:
                if isinstance(operation, RunPython):
                    operation.code(apps, editor)
