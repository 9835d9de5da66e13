from django.urls import path

from preau.demo import mails

app_name = "demo"
urlpatterns = [
    path("courriels/", mails.mails, name="mails"),
    path("courriels/<slug:name>/", mails.mail, name="mail"),
]
