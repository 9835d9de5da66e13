"""Absences that are announced: what was planned and will not be, why, with which proof, and what stays due."""
