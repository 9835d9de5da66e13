from django.urls import path

from preau.demo import mails
from preau.web.ui.gallery import gallery

app_name = "demo"
urlpatterns = [
    path("galerie/", gallery, name="gallery"),
    path("courriels/", mails.mails, name="mails"),
    path("courriels/<slug:name>/", mails.mail, name="mail"),
]
