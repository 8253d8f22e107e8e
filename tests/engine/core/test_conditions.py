"""Conditions with blanks and look-ups not asked, against the plain meaning: try everything the look-ups could say."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from leadflow_dsl.diagnostics import NOWHERE
from leadflow_dsl.terms import Op, Read, Type
from leadflow_engine.evaluation.comparing import Open
from leadflow_engine.evaluation.conditions import Interned, decide

BOOLEAN = Type("boolean")
LEAVES = [Read("field", name, "", BOOLEAN, NOWHERE) for name in "abcd"]


def op(name, *args):
    return Op(name, args, BOOLEAN, NOWHERE)


conditions = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.builds(lambda a: op("not", a), inner),
        st.builds(lambda a, b: op("and", a, b), inner, inner),
        st.builds(lambda a, b: op("or", a, b), inner, inner),
    ),
    max_leaves=8,
)
truths = st.fixed_dictionaries({name: st.sampled_from([True, False, None, "open"]) for name in "abcd"})


def kleene(term, values):
    """The three-valued meaning, as the language's reference has it."""
    if isinstance(term, Read):
        return values[term.name]
    parts = [kleene(arg, values) for arg in term.args]
    if term.name == "not":
        return None if parts[0] is None else not parts[0]
    decisive = term.name == "or"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def decided(term, values):
    interned = Interned()
    condition = interned.condition(term)
    leaves = [values[leaf.name] for leaf in interned.terms]
    return decide(condition, lambda n: Open((interned.terms[n].name,)) if leaves[n] == "open" else leaves[n])


@given(conditions, truths)
def test_a_decided_condition_is_right_whatever_the_look_ups_would_say(term, values):
    unasked = [name for name, value in values.items() if value == "open"]
    worlds = [
        values | dict(zip(unasked, said, strict=True))
        for said in product([True, False, None], repeat=len(unasked))
    ]
    meanings = {kleene(term, world) is True for world in worlds}
    result = decided(term, values)
    if isinstance(result, Open):
        assert set(result.needs) <= set(unasked)
        assert set(result.needs)
    else:
        assert meanings == {result}


@given(conditions, truths)
def test_without_open_look_ups_every_condition_is_decided(term, values):
    known = {name: None if value == "open" else value for name, value in values.items()}
    assert decided(term, known) is (kleene(term, known) is True)


def test_equal_predicates_are_one():
    interned = Interned()
    interned.condition(op("or", LEAVES[0], op("and", LEAVES[1], LEAVES[0])))
    assert len(interned.terms) == 2
