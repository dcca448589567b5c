"""ML training described in a YAML recipe, compiled into a typed plan, executed by a runtime."""

__version__ = "0.1.0"
