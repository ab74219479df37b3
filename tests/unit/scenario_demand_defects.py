"""Defects of the consumer side, planted one at a time in a copy of the tiny pack."""

from tests.unit.scenario_catchment_defects import CATCHMENT
from tests.unit.scenario_defects import Defect, Plant, both, in_root, replace, write
from tests.unit.scenario_execution_defects import EXECUTION
from tests.unit.scenario_offer_defects import OFFERS
from tests.unit.scenario_stockout_defects import STOCKOUT

PRODUCTS, VALUES = "tables/products.csv", "tables/demand_values.csv"
OBSERVED = both(
    replace(PRODUCTS, "0.4,poisson,", "0.4,empirical,"),
    in_root(
        "    events: tables/events.csv\n",
        f"    events: tables/events.csv\n    demand_values: {VALUES}\n",
    ),
)


def values(text: str) -> Plant:
    return both(OBSERVED, write(VALUES, "product,units,probability\n" + text))


LAWS = (
    Defect(
        "empirical_without_values",
        replace(PRODUCTS, "0.4,poisson,", "0.4,empirical,"),
        PRODUCTS,
        "row 3",
        "law",
        "'water' has law 'empirical' and no values",
        "add its rows to table 'demand_values'",
    ),
    Defect(
        "values_of_another_law",
        values("water,4,1\ncola,3,1\n"),
        VALUES,
        "row 3",
        "product",
        "the law of 'cola' is not 'empirical'",
        "set products.law to empirical",
    ),
    Defect(
        "values_do_not_add_up",
        values("water,4,0.5\nwater,2,0.4\n"),
        VALUES,
        "",
        "probability",
        "probabilities of 'water' add up to 0.9, not 1",
        "correct them",
    ),
    Defect(
        "values_with_mean_zero",
        values("water,0,1\nwater,7,0\n"),
        VALUES,
        "",
        "units",
        "the mean of the values of 'water' is 0",
        "above 0",
    ),
)
DEMAND = (*LAWS, *OFFERS, *EXECUTION, *CATCHMENT, *STOCKOUT)
