"""Optimizers and schedules: the words are PyTorch's in both places."""

from recipe.compiler.importing.draft import MISSING, Draft, Settings

HIDDEN: dict[str, dict[str, float]] = {
    "Adam": {},
    "AdamW": {"weight_decay": 0.01},
    "SGD": {"momentum": 0.9, "weight_decay": 0.0001},
}
"""What pochitrain gives its optimizers without a word."""


def translate_optimizer(settings: Settings, draft: Draft) -> None:
    """`optimizer`, with what it has there without a word."""
    word, span = settings.plain("optimizer", draft), settings.place("optimizer")
    if not isinstance(word, str):
        if word is not MISSING:
            draft.miss(f"`optimizer` is not translated: {word!r} is no name", span)
        draft.notes.append("The file names no optimizer: the recipe's default, AdamW, counts.")
        return
    rates = draft.tree["optimizer"]
    draft.tree["optimizer"] = {}
    draft.put(("optimizer", "type"), word, "optimizer", span)
    draft.tree["optimizer"] |= rates
    for name, value in HIDDEN.get(word, {}).items():
        note = f"pochitrain's own {name} for {word}, not PyTorch's" if word == "SGD" else ""
        draft.put(("optimizer", name), value, f"optimizer ({word}'s hidden {name})", span, note)


def translate_scheduler(settings: Settings, draft: Draft) -> None:
    """`scheduler` and `scheduler_params`."""
    word, span = settings.plain("scheduler", draft), settings.place("scheduler")
    params = settings.inner("scheduler_params", draft)
    if word is MISSING or word is None:
        if word is None:
            draft.tell("scheduler", "none: rates stay as they are", span)
        if params:
            draft.tell("scheduler_params", "not read: there is no scheduler", settings.place("scheduler_params"))
        return
    draft.put(("scheduler", "type"), word, "scheduler", span)
    for name in params.left() if params else ():
        value = params.plain(name, draft) if params else None
        if value is not MISSING and params:
            draft.put(("scheduler", name), value, params.old(name), params.place(name))
