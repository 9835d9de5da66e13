from django.urls import path

from preau.web.public.pages import diary, documents, prices, views

app_name = "public"
urlpatterns = [
    path("", views.home, name="home"),
    path("theme.css", views.theme, name="theme"),
    path("actualites/", views.news, name="news"),
    path("actualites/<int:news_id>/", views.news_item, name="news_item"),
    path("premiere-inscription/", views.first_steps, name="first_steps"),
    path("questions/", views.questions, name="questions"),
    path("documents/", documents.documents, name="documents"),
    path("documents/<int:publication_id>/", documents.document, name="document"),
    path("simulateur-de-tarifs/", prices.simulator, name="simulator"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("mentions-legales/", views.legal, name="legal"),
    path("agenda/<str:secret>.ics", diary.diary, name="diary"),
    path("plan-du-site/", views.sitemap, name="sitemap"),
]
