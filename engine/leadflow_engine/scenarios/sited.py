"""Values that know where in their file they come from, also after defaults and rows of a table were laid over them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadflow_engine.answers.document import Document, Path, Place

ANY: Final = "*"
WHOLE: Final[tuple[Path, ...]] = (
    ("answers", "buyers", ANY, ANY),
    ("answers", "services", ANY),
    ("expect", "sold"),
)
"""What is replaced as a whole where it is said again: half of one leg's answers means nothing without the other."""


@dataclass(frozen=True, slots=True)
class Sited:
    """A value, and for each part of it (by its path) where it stands in the file."""

    data: Any
    origins: Mapping[Path, Path]

    def at(self, *path: str | int) -> Sited | None:
        """A part of the value; None where there is none."""
        data = self.data
        for step in path:
            if not _has(data, step):
                return None
            data = data[step]
        depth = len(path)
        return Sited(data, {key[depth:]: to for key, to in self.origins.items() if key[:depth] == path})

    def origin(self, path: Path) -> Path:
        """Where this part stands in the file, or its nearest ancestor that does."""
        while path and path not in self.origins:
            path = path[:-1]
        return self.origins.get(path, ())

    def document(self, of: Document) -> Document:
        """This value as a document of its own, with the places that it has in the file."""
        places: dict[Path, Place] = {
            path: of.places[origin] for path, origin in self.origins.items() if origin in of.places
        }
        return Document(of.file, self.data, places)


def _has(data: Any, step: str | int) -> bool:
    if isinstance(data, dict):
        return step in data
    return isinstance(data, list) and isinstance(step, int) and step < len(data)


def sited(data: Any, path: Path) -> Sited:
    """A value that stands in its file at ``path`` as it is."""
    return Sited(data, {part: (*path, *part) for part in parts(data)})


def parts(data: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all parts of a value, itself first."""
    yield path
    if isinstance(data, dict):
        for key, value in data.items():
            yield from parts(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from parts(value, (*path, index))


def wrapped(value: Sited, path: Path) -> Sited:
    """``value`` below new mappings, so that it is found at ``path``."""
    for key in reversed(path):
        origin = value.origins.get((), ())
        origins = {(key, *part): to for part, to in value.origins.items()}
        value = Sited({key: value.data}, {**origins, (): origin})
    return value


def laid_over(base: Sited, over: Sited, path: Path = ()) -> Sited:
    """``base`` with what ``over`` says in its place: mappings are joined, all else is replaced."""
    if not (isinstance(base.data, dict) and isinstance(over.data, dict)) or _is_whole(path):
        return over
    data: dict[Any, Any] = {}
    origins: dict[Path, Path] = {(): over.origins.get((), base.origins.get((), ()))}
    for key in dict.fromkeys([*base.data, *over.data]):
        value = _joined(base.at(key), over.at(key), (*path, key))
        data[key] = value.data
        origins |= {(key, *part): to for part, to in value.origins.items()}
    return Sited(data, origins)


def _joined(base: Sited | None, over: Sited | None, path: Path) -> Sited:
    if base is None or over is None:
        found = over or base
        assert found is not None
        return found
    return laid_over(base, over, path)


def _is_whole(path: Path) -> bool:
    return any(
        len(path) == len(form) and all(want in (ANY, got) for want, got in zip(form, path, strict=True))
        for form in WHOLE
    )
