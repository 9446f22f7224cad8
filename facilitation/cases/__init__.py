"""The Flagship case: a document validated against a template that is data."""
