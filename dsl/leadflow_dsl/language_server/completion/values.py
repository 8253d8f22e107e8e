"""What an expression may read at a place: fields, results, what is built in, functions, and the words of a type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.functions import FUNCTIONS, signature
from leadflow_dsl.language_server.analysis import scratch
from leadflow_dsl.language_server.completion.items import Item
from leadflow_dsl.language_server.completion.place import Place
from leadflow_dsl.meaning import names, places
from leadflow_dsl.meaning.declaring import set_types
from leadflow_dsl.meaning.draft import Draft, Symbol
from leadflow_dsl.meaning.expressions import Resolver, chain_of
from leadflow_dsl.meaning.figures import FIGURES
from leadflow_dsl.meaning.scope import Scope
from leadflow_dsl.states import STATES
from leadflow_dsl.terms import Type
from leadflow_dsl.types import BOOLEAN, described, element, parts

STEPS: Final = ("enhance", "filter", "deliver", "route")
_BUILT_IN: Final = {
    "lead": "what the engine knows of the lead",
    "source": "where the lead came from",
    "now": "the moment at which this is read",
    "random": "1 to 100, fixed for the lead",
    "buyer": "what became of the offer to a buyer",
    "stats": "figures of a buyer or a source over a window",
    "extra": "what the source sent beyond the declared fields",
}
_ROOTS: Final = {
    "lead": dict(names.LEAD),
    "source": {"name": Type("text")},
    "delivery": {"key": Type("text")},
}


_WORDS: Final[Mapping[str, tuple[Mapping[str, Type], ...]]] = {
    "reply": (places.RESULT, places.ANSWERED_PING),
    "postback": (places.RESULT, places.RETURNED, places.CONVERTED),
    "inquire": (places.DELIVERED,),
    "source": (places.PAYLOAD,),
}
"""By block, the words that exist only there."""
_IN_A_BUYERS_REQUEST: Final = {
    "offer": (nodes.Offer, places.OFFER),
    "callback": (nodes.Callback, places.CALLBACK),
}


def scope_of(draft: Draft, place: Place) -> Scope:
    """What may be named where the cursor stands. More rather than less: what is too early is offered all the same."""
    answer = any(block in ("response", "callback", "bids") for block in place.blocks)
    scope = Scope(
        ping=_ping_above(draft, place) if "deliver" in place.blocks else None,
        sets=set_types(scratch(draft), _response(place)) if answer else {},
        paths=answer or "map" in place.blocks,
        answer=answer,
        places=True,
        secrets=True,
        delivery=any(block in ("ping", "deliver", "enhance") for block in place.blocks),
    )
    words = [table for block in place.blocks for table in _WORDS.get(block, ())]
    return scope.having(*words, *_of_buyer(draft, place))


def _response(place: Place) -> tuple[nodes.Response, ...]:
    return (nodes.Response(None, tuple(place.before(nodes.SetValue))),)


def _of_buyer(draft: Draft, place: Place) -> Iterator[Mapping[str, Type]]:
    """What a buyer's ping and deliver may read because the buyer says ``offer`` or ``callback``."""
    symbol = draft.of("buyer").get(place.named("BUYER"))
    said = {type(item) for item in getattr(symbol.node if symbol else None, "items", ())}
    if "ping" in place.blocks or "deliver" in place.blocks:
        yield from (table for kind, table in _IN_A_BUYERS_REQUEST.values() if kind in said)


def _ping_above(draft: Draft, place: Place) -> dict[str, Type] | None:
    """What the ping gives that stands above the cursor in its buyer, or that the buyer had when it was checked."""
    ping = next((item for item in place.of_buyer() if isinstance(item, nodes.Ping)), None)
    return ping_values(draft, place.named("BUYER")) if ping is None else _set_by(draft, ping)


def ping_values(draft: Draft, buyer: str) -> dict[str, Type] | None:
    """What the ping of a buyer gives to its deliver, by name; None where there is no ping."""
    symbol = draft.of("buyer").get(buyer)
    node = symbol.node if symbol else None
    ping = next((item for item in getattr(node, "items", ()) if isinstance(item, nodes.Ping)), None)
    return None if ping is None else _set_by(draft, ping)


def _set_by(draft: Draft, ping: nodes.Ping) -> dict[str, Type]:
    return {**names.PING, **set_types(scratch(draft), ping.items)}


def readable(draft: Draft, scope: Scope) -> Iterator[Item]:
    """Every name that an expression may begin with."""
    for name, type_ in scope.sets.items():
        yield Item(name, "value", described(type_), "read from this answer", rank=0)
    if scope.answer:
        yield Item("status", "value", "number", "the answer's HTTP status", rank=0)
        yield Item("text", "value", "text", "the answer's body as a text", rank=0)
    for name, type_ in scope.words.items():
        yield Item(name, "value", described(type_), f"known {places.WHERE.get(name, 'here')}", rank=0)
    for symbol in draft.words.values():
        yield from _named(symbol)
    if scope.ping is not None:
        yield Item("ping", "value", "what the ping gave", rank=1)
    for name, summary in _BUILT_IN.items():
        yield Item(name, "value", summary, rank=3)


def _named(symbol: Symbol) -> Iterator[Item]:
    place = f"declared in {symbol.span.file}:{symbol.span.line}"
    if symbol.kind == "field" and symbol.type:
        yield Item(symbol.name, "field", described(symbol.type), place)
    elif symbol.kind == "score":
        yield Item(symbol.name, "value", "score", place)
    elif symbol.kind in STEPS:
        for result, type_ in symbol.results.items():
            yield Item(f"{symbol.name}.{result}", "value", described(type_), f"set by `{symbol.name}`")
        yield Item(symbol.name, "step", symbol.kind, place, rank=2)


def functions(scope: Scope) -> Iterator[Item]:
    """The language's functions, with their signatures."""
    for function in FUNCTIONS.values():
        if function.only_in != "response" or scope.answer:
            text = f"{function.summary}\n\n`{function.example}`"
            yield Item(
                function.name, "function", signature(function), text, snippet=f"{function.name}($1)", rank=4
            )


def literals(type_: Type) -> Iterator[Item]:
    """The words of a type of which all values are known: an enum's, the states, true and false."""
    if type_.name == "list":
        type_ = element(type_)
    if type_.name == "enum":
        for member in type_.members:
            plain = member.isidentifier() and member.islower()
            yield Item(member, "enum", described(type_), insert=member if plain else f'"{member}"', rank=0)
    elif type_.name == "state":
        yield from (Item(code, "enum", name, rank=0) for code, name in STATES.items())
    elif type_ == BOOLEAN:
        yield from (Item(word, "enum", "boolean", rank=0) for word in ("true", "false"))


def lists(draft: Draft) -> Iterator[Item]:
    """Declared lists, which stand after ``in``."""
    for symbol in draft.words.values():
        if symbol.kind in ("list", "suppression"):
            yield Item(
                symbol.name,
                "value",
                symbol.kind,
                f"declared in {symbol.span.file}:{symbol.span.line}",
                rank=0,
            )


def type_of(draft: Draft, scope: Scope, node: Any) -> Type | None:
    """The type of an expression at a place; None where it means nothing there."""
    try:
        found = Resolver(scratch(draft), scope).term(node).type
    except (AttributeError, KeyError, TypeError):  # a tree that was read around a mistake
        return None
    return None if found.members == ("broken",) else found


# ------------------------------------------------------------------ behind a dot


def behind(draft: Draft, scope: Scope, node: Any) -> Iterator[Item]:
    """What may stand after ``NODE.``: the parts of a value, the results of a look-up, what is built in."""
    chain = chain_of(node)
    if chain is not None:
        root = _root(draft, scope, tuple(word.text for word in chain))
        if root is not None:
            yield from root
            return
    type_ = type_of(draft, scope, node)
    if type_ is None:
        return
    if isinstance(node, nodes.EachOf) and type_.name == "list":
        type_ = element(type_)
    yield from _parts(parts(type_) if type_.name not in ("any", "list") else {})


def _root(draft: Draft, scope: Scope, words: tuple[str, ...]) -> Iterator[Item] | None:
    """What stands behind a name that is no value itself."""
    first = words[0]
    if first in scope.words:
        return None
    symbol = draft.words.get(first)
    if symbol is not None and first != "source":
        steps = symbol.kind in STEPS and len(words) == 1
        return _parts({**symbol.results, **names.STEP_PARTS}) if steps else None
    if first == "buyer":
        return _parts({"outcome": Type("text")}) if len(words) == 2 else buyers(draft)
    if first == "stats":
        return (
            Item(name, "function", f"stats.{name}(WHO, WINDOW)", snippet=f"{name}($1)") for name in FIGURES
        )
    if len(words) > 1:
        return None
    if first == "ping":
        return _parts(scope.ping or {})
    return _parts(_ROOTS[first]) if first in _ROOTS else None


def _parts(known: Any) -> Iterator[Item]:
    last = ("raw", "valid")
    for name, type_ in known.items():
        yield Item(name, "field", described(type_), rank=2 if name in last else 1)


def buyers(draft: Draft) -> Iterator[Item]:
    """Every buyer, with its title."""
    for symbol in draft.of("buyer").values():
        title = getattr(getattr(symbol.node, "title", None), "value", "")
        yield Item(
            symbol.name,
            "buyer",
            title or "buyer",
            f"declared in {symbol.span.file}:{symbol.span.line}",
            rank=0,
        )
