"""Who reads contracts and their prices, and who writes them."""

READERS = ("agent", "manager", "regisseur")
WRITERS = ("agent", "manager")
