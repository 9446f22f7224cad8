"""What changed: one numbered row per change and audience, without text."""
