"""Statements as text. One entry a class: a line, a line with a tail that lines up with others, or a block."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from leadflow_dsl import nodes
from leadflow_dsl.diagnostics import Span
from leadflow_dsl.printer_expressions import column, expression, left, type_text, word, words


@dataclass(frozen=True, slots=True)
class Line:
    """A statement on one line. ``tail`` stands in a column that all lines of the same ``group`` share."""

    text: str
    tail: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A statement with a block; ``after`` follows its closing brace. ``group`` lines up a one-line block's brace."""

    header: str
    items: tuple[object, ...]
    span: Span
    after: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide the columns of a block are; all 0 in a block on one line."""

    field: int = 0
    type: int = 0
    map: int = 0
    verdict: int = 0
    value: int = 0
    set_name: int = 0
    set_type: int = 0
    points: int = 0


Statement = Line | Block
Writer = Callable[[Any, Widths], Statement]

REASON: Final = "reason"
OPTIONS: Final = "options"
WIDEST_TYPE: Final = 16


def _longest(texts: list[str]) -> int:
    return max((len(text) for text in texts), default=0)


def widths(items: tuple[object, ...]) -> Widths:
    """The columns of a block. A long type, and one without modifiers, does not push the others aside."""
    fields = [item for item in items if isinstance(item, nodes.Field)]
    described = [type_text(item.type) for item in fields if item.modifiers or item.computed]
    sets = [item for item in items if isinstance(item, nodes.SetValue)]
    return Widths(
        _longest([item.name.text for item in fields]),
        _longest([text for text in described if len(text) <= WIDEST_TYPE]),
        _longest([item.name.text for item in items if isinstance(item, nodes.MapPair)]),
        _longest([item.outcome.text for item in items if isinstance(item, nodes.Verdict)]),
        _longest([item.name.text for item in items if isinstance(item, nodes.Value)]),
        _longest([item.name.text for item in sets]),
        _longest([type_text(item.type) for item in sets]),
        _longest([_points(item) for item in items if isinstance(item, nodes.Points)]),
    )


def _clause(before: str, node: object | None, after: str = "") -> str:
    """`` before NODE after``, or nothing where there is none."""
    return "" if node is None else f" {before}{word(node)}{after}"


def _when(node: nodes.Expression | None) -> str:
    return _clause("when ", node)


def _plain(template: str, *parts: str) -> Writer:
    """A line from the words of a node's fields: ``{}`` for each of ``parts``."""
    return lambda node, _: Line(template.format(*(_part(getattr(node, part)) for part in parts)))


def _part(value: object) -> str:
    return words(value) if isinstance(value, tuple) else word(value)


def _titled(keyword: str) -> Writer:
    def write(node: Any, _: Widths) -> Block:
        demand = " on demand" if getattr(node, "on_demand", False) else ""
        like = _clause("like ", getattr(node, "like", None))
        return Block(
            f"{keyword} {node.name.text}{_clause('', node.title)}{like}{demand}", node.items, node.span
        )

    return write


def _block(header: str) -> Writer:
    return lambda node, _: Block(header, node.items, node.span)


def _field(node: nodes.Field, w: Widths) -> Line:
    name, kind = node.name.text.ljust(w.field), type_text(node.type)
    rest = " ".join(_modifier(modifier) for modifier in node.modifiers)
    rest += (" " if rest else "") + f"= {expression(node.computed)}" if node.computed else ""
    overflows = w.type and len(kind) > w.type
    gap = "   " if overflows else "  " if w.field else " "
    padded = kind.ljust(w.type) + gap + rest if rest else kind
    return Line(f"{name}{'  ' if w.field else ' '}{padded}")


def _modifier(node: nodes.Modifier) -> str:
    match node:
        case nodes.Required(phase=phase):
            return "required" + _clause("on ", phase)
        case nodes.Default(value=value):
            return f"default {expression(value)}"
        case nodes.Range(low=low, high=high):
            return f"between {expression(low)} and {expression(high)}"
        case nodes.Matches(pattern=pattern):
            return f"matches {pattern.raw}"
        case nodes.Aliases(names=names):
            return f"aliases {words(names)}"
        case nodes.Sensitive():
            return "sensitive"
        case nodes.Transient():
            return "transient"


def _list_values(node: nodes.ListValues, _: Widths) -> Line:
    return Line(f"list {node.name.text} [{words(node.values)}]")


def _table(node: nodes.Table, _: Widths) -> Block:
    header = f"table {node.name.text} from csv {node.path.raw} key {word(node.key)}"
    return Block(header, node.columns, node.span)


def _calendar(node: nodes.Calendar, _: Widths) -> Statement:
    header = f"calendar {node.name.text}"
    return Line(header + " builtin") if node.builtin else Block(header, node.days, node.span)


def _call_rule(node: nodes.CallRule, _: Widths) -> Line:
    hours = " closed" if node.hours is None else _clause("", node.hours)
    days = _clause("", node.days)
    return Line(f"{node.place.text}{days}{hours}{_clause('from ', node.first)}{_clause('to ', node.last)}")


def _reasoned(text: str, keyword: str, reason: nodes.Text | None) -> Line:
    return Line(text, f"{keyword} {reason.raw}", REASON) if reason else Line(text)


def _across(node: nodes.Across | nodes.Shared | None) -> str:
    match node:
        case nodes.Across(scope=scope):
            return f" across {scope.text}"
        case nodes.Shared(name=name):
            return f" shared {name.text}"
        case None:
            return ""


def _dedupe(node: nodes.Dedupe, _: Widths) -> Line:
    text = f"dedupe on {words(node.fields)} within {node.within.raw}"
    return _reasoned(text + _clause("counting ", node.counting) + _across(node.across), "else", node.reason)


def _cap(node: nodes.Cap, _: Widths) -> Line:
    flags = (" rolling" if node.rolling else "") + (" paced" if node.paced else "")
    clauses = (
        _when(node.when) + _clause("by ", node.by) + _clause("counting ", node.counting) + _across(node.scope)
    )
    text = f"cap {node.maximum.raw} per {word(node.period)}{flags}{clauses}"
    return _reasoned(text, "else", node.reason)


def _hold(node: nodes.Hold | nodes.Skip) -> str:
    if isinstance(node, nodes.Skip):
        return "skip"
    return f"hold {'first ' if node.first else ''}up to {node.up_to.raw}"


def _on_doubt(node: nodes.OnDoubt, _: Widths) -> Line:
    match node.action:
        case nodes.DoubtHold(up_to=up_to):
            return Line("on doubt hold" + _clause("up to ", up_to))
        case nodes.DoubtAssume(after=after):
            return Line(f"on doubt assume sold after {after.raw}")
        case nodes.DoubtNext(reason=reason):
            return Line(f"on doubt next because {reason.raw}")


def _cost(node: nodes.Cost, _: Widths) -> Line:
    share = isinstance(node.value, nodes.RevenueShare)
    value = f"{node.value.share.raw} of revenue" if isinstance(node.value, nodes.RevenueShare) else ""
    value = value if share else expression(node.value)  # type: ignore[arg-type]  # no share
    back = " back on return" if node.back_on_return else ""
    return Line(f"cost {value}{_when(node.when)}{_clause('on ', node.owed)}{back}")


def _verify_hmac(node: nodes.VerifyHmac, _: Widths) -> Line:
    within = _clause("within ", node.within) + _clause("of header ", node.time_header)
    key = f"{node.header.raw} {expression(node.secret)}"
    return Line(f"verify hmac {node.algorithm.text} header {key}{_clause('over ', node.over)}{within}")


def _auth_hmac(node: nodes.AuthHmac, _: Widths) -> Line:
    key = f"{node.header.raw} {expression(node.secret)}"
    return Line(f"auth hmac {node.algorithm.text} header {key}{_clause('over ', node.over)}")


def _reply(node: nodes.Reply, _: Widths) -> Statement:
    return _form(f"reply{_clause('on ', node.on)}{_clause('status ', node.status)} {node.kind.text}", node)


def _form(header: str, node: nodes.Body | nodes.Reply) -> Statement:
    match node.form:
        case nodes.Mapping(keep_blanks=keep, pairs=pairs, span=span):
            return Block(header + (" keep blanks" if keep else ""), pairs, span)
        case nodes.TemplateFile(path=path):
            return Line(f"{header} from {path.raw}")
        case nodes.Text(raw=raw):
            return Line(f"{header} {raw}")


def _points(node: nodes.Points) -> str:
    return f"{node.word.text} {expression(node.amount)}"


def _price(node: nodes.Price, _: Widths) -> Line:
    match node.value:
        case nodes.Amount(value=value, plus_cost_of=plus):
            text = expression(value) + _clause("plus cost of ", plus)
        case nodes.FromBid():
            text = "from bid"
        case nodes.FromResponse(limit=limit):
            text = "from response" + _clause("up to ", limit)
    return Line(f"price {text}{_when(node.when)}")


def _conditional(keyword: str, part: str = "") -> Writer:
    def write(node: Any, _: Widths) -> Line:
        return Line(keyword + (_clause("", getattr(node, part)) if part else "") + _when(node.when))

    return write


def _hours(node: nodes.Hours, _: Widths) -> Line:
    openings = ((f"{each.days.raw} " if each.days else "") + each.hours.raw for each in node.openings)
    return Line(f"hours {', '.join(openings)}")


def _returns(node: nodes.Returns, _: Widths) -> Line:
    reasons = f" for {words(node.reasons)}" if node.reasons else ""
    resubmit = f" resubmit{_when(node.resubmit.when)}" if node.resubmit else ""
    return Line(f"returns within {node.within.raw}{reasons}{resubmit}")


def _optional(keyword: str, *clauses: tuple[str, str]) -> Writer:
    """A keyword and clauses that may be absent: (words before, field)."""
    return lambda node, _: Line(
        keyword + "".join(_clause(before, getattr(node, part)) for before, part in clauses)
    )


def _bearing(template: str, *clauses: tuple[str, str]) -> Writer:
    """A line whose first field fills the template; then clauses that may be absent."""
    name = template[template.index("{") + 1 : template.index("}")]

    def write(node: Any, _: Widths) -> Line:
        text = template.replace("{" + name + "}", _part(getattr(node, name)))
        return Line(text + "".join(_clause(before, getattr(node, part)) for before, part in clauses))

    return write


def _retry(node: nodes.Retry, _: Widths) -> Line:
    return Line(f"retry {node.times.raw} on {words(node.causes)}{_clause('backoff ', node.backoff)}")


def _pair(node: nodes.Pair, _: Widths) -> Line:
    return Line(f"{left(node.left)} = {expression(node.value)}")


def _verdict(node: nodes.Verdict, w: Widths) -> Line:
    because = (
        _clause("because ", node.because.reason) + _clause("as ", node.because.cause) if node.because else ""
    )
    return Line(f"{node.outcome.text.ljust(w.verdict)} when {expression(node.condition)}{because}")


def _set_value(node: nodes.SetValue, w: Widths) -> Line:
    gap = "  " if w.set_name else " "
    name, kind = node.name.text.ljust(w.set_name), type_text(node.type).ljust(w.set_type)
    return Line(f"set {name}{gap}{kind}{gap}{expression(node.value)}")


def _stage(node: nodes.Stage, _: Widths) -> Statement:
    header = f"{node.kind.text} {buyers(node.buyers)}{_clause('where ', node.where)}"
    if node.options is None:
        return Line(header)
    return Block(header, node.options.items, node.options.span, group=OPTIONS)


def buyers(items: tuple[nodes.Name | nodes.TagRef, ...]) -> str:
    """``a, tag b``."""
    return ", ".join(
        f"tag {item.name.text}" if isinstance(item, nodes.TagRef) else item.text for item in items
    )


def _order_by(node: nodes.OrderBy, _: Widths) -> Line:
    keys = (
        key.name.text + (f"({key.window.raw})" if key.window else "") + _clause("", key.direction)
        for key in node.keys
    )
    return Line(f"order by {', '.join(keys)}")


def _delivers(header: str) -> Writer:
    return lambda node, _: Block(header, node.delivers, node.span)


def _policy(node: nodes.Policy, _: Widths) -> Block:
    header = f"policy {node.title.raw}{_when(node.condition)}{_clause('for ', node.length)}"
    until = f" until {node.until.side.text} {word(node.until.limit)}" if node.until else ""
    return Block(header, node.actions, node.span, until)


WRITERS: Final[Mapping[type, Writer]] = {
    nodes.FlowHead: _bearing("flow {name}", ("", "title")),
    nodes.LibraryHead: _bearing("library {name}", ("", "title")),
    nodes.Timezone: _plain("timezone {}", "zone"),
    nodes.Currency: _plain("currency {}", "code"),
    nodes.Country: _plain("country {}", "code"),
    nodes.Import: _plain("import {}", "path"),
    nodes.Retain: _plain("retain {}", "length"),
    nodes.Dimension: _plain("dimension {}", "names"),
    nodes.StepHere: _plain("step {}", "name"),
    nodes.OnDoubt: _on_doubt,
    nodes.Lead: _block("lead"),
    nodes.Fields: lambda node, _: Block(f"fields {node.name.text}", node.items, node.span),
    nodes.Use: _plain("use {}", "name"),
    nodes.RequireAny: _plain("require any of {} else {}", "names", "reason"),
    nodes.Field: _field,
    nodes.Column: lambda node, _: Line(column(node)),
    nodes.ListValues: _list_values,
    nodes.ListFile: _plain("list {} from csv {} column {}", "name", "path", "column"),
    nodes.Suppression: lambda node, _: Line(
        f"suppression {node.name.text} of {node.type.text}{_clause('expires ', node.expires)}"
    ),
    nodes.Table: _table,
    nodes.Calendar: _calendar,
    nodes.CalendarDay: _bearing("{date}", ("", "title")),
    nodes.CallWindow: lambda node, _: Block(f"call_window {node.name.text}", node.rules, node.span),
    nodes.CallRule: _call_rule,
    nodes.When: _plain("when {}", "condition"),
    nodes.Accept: lambda node, _: _reasoned(f"accept when {expression(node.condition)}", "else", node.reason),
    nodes.Reject: lambda node, _: _reasoned(
        f"reject when {expression(node.condition)}", "because", node.reason
    ),
    nodes.Dedupe: _dedupe,
    nodes.Cap: _cap,
    nodes.Throttle: _plain("throttle {} per {}", "maximum", "period"),
    nodes.Source: _titled("source"),
    nodes.Key: _plain("key {}", "secret"),
    nodes.Receive: _plain("receive {}", "kinds"),
    nodes.Map: lambda node, _: Block("map", node.pairs, node.span),
    nodes.MapPair: lambda node, w: Line(
        f"{node.name.text.ljust(w.map)}{'  ' if w.map else ' '}{expression(node.value)}"
    ),
    nodes.Cost: _cost,
    nodes.AnswerWithin: _plain("answer within {}", "limit"),
    nodes.SourcePing: _block("ping"),
    nodes.PingFields: _plain("fields {}", "names"),
    nodes.PingHold: _plain("hold {}", "length"),
    nodes.VerifyHmac: _verify_hmac,
    nodes.VerifyField: _plain("verify field {} {}", "name", "secret"),
    nodes.VerifyChallenge: _plain("verify challenge query {} token {}", "query", "token"),
    nodes.EachLead: _plain("each {}", "path"),
    nodes.Fetch: _block("fetch"),
    nodes.TestWhen: _plain("test when {}", "condition"),
    nodes.Reply: _reply,
    nodes.Postback: lambda node, _: Block(f"postback on {words(node.events)}", node.items, node.span),
    nodes.Enhance: _titled("enhance"),
    nodes.Cache: _plain("cache {} by {}", "length", "by"),
    nodes.OnError: _plain("on error {}", "action"),
    nodes.Filter: _titled("filter"),
    nodes.OnReject: _delivers("on reject"),
    nodes.Name: lambda node, _: Line(f"deliver {node.text}"),
    nodes.Score: _titled("score"),
    nodes.Start: _plain("start {}", "value"),
    nodes.Points: lambda node, w: Line(f"{_points(node).ljust(w.points)} when {expression(node.condition)}"),
    nodes.Limits: _plain("limits {} to {}", "low", "high"),
    nodes.Model: _plain("model {}", "path"),
    nodes.DeliverStep: _titled("deliver"),
    nodes.Buyer: _titled("buyer"),
    nodes.Tag: _plain("tag {}", "names"),
    nodes.LegalName: _plain("legal_name {}", "text"),
    nodes.Exclusive: _plain("exclusive"),
    nodes.Group: _plain("group {}", "name"),
    nodes.Needs: _plain("needs {}", "names"),
    nodes.Priority: _conditional("priority", "value"),
    nodes.Weight: _conditional("weight", "value"),
    nodes.Paused: _conditional("paused"),
    nodes.Price: _price,
    nodes.Offer: _plain("offer {}", "prices"),
    nodes.AtLeast: _plain("at least {} per {}", "minimum", "period"),
    nodes.Budget: _plain("budget {} per {}", "maximum", "period"),
    nodes.Balance: _optional("balance prepaid", ("credit ", "credit")),
    nodes.Terms: _plain("terms net {}", "days"),
    nodes.Hours: _hours,
    nodes.ClosedOn: _plain("closed on {}", "days"),
    nodes.OnState: lambda node, _: Line(f"on {node.state.text} {_hold(node.action)}"),
    nodes.DownAfter: _plain("down after {} failures in {} for {}", "failures", "within", "length"),
    nodes.Idempotent: _plain("idempotent"),
    nodes.Inquire: _block("inquire"),
    nodes.InquireEvery: _plain("every {} up to {}", "interval", "up_to"),
    nodes.Callback: _block("callback"),
    nodes.PendingEnds: _plain("pending ends after {} as {}", "after", "outcome"),
    nodes.Ping: _block("ping"),
    nodes.Deliver: _block("deliver"),
    nodes.DeliverBatch: _block("deliver batch"),
    nodes.BatchEvery: _plain("every {}", "interval"),
    nodes.BatchAt: _plain("at {}", "times"),
    nodes.BatchSize: _plain("size {}", "leads"),
    nodes.DeliverEmail: _block("deliver email"),
    nodes.EmailTo: _plain("to {}", "value"),
    nodes.EmailSubject: _plain("subject {}", "value"),
    nodes.Returns: _returns,
    nodes.ReturnsAtMost: _plain("returns at most {} per {}", "share", "period"),
    nodes.TestMark: _block("test"),
    nodes.TestField: lambda node, _: Line(f"field {left(node.left)} = {expression(node.value)}"),
    nodes.TestUrl: _plain("url {}", "url"),
    nodes.Method: _plain("{} {}", "verb", "url"),
    nodes.Query: lambda node, _: Block("query", node.pairs, node.span),
    nodes.Header: _plain("header {} {}", "name", "value"),
    nodes.Timeout: _plain("timeout {}", "limit"),
    nodes.Retry: _retry,
    nodes.Idempotency: _plain("idempotency header {}", "header"),
    nodes.AuthBearer: _plain("auth bearer {}", "secret"),
    nodes.AuthBasic: _plain("auth basic {} {}", "user", "secret"),
    nodes.AuthHeader: _bearing("auth header {name}", ("", "prefix"), ("", "secret")),
    nodes.AuthQuery: _plain("auth query {} {}", "name", "secret"),
    nodes.AuthBody: lambda node, _: Line(f"auth body {left(node.left)} {expression(node.secret)}"),
    nodes.AuthHmac: _auth_hmac,
    nodes.AuthOauth: lambda node, _: Block("auth oauth", node.options, node.span),
    nodes.OauthOption: _plain("{} {}", "name", "value"),
    nodes.Body: lambda node, _: _form(f"body {node.kind.text}", node),
    nodes.Pair: _pair,
    nodes.Response: lambda node, _: Block(f"response{_clause('', node.kind)}", node.items, node.span),
    nodes.Verdict: _verdict,
    nodes.Otherwise: _plain("otherwise {}", "outcome"),
    nodes.Value: lambda node, w: Line(f"{node.name.text.ljust(w.value)} {expression(node.value)}"),
    nodes.SetValue: _set_value,
    nodes.Bids: lambda node, _: Block(f"bids {node.path.raw}", node.items, node.span),
    nodes.Route: lambda node, _: Block(f"route{_clause('', node.title)}", node.items, node.span),
    nodes.Stage: _stage,
    nodes.BestOf: lambda node, _: Block("best of", node.stages, node.span),
    nodes.OrderBy: _order_by,
    nodes.Window: _plain("window {}", "length"),
    nodes.Reserve: _plain("reserve {}", "value"),
    nodes.Sell: _bearing("sell {low}", ("to ", "high")),
    nodes.MinMargin: _plain("min margin {}", "value"),
    nodes.Reping: _plain("reping"),
    nodes.Again: _plain("again"),
    nodes.Unsold: lambda node, _: Line(f"unsold {_hold(node.hold)}{_clause('retry every ', node.every)}"),
    nodes.OnUnsold: _delivers("on unsold"),
    nodes.NeverAssertion: lambda node, _: Line(
        f"assert {node.title.raw} never {buyers((node.subject,))}{_when(node.condition)}"
    ),
    nodes.SomeAssertion: _plain("assert {} some buyer when {}", "title", "condition"),
    nodes.Alert: _plain("alert {} when {} notify {} {}", "title", "condition", "channel", "target"),
    nodes.Policy: _policy,
    nodes.PolicySlow: _plain("slow source {} to {} per {}", "source", "maximum", "period"),
    nodes.PolicyWeight: _plain("weight {} {}", "buyer", "value"),
    nodes.PolicyPause: _plain("pause {}", "buyer"),
}
