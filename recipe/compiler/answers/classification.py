"""What `auto` means in a classification recipe, and what must hold between it, its data and the machine."""

from recipe.compiler.answers.common import COMMON_REPLIES, device_is_there, layer_patterns_fit
from recipe.compiler.answers.images import (
    CACHE_PATH,
    answer_cache,
    answer_normalize,
    cache_fits,
    images_have_one_size,
    images_left_out,
)
from recipe.compiler.answers.inspect import INSPECT_RULES
from recipe.compiler.answers.training import TRAINING_REPLIES, TRAINING_RULES
from recipe.compiler.resolve import Answers, Resolved
from recipe.compiler.rules.classification import class_weights_problem
from recipe.schemas.diagnostics import Diagnostic
from recipe.schemas.facts import Facts
from recipe.schemas.tasks.classification import Classification


def class_weights_count(resolved: Resolved, facts: Facts) -> Diagnostic | None:
    """As many class weights as the dataset has classes."""
    assert isinstance(resolved.recipe, Classification)
    if facts.dataset is None:
        return None
    found = class_weights_problem(resolved.recipe.loss, len(facts.dataset.classes))
    return found and Diagnostic("R517", found.message, help=(found.help,), path=("loss", "class_weights"))


ANSWERS = Answers(
    replies={**COMMON_REPLIES, **TRAINING_REPLIES, CACHE_PATH: answer_cache, "data.normalize": answer_normalize},
    rules=(
        device_is_there,
        *TRAINING_RULES,
        class_weights_count,
        layer_patterns_fit,
        *INSPECT_RULES,
        images_have_one_size,
        images_left_out,
        cache_fits,
    ),
)
