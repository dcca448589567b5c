import pytest

from recipe.runtime.build import build
from recipe.schemas.schedulers import Scheduler


@pytest.mark.parametrize("epochs", [1, 7, 100])
@pytest.mark.parametrize("final_factor", [0.01, 0.5, 1.0])
def test_factors_are_those_of_ultralytics(epochs: int, final_factor: float):
    from recipe.runtime.detection import isolation

    isolation.prepare()
    from ultralytics.utils.torch_utils import one_cycle

    fields = {"final_factor": final_factor}
    cosine = build(Scheduler.parse({"type": "CosineDecay", **fields}), epochs=epochs)
    linear = build(Scheduler.parse({"type": "LinearDecay", **fields}), epochs=epochs)
    for epoch in (0, 0.5, epochs / 2, epochs, epochs + 3):
        assert cosine(epoch) == one_cycle(1, final_factor, epochs)(epoch)
        assert linear(epoch) == max(1 - epoch / epochs, 0) * (1.0 - final_factor) + final_factor
