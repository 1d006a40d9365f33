"""Addresses of the courses."""

from django.urls import path

from apps.courses import views

app_name = "courses"

urlpatterns = [
    path("", views.Catalogue.as_view(), name="catalogue"),
    path("mine/", views.MyCourses.as_view(), name="mine"),
    path("certificates/<uuid:code>/", views.certificate, name="certificate"),
    path("about/<slug:slug>/", views.course_page, name="course"),
    path("about/<slug:slug>/enrol/", views.enrol_here, name="enrol"),
    path("about/<slug:slug>/leave/", views.leave_here, name="leave"),
    path("about/<slug:slug>/lessons/<int:pk>/", views.lesson_page, name="lesson"),
    path("about/<slug:slug>/quizzes/<int:pk>/", views.quiz_page, name="quiz"),
    path("about/<slug:slug>/certificate/", views.get_certificate, name="get_certificate"),
    path("about/<slug:slug>/gradebook/", views.gradebook_page, name="gradebook"),
    path("about/<slug:slug>/gradebook.csv", views.gradebook_file, name="gradebook_file"),
]
