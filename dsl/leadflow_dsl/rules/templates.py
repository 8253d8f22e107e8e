"""Rules about templates: LF4xx."""

from __future__ import annotations

from typing import Final

from leadflow_dsl.rules.rule import Rule

TEMPLATE: Final = Rule(
    "LF404",
    "bad-template",
    "error",
    "a template that cannot be used",
    "A body's template is Jinja: places, conditions, one loop at a time, `set`, includes and blocks. Calls, macros, "
    "imports, dictionaries and loops in loops are refused. It is read when the flow is checked, so that a broken one "
    "never meets a lead.",
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": "{{ email }"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": "{{ email }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
)

TEMPLATE_NAME: Final = Rule(
    "LF405",
    "unknown-name-in-template",
    "error",
    "a template reads a name that nothing declares",
    "A template sees what a mapping sees: fields and their parts, results, `lead`, `source`, "
    "`ping` in a deliver, and `auth`.",
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": "{{ emial }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": "{{ email }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
)

FILTER: Final = Rule(
    "LF414",
    "unknown-filter",
    "error",
    "a template uses a filter that does not exist",
    "Templates have filters for the field's work: `phone`, `money`, `date`, `tojson`, `xml`, "
    "`urlencode` and a few more.",
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": "{{ email | shout }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": "{{ email | lower }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
)

AUTH: Final = Rule(
    "LF416",
    "secret-of-a-template",
    "error",
    "a template and the secret of its request that do not agree",
    "Where a body is a template, `auth body KEY env NAME` is put into it by `{{ auth.KEY }}`. A key that the request "
    "does not have would be blank, and a secret that the template does not name would never be sent.",
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    auth body key env ACME_KEY
    body json """{"email": "{{ email }}", "key": "{{ auth.api_key }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    auth body key env ACME_KEY
    body json """{"email": "{{ email }}", "key": "{{ auth.key }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
)

NO_BODY: Final = Rule(
    "LF418",
    "template-gives-no-body",
    "error",
    "a template that never becomes a body of its kind",
    "What stands around a template's places must be JSON (or XML) for every lead. A text stands in quotes, "
    '`"{{ city }}"`, or is written with them by `{{ city | tojson }}`; a number or a boolean stands bare. Told is only '
    "what fails whichever way the template's conditions go.",
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": {{ email }}, "zip": "{{ postal_code.zip }}", }"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
    '''\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads"
    body json """{"email": "{{ email }}", "zip": "{{ postal_code.zip }}"}"""
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
''',
)

FOREIGN_PLACE: Final = Rule(
    "LF420",
    "foreign-place",
    "warning",
    "a place as other languages write it, or in a text that holds none: it is taken as it stands",
    "In URLs, mappings, headers, templates and computed fields a value stands in `{{ }}`; reasons, defaults and the "
    "texts of conditions hold no places. `${phone}`, `{phone}`, `%(phone)s`, `<phone>` "
    "and `/:phone` are plain text: the receiver gets these very letters. It is told only where the word is a field of "
    "the lead or an alias of one.",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads/${email}"
    body json { mail = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
    """\
buyer acme {
  price 20.00
  deliver {
    post "https://acme.example/leads/{{ email }}"
    body json { mail = email }
    response json { accepted when "status" == "ok"  otherwise rejected }
  }
}
""",
)

RULES: Final = (
    TEMPLATE,
    NO_BODY,
    FOREIGN_PLACE,
    TEMPLATE_NAME,
    FILTER,
    AUTH,
)
