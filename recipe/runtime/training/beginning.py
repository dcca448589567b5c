"""Where training begins: at the run's own last checkpoint, at another run's, from its weights only, or anew."""

from pathlib import Path
from typing import Any, NamedTuple

import torch

from recipe.runtime.loop import Loop
from recipe.runtime.training.checkpoints import read_checkpoint
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.run import Origin
from recipe.schemas.training import LoopRecipe


class BegunFrom(NamedTuple):
    """The files that a run's weights, or its whole state, come from."""

    init_from: str | None
    resume_from: str | None


def begin(loop: Loop, recipe: LoopRecipe) -> BegunFrom:
    """Bring the loop to where it begins. Raises `RecipeError` (R606) where a file does not fit."""
    train, last = recipe.train, loop.checkpoints.last
    taken = {"init_from": False, "resume_from": False}
    if last.exists():
        _restore(loop, last, ())
        taken = dict.fromkeys(taken, loop.origin is not None)
    elif train.init_from:
        taken["init_from"] = _has(loop, _take_weights(loop, Path(train.init_from)))
    elif train.resume_from:
        file = Path(train.resume_from)
        state = _restore(loop, file, ("train", "resume_from"))
        loop.origin = _origin(state, file)
        if gradients := loop.stepper.gradients:
            gradients.rows.clear()  # they are the other run's, and so are its groups
        taken["resume_from"] = _has(loop, state["network"])
    return BegunFrom(**{name: getattr(train, name) if taken[name] else None for name in taken})


def _take_weights(loop: Loop, file: Path) -> dict[str, Any]:
    """The averaged weights where the checkpoint has them: they are what its run evaluated."""
    path = ("train", "init_from")
    state = read_checkpoint(file, path)
    weights: dict[str, Any] = state["average"] or state["network"]
    _refuse_other_shapes(loop.steps.network.state_dict(), weights, file, path)
    loop.steps.network.load_state_dict(weights)
    if average := loop.stepper.average:
        average.network.load_state_dict(weights)
    loop.origin = _origin(state, file)
    return weights


def _restore(loop: Loop, file: Path, path: tuple[str, ...]) -> dict[str, Any]:
    state = read_checkpoint(file, path)
    _refuse_other_shapes(loop.steps.network.state_dict(), state["network"], file, path)
    try:
        loop.restore(state)
    except (ValueError, KeyError, RuntimeError) as error:
        message = f"the state of `{file}` is of another training: {error}"
        help_ = ("its optimizer, schedule and layer rates must be the same; `train.init_from` takes the weights only",)
        raise RecipeError(Diagnostic("R606", message, help=help_, path=path, file=str(file))) from error
    return state


def _has(loop: Loop, weights: dict[str, Any]) -> bool:
    """Whether the live network has these weights, number by number."""
    live = loop.steps.network.state_dict()
    return all(
        torch.allclose(live[name].cpu(), tensor, rtol=0, atol=0, equal_nan=True) for name, tensor in weights.items()
    )


def _origin(state: dict[str, Any], file: Path) -> Origin:
    return Origin(file=str(file), **state["run"], epochs=state["progress"]["epoch"] - 1)


def _refuse_other_shapes(mine: dict[str, Any], theirs: dict[str, Any], file: Path, path: tuple[str, ...]) -> None:
    differing = [name for name in {**mine, **theirs} if _shape(mine, name) != _shape(theirs, name)]
    if differing:
        first = differing[0]
        message = (
            f"the weights of `{file}` are of another model: `{first}` is {_shape(theirs, first)} there and "
            f"{_shape(mine, first)} here" + (f", and {len(differing) - 1} more differ" if len(differing) > 1 else "")
        )
        raise RecipeError(Diagnostic("R606", message, path=path, file=str(file)))


def _shape(state: dict[str, Any], name: str) -> str:
    return "×".join(map(str, state[name].shape)) or "a number" if name in state else "absent"
