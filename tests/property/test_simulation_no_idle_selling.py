"""No field of source choice and rights is idle: changing it changes a simulated table."""

import dataclasses

import numpy as np
import pytest

from channelwright.model.source_choice import Rights, Selling, SourceChoice
from tests.property.test_simulation_no_idle_fields import played, tables_of

SEEDS = tuple(range(40))
WEIGHTS = [field.name for field in dataclasses.fields(SourceChoice)]
SELLING = [field.name for field in dataclasses.fields(Selling) if field.name != "rights"]
RIGHTS = [field.name for field in dataclasses.fields(Rights)]


@pytest.mark.parametrize("name", WEIGHTS)
def test_weight_of_the_choice_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if market.source_choice is None:
            return False
        weights = dataclasses.replace(market.source_choice, **{name: 9.0})
        return played(seed, dataclasses.replace(market, source_choice=weights), design) != before

    assert any(matters(seed) for seed in SEEDS)


def changed(selling: Selling, name: str) -> Selling:
    """The selling with other values of a field."""
    if name in RIGHTS:
        value = getattr(selling.rights, name)
        other = ~value if value.dtype == bool else np.where(value == 0, 1, 0)
        return dataclasses.replace(
            selling, rights=dataclasses.replace(selling.rights, **{name: other})
        )
    if name == "asking":
        return dataclasses.replace(selling, asking=selling.asking * 2)
    mode = selling.option_mode.copy()
    mode[:, 1:] = np.where(mode[:, 1:] >= 0, mode[:, :1], -1)
    return dataclasses.replace(selling, option_mode=mode)


@pytest.mark.parametrize("name", [*SELLING, *RIGHTS])
def test_field_of_selling_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        if design.selling is None:
            return False
        other = dataclasses.replace(design, selling=changed(design.selling, name))
        return played(seed, market, other) != before

    assert any(matters(seed) for seed in SEEDS)
