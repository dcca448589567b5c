"""Configurations of other tools become recipes. They are read, never run."""
