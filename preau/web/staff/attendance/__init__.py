"""« Pointage » : who is there, on a tablet held in one hand."""
