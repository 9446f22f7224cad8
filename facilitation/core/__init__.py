"""What has no workshop words in it: actors, time, errors, ids, text, the unit of work."""
