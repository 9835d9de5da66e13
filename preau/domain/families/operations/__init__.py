"""Acts on families: building a dossier famille, opening the space of its adults."""
