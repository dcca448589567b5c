"""Rules for schedules that do not fit the number of epochs."""

from recipe.compiler.rule import Finding, rule


@rule("R506", "scheduler.total_iters", "train.epochs", "scheduler.end_factor")
def line_and_run_differ(total_iters: int, epochs: int, end_factor: float) -> Finding | None:
    """A line that is longer than the run, or shorter: but for a warm-up, which ends at the rate itself."""
    if total_iters == epochs or (total_iters < epochs and end_factor == 1):
        return None
    message = (
        f"the rate stops halfway: the run ends after {epochs} of the {total_iters} epochs of the line"
        if total_iters > epochs
        else f"the rate stops falling after {total_iters} epochs, and the run has {epochs}"
    )
    return Finding(message, "scheduler.total_iters", f"`total_iters: {epochs}`", also=("train.epochs",))


@rule("R506", "scheduler.T_max", "train.epochs")
def cosine_stops_halfway(T_max: int, epochs: int) -> Finding | None:
    """A half cosine that is longer than the run."""
    if T_max <= epochs:
        return None
    message = f"the rate stops halfway: it is lowest after {T_max} epochs, and the run has {epochs}"
    return Finding(message, "scheduler.T_max", f"`T_max: {epochs}`")


@rule("R507", "scheduler.T_max", "train.epochs")
def cosine_rises_again(T_max: int, epochs: int) -> Finding | None:
    """Beyond half a cosine comes the other half."""
    if T_max >= epochs:
        return None
    message = f"the rate is lowest after {T_max} epochs and rises again for the {epochs - T_max} that are left"
    return Finding(message, "scheduler.T_max", f"`T_max: {epochs}`")


@rule("R507", "scheduler.eta_min", "optimizer.lr")
def cosine_rises_at_once(eta_min: float, lr: float) -> Finding | None:
    """A lowest rate that is above the rate."""
    if eta_min < lr:
        return None
    message = f"the rate of {lr:g} does not fall: the schedule's lowest rate is {eta_min:g}"
    return Finding(message, "scheduler.eta_min", "set it below `optimizer.lr`")


@rule("R508", "scheduler.step_size", "train.epochs")
def step_never_comes(step_size: int, epochs: int) -> Finding | None:
    """A first step that comes after the run."""
    if step_size < epochs:
        return None
    message = f"the first step comes after {step_size} epochs, and the run has {epochs}"
    return Finding(message, "scheduler.step_size", f"set it below {epochs}, or leave `scheduler` out")


@rule("R508", "scheduler.milestones", "train.epochs")
def milestones_never_come(milestones: tuple[int, ...], epochs: int) -> list[Finding]:
    """Milestones that come after the run."""
    return [
        Finding(
            f"this milestone comes after {milestone} epochs, and the run has {epochs}",
            f"scheduler.milestones.{index}",
            "take it out, or raise `epochs`",
            also=("train.epochs",),
        )
        for index, milestone in enumerate(milestones)
        if milestone >= epochs
    ]


RULES = (
    line_and_run_differ,
    cosine_stops_halfway,
    cosine_rises_again,
    cosine_rises_at_once,
    step_never_comes,
    milestones_never_come,
)
