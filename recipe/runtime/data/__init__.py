"""Datasets: the built-in ones are made here, and those of users are read and checked before training."""
