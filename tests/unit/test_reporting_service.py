"""The service section shows every figure that a reader of service asks for, and knows them all."""

from channelwright.model.market import SITE_KINDS
from channelwright.reporting.kpis import meaning_of
from channelwright.reporting.sections.service import BY_MODE, GROUPS
from channelwright.reporting.words import label_of
from channelwright.rules.kpi_registry import KPIS

SHOWN = {kpi for _, kpis in GROUPS for kpi in kpis}
TIERS = tuple(kind for kind in SITE_KINDS if kind != "plant")


def test_every_figure_is_a_kpi_with_a_definition() -> None:
    assert {*SHOWN, *BY_MODE} <= set(KPIS)
    assert all(meaning_of(kpi) and label_of(kpi) for kpi in SHOWN)


def test_service_and_stock_are_shown_tier_by_tier() -> None:
    single = {"otif", "satisfaction", "case_fill_rate", "lost_units", "market_share", "dso"}
    single |= {"collection_rate", "overdue_share", "bad_debt_share", "selling_expense_ratio"}
    single |= {"sell_in_minus_through", "sell_in_late_share", "tour_waiting_share"}
    by_tier = {f"{name}_{kind}" for name in ("bullwhip", "stock_age") for kind in TIERS}
    assert single | by_tier <= SHOWN
    assert len(SHOWN) == sum(len(kpis) for _, kpis in GROUPS)


def test_labels_of_tiers_name_the_tier() -> None:
    assert label_of("bullwhip_tier1").startswith("Bullwhip, ")
    assert len({label_of(kpi) for kpi in SHOWN}) == len(SHOWN)
