"""Rules of models."""

from recipe.compiler.rule import Finding, rule
from recipe.schemas.models import Model


@rule("R504", "model")
def pretrained_unused(model: Model) -> Finding | None:
    """A network starts from one file."""
    if not getattr(model, "pretrained", False) or getattr(model, "weights", None) is None:
        return None
    message = "`pretrained` has no effect: the weights are those of the file under `weights`"
    return Finding(message, "model.pretrained", "remove one of the two", also=("model.weights",))


RULES = (pretrained_unused,)
