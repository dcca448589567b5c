"""The checkpoints of other runs that a training begins from: `train.init_from` and `train.resume_from`."""

from pathlib import Path

from recipe.runtime.downloads import sha256_of
from recipe.schemas.diagnostics import Diagnostic, RecipeError
from recipe.schemas.facts import Input
from recipe.schemas.training import LoopRecipe


def look_at_checkpoints(recipe: LoopRecipe) -> tuple[Input, ...]:
    """The files and what they hold now. Raises `RecipeError` (R606) where one does not exist."""
    train = recipe.train
    named = {name: file for name in ("init_from", "resume_from") if (file := getattr(train, name)) is not None}
    return tuple(Input(name=name, path=file, fingerprint=_sha256(name, Path(file))) for name, file in named.items())


def _sha256(setting: str, file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError as error:
        message = f"`{file}` cannot be read: {error.strerror}"
        help_ = ("name a file of `checkpoints/` of a run: `last.pt`, `best.pt`",)
        raise RecipeError(Diagnostic("R606", message, help=help_, path=("train", setting), file=str(file))) from None
