"""What the file of a family is told with."""

from django import template

from preau.web.fields.person import label_of
from preau.web.staff.follow_up.words import state_words

register = template.Library()
register.filter("label_of", label_of)
register.filter("state_words", state_words)
