"""What `auto` means in a classification recipe, and what must hold between it and its data."""

from recipe.compiler.answers.common import COMMON_REPLIES, device_is_there, layer_patterns_fit
from recipe.compiler.resolve import Answers, Question, Reply, Resolved
from recipe.compiler.rules.classification import class_weights_problem
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Facts, Hardware
from recipe.schemas.tasks.classification import Classification


def _workers(question: Question) -> Reply:
    hardware: Hardware = question.fact("hardware")
    return Reply(hardware.cores // 2, f"half of the {hardware.cores} cores", "hardware")


def class_weights_count(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """As many class weights as the dataset has classes."""
    assert isinstance(resolved.recipe, Classification)
    if facts.dataset is None:
        return None
    found = class_weights_problem(resolved.recipe.loss, len(facts.dataset.classes))
    return found and Diagnostic("R517", found.message, help=(found.help,), path=("loss", "class_weights"))


ANSWERS = Answers(
    replies={**COMMON_REPLIES, "hardware.workers": _workers},
    rules=(device_is_there, class_weights_count, layer_patterns_fit),
)
