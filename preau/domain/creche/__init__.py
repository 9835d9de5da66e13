"""Places of a crèche by the quarter-hour: who asked for which hours, who holds them, whether there is room."""
