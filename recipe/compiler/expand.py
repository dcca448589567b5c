"""Pass 8: one recipe becomes the runs it stands for.

The language has no section yet that stands for several runs, so there is one; `matrix` and `search` join here.
"""

from recipe.compiler.resolve import Resolved


def expand(resolved: Resolved) -> tuple[Resolved, ...]:
    """The members of the plan."""
    return (resolved,)
