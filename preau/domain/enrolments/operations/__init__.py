"""Acts of enrolment: in an offer, on a waiting list, in a class, by subscription."""
