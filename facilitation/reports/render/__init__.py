"""The report as a web page, a Word file and open data. Nothing here decides what may be said: `assemble` did."""
