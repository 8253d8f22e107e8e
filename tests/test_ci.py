"""What CI takes from the repository: hooks, the action, snippets of docs/ci.md. Their commands run on a sample."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
SNIPPETS = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.M | re.S)]


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a clean flow in ``flows``, the working directory; ``leadflow`` is on the path."""
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "flows").mkdir()
    for name in ("flow.flow", "flow.scenarios.yaml", "answers.yaml"):
        shutil.copy(ROOT / "examples" / "01-smallest" / name, tmp_path / "flows" / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    return tmp_path


def spoil(sample: Path, old: str, new: str) -> None:
    """Put a mistake into the sample's flow."""
    file = sample / "flows" / "flow.flow"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def run(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", command],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
    )


# ------------------------------------------------------------------ pre-commit


def given(hook: str) -> str:
    """A hook's command on the sample, as pre-commit makes it."""
    said = HOOKS[hook]
    files = [] if said.get("pass_filenames") is False else ["flows/flow.flow"]
    return shlex.join([*shlex.split(said["entry"]), *said.get("args", []), *files])


def test_the_hooks_pass_what_is_well(sample: Path) -> None:
    assert [run(given(hook)).returncode for hook in HOOKS] == [0, 0, 0]


def test_the_lint_hook_fails_on_a_mistake(sample: Path) -> None:
    spoil(sample, "price ", "pricee ")
    done = run(given("leadflow-lint"))
    assert (done.returncode, "flows/flow.flow:" in done.stdout) == (1, True)


def test_the_format_hook_mends_what_pre_commit_then_sees_as_changed(sample: Path) -> None:
    before = (sample / "flows" / "flow.flow").read_text()
    spoil(sample, "price ", "price    ")
    assert run(given("leadflow-fmt")).returncode == 0
    assert (sample / "flows" / "flow.flow").read_text() == before


@pytest.mark.parametrize(
    ("hook", "file", "meant"),
    [
        ("leadflow-lint", "flows/a.flow", True),
        ("leadflow-lint", "mappings/a.json.j2", True),
        ("leadflow-lint", "lists/a.csv", True),
        ("leadflow-lint", "leadflow.toml", True),
        ("leadflow-lint", "a/pyproject.toml", True),
        ("leadflow-lint", "README.md", False),
        ("leadflow-fmt", "flows/a.flow", True),
        ("leadflow-fmt", "lists/a.csv", False),
        ("leadflow-test", "flows/a.scenarios.yaml", True),
    ],
)
def test_which_files_start_a_hook(hook: str, file: str, meant: bool) -> None:
    assert bool(re.search(HOOKS[hook]["files"], file)) == meant


def test_a_hook_says_what_pre_commit_needs() -> None:
    for hook in HOOKS.values():
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["language"] == "python"


# ------------------------------------------------------------------ the action


def step(name: str) -> dict[str, Any]:
    (found,) = (each for each in ACTION["runs"]["steps"] if each["name"] == name)
    return dict(found)


def play(name: str, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run a step of the action, with its inputs as given or as they are where nothing is said."""
    values = {key: str(said["default"]) for key, said in ACTION["inputs"].items()} | inputs
    environment = {
        key: re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], value)
        for key, value in step(name).get("env", {}).items()
    }
    return run(step(name)["run"], **environment)


def test_the_action_passes_what_is_well(sample: Path) -> None:
    assert [play(name).returncode for name in ("SARIF", "Lint", "Format", "Scenarios")] == [0] * 4
    assert '"version": "2.1.0"' in (sample / "leadflow.sarif").read_text()


def test_the_action_annotates_and_fails(sample: Path) -> None:
    spoil(sample, "price ", "pricee ")
    done = play("Lint", path="flows")
    assert done.returncode == 1
    assert "::error file=flows/flow.flow,line=" in done.stdout
    assert play("SARIF").returncode == 0  # the findings are uploaded; the next step fails
    assert play("SARIF", path="nowhere").returncode != 0


def test_the_action_fails_on_another_format(sample: Path) -> None:
    spoil(sample, "price ", "price    ")
    assert play("Format").returncode == 1


def test_no_input_is_put_into_a_command_as_text() -> None:
    for each in ACTION["runs"]["steps"]:
        assert "${{" not in each.get("run", "")


def test_every_input_is_used_and_told() -> None:
    steps = str(ACTION["runs"]["steps"])
    for name in ACTION["inputs"]:
        assert f"inputs.{name}" in steps
        assert f"| `{name}` |" in PAGE


# ------------------------------------------------------------------ the page


def test_the_page_names_the_hooks_and_inputs_that_there_are() -> None:
    precommit, github, _ = SNIPPETS
    assert [hook["id"] for hook in precommit["repos"][0]["hooks"]] == list(HOOKS)
    assert set(github["jobs"]["flows"]["steps"][1]["with"]) <= set(ACTION["inputs"])


@pytest.mark.parametrize(("old", "new", "code"), [("price ", "price ", 0), ("price ", "pricee ", 1)])
def test_the_script_for_gitlab_runs(old: str, new: str, code: int, sample: Path) -> None:
    spoil(sample, old, new)
    install, *script = SNIPPETS[2]["leadflow"]["script"]
    assert install.startswith("pip install ")
    assert run("\n".join(script)).returncode == code
    lint, scenarios = SNIPPETS[2]["leadflow"]["artifacts"]["reports"]["junit"]
    assert f'tests="1" failures="{code}"' in (sample / lint).read_text()
    assert "<testsuite" in (sample / scenarios).read_text()
