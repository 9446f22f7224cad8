"""The event: plan, agenda, stages, life cycle."""
