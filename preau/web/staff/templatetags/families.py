"""What the file of a family is told with."""

from django import template

from preau.web.fields.person import label_of

register = template.Library()
register.filter("label_of", label_of)
