"""Defects that are planted, one at a time, in a copy of the tiny pack."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import openpyxl

Plant = Callable[[Path], None]
ROOT = "scenario.yaml"


@dataclass(frozen=True)
class Defect:
    """What is planted, and what the reader must say about it.

    ``place`` is the row or key, ``value`` a part of the message, ``remedy`` a part of the remedy;
    ``others`` counts further problems that follow from the same defect.
    """

    name: str
    plant: Plant
    file: str
    place: str
    column: str
    value: str
    remedy: str
    others: int = 0

    def __str__(self) -> str:
        return self.name


def replace(file: str, old: str, new: str) -> Plant:
    def plant(pack: Path) -> None:
        text = (pack / file).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (pack / file).write_text(text.replace(old, new), encoding="utf-8")

    return plant


def add(file: str, text: str) -> Plant:
    def plant(pack: Path) -> None:
        with (pack / file).open("a", encoding="utf-8") as handle:
            handle.write(text)

    return plant


def write(file: str, content: str | bytes) -> Plant:
    def plant(pack: Path) -> None:
        data = content.encode() if isinstance(content, str) else content
        (pack / file).write_bytes(data)

    return plant


def both(*plants: Plant) -> Plant:
    def plant(pack: Path) -> None:
        for one in plants:
            one(pack)

    return plant


def link(file: str, target: str) -> Plant:
    return lambda pack: (pack / file).symlink_to(target)


def remove(file: str) -> Plant:
    return lambda pack: (pack / file).unlink()


def in_root(old: str, new: str) -> Plant:
    return replace(ROOT, old, new)


def header_only(file: str) -> Plant:
    def plant(pack: Path) -> None:
        path = pack / file
        path.write_text(path.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")

    return plant


def without_column(file: str, column: str) -> Plant:
    def plant(pack: Path) -> None:
        lines = [line.split(",") for line in (pack / file).read_text("utf-8").splitlines()]
        at = lines[0].index(column)
        kept = [",".join(cells[:at] + cells[at + 1 :]) for cells in lines]
        (pack / file).write_text("\n".join(kept) + "\n", encoding="utf-8")

    return plant


def linked_outside(pack: Path) -> None:
    outside = pack.parent / "elsewhere.csv"
    outside.write_text("id,name\nmain,Mainland\nisle,Island\n", encoding="utf-8")
    (pack / "tables/zones.csv").unlink()
    (pack / "tables/zones.csv").symlink_to(outside)


def giant(file: str, size: int) -> Plant:
    def plant(pack: Path) -> None:
        with (pack / file).open("r+b") as handle:
            handle.truncate(size)

    return plant


def workbook(pack: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "zones"
    for line in (("id", "name"), ("main", "Mainland"), ("isle", "Island")):
        book.active.append(line)
    book.save(pack / "tables/zones.xlsx")


TABLES, DESIGNS = "tables/", "designs/"
OUTLETS, SITES, MODES = "tables/outlets.csv", "tables/sites.csv", "tables/modes.csv"
H1 = "h1,harbour,shop,A,43.301,5.402,,12,30"

# ---------------------------------------------------------------- files and YAML
FILES = (
    Defect("empty_yaml", write(ROOT, ""), ROOT, "line 1", "", "is empty", "keys and values"),
    Defect("list_yaml", write(ROOT, "- a\n"), ROOT, "line 1", "", "no mapping", "keys and values"),
    Defect(
        "broken_yaml",
        in_root("name: tiny", "name: [tiny"),
        ROOT,
        "line 3",
        "",
        "not valid YAML",
        "correct the syntax",
    ),
    Defect(
        "tab_in_yaml",
        in_root("  finance:", "\tfinance:"),
        ROOT,
        "line 6",
        "",
        "not valid YAML",
        "spaces",
    ),
    Defect(
        "two_documents",
        add(ROOT, "---\na: 1\n"),
        ROOT,
        "line 77",
        "",
        "not valid YAML",
        "correct the syntax",
    ),
    Defect(
        "key_twice",
        in_root("title: A", "name: other\ntitle: A"),
        ROOT,
        "name (line 3)",
        "",
        "'name' stands twice",
        "first in line 2",
    ),
    Defect(
        "yaml_bomb",
        write(
            ROOT,
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{k}: &{k} [{','.join(['*' + j] * 10)}]\n"
                for j, k in zip("abcdefg", "bcdefgh", strict=True)
            ),
        ),
        ROOT,
        "line",
        "",
        "aliases unfold",
        "write the values out",
    ),
    Defect(
        "alias_in_itself",
        in_root("description: Invented.", "description: &d [*d]\nx: Invented."),
        ROOT,
        "line 4",
        "",
        "into themselves",
        "write the values out",
    ),
    Defect(
        "deep_yaml",
        write(ROOT, "a: " + "[" * 5000 + "]" * 5000),
        ROOT,
        "line 1",
        "",
        "nested deeper than 30",
        "flatten",
    ),
    Defect(
        "many_values",
        write(ROOT, "a:\n" + "- 1\n" * 210_000),
        ROOT,
        "line",
        "",
        "more than 200000 values",
        "into tables",
    ),
    Defect(
        "code_tag",
        in_root("name: tiny", "name: !!python/object/apply:os.getcwd []"),
        ROOT,
        "name (line 2)",
        "",
        "python/object/apply",
        "remove the tag",
    ),
    Defect(
        "merge_key",
        in_root("  finance:", "  <<: {}\n  finance:"),
        ROOT,
        "market (line 6)",
        "",
        "'<<' is not text",
        "extends",
    ),
    Defect(
        "number_as_key",
        in_root("overrides:", "overrides:\n  2030: {}"),
        ROOT,
        "overrides (line 54)",
        "",
        "'2030' is not text",
        "'2030'",
    ),
    Defect(
        "huge_number",
        in_root("replications: 4", "replications: " + "9" * 5000),
        ROOT,
        "study.replications (line 65)",
        "",
        "cannot be read",
        "correct it",
    ),
    Defect(
        "yaml_too_large",
        giant(ROOT, 5_000_000),
        ROOT,
        "",
        "",
        "5 MB",
        "the limit for .yaml is 4 MB",
    ),
    Defect(
        "long_line",
        in_root("description: Invented.", "description: Invented." + "x" * 70_000),
        ROOT,
        "line 4",
        "",
        "longer than 65536",
        "break it up",
    ),
    Defect("gigabyte_line", giant(OUTLETS, 1_000_000_000), OUTLETS, "", "", "1,000 MB", "512 MB"),
    Defect(
        "long_csv_line",
        add(OUTLETS, "z" * 100_000),
        OUTLETS,
        "line 17",
        "",
        "longer than 65536",
        "closing quote",
    ),
    Defect(
        "latin_1",
        write(
            "tables/segments.csv",
            "id,name\nshop,Corner shop\nmarket,Supermarket\nbar,caf\xe9\n".encode("latin-1"),
        ),
        "tables/segments.csv",
        "line 4",
        "",
        "byte 0xe9 is not UTF-8",
        "save the file as UTF-8",
    ),
    Defect(
        "utf_16", write(ROOT, "name: tiny".encode("utf-16")), ROOT, "line 1", "", "UTF-16", "UTF-8"
    ),
    Defect(
        "zero_byte",
        add("tables/zones.csv", "a\0,b\n"),
        "tables/zones.csv",
        "line 4",
        "",
        "zero byte",
        "plain UTF-8",
    ),
    Defect(
        "path_out",
        in_root("tables/zones.csv", "../zones.csv"),
        ROOT,
        "market.tables.zones (line",
        "",
        "'../zones.csv' leads out of the pack",
        "inside the pack",
    ),
    Defect(
        "absolute_path",
        in_root("tables/zones.csv", "/etc/passwd"),
        ROOT,
        "market.tables.zones (line",
        "",
        "'/etc/passwd' leads out",
        "inside the pack",
    ),
    Defect(
        "link_out",
        linked_outside,
        ROOT,
        "market.tables.zones (line",
        "",
        "leads out of the pack by a link",
        "inside the pack",
    ),
    Defect(
        "file_missing",
        remove("tables/zones.csv"),
        ROOT,
        "market.tables.zones (line",
        "",
        "'tables/zones.csv' does not exist",
        "correct the name",
    ),
    Defect(
        "unknown_kind",
        in_root("tables/zones.csv", "tables/zones.ods"),
        ROOT,
        "market.tables.zones",
        "",
        "'tables/zones.ods'",
        "correct the name",
    ),
    Defect(
        "not_a_table",
        in_root("tables/zones.csv", "designs/today.yaml"),
        ROOT,
        "market.tables.zones",
        "",
        "is no table",
        ".csv, .xlsx, .parquet",
    ),
    Defect(
        "sheet_of_csv",
        in_root("tables/zones.csv", "{file: tables/zones.csv, sheet: a}"),
        ROOT,
        "market.tables.zones",
        "",
        "has no sheet 'a'",
        "remove `sheet`",
    ),
    Defect(
        "fake_workbook",
        both(
            write("tables/zones.xlsx", "id,name\n"),
            in_root("tables/zones.csv", "tables/zones.xlsx"),
        ),
        "tables/zones.xlsx",
        "",
        "",
        "no .xlsx archive",
        "save it as .xlsx",
    ),
    Defect(
        "sheet_missing",
        both(workbook, in_root("tables/zones.csv", "{file: tables/zones.xlsx, sheet: zoen}")),
        "tables/zones.xlsx",
        "",
        "",
        "no sheet 'zoen'",
        "known: zones",
    ),
    Defect(
        "fake_parquet",
        both(
            write("tables/zones.parquet", "id"), in_root("tables/zones.csv", "tables/zones.parquet")
        ),
        "tables/zones.parquet",
        "",
        "",
        "not a readable Parquet file",
        "write the file again",
    ),
)

# ---------------------------------------------------------------- keys of scenario.yaml
KEYS = (
    Defect(
        "unknown_key",
        in_root("name: tiny", "name: tiny\nauthor: me"),
        ROOT,
        "author (line 3)",
        "",
        "unknown key 'author'",
        "known: channelwright",
    ),
    Defect(
        "misspelt_key",
        in_root("horizon_days: 84", "horizon_day: 84"),
        ROOT,
        "market.calendar.horizon_day (line 10)",
        "",
        "unknown key 'horizon_day'",
        "did you mean 'horizon_days'?",
        1,
    ),
    Defect(
        "key_missing",
        in_root("  seed: 7\n", ""),
        ROOT,
        "study.seed",
        "",
        "'seed' is missing",
        "add it",
    ),
    Defect(
        "not_built",
        in_root("name: tiny", "name: tiny\nchurn: {}"),
        ROOT,
        "churn (line 3)",
        "",
        "'churn' (new outlets and churn) is not built",
        "remove the key",
    ),
    Defect(
        "future_format",
        in_root("channelwright: 1", "channelwright: 2"),
        ROOT,
        "channelwright (line 1)",
        "",
        "value '2' does not fit",
        "must be 1",
    ),
    Defect(
        "text_for_number",
        in_root("horizon_days: 84", "horizon_days: '84'"),
        ROOT,
        "market.calendar.horizon_days (line 10)",
        "",
        "'84'",
        "must be a whole number",
    ),
    Defect(
        "number_for_text",
        in_root("name: tiny", "name: 12"),
        ROOT,
        "name (line 2)",
        "",
        "'12'",
        "put it in quotes",
    ),
    Defect(
        "not_a_number",
        in_root("floor: 0.7", "floor: .nan"),
        ROOT,
        "market.behaviour.floor (line",
        "",
        "'nan'",
        "must be",
    ),
    Defect(
        "infinite",
        in_root("habit: 1.0", "habit: .inf"),
        ROOT,
        "market.behaviour.habit (line",
        "",
        "'inf'",
        "must be a finite number",
    ),
    Defect(
        "date_as_text",
        in_root("start: 2025-01-06", "start: '2025-01-06'"),
        ROOT,
        "market.calendar.start (line 9)",
        "",
        "'2025-01-06'",
        "a date YYYY-MM-DD",
    ),
    Defect(
        "impossible_date",
        in_root("start: 2025-01-06", "start: 2025-02-30"),
        ROOT,
        "market.calendar.start (line 9)",
        "",
        "'2025-02-30' cannot be read",
        "correct it",
    ),
    Defect(
        "share_in_percent",
        in_root("vat: 0.2", "vat: 20"),
        ROOT,
        "market.finance.vat (line 6)",
        "",
        "'20'",
        "less than or equal to 1",
    ),
    Defect(
        "currency_name",
        in_root("currency: EUR", "currency: euro"),
        ROOT,
        "market.finance.currency",
        "",
        "'euro'",
        "three capital letters",
    ),
    Defect(
        "unknown_weekday",
        in_root("[mon, tue, wed,", "[mon, die, wed,"),
        ROOT,
        "market.calendar.working_days[1] (line",
        "",
        "'die'",
        "'tue'",
    ),
    Defect(
        "six_weekdays",
        in_root("[0.9, 0.9, 0.95,", "[0.9, 0.95,"),
        ROOT,
        "market.calendar.weekday (line",
        "",
        "does not fit",
        "must have 7 values, not 6",
    ),
    Defect(
        "two_weekdays",
        in_root("[0.9, 0.9, 0.95,", "[0.9, 0.95] #"),
        ROOT,
        "market.calendar.weekday (line",
        "",
        "'[0.9, 0.95]'",
        "must have 7 values, not 2",
    ),
    Defect(
        "nobody_works",
        both(
            in_root("horizon_days: 84", "horizon_days: 1"),
            in_root("warmup_days: 28", "warmup_days: 0"),
            in_root("holidays: [2025-01-28]", "holidays: [2025-01-06, 2025-01-28]"),
        ),
        ROOT,
        "market.calendar.working_days (line",
        "",
        "nobody works on any of the 1 days from 2025-01-06",
        "make the horizon longer",
    ),
    Defect(
        "name_with_space",
        in_root("name: tiny", "name: tiny pack"),
        ROOT,
        "name (line 2)",
        "",
        "'tiny pack'",
        "letters, digits",
    ),
    Defect(
        "design_name",
        in_root("  online: designs", "  'on line': designs"),
        ROOT,
        "designs.on line",
        "",
        "'on line' is not a name",
        "letters, digits",
        1,
    ),
    Defect(
        "warmup_too_long",
        in_root("warmup_days: 28", "warmup_days: 84"),
        ROOT,
        "market.calendar.warmup_days (line 11)",
        "",
        "84 days leaves nothing",
        "shorten",
    ),
    Defect(
        "no_demand",
        in_root("weekday: [0.9, 0.9, 0.95, 1, 1.05, 1.15, 1.05]", "weekday: [0, 0, 0, 0, 0, 0, 0]"),
        ROOT,
        "market.calendar.weekday",
        "",
        "factor 0",
        "mean near 1",
    ),
    Defect(
        "floor_over_ceiling",
        in_root("floor: 0.7", "floor: 1.3"),
        ROOT,
        "market.behaviour.floor",
        "",
        "floor 1.3 is above ceiling 1.2",
        "exchange",
    ),
    Defect(
        "unknown_table",
        in_root("    zones: tables", "    zone: tables"),
        ROOT,
        "market.tables.zone (line",
        "",
        "unknown table 'zone'",
        "did you mean 'zones'?",
        1,
    ),
    Defect(
        "table_missing",
        in_root("    vehicles: tables/vehicles.csv\n", ""),
        ROOT,
        "market.tables (line",
        "",
        "table 'vehicles' is missing",
        "add `vehicles: vehicles.csv`",
    ),
    Defect(
        "no_shares",
        in_root("    segment_products: tables/segment_products.csv\n", ""),
        ROOT,
        "market.tables",
        "",
        "neither 'segment_products' nor 'outlet_rates'",
        "add one",
    ),
    Defect(
        "table_source",
        in_root("zones: tables/zones.csv", "zones: 3"),
        ROOT,
        "market.tables.zones (line",
        "",
        "'3'",
        "a file name",
    ),
    Defect(
        "design_not_there",
        in_root("designs: [today, online,", "designs: [today, onlin,"),
        ROOT,
        "study.designs[1]",
        "",
        "no design 'onlin'",
        "did you mean 'online'?",
        1,
    ),
    Defect(
        "design_twice",
        in_root("designs: [today, online,", "designs: [today, online, today,"),
        ROOT,
        "study.designs[2]",
        "",
        "'today' stands twice",
        "keep one",
    ),
    Defect(
        "baseline_not_there",
        in_root("baseline: today", "baseline: tomorrow"),
        ROOT,
        "study.baseline (line",
        "",
        "baseline 'tomorrow'",
        "known: chosen, online, today",
    ),
    Defect(
        "scenario_not_there",
        in_root("scenarios: [base, boom]", "scenarios: [base, bom]"),
        ROOT,
        "study.scenarios[1]",
        "",
        "no scenario 'bom'",
        "did you mean 'boom'?",
    ),
    Defect(
        "override_not_there",
        in_root("slack: [dull]", "slack: [dul]"),
        ROOT,
        "scenarios.slack[0]",
        "",
        "no override 'dul'",
        "did you mean 'dull'?",
    ),
    Defect(
        "base_with_overrides",
        in_root("base: []", "base: [dull]"),
        ROOT,
        "scenarios.base (line",
        "",
        "'base' has overrides",
        "leave it empty",
    ),
    Defect(
        "gate_without_bound",
        in_root("at_least: 0.8, confidence", "confidence"),
        ROOT,
        "study.expect[0]",
        "",
        "neither at_least nor at_most",
        "give one",
    ),
    Defect(
        "gate_without_tolerance",
        in_root("at_least: 0.8, confidence", "not_below: golden, confidence"),
        ROOT,
        "study.expect[0].not_below",
        "",
        "not_below has no tolerance",
        "0.25 %",
    ),
    Defect(
        "gate_with_idle_tolerance",
        in_root("at_least: 0.8, confidence", "at_least: 0.8, tolerance: 0.01, confidence"),
        ROOT,
        "study.expect[0].tolerance",
        "",
        "tolerance is given without",
        "not_below: golden",
    ),
    Defect(
        "gate_with_two_estimates",
        in_root(
            "at_least: 0.8, confidence", "at_least: 0.8, quantile: 0.1, reaches: 1,  confidence"
        ),
        ROOT,
        "study.expect[0].reaches",
        "",
        "quantile and reaches",
        "a gate for each",
    ),
    Defect(
        "gate_of_a_golden_quantile",
        in_root(
            "at_least: 0.8, confidence",
            "not_below: golden, tolerance: 1 %, quantile: 0.1, confidence",
        ),
        ROOT,
        "study.expect[0].quantile",
        "",
        "quantile goes with at_least",
        "another gate",
    ),
    Defect(
        "gate_bounds",
        in_root("at_least: 0.8, confidence", "at_least: 0.8, at_most: 0.7, confidence"),
        ROOT,
        "study.expect[0]",
        "",
        "at_least 0.8 is above at_most 0.7",
        "exchange",
    ),
    Defect(
        "gate_design",
        in_root("design: online,", "design: direct,"),
        ROOT,
        "study.expect[1].design",
        "",
        "design 'direct'",
        "online",
    ),
    Defect(
        "fact_bounds",
        in_root("at_least: 0.3, at_most: 1.0", "at_least: 1.3, at_most: 1.0"),
        ROOT,
        "facts[0]",
        "",
        "1.3 is above at_most 1",
        "exchange",
    ),
    Defect(
        "gate_kpi",
        in_root("kpi: case_fill_rate", "kpi: case_fil_rate"),
        ROOT,
        "study.expect[0].kpi",
        "",
        "no KPI 'case_fil_rate'",
        "did you mean 'case_fill_rate'?",
    ),
    Defect(
        "fact_kpi_of_unknown_mode",
        in_root("kpi: strike_rate", "kpi: strike_rate_XX"),
        ROOT,
        "facts[0].kpi",
        "",
        "no KPI 'strike_rate_XX'",
        "did you mean 'strike_rate'?",
    ),
    Defect(
        "evidence_kind",
        in_root("kind: assumed", "kind: guessed"),
        ROOT,
        "evidence[0].kind",
        "",
        "'guessed'",
        "'real'",
    ),
    Defect(
        "few_areas",
        in_root("  allow_few_areas: true\n", ""),
        "tables/areas.csv",
        "",
        "",
        "3 areas, fewer than 6",
        "allow_few_areas",
    ),
    Defect(
        "history_text",
        replace("tables/history.csv", "131.0", "many"),
        "tables/history.csv",
        "row 3",
        "weekly_cases",
        "'many' is not a finite number",
        "plain number",
    ),
)

# ---------------------------------------------------------------- layers
LAYERS = (
    Defect(
        "extends_itself",
        in_root("name: tiny", "name: tiny\nextends: scenario.yaml"),
        ROOT,
        "extends (line 3)",
        "",
        "scenario.yaml -> scenario.yaml",
        "extend nothing",
    ),
    Defect(
        "extends_in_a_circle",
        both(
            in_root("name: tiny", "name: tiny\nextends: a.yaml"),
            write("a.yaml", "extends: b.yaml\n"),
            write("b.yaml", "extends: a.yaml\n"),
        ),
        "b.yaml",
        "extends (line 1)",
        "",
        "circular `extends`: a.yaml -> b.yaml -> a.yaml",
        "extend nothing",
    ),
    Defect(
        "extends_nothing",
        in_root("name: tiny", "name: tiny\nextends: base.yaml"),
        ROOT,
        "extends",
        "",
        "'base.yaml' does not exist",
        "correct the name",
    ),
    Defect(
        "extends_outside",
        in_root("name: tiny", "name: tiny\nextends: ../base.yaml"),
        ROOT,
        "extends",
        "",
        "'../base.yaml' leads out",
        "inside the pack",
    ),
    Defect(
        "design_extends_itself",
        replace("designs/online.yaml", "extends: today.yaml", "extends: online.yaml"),
        "designs/online.yaml",
        "extends (line 2)",
        "",
        "circular",
        "extend nothing",
    ),
    Defect(
        "overrides_clash",
        in_root(
            "uncertain: {market.calendar.shocks.market: 0.2}",
            "uncertain: {market.calendar.trend_per_year: 0.2}",
        ),
        ROOT,
        "overrides.uncertain.market.calendar.trend_per_year (line",
        "",
        "'growth' and 'uncertain' both set 'market.calendar.trend_per_year'",
        "keep the field in one",
    ),
    Defect(
        "overrides_clash_in_part",
        in_root(
            "growth: {market.calendar.trend_per_year: 0.1}",
            "growth: {market.calendar.shocks: {days: 7, market: 0, product: 0, outlet: 0}}",
        ),
        ROOT,
        "overrides.uncertain.market.calendar.shocks.market",
        "",
        "'growth' and 'uncertain' both set",
        "keep the field in one",
    ),
    Defect(
        "override_not_market",
        in_root("growth: {market.calendar.trend_per_year", "growth: {study.seed"),
        ROOT,
        "overrides.growth.study.seed",
        "",
        "'study.seed' is no field of the market",
        "market.<section>.<field>",
    ),
    Defect(
        "override_unknown_field",
        in_root("growth: {market.calendar.trend_per_year", "growth: {market.calendar.trend"),
        ROOT,
        "overrides.growth.market.calendar.trend (line",
        "",
        "unknown key 'trend'",
        "did you mean 'trend_per_year'?",
    ),
    Defect(
        "override_wrong_type",
        in_root("trend_per_year: 0.1}", "trend_per_year: much}"),
        ROOT,
        "overrides.growth.market.calendar.trend_per_year (line",
        "",
        "'much'",
        "must be a number",
    ),
    Defect(
        "override_of_vat",
        in_root("growth: {market.calendar.trend_per_year", "growth: {market.finance.vat"),
        ROOT,
        "overrides.growth.market.finance.vat",
        "",
        "cannot differ between scenarios",
        "prices and plans",
    ),
    Defect(
        "override_unknown_row",
        in_root("modes[DSD].strike", "modes[DSX].strike"),
        ROOT,
        "overrides.dull.market.tables.modes[DSX].strike (line",
        "strike",
        "no row of 'modes' has the key 'DSX'",
        "give id",
    ),
    Defect(
        "override_unknown_column",
        in_root("modes[DSD].strike", "modes[DSD].strikes"),
        ROOT,
        "overrides.dull.market.tables.modes[DSD].strikes",
        "strikes",
        "no column 'strikes'",
        "did you mean 'strike'?",
    ),
    Defect(
        "override_unknown_table",
        in_root("modes[DSD].strike", "mode[DSD].strike"),
        ROOT,
        "overrides.dull.market.tables.mode[DSD].strike",
        "strike",
        "no table 'mode'",
        "did you mean 'modes'?",
    ),
    Defect(
        "override_of_key",
        in_root("modes[DSD].strike", "modes[DSD].id"),
        ROOT,
        "overrides.dull.market.tables.modes[DSD].id",
        "id",
        "'id' is the key",
        "other columns",
    ),
    Defect(
        "override_bad_value",
        in_root('modes[DSD].strike": 0.6', 'modes[DSD].strike": 60'),
        ROOT,
        "overrides.dull.market.tables.modes[DSD].strike (line",
        "strike",
        "60 is outside 0 to 1",
        "a share of 1",
    ),
    Defect(
        "override_no_cell",
        in_root("modes[DSD].strike", "modes[DSD]"),
        ROOT,
        "overrides.dull.market.tables.modes[DSD]",
        "",
        "is no table cell",
        "market.tables.<table>[<key>].<column>",
    ),
    Defect(
        "override_out_of_order",
        in_root("growth: {", "growth: {market.behaviour.floor: 1.3, "),
        ROOT,
        "overrides.growth.market.behaviour.floor",
        "",
        "floor 1.3 is above ceiling 1.2",
        "exchange",
    ),
    Defect(
        "override_of_rows",
        both(
            in_root(
                "growth: {market.calendar.trend_per_year: 0.1}",
                "growth: {market.tables.vehicles: tables/v2.csv}",
            ),
            lambda pack: write(
                "tables/v2.csv",
                (pack / "tables/vehicles.csv").read_text().replace("van,", "truck,"),
            )(pack),
        ),
        ROOT,
        "scenarios.boom",
        "",
        "changes the rows of table 'vehicles'",
        "keep ids and order",
    ),
)

# ---------------------------------------------------------------- cells
CELLS = (
    Defect(
        "column_missing",
        without_column(OUTLETS, "grade"),
        OUTLETS,
        "header",
        "grade",
        "column 'grade' of table 'outlets' is missing",
        "add it: class by volume",
    ),
    Defect(
        "column_unknown",
        replace(OUTLETS, "chain,weekly", "chains,weekly"),
        OUTLETS,
        "header",
        "chains",
        "unknown column 'chains'",
        "did you mean 'chain'?",
    ),
    Defect(
        "column_twice",
        replace(OUTLETS, "lat,lon", "lat,lat"),
        OUTLETS,
        "header",
        "",
        "'lat' stands twice",
        "keep one",
    ),
    Defect(
        "column_unnamed",
        replace("tables/zones.csv", "id,name", "id,"),
        "tables/zones.csv",
        "header",
        "",
        "column 2 has no name",
        "name every column",
    ),
    Defect(
        "semicolons",
        write("tables/zones.csv", "id;name\nmain;a\n"),
        "tables/zones.csv",
        "header",
        "",
        "separated by ';'",
        "commas",
    ),
    Defect(
        "row_too_short",
        add("tables/zones.csv", "north\n"),
        "tables/zones.csv",
        "row 4",
        "",
        "1 cells, the header has 2",
        "one cell per column",
    ),
    Defect(
        "row_too_long",
        add("tables/zones.csv", "north,a,b\n"),
        "tables/zones.csv",
        "row 4",
        "",
        "3 cells, the header has 2",
        "in quotes",
    ),
    Defect(
        "quote_open",
        add("tables/zones.csv", 'north,"a\n'),
        "tables/zones.csv",
        "row",
        "",
        "not valid CSV",
        "close every quote",
    ),
    Defect(
        "table_empty",
        write("tables/zones.csv", ""),
        "tables/zones.csv",
        "header",
        "",
        "the first row is empty",
        "write the header there",
    ),
    Defect(
        "separated_by_tabs",
        write("tables/zones.csv", "id\tname\nmain\tMainland\n"),
        "tables/zones.csv",
        "header",
        "",
        "separated by tabs",
        "separate by commas",
    ),
    Defect(
        "link_in_a_circle",
        both(remove("tables/zones.csv"), link("tables/zones.csv", "zones.csv")),
        ROOT,
        "market.tables.zones (line",
        "",
        "a link that leads in a circle",
        "put the file there itself",
    ),
    Defect(
        "names_of_a_table_without_rows",
        header_only("tables/zones.csv"),
        "tables/zones.csv",
        "",
        "",
        "table 'zones' has no rows",
        "add at least one row",
    ),
    Defect(
        "table_without_rows",
        header_only("tables/events.csv"),
        "tables/events.csv",
        "",
        "",
        "table 'events' has no rows",
        "add at least one row",
    ),
    Defect(
        "text_in_numbers",
        replace(OUTLETS, H1, H1.replace(",12,", ",dozen,")),
        OUTLETS,
        "row 2",
        "weekly_cases",
        "'dozen' is not a finite number",
        "plain number",
    ),
    Defect(
        "nan_cell",
        replace(OUTLETS, H1, H1.replace(",12,", ",NaN,")),
        OUTLETS,
        "row 2",
        "weekly_cases",
        "'NaN' is not a finite number",
        "[cases/week]",
    ),
    Defect(
        "infinite_cell",
        replace(OUTLETS, H1, H1.replace(",12,", ",inf,")),
        OUTLETS,
        "row 2",
        "weekly_cases",
        "'inf'",
        "plain number",
    ),
    Defect(
        "empty_cell",
        replace(OUTLETS, H1, H1.replace(",12,", ",,")),
        OUTLETS,
        "row 2",
        "weekly_cases",
        "the cell is empty",
        "fill it in: consumer demand",
    ),
    Defect(
        "thousands",
        replace(OUTLETS, H1, H1.replace(",12,", ',"1,200",')),
        OUTLETS,
        "row 2",
        "weekly_cases",
        "'1,200'",
        "no thousands separator",
    ),
    Defect(
        "percent_cell",
        replace("tables/segment_products.csv", "shop,cola,0.6", "shop,cola,60%"),
        "tables/segment_products.csv",
        "row 2",
        "share",
        "'60%'",
        "12 % is 0.12",
    ),
    Defect(
        "fraction_of_case",
        replace("tables/products.csv", "cola,24,", "cola,24.5,"),
        "tables/products.csv",
        "row 2",
        "units_per_case",
        "'24.5' is not a whole number",
        "such as 12",
    ),
    Defect(
        "negative_price",
        replace("tables/products.csv", "2.4,1,", "-2.4,1,"),
        "tables/products.csv",
        "row 2",
        "consumer_price",
        "-2.4 is negative",
        "shelf price",
    ),
    Defect(
        "negative_cost",
        replace("tables/lanes.csv", "plant,dc,1,0.2", "plant,dc,1,-0.2"),
        "tables/lanes.csv",
        "row 2",
        "cost",
        "-0.2 is negative",
        "freight",
    ),
    Defect(
        "no_units_in_case",
        replace("tables/products.csv", "cola,24,", "cola,0,"),
        "tables/products.csv",
        "row 2",
        "units_per_case",
        "0 is outside 1 to 100000",
        "units in a case",
    ),
    Defect(
        "unknown_choice",
        replace(OUTLETS, H1, H1.replace(",A,", ",D,")),
        OUTLETS,
        "row 2",
        "grade",
        "'D' is not a grade",
        "A, B, C",
    ),
    Defect(
        "choice_in_capitals",
        replace(MODES, "DSD,Direct store delivery,visit", "DSD,Direct store delivery,Visit"),
        MODES,
        "row 2",
        "capture",
        "'Visit' is not a capture",
        "did you mean 'visit'?",
    ),
    Defect(
        "unknown_flag",
        replace(SITES, "06:00,22:00,true", "06:00,22:00,maybe"),
        SITES,
        "row 4",
        "pick_flow",
        "'maybe' is neither true nor false",
        "write true or false",
    ),
    Defect(
        "no_clock",
        replace(SITES, "06:00,22:00,true", "6 am,22:00,true"),
        SITES,
        "row 4",
        "pick_open",
        "'6 am' is not a time of day",
        "HH:MM",
    ),
    Defect(
        "no_date",
        replace("tables/events.csv", "2025-02-10", "10.2.2025"),
        "tables/events.csv",
        "row 2",
        "first",
        "'10.2.2025' is not a date",
        "YYYY-MM-DD",
    ),
    Defect(
        "line_break_in_name",
        replace("tables/zones.csv", "Mainland", '"Main\nland"'),
        "tables/zones.csv",
        "row 3",
        "name",
        "line break",
        "printable",
    ),
    Defect(
        "long_name",
        replace("tables/zones.csv", "Mainland", "M" * 600),
        "tables/zones.csv",
        "row 2",
        "name",
        "is too long",
        "at most 500",
    ),
    Defect(
        "id_twice",
        add(OUTLETS, H1 + "\n"),
        OUTLETS,
        "row 17",
        "id",
        "'h1' is already in row 2",
        "keep one",
    ),
    Defect(
        "key_pair_twice",
        add("tables/lanes.csv", "plant,dc,2,0.1\n"),
        "tables/lanes.csv",
        "row 11",
        "parent, child",
        "'plant, dc' is already in row 2",
        "keep one",
    ),
)

# ---------------------------------------------------------------- across tables
ACROSS = (
    Defect(
        "unknown_area",
        replace(OUTLETS, H1, H1.replace("harbour", "harbor")),
        OUTLETS,
        "row 2",
        "area",
        "'harbor' is not in table 'areas'",
        "did you mean 'harbour'?",
    ),
    Defect(
        "unknown_chain",
        replace(OUTLETS, H1, H1.replace("5.402,,", "5.402,nomart,")),
        OUTLETS,
        "row 2",
        "chain",
        "'nomart' is not in table 'chains'",
        "did you mean 'goodmart'?",
    ),
    Defect(
        "no_chains",
        in_root("    chains: tables/chains.csv\n", ""),
        OUTLETS,
        "row 5",
        "chain",
        "'goodmart' names a row of table 'chains', which is not given",
        "add market.tables.chains",
        1,
    ),
    Defect(
        "unknown_zone",
        replace("tables/areas.csv", "island,The island,isle", "island,The island,ile"),
        "tables/areas.csv",
        "row 4",
        "zone",
        "'ile' is not in table 'zones'",
        "did you mean 'isle'?",
    ),
    Defect(
        "unknown_role",
        replace(MODES, "rep,rep,0.8", "rep,reps,0.8"),
        MODES,
        "row 2",
        "role",
        "'reps' is not in table 'roles'",
        "did you mean 'rep'?",
        1,
    ),
    Defect(
        "unknown_segment_share",
        add("tables/segment_products.csv", "kiosk,cola,1\n"),
        "tables/segment_products.csv",
        "row 8",
        "segment",
        "'kiosk' is not in table 'segments'",
        "known",
    ),
    Defect(
        "unknown_lane_end",
        add("tables/lanes.csv", "plant,dc_9,1,0.2\n"),
        "tables/lanes.csv",
        "row 11",
        "child",
        "'dc_9' is not in table 'sites'",
        "did you mean 'dc'?",
    ),
    Defect(
        "shares_over_1",
        replace("tables/segment_products.csv", "shop,water,0.4", "shop,water,0.5"),
        "tables/segment_products.csv",
        "",
        "share",
        "shares of segment 'shop' add up to 1.1",
        "correct the shares",
    ),
    Defect(
        "segment_without_share",
        replace("tables/segment_products.csv", "bar,cola,0.7\nbar,water,0.3\n", ""),
        "tables/segment_products.csv",
        "",
        "segment",
        "segment 'bar' has no products",
        "add its shares",
    ),
    Defect(
        "swapped",
        replace(OUTLETS, "43.301,5.402", "5.402,43.301"),
        OUTLETS,
        "row 2",
        "lat",
        "from its area 'harbour'",
        "latitude and longitude are swapped",
    ),
    Defect(
        "latitude_too_high",
        replace(OUTLETS, "43.301,5.402", "143.301,5.402"),
        OUTLETS,
        "row 2",
        "lat",
        "143.301 is outside -90 to 90",
        "swapped?",
    ),
    Defect(
        "far_outlet",
        replace(OUTLETS, "43.301,5.402", "46.301,5.402"),
        OUTLETS,
        "row 2",
        "lat",
        "lies 334 km from its area",
        "the limit is 200 km",
    ),
    Defect(
        "far_site",
        replace(SITES, "hills,43.40,5.45", "hills,40.40,5.45"),
        SITES,
        "row 5",
        "lat",
        "'tier1' at 40.4, 5.45 lies 334 km",
        "correct the place",
    ),
    Defect(
        "crossing_within_zone",
        replace("tables/crossings.csv", "main,isle", "main,main"),
        "tables/crossings.csv",
        "row 2",
        "zone_b",
        "joins zone 'main' to itself",
        "two zones",
    ),
    Defect(
        "crossing_too_short",
        replace("tables/crossings.csv", "11.5", "1.5"),
        "tables/crossings.csv",
        "row 2",
        "km",
        "is 1.5 km long and its ends are 11.",
        "correct the length",
    ),
    Defect(
        "visit_without_people",
        replace(MODES, "visit,truck,rep,rep,0.8", "visit,truck,none,,0.8"),
        MODES,
        "row 2",
        "solicitor",
        "captures orders by visit and has no solicitor",
        "rep or salesman",
    ),
    Defect(
        "visit_without_role",
        replace(MODES, "visit,truck,rep,rep,0.8", "visit,truck,rep,,0.8"),
        MODES,
        "row 2",
        "role",
        "mode 'DSD' has no role",
        "table 'roles'",
    ),
    Defect(
        "people_without_visits",
        replace(MODES, "pull,tariff,none,", "pull,tariff,rep,"),
        MODES,
        "row 4",
        "solicitor",
        "has solicitor 'rep' and captures orders by pull",
        "set solicitor to none",
    ),
    Defect(
        "role_without_people",
        replace(MODES, "pull,tariff,none,", "pull,tariff,none,rep"),
        MODES,
        "row 4",
        "role",
        "nobody calls",
        "clear the cell",
    ),
    Defect(
        "capture_not_built",
        replace(MODES, "Online ordering,app", "Online ordering,parcel"),
        MODES,
        "row 7",
        "capture",
        "'parcel' is not a capture",
        "visit, calendar, pull, app",
    ),
    Defect(
        "effort_level_missing",
        replace("tables/effort.csv", "WAT,1,1,14\n", ""),
        "tables/effort.csv",
        "",
        "level",
        "mode 'WAT' has 2 of the effort levels 0 to 2",
        "without gaps",
        1,
    ),
    Defect(
        "effort_mode_missing",
        replace("tables/effort.csv", "PDS,0,0.7,0\nPDS,1,1,12\nPDS,2,1.15,33\n", ""),
        "tables/effort.csv",
        "",
        "mode",
        "mode 'PDS' has people and no effort level",
        "add levels",
    ),
    Defect(
        "unknown_family",
        replace("tables/season.csv", "cola,200", "colas,200"),
        "tables/season.csv",
        "row 7",
        "family",
        "'colas' is no product family",
        "did you mean 'cola'?",
    ),
    Defect(
        "event_backwards",
        replace("tables/events.csv", "2025-02-14", "2025-02-01"),
        "tables/events.csv",
        "row 2",
        "last",
        "2025-02-01 is before the first",
        "exchange",
    ),
    Defect(
        "lane_to_itself",
        add("tables/lanes.csv", "dc,dc,1,0.2\n"),
        "tables/lanes.csv",
        "row 11",
        "child",
        "from 'dc' to itself",
        "remove the row",
    ),
    Defect(
        "lane_to_plant",
        add("tables/lanes.csv", "dc,plant,1,0.2\n"),
        "tables/lanes.csv",
        "row 11",
        "child",
        "plant 'plant' is supplied by a lane",
        "remove the row",
    ),
    Defect(
        "desk_never_open",
        replace(SITES, "06:00,22:00,true", "22:00,06:00,true"),
        SITES,
        "row 4",
        "pick_close",
        "closes at 06:00 and opens at 22:00",
        "after it opens",
    ),
    Defect(
        "private_plant",
        replace(SITES, "plant,manufacturer", "plant,independent"),
        SITES,
        "row 2",
        "owner",
        "plant 'plant' has an independent owner",
        "manufacturer",
    ),
    Defect(
        "category_too_small",
        replace(OUTLETS, ",,12,30", ",,12,3"),
        OUTLETS,
        "row 2",
        "category_cases",
        "category volume 3 is below the outlet's own 12",
        "own and rival",
    ),
)
