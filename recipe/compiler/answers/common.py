"""Answers that every family shares."""

from typing import Any

from recipe.compiler.answers.rates import answer_log_scale
from recipe.compiler.resolve import Question, Reply, Resolved
from recipe.compiler.rules.layers import nothing, shadowed, unused_patterns
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Facts, Hardware, Places


def _device(question: Question) -> Reply:
    hardware: Hardware = question.fact("hardware")
    return Reply(hardware.device, f"this machine has {hardware.name}", "hardware")


def _recipe_name(question: Question) -> Reply:
    return Reply(question.recipe.name, "the recipe's name", "recipe")


def _tracking_uri(question: Question) -> Reply:
    places: Places = question.fact("places")
    return Reply(places.tracking_uri, places.tracking_reason, "places", places.tracking_template)


def device_is_there(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """A device that this machine does not have."""
    device = resolved.recipe.hardware.device
    if facts.hardware is None or device == facts.hardware.device:
        return None
    message = f"the recipe trains on `{device}`, but this machine has {facts.hardware.name}"
    return Diagnostic("R611", message, help=("write `device: auto`",), path=("hardware", "device"))


def layer_patterns_fit(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """The patterns of `layer_lr` against the very parameters: `validate` knows those of some models only."""
    recipe: Any = resolved.recipe
    names = tuple(tensor.name for tensor in facts.parameters or ())
    unused = next(unused_patterns(recipe.layer_lr, names), None)
    if unused is None:
        return None
    found = shadowed(unused) if unused.taken_by else nothing(unused, recipe.model, names)
    code, help_ = "R513" if unused.taken_by else "R512", (found.help,) if found.help else ()
    return Diagnostic(code, found.message, (), help_, found.candidates, path=tuple(found.at))


COMMON_REPLIES = {
    "hardware.device": _device,
    "trackers.*.experiment": _recipe_name,
    "trackers.*.project": _recipe_name,
    "trackers.*.tracking_uri": _tracking_uri,
    "report.log_scale": answer_log_scale,
}
