from django.urls import path

from preau.web.staff.enrolments import classes, rollover, views, waiting

urlpatterns = [
    path("familles/<int:family_id>/inscriptions/", views.family_enrolments, name="family_enrolments"),
    path("inscriptions/<int:enrolment_id>/fin/", views.end, name="enrolment_end"),
    path("enfants/<int:child_id>/classe/", classes.child_class, name="child_class"),
    path("classes/", rollover.rollover, name="classes"),
    path("listes-attente/", waiting.lists, name="waiting_lists"),
    path("listes-attente/<int:offer_id>/", waiting.waiting, name="waiting_list"),
]
