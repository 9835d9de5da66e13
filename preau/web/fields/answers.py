"""Forms whose answers are kept as JSON in a démarche: those of the families, those of the counter."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms

from preau.kernel.bounds import Purpose
from preau.web.fields.basic import YES_NO, choice, day, long_text, text


class AnswersForm(forms.Form):
    """Gives JSON, and gives back what was typed even when it is wrong."""

    # A draft says « from »; a field cannot bear that name in Python.
    RENAMED: ClassVar[Mapping[str, str]] = {}

    def as_values(self) -> dict[str, Any]:
        """Return the cleaned answers, days as ISO text."""
        return {self.RENAMED.get(name, name): _plain(value) for name, value in self.cleaned_data.items()}

    def as_typed(self) -> dict[str, str]:
        """Return what was typed, right or wrong, to be found again."""
        return {
            self.RENAMED.get(name, name): str(self.data.get(self.add_prefix(name), ""))[:4000] for name in self.fields
        }

    @classmethod
    def initial_of(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return kept answers by the names of the fields."""
        fields = {kept: name for name, kept in cls.RENAMED.items()}
        return {fields.get(name, name): value for name, value in answers.items()}


def form_of(fields: Iterable[Mapping[str, Any]]) -> type[AnswersForm]:
    """Return the form of a démarche that the collectivité has written as data: see `ProcedureForm.fields`."""
    return type("DataForm", (AnswersForm,), {field["code"]: _data_field(field) for field in fields})


def _data_field(field: Mapping[str, Any]) -> forms.Field:
    label, asked = field["label"], {"required": bool(field.get("required")), "help_text": field.get("help", "")}
    match field.get("kind", "text"):
        case "long":
            return long_text(label, **asked)
        case "date":
            return day(label, purpose=Purpose.CALENDAR, **asked)
        case "choice":
            return choice(label, ((each, each) for each in field.get("choices", ())), **asked)
        case "yes_no":
            return choice(label, YES_NO, **asked)
        case "number":
            return forms.IntegerField(label=label, min_value=0, max_value=10_000, **asked)
        case _:
            return text(label, 200, **asked)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
