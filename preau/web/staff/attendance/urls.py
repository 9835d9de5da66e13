from django.urls import path

from preau.web.staff.attendance import line, lock, offline, views, watch

urlpatterns = [
    path("", views.sheets, name="attendance"),
    path("tablette.js", offline.worker, name="attendance_worker"),
    path("hors-ligne/", offline.offline, name="attendance_offline"),
    path("verrou/", lock.lock, name="attendance_lock"),
    path("deverrouiller/", lock.unlock, name="attendance_unlock"),
    path("code/", lock.code, name="attendance_code"),
    path("a-verifier/", watch.to_check, name="attendance_check"),
    path("<slug:sheet>/", views.sheet, name="attendance_sheet"),
    path("<slug:sheet>/ajout/", views.add, name="attendance_add"),
    path("<slug:sheet>/enfants/<int:child_id>/", line.line, name="attendance_line"),
    path("<slug:sheet>/enfants/<int:child_id>/depart/", line.leave, name="attendance_leave"),
    path("<slug:sheet>/enfants/<int:child_id>/correction/", line.correct, name="attendance_correct"),
]
