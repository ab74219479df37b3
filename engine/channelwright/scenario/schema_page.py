"""The JSON Schema of packs, for editors and for tools that write packs."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from channelwright.scenario.design_shapes import DesignShape
from channelwright.scenario.shapes import PackShape
from channelwright.tables.json_schema import input_schemas

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """Return the JSON Schema of ``scenario.yaml``.

    Returns
    -------
    dict
        The schema itself; ``$defs/DesignShape`` is that of a design file, and
        ``$defs/table_<name>`` that of one row of a table.
    """
    _, shapes = models_json_schema(
        [(PackShape, "validation"), (DesignShape, "validation")], ref_template="#/$defs/{model}"
    )
    return {
        "$schema": DIALECT,
        "title": "Channelwright scenario pack",
        "$ref": "#/$defs/PackShape",
        "$defs": {**shapes["$defs"], **input_schemas()},
    }
