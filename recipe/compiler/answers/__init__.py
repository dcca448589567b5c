"""How each family answers `auto`."""
