from django.urls import path

from preau.web.staff.creche import adjusting, presence, views

urlpatterns = [
    path("", views.requests, name="care_requests"),
    path("acceptation/", views.accept_many, name="care_accept"),
    path("demandes/<int:number>/", views.one_request, name="care_request"),
    path("demandes/<int:number>/reponse/", views.answer, name="care_answer"),
    path("semaine/", presence.week, name="care_week"),
    path("sections/<int:section_id>/<str:day>/", presence.sheet, name="care_sheet"),
    path("enfants/<int:enrolment_id>/<str:day>/", adjusting.adjust, name="care_adjust"),
]
