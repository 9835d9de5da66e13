from django.urls import path

from preau.web.staff.attendance import line, views

urlpatterns = [
    path("", views.sheets, name="attendance"),
    path("<slug:sheet>/", views.sheet, name="attendance_sheet"),
    path("<slug:sheet>/ajout/", views.add, name="attendance_add"),
    path("<slug:sheet>/enfants/<int:child_id>/", line.line, name="attendance_line"),
    path("<slug:sheet>/enfants/<int:child_id>/depart/", line.leave, name="attendance_leave"),
    path("<slug:sheet>/enfants/<int:child_id>/correction/", line.correct, name="attendance_correct"),
]
