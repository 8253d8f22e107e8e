"""Template bodies: what an author can write, and that nobody gets out of the box or makes it burst."""

from __future__ import annotations

import inspect
import json
import time

import pytest

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.templates import Place, read_template
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.mapping import MappingError, RequestProblem, compile_request
from leadflow_engine.templates import Templates, check_template

PETS = t.Type("list", of=t.Type("record", columns=(("name", t.Type("text")), ("born", t.Type("date")))))


class TestWriting:
    def test_values_are_written_as_in_a_mapping_and_escaped_for_the_body(self, rendered, typed):
        lead = {"name": 'O"Neil', "bill": typed("money", "120.5"), "own": typed("boolean", "yes")}
        assert rendered("json", '{"n": "{{ name }}", "b": {{ bill }}, "o": {{ own }}}', **lead) == (
            '{"n": "O\\"Neil", "b": 120.50, "o": true}'
        )

    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            ("phone", "+15125550147"),
            ("phone|phone('national')", "(512) 555-0147"),
            ("phone.digits", "5125550147"),
            ("bill|money", "1234.50"),
            ("bill * 2 + 0.1", "2469.10"),
            ("born|date('MM/DD/YYYY')", "02/01/1980"),
            ("born.year", "1980"),
            ("state|state_name", "Texas"),
            ("state.code ~ '-' ~ city|upper", "TX-AUSTIN"),
            ("none|default('n/a')", "n/a"),
            ("none", ""),
            ("city|replace('u', 'oo')|lower", "aoostin"),
            ("own|yesno('Y', 'N')", "Y"),
            ("'big' if bill > 100 else 'small'", "big"),
            ("'known' if state in ['TX', 'CA'] else 'other'", "known"),
            ("city|tojson", '"Austin"'),
            ("'yes' if none is blank and city is present and phone is valid else 'no'", "yes"),
            ("pets[0].name", "Rex"),
            ("pets|map(attribute='name')|join(', ')", "Rex, Tom"),
            ("scores|sort|first ~ '/' ~ scores|sum ~ '/' ~ scores|max", "9/29/20"),
            ("['b', 'a', 'b']|unique|join", "b,a"),
            ("born|years_since", "46"),
            ("'12.7'|int ~ '/' ~ bill|round", "12/1234"),
            ("phone|mask", "***-***-0147"),
            ("city|truncate(3)", "Aus"),
            ("pets[5].name", ""),
        ],
    )
    def test_expressions(self, rendered, typed, expression, text):
        lead = {
            "phone": typed("phone", "512-555-0147"),
            "bill": typed("money", "1234.5"),
            "born": typed("dob", "1980-02-01"),
            "state": typed("state", "texas"),
            "city": "Austin",
            "own": typed("boolean", "1"),
            "pets": typed(PETS, [{"name": "Rex"}, {"name": "Tom"}]),
            "scores": typed(t.Type("list", of=t.Type("number")), ["20", "9"]),
        }
        assert rendered("text", "{{ " + expression + " }}", **lead) == text

    def test_a_loop_over_a_leads_list(self, rendered, typed):
        template = """[{% for pet in pets %}{"n": "{{ pet.name }}"}{{ ", " if not loop.last }}{% endfor %}]"""
        assert rendered("json", template, pets=typed(PETS, [{"name": 'R"x'}, {"name": "Tom"}])) == (
            '[{"n": "R\\"x"}, {"n": "Tom"}]'
        )

    def test_a_form_template_may_stand_on_several_lines(self, rendered):
        assert rendered("form", "a={{ a }}\n  &b={{ b }}\n", a="1 &\n2", b="x") == "a=1+%26%0A2&b=x"

    def test_a_secret_is_placed_and_takes_no_filter(self, request_for):
        auth = (m.Auth("body", t.SecretRef("K", t.Type("secret"), NOWHERE), name="api_key"),)
        body = m.Body("json", inline='{"k": "{{ auth.api_key }}"}')
        assert request_for({}, auth=auth, body=body).body == '{"k": "\uf8f0K\uf8f1"}'
        for leak in ("auth.api_key|upper", "auth.api_key|sha256", "auth.api_key ~ ''", "auth.api_key|tojson"):
            problem = request_for({}, auth=auth, body=m.Body("text", inline="{{ " + leak + " }}"))
            assert isinstance(problem, RequestProblem), leak


def test_every_filter_and_test_that_the_front_end_lets_through_is_there():
    from leadflow_dsl import template_profile
    from leadflow_engine.templates.filters import FILTERS, TESTS

    assert (set(FILTERS), set(TESTS)) == (template_profile.FILTERS, template_profile.TESTS)


def test_the_front_end_knows_how_many_arguments_each_filter_takes():
    from leadflow_dsl.template_arguments import takes
    from leadflow_engine.templates.filters import FILTERS

    for name, body in FILTERS.items():
        shape = inspect.signature(body).parameters.values()
        arguments = [one for one in shape if one.name not in ("value", "context")]
        if not any(one.kind is inspect.Parameter.VAR_POSITIONAL for one in arguments):
            assert takes(name) == (sum(one.default is one.empty for one in arguments), len(arguments)), name


class TestWhatGoesWrong:
    def test_what_is_no_json_is_not_sent_and_the_place_is_told(self, rendered):
        problem = rendered("json", '{"a": {{ none }},\n "b": 1}')
        assert isinstance(problem, RequestProblem)
        assert "is no JSON (line 1, column 7)" in problem.reason

    def test_what_is_no_xml_is_not_sent(self, rendered):
        assert "is no XML" in rendered("xml", "<a>{{ none }}").reason

    def test_a_document_type_is_not_sent(self, rendered):
        assert "is no XML" in rendered("xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>').reason

    def test_an_unknown_name_is_told_by_its_name(self):
        templates = Templates(".", {"x.j2": "{{ zipp }}"}, {"zip": "field"})
        request = m.Request(
            "POST",
            t.Text(("https://b.example/",), t.Type("text"), NOWHERE),
            body=m.Body("text", template="x.j2"),
        )
        problem = compile_request(request, templates).build(None)  # type: ignore[arg-type]
        assert isinstance(problem, RequestProblem)
        assert "'zipp' is undefined" in problem.reason

    def test_a_lookup_that_was_not_asked_is_asked_for(self, request_for):
        problem = request_for({"line": Open(("phone_check",))}, body=m.Body("text", inline="{{ line }}"))
        assert problem == RequestProblem("`line` needs a look-up", ("phone_check",))

    def test_a_value_never_stands_in_a_problem(self, rendered):
        problem = rendered("text", "{{ city + 1 }}", city="Secretville")
        assert isinstance(problem, RequestProblem)
        assert "Secretville" not in problem.reason

    def test_a_secret_that_the_template_never_places(self, request_for):
        auth = (m.Auth("body", t.SecretRef("K", t.Type("secret"), NOWHERE), name="api_key"),)
        with pytest.raises(MappingError, match="never sent"):
            request_for({}, auth=auth, body=m.Body("json", inline="{}"))


class TestFiles:
    def body(self, root, name):
        request = m.Request(
            "POST",
            t.Text(("https://b.example/",), t.Type("text"), NOWHERE),
            body=m.Body("text", template=name),
        )
        return compile_request(request, Templates(root)).build(None).body  # type: ignore[arg-type, union-attr]

    def test_include_and_extend_from_the_root(self, tmp_path):
        (tmp_path / "mappings").mkdir()
        (tmp_path / "mappings/base.j2").write_text(
            "<{% block x %}base{% endblock %}>{% include './part.j2' %}"
        )
        (tmp_path / "mappings/part.j2").write_text("part")
        (tmp_path / "own.j2").write_text(
            "{% extends 'mappings/base.j2' %}{% block x %}own {{ super() }}{% endblock %}"
        )
        assert self.body(tmp_path, "own.j2") == "<own base>part"

    @pytest.mark.parametrize("path", ["../secret.j2", "/etc/passwd", "a/../../secret.j2", "link.j2"])
    def test_nothing_outside_the_project(self, tmp_path, path):
        root = tmp_path / "project"
        root.mkdir()
        (tmp_path / "secret.j2").write_text("secret")
        (root / "link.j2").symlink_to(tmp_path / "secret.j2")
        (root / "own.j2").write_text("{% include '" + path + "' %}")
        for name in (path, "own.j2"):
            with pytest.raises(MappingError, match="outside the project"):
                self.body(root, name)

    def test_a_missing_template_is_told(self, tmp_path):
        with pytest.raises(MappingError, match=r"`none\.j2` cannot be read"):
            self.body(tmp_path, "none.j2")

    def test_templates_that_include_each_other_end(self, tmp_path):
        (tmp_path / "a.j2").write_text("{% include 'b.j2' %}")
        (tmp_path / "b.j2").write_text("{% include 'a.j2' %}")
        request = m.Request(
            "POST",
            t.Text(("https://b.example/",), t.Type("text"), NOWHERE),
            body=m.Body("text", template="a.j2"),
        )
        assert isinstance(compile_request(request, Templates(tmp_path)).build(None), RequestProblem)  # type: ignore[arg-type]


ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ city['__class__'] }}",
    "{{ city|attr('__class__') }}",
    "{{ self.__init__ }}",
    "{{ self }}",
    "{{ lipsum.__globals__ }}{{ lipsum() }}",
    "{{ cycler() }}",
    "{{ namespace(x=1) }}",
    "{% set ns.x = 1 %}",
    "{{ joiner() }}",
    "{{ dict(a=1) }}",
    "{{ range(10) }}",
    "{{ city.format(1) }}",
    "{{ '{0.__class__}'.format(city) }}",
    "{{ city.upper() }}",
    "{% import 'x' as y %}",
    "{% from 'x' import y %}",
    "{% include city %}",
    "{% extends city %}",
    "{% macro m() %}{% endmacro %}",
    "{% call m() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% with a = 1 %}{% endwith %}",
    "{% set a %}x{% endset %}",
    "{% autoescape false %}{% endautoescape %}",
    "{% do city %}",
    "{{ {'a': 1} }}",
    "{{ city[0:2] }}",
    "{{ city[city] }}",
    "{{ _scope }}",
    "{{ _kind }}",
    "{{ city|_items }}",
    "{{ city|upper(*city) }}",
    "{% for x in pets recursive %}{{ loop(x) }}{% endfor %}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ environment }}",
    "{% trans %}x{% endtrans %}",
]

HOSTILE_AT_LINT = [
    "{{ 9 ** 99999999 }}",
    "{{ 'a' * 999999999 }} {{ 9**9**9 }}",
    "{{ " + "(" * 3000 + ")" * 3000 + " }}",
    "{{ " + "[" * 3000 + "]" * 3000 + " }}",
    "{{ " + "not " * 3000 + "x }}",
    "{{ " + "-" * 3000 + "1 }}",
    "{{ " + "1+" * 3000 + "1 }}",
    "{{ " + "9" * 10_000 + " }}",
    "{% if a %}" * 500 + "{% endif %}" * 500,
    "x" * 20_000,
    "{% for a in b %}{% for c in d %}{% endfor %}{% endfor %}",
    "{{ x" + "|upper" * 1500 + " }}",
    "{{ x" + ".a" * 4000 + " }}",
]

BOMBS = [
    "{{ big ~ big ~ big }}",
    "{% set a = big ~ 'x' %}{% set a = a ~ a %}{% set a = a ~ a %}{{ a }}",
    "{{ big|replace('x', big) }}",
    "{{ 'a' * 99999999 }}",
    "{{ 9999999999 * 9999999999 * 9999999999 * 9e9999 }}",
    "{{ 1 / 0 }}",
    "{{ 1 % 0 }}",
    "{{ 1e400 }}",
    "{{ pets|join(big) }}",
    "{% for x in long %}{{ big }}{% endfor %}",
    "{% for x in long %}{% endfor %}" * 20,
    "{{ big.foo.bar }}",
    "{{ long }}",
    "{% for x in city %}{{ x }}{% endfor %}",
]


class TestTheBox:
    @pytest.mark.parametrize("template", ESCAPES)
    def test_nothing_reaches_python(self, template, rendered):
        assert check_template(template), template
        with pytest.raises(MappingError):
            rendered("text", template, city="x")

    @pytest.mark.parametrize("template", [*ESCAPES, *HOSTILE_AT_LINT], ids=lambda text: text[:20])
    def test_what_is_refused_is_told_when_the_flow_is_checked(self, template):
        assert read_template(template, Place("x.j2")).flaws

    @pytest.mark.parametrize("template", HOSTILE_AT_LINT, ids=lambda text: text[:20])
    def test_linting_itself_cannot_be_attacked(self, template):
        start = time.process_time()
        assert check_template(template)
        assert time.process_time() - start < 1.0

    @pytest.mark.parametrize("template", BOMBS)
    def test_what_grows_is_stopped(self, template, rendered, typed):
        texts = t.Type("list", of=t.Type("text"))
        lead = {
            "big": "x" * 60_000,
            "long": typed(texts, ["x"] * 900),
            "city": "x",
            "pets": typed(texts, ["a"] * 9),
        }
        start = time.process_time()
        result = rendered("text", template, **lead)
        assert isinstance(result, RequestProblem) or len(result) < 70_000
        assert time.process_time() - start < 1.0

    @pytest.mark.parametrize(
        "template",
        [
            "{{ pets|map('__class__')|join }}",
            "{{ '{0.__class__}'|format(city) }}",
            "{{ '%99999999d'|format(1) }}",
        ],
    )
    def test_filters_have_no_way_to_python_either(self, template, rendered, typed):
        assert rendered("text", template, pets=typed(PETS, [{"name": "Rex"}]), city="x") == ""

    def test_problems_have_their_lines(self):
        found = check_template("{{ a }}\n{{ a() }}\n\n{{ b|nope }}", "x.j2")
        assert [problem.line for problem in found] == [2, 4]
        assert str(found[0]) == "x.j2:2: a call is not allowed in a template"

    def test_a_broken_template_is_one_problem(self):
        (problem,) = check_template("{{ a }}\n{% if %}")
        assert problem.line == 2


def test_a_json_template_of_a_test_lead_is_merged(request_for, as_pairs):
    extra = as_pairs({"test": "1", "meta.kinds[0]": "t"})
    body = m.Body("json", inline='{"a": 1.10, "meta": {"b": 2}}')
    request = request_for({}, extra, body=body)
    assert json.loads(request.body) == {"a": 1.1, "meta": {"b": 2, "kinds": ["t"]}, "test": "1"}
    assert '"a":1.10' in request.body
