from django.urls import path

from preau.web.family.planning import views

urlpatterns = [
    path("", views.week, name="planning"),
    path("agenda/", views.diary, name="diary"),
    path("agenda/nouveau/", views.diary_open, name="diary_open"),
    path("agenda/<int:diary_id>/fin/", views.diary_close, name="diary_close"),
    path("<int:child_id>/", views.month, name="planning_month"),
]
