"""One language server for all tests, and a folder with the schema that `recipe init` leaves beside a recipe."""

import os
import shutil
from pathlib import Path

import pytest

from recipe.cli.main import run
from tests.editor.client import LanguageServer

SERVER = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
MODELINE = "# yaml-language-server: $schema=.recipe/schema.json\n"
WITHOUT_NODE = "RECIPE_WITHOUT_NODE"


@pytest.fixture(scope="session")
def server():
    if os.environ.get(WITHOUT_NODE):
        pytest.skip(f"{WITHOUT_NODE} is set")
    node = shutil.which("node")
    if node is None:
        pytest.fail(f"the editor tests need Node.js; {WITHOUT_NODE}=1 leaves them out")
    if not SERVER.exists():
        pytest.fail(f"the language server is not installed: `make editor` does it; {WITHOUT_NODE}=1 leaves it out")
    running = LanguageServer([node, str(SERVER), "--stdio"])
    yield running
    running.stop()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Where `recipe init` has been: a recipe, and `.recipe/schema.json`."""
    folder = tmp_path_factory.mktemp("editor")
    assert run(["init", str(folder / "init.yaml")]) == 0
    return folder


@pytest.fixture
def editor(server, folder, request):
    return Editor(server, folder / f"{request.node.nodeid.replace('/', '-').replace(':', '-')[-100:]}.yaml")


class Editor:
    """A file that is open in an editor. In a text, `|` is the cursor."""

    def __init__(self, server, file):
        self.server, self.file = server, file

    def labels(self, text):
        return [item["label"] for item in self.completions(text)]

    def completions(self, text):
        return self.server.complete(self.server.open_at(self.file, MODELINE + text))

    def hover(self, text):
        """What is shown, without the link to the schema."""
        shown = self.server.hover(self.server.open_at(self.file, MODELINE + text))
        return shown.partition("Source: ")[0].replace("\\", "").strip()

    def problems(self, *texts):
        """The problems of each text: line (of the text, from 1), column and message."""
        files = [self.file.with_name(f"{index}-{self.file.name}") for index in range(len(texts))]
        for file, text in zip(files, texts, strict=True):
            file.write_text(MODELINE + text, encoding="utf-8")
        return [sorted(map(_problem, found)) for found in self.server.diagnose(files)]


def _problem(diagnostic):
    start = diagnostic["range"]["start"]
    return start["line"], start["character"] + 1, diagnostic["message"]
