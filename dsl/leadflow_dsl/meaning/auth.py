"""How a request proves who sends it: where each secret stands."""

from __future__ import annotations

import re
from typing import Any, Final

from leadflow_dsl import model, nodes
from leadflow_dsl.meaning.bodies import left_of
from leadflow_dsl.meaning.expressions import Resolver
from leadflow_dsl.meaning.places import REQUEST
from leadflow_dsl.meaning.suggestions import did_you_mean, listed
from leadflow_dsl.rules.conditions import MISMATCH
from leadflow_dsl.rules.exchanges import OAUTH_LACKS, SECRET_AS_TEXT
from leadflow_dsl.rules.names import UNKNOWN
from leadflow_dsl.rules.requests import SAID_TWICE, URL
from leadflow_dsl.terms import Const, SecretRef, Term, Text
from leadflow_dsl.types import SECRET, TEXT, described, kind

OPTIONS: Final = (
    *(
        "token_url",
        "client_id",
        "client_secret",
        "scope",
        "audience",
        "username",
        "password",
        "refresh_token",
    ),
)
"""What `auth oauth` may say."""
SECRETS: Final = ("client_secret", "password", "refresh_token")
PLAIN: Final = ("token_url", "scope", "audience")
NEEDED: Final = ("token_url", "client_id", "client_secret")


def secret(node: nodes.Env) -> SecretRef:
    """``env NAME`` where a secret may stand."""
    return SecretRef(node.name.text, SECRET, node.span)


def auth(r: Resolver, node: Any) -> model.Auth:
    """One ``auth`` statement of a request."""
    match node:
        case nodes.AuthBearer(secret=said):
            return model.Auth("bearer", secret(said), span=node.span)
        case nodes.AuthBasic(user=user, secret=said):
            return model.Auth("basic", secret(said), user=_named(user), span=node.span)
        case nodes.AuthHeader(name=name, prefix=prefix, secret=said):
            text = prefix.value if prefix else ""
            return model.Auth("header", secret(said), name.value, text, span=node.span)
        case nodes.AuthQuery(name=name, secret=said):
            return model.Auth("query", secret(said), name.value, span=node.span)
        case nodes.AuthBody(left=left, secret=said):
            key = ".".join(segment.name for segment in left_of(left))
            return model.Auth("body", secret(said), key, span=node.span)
        case nodes.AuthHmac():
            return _hmac(r, node)
        case _:
            return _oauth(r, node)


def _named(node: nodes.Text | nodes.Env) -> Term:
    return secret(node) if isinstance(node, nodes.Env) else Const(node.value, TEXT, node.span)


def _hmac(r: Resolver, node: nodes.AuthHmac) -> model.Auth:
    return model.Auth(
        "hmac",
        secret(node.secret),
        node.name.value,
        place=node.place.text,
        algorithm=node.algorithm.text,
        over=signed(r, node.over) if node.over is not None else None,
        span=node.span,
    )


def signed(r: Resolver, node: Any) -> Term:
    """What a signature is made over: a text, in which the ``request`` itself can be named."""
    term = r.at(r.scope.having(REQUEST)).value(node, TEXT)
    if kind(term.type).group not in ("text", "any", "number"):
        message = f"a signature is made over a text, not over a value of type {described(term.type)}"
        r.draft.found(
            MISMATCH.at(
                node.span, message, "", "`concat(...)` joins texts, `text(...)` writes a value as one"
            )
        )
    return term


def _oauth(r: Resolver, node: nodes.AuthOauth) -> model.Auth:
    said: dict[str, nodes.OauthOption] = {}
    for option in node.options:
        _check_option(r, option, option.name.text in said)
        said.setdefault(option.name.text, option)
    _check_needed(r, node, said)
    return model.Auth("oauth", oauth=_grant(said), span=node.span)


def _check_option(r: Resolver, option: nodes.OauthOption, again: bool) -> None:
    name, written = option.name.text, isinstance(option.value, nodes.Text)
    if name not in OPTIONS:
        ways = did_you_mean(name, OPTIONS) or (f"it takes {listed(OPTIONS)}",)
        r.draft.found(UNKNOWN.at(option.name.span, f"`auth oauth` takes no `{name}`", "", ways))
    elif again:
        r.draft.found(SAID_TWICE.at(option.span, f"`{name}` is said twice", "said again", "take one out"))
    elif name in SECRETS and written:
        help = f"write `{name} env NAME`"
        message = f"the secret `{name}` stands in the flow"
        r.draft.found(SECRET_AS_TEXT.at(option.value.span, message, "everybody can read it", help))
    elif name in PLAIN and not written:
        help = f'write it as a text: `{name} "..."`'
        r.draft.found(MISMATCH.at(option.value.span, f"`{name}` is no secret", "", help))
    elif name == "token_url" and not re.match(
        r"https?://[^/\s{}]+(/\S*)?$", getattr(option.value, "value", "")
    ):
        help = 'write the whole URL: `"https://..."`'
        r.draft.found(URL.at(option.value.span, "`token_url` is no URL", "no scheme and host", help))


def _check_needed(r: Resolver, node: nodes.AuthOauth, said: dict[str, nodes.OauthOption]) -> None:
    lacks = [name for name in NEEDED if name not in said]
    lacks += [
        b for a, b in (("password", "username"), ("username", "password")) if a in said and b not in said
    ]
    if lacks:
        message = f"`auth oauth` lacks {listed(lacks)}"
        r.draft.found(OAUTH_LACKS.at(node.span, message, "no token can be asked for", "say it in its block"))


def _grant(said: dict[str, nodes.OauthOption]) -> model.OAuth | None:
    def text(name: str) -> str:
        value = said[name].value if name in said else None
        return value.value if isinstance(value, nodes.Text) else ""

    def hidden(name: str) -> SecretRef | None:
        value = said[name].value if name in said else None
        return secret(value) if isinstance(value, nodes.Env) else None

    client = hidden("client_secret")
    if client is None or not text("token_url") or "client_id" not in said:
        return None
    return model.OAuth(
        token_url=Text((text("token_url"),), TEXT, said["token_url"].span),
        client_id=_named(said["client_id"].value),
        client_secret=client,
        scope=text("scope"),
        audience=text("audience"),
        user=_named(said["username"].value) if "username" in said else None,
        password=hidden("password"),
        refresh_token=hidden("refresh_token"),
    )
