"""Sources, and the steps that are not routes: enhancements, filters, scores, copies."""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from leadflow_dsl.diagnostics import NOWHERE, Span
from leadflow_dsl.nodes.base import Duration, Name, Number, Percent, Text, Timezone
from leadflow_dsl.nodes.expressions import Env, Expression
from leadflow_dsl.nodes.limits import Accept, Cap, Dedupe, FieldPath, Reject, Throttle, When
from leadflow_dsl.nodes.wire import BodyForm, RequestItem, Response
from leadflow_dsl.unguarded import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """``key env NAME``."""

    secret: Env
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Receive:
    """``receive json, form``."""

    kinds: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class MapPair:
    """``first_name "user.first"``: a field and where it comes from."""

    name: Name
    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Map:
    """``map { ... }``."""

    pairs: tuple[MapPair, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RevenueShare:
    """``70% of revenue``."""

    share: Percent
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Cost:
    """``cost VALUE when C on sale back on return``; a look-up's cost is only a value."""

    value: Expression | RevenueShare
    when: Expression | None
    owed: Name | None
    back_on_return: bool
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AnswerWithin:
    """``answer within D``."""

    limit: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PingFields:
    """``fields a, b`` in a source's ping."""

    names: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class PingHold:
    """``hold D`` in a source's ping."""

    length: Duration
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SourcePing:
    """``ping { fields ...  hold 60s }`` of a two-step seller."""

    items: tuple[PingFields | PingHold, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class VerifyHmac:
    """``verify hmac sha256 header "X" env S over VALUE within D of header "T"``."""

    algorithm: Name
    header: Text
    secret: Env
    over: Expression | None
    within: Duration | None
    time_header: Text | None
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class VerifyField:
    """``verify field "google_key" env KEY``."""

    name: Text
    secret: Env
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class VerifyChallenge:
    """``verify challenge query "hub.challenge" token env T``."""

    query: Text
    token: Env
    span: Span = field(default=NOWHERE, compare=False)


Verify: TypeAlias = VerifyHmac | VerifyField | VerifyChallenge


@dataclass(frozen=True, slots=True)
class EachLead:
    """``each "entry[].changes[].value"``: one call holds several leads."""

    path: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Fetch:
    """``fetch { request }``."""

    items: tuple[RequestItem, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class TestWhen:
    """``test when "is_test"``."""

    condition: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """``reply on ping status 201 json { ... }``. ``on`` is ping, callback or None."""

    on: Name | None
    status: Number | None
    kind: Name
    form: BodyForm
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Postback:
    """``postback on sold, returned { request, response }``."""

    events: tuple[Name, ...]
    items: tuple[RequestItem | Response, ...]
    span: Span = field(default=NOWHERE, compare=False)


SourceItem: TypeAlias = (
    Key
    | Receive
    | Map
    | Accept
    | Reject
    | Dedupe
    | Cap
    | Throttle
    | Cost
    | AnswerWithin
    | SourcePing
    | Verify
    | EachLead
    | Fetch
    | TestWhen
    | Reply
    | Postback
    | Timezone
)


@dataclass(frozen=True, slots=True)
class Source:
    """``source NAME "Title" { ... }``."""

    name: Name
    title: Text | None
    items: tuple[SourceItem, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Cache:
    """``cache D by a, b``."""

    length: Duration
    by: tuple[FieldPath, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OnError:
    """``on error continue | reject | hold``."""

    action: Name
    span: Span = field(default=NOWHERE, compare=False)


EnhanceItem: TypeAlias = When | RequestItem | Response | Cost | Cache | OnError


@dataclass(frozen=True, slots=True)
class Enhance:
    """``enhance NAME "Title" on demand { ... }``."""

    name: Name
    title: Text | None
    on_demand: bool
    items: tuple[EnhanceItem, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OnReject:
    """``on reject { deliver NAME }``."""

    delivers: tuple[Name, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """``filter NAME "Title" { ... }``."""

    name: Name
    title: Text | None
    items: tuple[When | Accept | Reject | OnReject, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Start:
    """``start 50``."""

    value: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Points:
    """``add 20 when C``, ``subtract 30 when C``. word: add, subtract."""

    word: Name
    amount: Expression
    condition: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """``limits A to B``: numbers, signed or not."""

    low: Expression
    high: Expression
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Model:
    """``model "models/x.json"``."""

    path: Text
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Shadow:
    """``shadow``."""

    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Score:
    """``score NAME "Title" { ... }``."""

    name: Name
    title: Text | None
    items: tuple[When | Start | Points | Limits | Model | Shadow, ...]
    span: Span = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class DeliverStep:
    """``deliver NAME "Title" { ... }`` at the top of a file: a copy, no sale."""

    name: Name
    title: Text | None
    items: tuple[When | RequestItem | Response | OnError, ...]
    span: Span = field(default=NOWHERE, compare=False)
