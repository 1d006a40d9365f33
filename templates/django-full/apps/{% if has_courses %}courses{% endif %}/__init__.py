"""Courses: lessons, enrolment with a waiting list, quizzes, certificates and a gradebook."""
