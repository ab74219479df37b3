"""The published schema and the data dictionary say what the reader accepts."""

import csv
import datetime
import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from channelwright.scenario import schema
from channelwright.tables.dictionary import data_dictionary
from channelwright.tables.inputs import DESIGN_TABLES, MARKET_TABLES, OPTIONAL_TABLES
from channelwright.tables.outputs import OUTPUT_TABLES
from tests.conftest import ROOT

PACKS = sorted(
    path.parent
    for folder in ("scenarios", "tests/data/packs", "engine/channelwright/scenario")
    for path in (ROOT / folder).glob("*/scenario.yaml")
)


def plain(value: object) -> object:
    """Return YAML data as JSON holds it: dates are text."""
    return json.loads(json.dumps(value, default=datetime.date.isoformat))


def validator(definition: str) -> jsonschema.Draft202012Validator:
    whole = schema()
    return jsonschema.Draft202012Validator({**whole, "$ref": f"#/$defs/{definition}"})


def test_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_shipped_packs_fit_the_schema(pack: Path) -> None:
    document = yaml.safe_load((pack / "scenario.yaml").read_text(encoding="utf-8"))
    if "extends" in document:
        below = yaml.safe_load((pack / document["extends"]).read_text(encoding="utf-8"))
        document["market"]["calendar"] = (
            below["market"]["calendar"] | document["market"]["calendar"]
        )
    jsonschema.Draft202012Validator(schema()).validate(plain(document))
    for file in document["designs"].values():
        validator("DesignShape").validate(plain(design_of(pack / file)))


def design_of(path: Path) -> dict[str, object]:
    """Return a design file over all that it extends."""
    design = yaml.safe_load(path.read_text(encoding="utf-8"))
    return design_of(path.parent / design["extends"]) | design if "extends" in design else design


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("channelwright", 2),
        ("author", "me"),
        ("study", {}),
        ("overrides", {"x": {"study.seed": 1}}),
    ],
)
def test_schema_refuses_what_the_reader_refuses(key: str, value: object) -> None:
    document = yaml.safe_load((ROOT / "tests/data/packs/tiny/scenario.yaml").read_text())
    document[key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema()).validate(plain(document))


#: Table that the small pack does without: it has shares of segments.
ABSENT = {"outlet_rates", "collecting"}


def test_rows_of_tables_fit_their_schema() -> None:
    folder = ROOT / "tests/data/packs/tiny/tables"
    for name, table in MARKET_TABLES.items():
        if name in ABSENT:
            continue
        check = validator(f"table_{name}")
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as handle:
            for line in csv.DictReader(handle):
                row = {key: cell for key, cell in line.items() if cell != ""}
                for column in table.columns:
                    if column.name in row and column.dtype in ("int64", "float64"):
                        row[column.name] = json.loads(row[column.name])
                    elif column.name in row and column.dtype == "bool":
                        row[column.name] = row[column.name] == "true"
                check.validate(row)
        with pytest.raises(jsonschema.ValidationError):
            check.validate({**row, "stray": 1})


def test_dictionary_page_is_up_to_date() -> None:
    page = (ROOT / "docs/data-dictionary.md").read_text(encoding="utf-8")
    assert page == data_dictionary(), (
        "run: python -m channelwright.tables.dictionary > docs/data-dictionary.md"
    )


def test_dictionary_names_every_table_and_column() -> None:
    page = data_dictionary()
    for table in (*MARKET_TABLES.values(), *DESIGN_TABLES.values(), *OUTPUT_TABLES.values()):
        assert f"### `{table.name}`" in page
        for column in table.columns:
            assert f"| `{column.name}` |" in page
    assert page.count("The table is optional.") == len(OPTIONAL_TABLES)


def test_every_reference_of_a_declaration_exists() -> None:
    for table in (*MARKET_TABLES.values(), *DESIGN_TABLES.values()):
        assert set(table.key) <= set(table.names)
        for column in table.columns:
            if column.refers:
                target, _, name = column.refers.partition(".")
                assert name in MARKET_TABLES[target].names
