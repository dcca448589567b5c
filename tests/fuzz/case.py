"""One thing to try, and how it is kept in a file."""

import base64
import json
from pathlib import Path
from typing import NamedTuple


class Case(NamedTuple):
    """What somebody could ask to validate."""

    data: bytes
    profiles: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()

    def save(self, file: Path) -> None:
        """Write the recipe beside a `.json` that holds everything, unreadable bytes included."""
        file.with_suffix(".yaml").write_bytes(self.data)
        document = {"data": base64.b64encode(self.data).decode(), "profiles": self.profiles, "sets": self.sets}
        file.with_suffix(".json").write_text(json.dumps(document, indent=1), encoding="ascii")


def load(file: Path) -> Case:
    """The case that a `.json` holds."""
    document = json.loads(file.read_text(encoding="ascii"))
    return Case(base64.b64decode(document["data"]), tuple(document["profiles"]), tuple(document["sets"]))
