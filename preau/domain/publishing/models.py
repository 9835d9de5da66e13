"""News of a collectivité, and the questions that it answers once for all."""

from django.db import models

from preau.base.models import TenantModel


class NewsItem(TenantModel):
    """A dated piece of news shown on the public home."""

    title = models.CharField(max_length=120)
    teaser = models.CharField(max_length=240)
    body = models.TextField(blank=True)  # Markdown
    published_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "-published_on"], name="news_recent")]

    def __str__(self) -> str:
        return self.title


class Question(TenantModel):
    """One line of the F.A.Q., shown on the public home."""

    text = models.CharField(max_length=160)
    answer = models.TextField()  # Markdown
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation_id", "text"], name="question_once")]

    def __str__(self) -> str:
        return self.text
