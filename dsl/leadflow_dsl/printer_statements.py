"""Statements as text: one entry a class, most of them the words of the statement with its fields between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from leadflow_dsl import nodes
from leadflow_dsl.printer_expressions import column, expression, left, operand, type_text, word, words
from leadflow_dsl.printer_forms import (
    OPTIONS,
    REASON,
    Block,
    Line,
    Statement,
    Widths,
    Writer,
    bearing,
    block,
    clause,
    conditional,
    optional,
    plain,
    points_text,
    titled,
    when,
)


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
            return "required" + clause("on ", phase)
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
    hours = " closed" if node.hours is None else clause("", node.hours)
    days = clause("", node.days)
    return Line(f"{node.place.text}{days}{hours}{clause('from ', node.first)}{clause('to ', node.last)}")


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
    by_hash = " by hash" if node.by_hash else ""
    text += clause("counting ", node.counting) + _across(node.across) + by_hash
    return _reasoned(text, "else", node.reason)


def _cap(node: nodes.Cap, _: Widths) -> Line:
    flags = (" rolling" if node.rolling else "") + (" paced" if node.paced else "")
    clauses = (
        when(node.when) + clause("by ", node.by) + clause("counting ", node.counting) + _across(node.scope)
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
            return Line("on doubt hold" + clause("up to ", up_to))
        case nodes.DoubtAssume(after=after):
            return Line(f"on doubt assume sold after {after.raw}")
        case nodes.DoubtNext(reason=reason):
            return Line(f"on doubt next because {reason.raw}")


def _cost(node: nodes.Cost, _: Widths) -> Line:
    share = isinstance(node.value, nodes.RevenueShare)
    value = f"{node.value.share.raw} of revenue" if isinstance(node.value, nodes.RevenueShare) else ""
    value = value if share else expression(node.value)  # type: ignore[arg-type]  # no share
    back = " back on return" if node.back_on_return else ""
    return Line(f"cost {value}{when(node.when)}{clause('on ', node.owed)}{back}")


def _over(node: nodes.VerifyHmac | nodes.AuthHmac) -> str:
    return f" over {operand(node.over)}" if node.over else ""


def _verify_hmac(node: nodes.VerifyHmac, _: Widths) -> Line:
    within = clause("within ", node.within) + clause("of header ", node.time_header)
    key = f"{node.header.raw} {expression(node.secret)}"
    return Line(f"verify hmac {node.algorithm.text} header {key}{_over(node)}{within}")


def _auth_hmac(node: nodes.AuthHmac, _: Widths) -> Line:
    key = f"{node.name.raw} {expression(node.secret)}"
    return Line(f"auth hmac {node.algorithm.text} {node.place.text} {key}{_over(node)}")


def _reply(node: nodes.Reply, _: Widths) -> Statement:
    return _form(f"reply{clause('on ', node.on)}{clause('status ', node.status)} {node.kind.text}", node)


def _body(node: nodes.Body, _: Widths) -> Statement:
    return _form(
        f"body {node.kind.text}", node, f" conforms to {node.conforms.path.raw}" if node.conforms else ""
    )


def _form(header: str, node: nodes.Body | nodes.Reply, after: str = "") -> Statement:
    match node.form:
        case nodes.Mapping(keep_blanks=keep, pairs=pairs, span=span):
            return Block(header + (" keep blanks" if keep else ""), pairs, span, after)
        case nodes.TemplateFile(path=path):
            return Line(f"{header} from {path.raw}{after}")
        case nodes.Text(raw=raw):
            return Line(f"{header} {raw}{after}")


def _price(node: nodes.Price, _: Widths) -> Line:
    match node.value:
        case nodes.Amount(value=value, plus_cost_of=plus):
            text = expression(value) + clause("plus cost of ", plus)
        case nodes.FromBid():
            text = "from bid"
        case nodes.FromResponse(limit=limit):
            text = "from response" + clause("up to ", limit)
    return Line(f"price {text}{when(node.when)}")


def _hours(node: nodes.Hours, _: Widths) -> Line:
    openings = ((f"{each.days.raw} " if each.days else "") + each.hours.raw for each in node.openings)
    return Line(f"hours {', '.join(openings)}")


def _returns(node: nodes.Returns, _: Widths) -> Line:
    reasons = f" for {words(node.reasons)}" if node.reasons else ""
    resubmit = f" resubmit{when(node.resubmit.when)}" if node.resubmit else ""
    return Line(f"returns within {node.within.raw}{reasons}{resubmit}")


def _retry(node: nodes.Retry, _: Widths) -> Line:
    return Line(f"retry {node.times.raw} on {words(node.causes)}{clause('backoff ', node.backoff)}")


def _pair(node: nodes.Pair, _: Widths) -> Line:
    return Line(f"{left(node.left)} = {expression(node.value)}")


def _verdict(node: nodes.Verdict, w: Widths) -> Line:
    because = (
        clause("because ", node.because.reason) + clause("as ", node.because.cause) if node.because else ""
    )
    return Line(f"{node.outcome.text.ljust(w.verdict)} when {expression(node.condition)}{because}")


def _set_value(node: nodes.SetValue, w: Widths) -> Line:
    gap = "  " if w.set_name else " "
    name, kind = node.name.text.ljust(w.set_name), type_text(node.type).ljust(w.set_type)
    return Line(f"set {name}{gap}{kind}{gap}{expression(node.value)}")


def _stage(node: nodes.Stage, _: Widths) -> Statement:
    header = f"{node.kind.text} {buyers(node.buyers)}{clause('where ', node.where)}"
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
        key.name.text + (f"({key.window.raw})" if key.window else "") + clause("", key.direction)
        for key in node.keys
    )
    return Line(f"order by {', '.join(keys)}")


def _delivers(header: str) -> Writer:
    return lambda node, _: Block(header, node.delivers, node.span)


def _policy(node: nodes.Policy, _: Widths) -> Block:
    header = f"policy {node.title.raw}{when(node.condition)}{clause('for ', node.length)}"
    until = f" until {node.until.side.text} {word(node.until.limit)}" if node.until else ""
    return Block(header, node.actions, node.span, until)


WRITERS: Final[Mapping[type, Writer]] = {
    nodes.FlowHead: bearing("flow {name}", ("", "title")),
    nodes.LibraryHead: bearing("library {name}", ("", "title")),
    nodes.Timezone: plain("timezone {}", "zone"),
    nodes.Currency: plain("currency {}", "code"),
    nodes.Country: plain("country {}", "code"),
    nodes.Import: plain("import {}", "path"),
    nodes.Retain: plain("retain {}", "length"),
    nodes.Dimension: plain("dimension {}", "names"),
    nodes.StepHere: plain("step {}", "name"),
    nodes.OnDoubt: _on_doubt,
    nodes.Lead: block("lead"),
    nodes.Fields: lambda node, _: Block(f"fields {node.name.text}", node.items, node.span),
    nodes.Use: plain("use {}", "name"),
    nodes.RequireAny: plain("require any of {} else {}", "names", "reason"),
    nodes.Field: _field,
    nodes.Column: lambda node, _: Line(column(node)),
    nodes.ListValues: _list_values,
    nodes.ListFile: plain("list {} from csv {} column {}", "name", "path", "column"),
    nodes.Suppression: lambda node, _: Line(
        f"suppression {node.name.text} of {node.type.text}{clause('expires ', node.expires)}"
    ),
    nodes.Table: _table,
    nodes.Calendar: _calendar,
    nodes.CalendarDay: bearing("{date}", ("", "title")),
    nodes.CallWindow: lambda node, _: Block(f"call_window {node.name.text}", node.rules, node.span),
    nodes.CallRule: _call_rule,
    nodes.When: plain("when {}", "condition"),
    nodes.Accept: lambda node, _: _reasoned(f"accept when {expression(node.condition)}", "else", node.reason),
    nodes.Reject: lambda node, _: _reasoned(
        f"reject when {expression(node.condition)}", "because", node.reason
    ),
    nodes.Dedupe: _dedupe,
    nodes.Cap: _cap,
    nodes.Throttle: plain("throttle {} per {}", "maximum", "period"),
    nodes.Source: titled("source"),
    nodes.Key: plain("key {}", "secret"),
    nodes.Receive: plain("receive {}", "kinds"),
    nodes.Map: lambda node, _: Block("map", node.pairs, node.span),
    nodes.MapPair: lambda node, w: Line(
        f"{node.name.text.ljust(w.map)}{'  ' if w.map else ' '}{expression(node.value)}"
    ),
    nodes.Cost: _cost,
    nodes.AnswerWithin: plain("answer within {}", "limit"),
    nodes.SourcePing: block("ping"),
    nodes.PingFields: plain("fields {}", "names"),
    nodes.PingHold: plain("hold {}", "length"),
    nodes.VerifyHmac: _verify_hmac,
    nodes.VerifyField: plain("verify field {} {}", "name", "secret"),
    nodes.VerifyChallenge: plain("verify challenge query {} token {}", "query", "token"),
    nodes.EachLead: plain("each {}", "path"),
    nodes.Fetch: block("fetch"),
    nodes.TestWhen: plain("test when {}", "condition"),
    nodes.Reply: _reply,
    nodes.Postback: lambda node, _: Block(f"postback on {words(node.events)}", node.items, node.span),
    nodes.Enhance: titled("enhance"),
    nodes.Cache: plain("cache {} by {}", "length", "by"),
    nodes.OnError: plain("on error {}", "action"),
    nodes.Filter: titled("filter"),
    nodes.OnReject: _delivers("on reject"),
    nodes.Name: lambda node, _: Line(f"deliver {node.text}"),
    nodes.Score: titled("score"),
    nodes.Start: plain("start {}", "value"),
    nodes.Points: lambda node, w: Line(
        f"{points_text(node).ljust(w.points)} when {expression(node.condition)}"
    ),
    nodes.Limits: plain("limits {} to {}", "low", "high"),
    nodes.Model: plain("model {}", "path"),
    nodes.Shadow: plain("shadow"),
    nodes.DeliverStep: titled("deliver"),
    nodes.Buyer: titled("buyer"),
    nodes.Tag: plain("tag {}", "names"),
    nodes.LegalName: plain("legal_name {}", "text"),
    nodes.Exclusive: plain("exclusive"),
    nodes.Group: plain("group {}", "name"),
    nodes.Needs: plain("needs {}", "names"),
    nodes.Priority: conditional("priority", "value"),
    nodes.Weight: conditional("weight", "value"),
    nodes.Paused: conditional("paused"),
    nodes.Price: _price,
    nodes.Offer: plain("offer {}", "prices"),
    nodes.AtLeast: plain("at least {} per {}", "minimum", "period"),
    nodes.Budget: plain("budget {} per {}", "maximum", "period"),
    nodes.Balance: optional("balance prepaid", ("credit ", "credit")),
    nodes.Terms: plain("terms net {}", "days"),
    nodes.Hours: _hours,
    nodes.ClosedOn: plain("closed on {}", "days"),
    nodes.OnState: lambda node, _: Line(f"on {node.state.text} {_hold(node.action)}"),
    nodes.DownAfter: plain("down after {} failures in {} for {}", "failures", "within", "length"),
    nodes.Idempotent: plain("idempotent"),
    nodes.Inquire: block("inquire"),
    nodes.InquireEvery: plain("every {} up to {}", "interval", "up_to"),
    nodes.Callback: block("callback"),
    nodes.PendingEnds: plain("pending ends after {} as {}", "after", "outcome"),
    nodes.Ping: block("ping"),
    nodes.Deliver: block("deliver"),
    nodes.DeliverBatch: block("deliver batch"),
    nodes.BatchEvery: plain("every {}", "interval"),
    nodes.BatchAt: plain("at {}", "times"),
    nodes.BatchSize: plain("size {}", "leads"),
    nodes.DeliverEmail: block("deliver email"),
    nodes.EmailTo: plain("to {}", "value"),
    nodes.EmailSubject: plain("subject {}", "value"),
    nodes.Returns: _returns,
    nodes.ReturnsAtMost: plain("returns at most {} per {}", "share", "period"),
    nodes.TestMark: block("test"),
    nodes.TestField: lambda node, _: Line(f"field {left(node.left)} = {expression(node.value)}"),
    nodes.TestUrl: plain("url {}", "url"),
    nodes.Method: plain("{} {}", "verb", "url"),
    nodes.Query: lambda node, _: Block("query", node.pairs, node.span),
    nodes.Header: plain("header {} {}", "name", "value"),
    nodes.Timeout: plain("timeout {}", "limit"),
    nodes.Retry: _retry,
    nodes.Idempotency: plain("idempotency header {}", "header"),
    nodes.FollowRedirects: plain("follow redirects up to {}", "most"),
    nodes.AuthBearer: plain("auth bearer {}", "secret"),
    nodes.AuthBasic: plain("auth basic {} {}", "user", "secret"),
    nodes.AuthHeader: bearing("auth header {name}", ("", "prefix"), ("", "secret")),
    nodes.AuthQuery: plain("auth query {} {}", "name", "secret"),
    nodes.AuthBody: lambda node, _: Line(f"auth body {left(node.left)} {expression(node.secret)}"),
    nodes.AuthHmac: _auth_hmac,
    nodes.AuthOauth: lambda node, _: Block("auth oauth", node.options, node.span),
    nodes.OauthOption: plain("{} {}", "name", "value"),
    nodes.Body: _body,
    nodes.Pair: _pair,
    nodes.Response: lambda node, _: Block(f"response{clause('', node.kind)}", node.items, node.span),
    nodes.Verdict: _verdict,
    nodes.Otherwise: plain("otherwise {}", "outcome"),
    nodes.Value: lambda node, w: Line(f"{node.name.text.ljust(w.value)} {expression(node.value)}"),
    nodes.SetValue: _set_value,
    nodes.Bids: lambda node, _: Block(f"bids {node.path.raw}", node.items, node.span),
    nodes.Route: lambda node, _: Block(f"route{clause('', node.title)}", node.items, node.span),
    nodes.Stage: _stage,
    nodes.BestOf: lambda node, _: Block("best of", node.stages, node.span),
    nodes.OrderBy: _order_by,
    nodes.Window: plain("window {}", "length"),
    nodes.Reserve: plain("reserve {}", "value"),
    nodes.Sell: bearing("sell {low}", ("to ", "high")),
    nodes.MinMargin: plain("min margin {}", "value"),
    nodes.Reping: plain("reping"),
    nodes.Again: plain("again"),
    nodes.Unsold: lambda node, _: Line(f"unsold {_hold(node.hold)}{clause('retry every ', node.every)}"),
    nodes.OnUnsold: _delivers("on unsold"),
    nodes.NeverAssertion: lambda node, _: Line(
        f"assert {node.title.raw} never {buyers((node.subject,))}{when(node.condition)}"
    ),
    nodes.SomeAssertion: plain("assert {} some buyer when {}", "title", "condition"),
    nodes.Alert: plain("alert {} when {} notify {} {}", "title", "condition", "channel", "target"),
    nodes.Policy: _policy,
    nodes.PolicySlow: plain("slow source {} to {} per {}", "source", "maximum", "period"),
    nodes.PolicyWeight: plain("weight {} {}", "buyer", "value"),
    nodes.PolicyPause: plain("pause {}", "buyer"),
}
