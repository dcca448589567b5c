"""The parts of the training loop: what `recipe.runtime.loop` names."""
