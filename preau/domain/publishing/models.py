"""News of a collectivité."""

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
