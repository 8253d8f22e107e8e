"""Inline mappings: what each kind of body looks like, and what is left out."""

from __future__ import annotations

import json

import pytest

from leadflow_dsl import model as m
from leadflow_dsl import terms as t
from leadflow_dsl.diagnostics import NOWHERE
from leadflow_engine.mapping import MappingError, RequestProblem

PETS = t.Type("list", of=t.Type("record", columns=(("name", t.Type("text")), ("born", t.Type("date")))))


@pytest.fixture
def each(field):
    return lambda name, part="": t.Each(
        t.Read("field", name, "", PETS, NOWHERE), part, t.Type("list"), NOWHERE
    )


class TestJson:
    def test_dots_and_indexes_build_nesting_in_written_order(self, built, field):
        body = built(
            "json",
            {
                "contact.phones[0]": field("a"),
                "contact.phones[1].ext": field("b"),
                "z": field("c"),
                "0.1": field("c"),
            },
            a="1",
            b="2",
            c="3",
        )
        assert body == '{"contact":{"phones":["1",{"ext":"2"}]},"z":"3","0":{"1":"3"}}'

    def test_a_quoted_part_is_taken_literally(self, built, field):
        assert built("json", {'"Lead.Zip"': field("a"), 'lead."zip-code"': field("a")}, a="1") == (
            '{"Lead.Zip":"1","lead":{"zip-code":"1"}}'
        )

    def test_numbers_stay_exact_and_booleans_are_booleans(self, built, field, typed):
        body = built(
            "json",
            {"bill": field("bill"), "own": field("own"), "score": field("score")},
            bill=typed("money", "$1,234.10"),
            own=typed("boolean", "Y"),
            score=typed("number", "123456789012345.123456789"),
        )
        assert body == '{"bill":1234.10,"own":true,"score":123456789012345.123456789}'

    def test_a_blank_is_left_out_with_the_object_around_it(self, built, field):
        assert built("json", {"a.b.c": field("none"), "d": field("d")}, d="x") == '{"d":"x"}'
        assert built("json", {"a": field("none")}) == "{}"

    def test_an_empty_text_is_no_blank(self, built):
        assert built("json", {"a": "", "b": "x"}) == '{"a":"","b":"x"}'

    def test_keep_blanks_writes_null(self, built, field):
        assert (
            built("json", {"a.b": field("none"), "c": field("c")}, keep=True, c="x")
            == '{"a":{"b":null},"c":"x"}'
        )

    def test_a_blank_element_closes_ranks(self, built, field):
        assert built("json", {"p[0]": field("none"), "p[1]": field("b")}, b="2") == '{"p":["2"]}'

    @pytest.mark.parametrize(
        ("kind", "written"),
        [
            ("json", '{"L":{"p":[{"n":"b","v":"2"},{"n":"c"}]}}'),
            ("form", "L.p%5B1%5D.n=b&L.p%5B1%5D.v=2&L.p%5B2%5D.n=c"),
            ("xml", "<L><p><n>b</n><v>2</v></p><p><n>c</n></p></L>"),
        ],
    )
    def test_an_element_with_constants_alone_left_is_left_out(self, built, field, kind, written):
        mapping = {
            "L.p[0].n": "a",
            "L.p[0].v": field("none"),
            "L.p[1].n": "b",
            "L.p[1].v": field("b"),
            "L.p[2].n": "c",
        }
        assert built(kind, mapping, b="2").removeprefix('<?xml version="1.0" encoding="UTF-8"?>') == written

    def test_it_stays_where_blanks_are_kept_and_outside_of_lists(self, built, field):
        mapping = {"p[0].n": "a", "p[0].v": field("none")}
        assert built("json", mapping, keep=True) == '{"p":[{"n":"a","v":null}]}'
        assert built("json", {"p.n": "a", "p.v": field("none")}) == '{"p":{"n":"a"}}'

    def test_so_is_each_element_that_has_nothing_to_say(self, built, each, typed):
        pets = typed(PETS, [{"born": "2020-01-02"}, {"name": "Tom"}])
        assert built("json", {"P[*].kind": "dog", "P[*].name": each("pets", "name")}, pets=pets) == (
            '{"P":[{"kind":"dog","name":"Tom"}]}'
        )

    def test_only_indexes_at_the_top_make_an_array(self, built, field):
        assert built("json", {"[0].a": field("a"), "[1].a": field("a")}, a="1") == '[{"a":"1"},{"a":"1"}]'

    def test_each_repeats_for_every_element(self, built, each, typed):
        pets = typed(PETS, [{"name": "Rex", "born": "2020-01-02"}, {"name": "Tom"}])
        mapping = {
            "Pet[*].Name": each("pets", "name"),
            "Pet[*].Born": each("pets", "born"),
            "Pet[*].Kind": "dog",
        }
        assert json.loads(built("json", mapping, pets=pets)) == {
            "Pet": [{"Name": "Rex", "Born": "2020-01-02", "Kind": "dog"}, {"Name": "Tom", "Kind": "dog"}]
        }

    def test_each_of_a_blank_list_is_nothing_at_all(self, built, each):
        assert built("json", {"Pet[*].Name": each("pets", "name"), "Pet[*].Kind": "dog"}) == "{}"

    def test_an_invalid_value_is_written_as_it_came(self, built, field, typed):
        lead = {"phone": typed("phone", "12"), "bill": typed("money", "a lot")}
        body = built("json", {"p": field("phone"), "b": field("bill")}, **lead)
        assert json.loads(body) == {"p": "12", "b": "a lot"}

    def test_a_record_goes_whole(self, built, field, typed):
        assert built("json", {"pets": field("pets", type_="list")}, pets=typed(PETS, [{"name": "Rex"}])) in (
            '{"pets":[{"name":"Rex"}]}',
            '{"pets":[{"name":"Rex","born":null}]}',
        )


class TestForm:
    def test_dots_brackets_and_repeats(self, built, field, typed):
        tags = typed(t.Type("list", of=t.Type("text")), ["a b", "c&d"])
        body = built("form", {"c.p[0]": field("a"), "tags": field("tags", type_="list")}, a="1", tags=tags)
        assert body == "c.p%5B0%5D=1&tags=a+b&tags=c%26d"

    def test_money_has_two_places_and_a_blank_is_left_out(self, built, field, typed):
        assert built("form", {"m": field("m"), "n": field("n")}, m=typed("money", "70k")) == "m=70000.00"

    def test_keep_blanks(self, built, field):
        assert built("form", {"a": field("n"), "b": "x"}, keep=True) == "a=&b=x"


class TestXml:
    def test_attributes_text_nesting_and_repeats(self, built, field, each, typed):
        mapping = {
            "Lead.@id": field("id"),
            "Lead.Contact.Name": field("name"),
            "Lead.Phone[0]": field("id"),
            "Lead.Phone[1]": field("name"),
            "Lead.Note.@lang": "en",
            'Lead.Note."#text"': field("name"),
            "Lead.Pet[*].@name": each("pets", "name"),
            "Lead.None": field("none"),
        }
        pets = typed(PETS, [{"name": "Rex"}, {"name": "Tom"}])
        assert built("xml", mapping, id="7", name="Ann & Bob", pets=pets) == (
            '<?xml version="1.0" encoding="UTF-8"?><Lead id="7"><Contact><Name>Ann &amp; Bob</Name></Contact>'
            '<Phone>7</Phone><Phone>Ann &amp; Bob</Phone><Note lang="en">Ann &amp; Bob</Note>'
            '<Pet name="Rex"/><Pet name="Tom"/></Lead>'
        )

    def test_keep_blanks_writes_an_empty_element(self, built, field):
        assert built("xml", {"L.a": field("none"), "L.b": "x"}, keep=True).endswith("<L><a/><b>x</b></L>")

    def test_nothing_to_write_is_the_empty_root(self, built, field):
        assert built("xml", {"L.a": field("none")}).endswith("<L/>")


class TestRefusedWhenCompiled:
    @pytest.mark.parametrize(
        ("kind", "mapping", "message"),
        [
            ("json", {"a": "1", "a.b": "2"}, "already has a value"),
            ("json", {"a.b": "2", "a": "1"}, "has parts too"),
            ("json", {"a[0]": "1", "a.b": "2"}, "a list and not a list"),
            ("xml", {"a.x": "1", "b.x": "2"}, "exactly one root"),
            ("xml", {"a.1x": "1"}, "no XML name"),
            ("text", {"a": "1"}, "written by a template"),
            ("soap", {"a.x": "1", "b.x": "2"}, "exactly one root"),
        ],
    )
    def test_a_mapping_that_no_lead_could_make_right(self, built, kind, mapping, message):
        with pytest.raises(MappingError, match=message):
            built(kind, mapping)

    def test_a_row_has_the_same_columns_in_every_lead(self, built):
        assert built("csv", {"a": "1", "b.c": "2"}) == '{"a":"1","b.c":"2"}'
        with pytest.raises(MappingError, match="a column of its own for each element"):
            built("csv", {"a[*]": "1"})


class TestSoap:
    MAPPING = m.Body(  # Lead.@xmlns = "urn:x"  Lead.Zip = zip
        "soap",
        (
            m.Pair(
                (m.Segment("name", "Lead"), m.Segment("attribute", "xmlns")),
                t.Const("urn:x", t.Type("text"), NOWHERE),
            ),
            m.Pair(
                (m.Segment("name", "Lead"), m.Segment("name", "Zip")),
                t.Read("field", "zip", "", t.Type("text"), NOWHERE),
            ),
        ),
    )

    def test_the_mapping_stands_in_an_envelope(self, request_for):
        request = request_for({"zip": "<1>"}, body=self.MAPPING)
        assert request.body == (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
            '<Lead xmlns="urn:x"><Zip>&lt;1&gt;</Zip></Lead></soap:Body></soap:Envelope>'
        )
        assert ("Content-Type", "text/xml; charset=utf-8") in request.headers

    def test_the_content_type_chooses_soap_1_2(self, request_for):
        header = (
            "Content-Type",
            t.Const('application/soap+xml; action="Add"', t.Type("text"), NOWHERE),
        )
        request = request_for({"zip": "1"}, headers=(header,), body=self.MAPPING)
        assert 'xmlns:soap="http://www.w3.org/2003/05/soap-envelope"' in request.body
        assert request.headers == (("Content-Type", 'application/soap+xml; action="Add"'),)

    def test_a_template_is_wrapped_where_it_is_no_envelope_itself(self, rendered):
        assert "<soap:Body><A>1</A></soap:Body>" in rendered("soap", "<A>{{ a }}</A>", a="1")
        whole = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body/></e:Envelope>'
        assert rendered("soap", whole) == whole


class TestMultipart:
    def test_each_part_has_its_name_and_the_type_names_the_boundary(self, request_for, as_pairs):
        request = request_for({}, body=m.Body("multipart", as_pairs({"a": "1", 'b"\r\n': "2"})))
        ((name, kind),) = request.headers
        boundary = kind.removeprefix("multipart/form-data; boundary=")
        assert name == "Content-Type"
        assert request.body.split("\r\n") == [
            f"--{boundary}",
            'Content-Disposition: form-data; name="a"',
            "",
            "1",
            f"--{boundary}",
            'Content-Disposition: form-data; name="b%22%0D%0A"',
            "",
            "2",
            f"--{boundary}--",
            "",
        ]

    def test_nothing_to_send_is_an_empty_body_with_its_end(self, request_for, as_pairs, field):
        request = request_for({}, body=m.Body("multipart", as_pairs({"a": field("none")})))
        assert request.body == f"--{request.headers[0][1].partition('boundary=')[2]}--\r\n"

    def test_a_template_cannot_write_one(self, rendered):
        with pytest.raises(MappingError, match="written by pairs"):
            rendered("multipart", "a")


class TestSecrets:
    KEY = m.Auth("body", t.SecretRef("API_KEY", t.Type("secret"), NOWHERE), name="auth.key")

    def test_a_body_secret_is_a_placeholder_in_its_place(self, request_for, as_pairs):
        for kind, body in {
            "json": '{"auth":{"key":"\uf8f0API_KEY\uf8f1"},"a":"1"}',
            "form": "auth.key=\uf8f0API_KEY\uf8f1&a=1",
        }.items():
            request = request_for({}, auth=(self.KEY,), body=m.Body(kind, as_pairs({"a": "1"})))
            assert request.body == body
            assert request.auth == ()

    def test_no_value_can_pretend_to_be_one(self, built, field):
        forged = "\uf8f0API_KEY\uf8f1"
        for kind in ("json", "form", "xml"):
            term = t.Const(forged, t.Type("text"), NOWHERE)
            assert "\uf8f0" not in built(kind, {"a.b": term, "a.c": field("c")}, c="x" + forged)

    def test_a_secret_without_a_body_to_stand_in(self, request_for):
        with pytest.raises(MappingError, match="needs a body"):
            request_for({}, auth=(self.KEY,))


def test_a_body_that_grows_too_long_is_a_problem(request_for, as_pairs, field):
    body = m.Body("json", as_pairs({f"f{n}": field("big") for n in range(40)}))
    problem = request_for({"big": "x" * 60_000}, body=body)
    assert isinstance(problem, RequestProblem)
    assert "longer than" in problem.reason
