"""A service that collects: the file is closed and delivered while it runs, and sent again when somebody orders it."""

from __future__ import annotations

from pathlib import Path

from leadflow_engine.drivers.clock import RealClock
from leadflow_engine.drivers.orders import give
from leadflow_engine.store import SqliteStore, batches

from .served import Service
from .test_life import until

FLOW = """\
flow desk
lead { first_name text }
source web { key env DESK_KEY }
buyer acme {
  price 10.00
  deliver batch { size 2  put "file://OUT"  body csv { name = first_name } }
}
route { waterfall acme }
"""


def test_a_file_is_delivered_while_it_runs(tmp_path: Path) -> None:
    (out := tmp_path / "out").mkdir()
    (tmp_path / "leadflow.toml").touch()
    (tmp_path / "files.flow").write_text(FLOW.replace("OUT", str(out)))
    environ = {"LEADFLOW_FILES": str(out), "LEADFLOW_SANDBOX": ""}
    here = Service(tmp_path, None, environ=environ, flow="files.flow").start()
    try:
        key = here.key("web")
        for name in ("Ann", "Ben"):
            assert here.submit("web", key, json={"first_name": name}).json()["outcome"] == "sold"
        until(lambda: len(list(out.glob("*.csv"))) == 1, "the file was there")
        [file] = out.glob("*.csv")
        assert file.read_bytes() == b"name\r\nAnn\r\nBen\r\n"
        file.unlink()
        store = SqliteStore.read_only(here.db, RealClock())
        until(lambda: store.ask(batches.known)[0].state == "sent", "it was noted")
        [batch] = store.ask(batches.known)
        store.close_now()
        give(here.db, "batch_resend", {"batch": batch.id, "by": "ann", "because": "they lost it"})
        until(lambda: [path.name for path in out.iterdir()] == [batch.file], "it was there again")
    finally:
        assert here.end() in (0, 143)
