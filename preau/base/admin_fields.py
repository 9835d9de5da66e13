"""Form fields of Django's admin for settings kept as JSON: what a person reads and types, never brackets and quotes."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class WordsField(forms.CharField):
    """Codes on one line, separated by spaces or commas; kept as a list."""

    def prepare_value(self, value: Any) -> Any:
        return " ".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, list) else re.findall(r"[^\s,;]+", value or "")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.to_python(data) != list(initial or []))


class RowsField(forms.ModelMultipleChoiceField):
    """Rows ticked in a list; kept as their ids, or as another column of theirs."""

    def __init__(self, *args: Any, kept: str = "pk", **kwargs: Any) -> None:
        self.kept = kept
        kwargs.setdefault("required", False)
        super().__init__(*args, to_field_name=kept, **kwargs)

    def clean(self, value: Any) -> Any:
        return [getattr(row, self.kept) for row in super().clean(value)]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return sorted(str(each) for each in initial or []) != sorted(str(each) for each in data or [])


class PartsWidget(forms.MultiWidget):
    """Several inputs for one setting, each with its own words above it."""

    template_name = "admin/preau_parts.html"

    def __init__(self, parts: Sequence[tuple[str, Any, forms.Widget]], read: Callable[[Any], Sequence[Any]]) -> None:
        self.titles = [title for _name, title, _widget in parts]
        self.read = read
        super().__init__({name: widget for name, _title, widget in parts})

    def decompress(self, value: Any) -> Any:
        return self.read(value)

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, title in zip(context["widget"]["subwidgets"], self.titles, strict=True):
            part["title"] = title
        return context


class PartsField(forms.MultiValueField):
    """A setting typed in several inputs.

    :param parts: (code, title, form field) of each input, in order.
    :param read: from the value kept to one value an input.
    :param write: from the values typed to the value kept.
    """

    def __init__(
        self,
        *args: Any,
        parts: Iterable[tuple[str, Any, forms.Field]],
        read: Callable[[Any], Sequence[Any]],
        write: Callable[[Sequence[Any]], Any],
        **kwargs: Any,
    ) -> None:
        listed = list(parts)
        self.write = write
        kwargs["widget"] = PartsWidget([(name, title, field.widget) for name, title, field in listed], read)
        kwargs.setdefault("required", False)
        super().__init__([field for _name, _title, field in listed], *args, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return self.write([]) if found is None else found

    def compress(self, data_list: Any) -> Any:
        return self.write(data_list)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True


def hour_field() -> forms.Field:
    """An hour of the day, « 9:00 » or « 09:00 »."""
    return forms.RegexField(
        r"^([01]?[0-9]|2[0-3]):[0-5][0-9]$",
        required=False,
        error_messages={"invalid": _("Une heure s’écrit 9:00 ou 09:00, de 0:00 à 23:59.")},
    )
