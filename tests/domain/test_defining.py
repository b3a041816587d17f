"""What administrators may change of the incident properties, and what the audit log says of it."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident_plugin.domain.defining import merged, property_differences, revised
from incident_plugin.domain.errors import InvalidInput
from incident_plugin.domain.phrases import sentence
from incident_plugin.domain.properties import (
    DELIVERED,
    Category,
    CategoryId,
    Colour,
    DataField,
    DataFieldId,
    DataKind,
    IncidentProperties,
    PropertyValue,
    Symbol,
    ValueId,
)


def nobody(_field: str, _value: ValueId) -> int:
    return 0


def everybody(_field: str, _value: ValueId) -> int:
    return 12


def types(*changes: PropertyValue, without: str = "") -> IncidentProperties:
    """Give the delivered properties with other types."""
    kept = tuple(value for value in DELIVERED.types if value.id != without)
    return attrs.evolve(DELIVERED, types=(*kept, *changes))


def new(name: str, identity: str = "") -> PropertyValue:
    return PropertyValue(id=ValueId(identity), name=name)


def told(before: IncidentProperties, after: IncidentProperties) -> list[str]:
    return [sentence(activity) for activity in property_differences(before, after)]


def test_a_new_value_gets_an_id_of_its_name_that_nothing_else_has() -> None:
    """Also two of the same beginning, and a name without a letter of the alphabet."""
    made = revised(DELIVERED, types(new("Arson"), new("arson 2"), new("放火"), new("THEFT!")), nobody)
    assert [value.id for value in made.types[-4:]] == ["arson", "arson-2", "value", "theft-2"]
    assert made.revision == DELIVERED.revision + 1


def test_a_value_in_use_is_retired_and_never_removed() -> None:
    """Removing says how many projects have it; what nobody has can go."""
    with pytest.raises(InvalidInput, match="12 incident projects have “Fire” as Type") as refused:
        revised(DELIVERED, types(without="fire"), everybody)
    assert "retire it instead" in refused.value.detail
    assert refused.value.message_id == "incident.value-in-use"
    assert "fire" not in {v.id for v in revised(DELIVERED, types(without="fire"), nobody).types}


BAD: dict[str, IncidentProperties] = {
    "two values “theft”": types(new("theft", "other-theft")),
    "empty": types(new("  ")),
    "used twice": types(new("Other thing", "fire")),
    "small letters": types(new("Odd", "No/Good")),
    "more than 200": attrs.evolve(DELIVERED, types=tuple(new(f"T{n}") for n in range(201))),
    "does not close": attrs.evolve(DELIVERED, statuses=DELIVERED.statuses[3:]),
    "closes them": attrs.evolve(DELIVERED, default_status=ValueId("closed")),
    "default of type is no value": attrs.evolve(DELIVERED, default_type=ValueId("gone")),
    "Severity cannot be removed": attrs.evolve(DELIVERED, categories=DELIVERED.categories[1:]),
    "Reference cannot be removed": attrs.evolve(
        DELIVERED, data=tuple(d for d in DELIVERED.data if d.id != "reference")
    ),
    "another kind": attrs.evolve(
        DELIVERED, data=tuple(attrs.evolve(d, kind=DataKind.TEXT) for d in DELIVERED.data[:1])
    ),
    "at most 5 categories": attrs.evolve(
        DELIVERED, categories=tuple(Category(id=CategoryId(""), name=f"C{n}") for n in range(6))
    ),
    "at most 3 fields": attrs.evolve(
        DELIVERED,
        data=(
            *DELIVERED.data,
            *(DataField(id=DataFieldId(""), name=f"D{n}", kind=DataKind.TEXT) for n in range(3)),
        ),
    ),
    "would be called “Status”": attrs.evolve(
        DELIVERED, categories=(*DELIVERED.categories, Category(id=CategoryId(""), name="Status"))
    ),
    "no field “data:gone”": attrs.evolve(DELIVERED, required_to_close=("data:gone",)),
}


@pytest.mark.parametrize("said", BAD)
def test_what_cannot_be_is_refused_and_named(said: str) -> None:
    """Each rule with its own sentence, which says that nothing was changed."""
    with pytest.raises(InvalidInput, match=said) as refused:
        revised(DELIVERED, BAD[said], everybody)
    assert "Nothing was changed" in refused.value.detail


def test_the_audit_log_says_each_change_in_words() -> None:
    """Before and after, by the names that people read."""
    red = attrs.evolve(
        DELIVERED.types[0], name="Larceny", colour=Colour.RED, symbol=Symbol.FLAG, retired=True
    )
    after = attrs.evolve(
        DELIVERED,
        types=(DELIVERED.types[1], red, *DELIVERED.types[2:-1], new("Arson", "arson")),
        default_type=ValueId("fire"),
        required_to_close=("type", "category:severity"),
        categories=(
            attrs.evolve(DELIVERED.categories[0], name="Gravity", enabled=False),
            *DELIVERED.categories[1:],
        ),
    )
    assert told(DELIVERED, after) == [
        "Incident property added: Type, Arson",
        "Type changed from “Theft” to “Larceny”",
        "Type “Larceny”, colour changed from “none” to “red”",
        "Type “Larceny”, symbol changed from “none” to “flag”",
        "Type “Larceny”, retired changed from “no” to “yes”",
        "Incident property removed: Type, Other",
        (
            "Type, order changed from “Larceny, Vandalism, Trespassing, Accident, Fire, Medical” to "
            "“Vandalism, Larceny, Trespassing, Accident, Fire, Medical”"
        ),
        "Default type set to “Fire”",
        "Category changed from “Severity” to “Gravity”",
        "Category “Gravity”, in use changed from “yes” to “no”",
        "Required to close set to “Type, Gravity”",
    ]
    assert told(after, after) == []


def test_a_file_that_lacks_what_projects_have_loses_nothing() -> None:
    """Values in use are kept and retired, unused ones go, categories and data are switched off."""
    read = IncidentProperties(statuses=DELIVERED.statuses, types=(new("Arson"),))
    kept = merged(DELIVERED, read, everybody)
    assert [(v.name, v.retired) for v in kept.types] == [
        ("Arson", False),
        *((v.name, True) for v in DELIVERED.types),
    ]
    assert [c.enabled for c in kept.categories] == [False, False]
    assert not any(field.enabled for field in kept.data)
    assert [v.name for v in merged(DELIVERED, read, nobody).types] == ["Arson"]
    revised(DELIVERED, kept, everybody)


@given(st.permutations(DELIVERED.types), st.sets(st.sampled_from([t.id for t in DELIVERED.types])))
def test_any_order_and_any_retirement_is_stored_as_it_was_chosen(order, retired) -> None:
    """And is told, unless nothing changed."""
    chosen = tuple(attrs.evolve(value, retired=value.id in retired) for value in order)
    made = revised(DELIVERED, attrs.evolve(DELIVERED, types=chosen), everybody)
    assert made.types == chosen
    assert bool(told(DELIVERED, made)) is (chosen != DELIVERED.types)
