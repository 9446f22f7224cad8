"""What draws documents, whatever they are about."""
