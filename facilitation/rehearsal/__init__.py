"""Playing a written lab through the real doors: for rehearsals, for the demo, and as the largest test of all (R-59)."""
