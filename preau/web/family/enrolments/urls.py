from django.urls import path

from preau.web.family.enrolments import schools, subscription, views

urlpatterns = [
    path("", views.enrolments, name="enrolments"),
    path("<int:child_id>/<int:offer_id>/", views.ask, name="enrolment_ask"),
    path("abonnement/<int:enrolment_id>/", subscription.subscription, name="subscription"),
    path("ecole/<int:child_id>/", schools.school, name="school_ask"),
    path("pareil/<int:number>/", views.same, name="enrolment_same"),
    path("attente/<int:enrolment_id>/retrait/", views.leave_list, name="enrolment_leave_list"),
]
