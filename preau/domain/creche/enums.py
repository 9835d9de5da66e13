"""Closed lists of the crèche."""

from enum import StrEnum


class CareType(StrEnum):
    """How a child is cared for (LC Cnaf 2011-105)."""

    REGULAR = "regular"  # accueil régulier: known ahead and recurrent
    VARIABLE = "variable"  # accueil variable: regular care whose hours are said month after month
    OCCASIONAL = "occasional"  # accueil occasionnel: known ahead, not recurrent
    EMERGENCY = "emergency"  # accueil d’urgence: opened by agents alone


class RangeStatus(StrEnum):
    BOOKED = "booked"  # holds its place in each quarter-hour
    CLOSED = "closed"  # the structure closed; held again if it opens after all
    CANCELLED = "cancelled"  # replaced or given back; the row stays
