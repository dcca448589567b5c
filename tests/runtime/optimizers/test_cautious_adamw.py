import copy

import pytest
import torch

from recipe.runtime.optimizers.cautious_adamw import CautiousAdamW

GRADIENTS = ([0.1, -0.2, 0.3, -0.4], [-0.05, -0.1, 0.2, 0.3])
BETAS, EPS, LR, DECAY = (0.9, 0.99), 1e-6, 0.05, 0.1


def parameter_of(values):
    return torch.nn.Parameter(torch.tensor(values))


def step(optimizer, parameter, gradient):
    parameter.grad = torch.as_tensor(gradient)
    optimizer.step()


def test_two_steps_worked_out_by_hand():
    parameter = parameter_of([1.0, -2.0, 3.0, 0.5])
    optimizer = CautiousAdamW([parameter], lr=0.1, weight_decay=0.01)
    expected = ([0.89900001, -1.898, 2.897, 0.5995], [0.89810101, -1.70966609, 2.70003259, 0.5989005])
    for gradient, values in zip(GRADIENTS, expected, strict=True):
        step(optimizer, parameter, gradient)
        torch.testing.assert_close(parameter.data, torch.tensor(values), rtol=0, atol=1e-6)


def reference(weights, gradients, max_scale=None):
    """The formula as it is written, in double precision and with as many tensors as it likes."""
    mean = square = torch.zeros_like(weights, dtype=torch.float64)
    weights, (beta1, beta2) = weights.double(), BETAS
    for count, gradient in enumerate((each.double() for each in gradients), 1):
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        mask = (mean * gradient > 0).double()
        scale = 1 / mask.mean().clamp(min=1e-3)
        mask *= scale if max_scale is None else scale.clamp(max=max_scale)
        update = mean * mask / ((square / (1 - beta2**count)).sqrt() + EPS)
        weights = weights * (1 - LR * DECAY) - LR / (1 - beta1**count) * update
    return weights.float()


@pytest.mark.parametrize("max_scale", [None, 1.1])
@pytest.mark.parametrize("shape", [(), (7,), (300, 500), (1, 90_000), (8, 3, 5, 5)])
def test_every_shape_follows_the_formula(shape, max_scale):
    generator = torch.Generator().manual_seed(3)
    gradients = [torch.randn(shape, generator=generator) for _ in range(4)]
    parameter = torch.nn.Parameter(torch.randn(shape, generator=generator))
    expected = reference(parameter.data, gradients, max_scale)
    optimizer = CautiousAdamW([parameter], LR, BETAS, EPS, DECAY, max_scale)
    for gradient in gradients:
        step(optimizer, parameter, gradient)
    torch.testing.assert_close(parameter.data, expected, rtol=0, atol=5e-6)


def test_the_order_in_memory_makes_no_difference():
    generator = torch.Generator().manual_seed(3)
    weights, *gradients = torch.randn(4, 8, 3, 5, 5, generator=generator)
    for layout in (torch.contiguous_format, torch.channels_last):
        parameter = torch.nn.Parameter(weights.clone().contiguous(memory_format=layout))
        optimizer = CautiousAdamW([parameter], LR, BETAS, EPS, DECAY)
        for gradient in gradients:
            step(optimizer, parameter, gradient)
        torch.testing.assert_close(parameter.data, reference(weights, gradients), rtol=0, atol=5e-6)


def test_where_nothing_agrees_only_the_decay_is_left():
    parameter = parameter_of([1.0, -2.0])
    optimizer = CautiousAdamW([parameter], lr=0.1, weight_decay=0.5)
    step(optimizer, parameter, [1.0, -1.0])
    before = parameter.data.clone()
    step(optimizer, parameter, [-1e-3, 1e-3])
    torch.testing.assert_close(parameter.data, before * 0.95)


def test_parameters_without_a_gradient_stay():
    moved, still = parameter_of([1.0]), parameter_of([1.0])
    optimizer = CautiousAdamW([moved, still])
    step(optimizer, moved, [1.0])
    assert (still.item(), still in optimizer.state) == (1.0, False)


def test_groups_have_their_own_rates():
    slow, fast = parameter_of([1.0]), parameter_of([1.0])
    groups = [{"params": [slow], "lr": 0.01}, {"params": [fast], "lr": 0.1, "weight_decay": 0.0}]
    optimizer = CautiousAdamW(groups, weight_decay=0.5)
    slow.grad = torch.ones(1)
    step(optimizer, fast, [1.0])
    assert (slow.item(), fast.item()) == (pytest.approx(0.995 - 0.01), pytest.approx(0.9))


def test_a_state_goes_on_bit_by_bit(tmp_path):
    generator = torch.Generator().manual_seed(5)
    whole = torch.nn.Parameter(torch.randn(300, 300, generator=generator))
    gradients = torch.randn(6, 300, 300, generator=generator)
    first = CautiousAdamW([whole])
    for gradient in gradients[:3]:
        step(first, whole, gradient)
    torch.save(first.state_dict(), tmp_path / "state.pt")
    resumed = copy.deepcopy(whole)
    second = CautiousAdamW([resumed])
    second.load_state_dict(torch.load(tmp_path / "state.pt", weights_only=True))
    for gradient in gradients[3:]:
        step(first, whole, gradient)
        step(second, resumed, gradient)
    assert torch.equal(whole, resumed)
