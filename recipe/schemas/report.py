"""`report`: what a run draws for people."""

from recipe.schemas.base import AUTO, Auto, Section, setting


class Report(Section):
    """What a run draws for people; the numbers are written down in any case."""

    plots: bool = setting(True, "Draw curves as PNG files when training ends.", impact="cosmetic")
    log_scale: Auto[bool] = setting(
        AUTO,
        "Draw learning rates on a logarithmic axis. `auto`: where those of layers are ten times apart or more.",
        impact="cosmetic",
    )
