"""Importing this declares every command and every view of an entity: the domain packages in their order."""
