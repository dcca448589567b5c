"""Formats for other programs: how a network is written in each, and what the written file answers."""
