"""What the result of a run must reach."""

from collections.abc import Iterable

from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.recipe import Gate
from recipe.schemas.run import Result


def missed_gates(gates: Iterable[Gate], result: Result) -> tuple[Diagnostic, ...]:
    """An R808 error for each gate that the result does not pass. What is not finite passes none."""
    return tuple(Diagnostic("R808", reason) for gate in gates if (reason := _missed(gate, result)))


def _missed(gate: Gate, result: Result) -> str:
    value = result.metrics[gate.metric]
    if value is None:
        return f"`{gate.metric}` is not a finite number"
    if gate.min is not None and not value >= gate.min:
        return f"`{gate.metric}` is {value:.4g}, and the gate asks for at least {gate.min:g}"
    if gate.max is not None and not value <= gate.max:
        return f"`{gate.metric}` is {value:.4g}, and the gate asks for at most {gate.max:g}"
    return ""
