"""The commands of `python3 -m facilitation …`. They take the same dispatcher as the doors, and never patch anything."""
