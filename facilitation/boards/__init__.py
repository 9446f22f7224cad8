"""Contributions, replies, clusters, ballots: what people do on the surface of an activity."""
