"""Tables of the market: what no design can change."""

from __future__ import annotations

import numpy as np
import pandas as pd

from iowa_build.demand import (
    FAMILIES,
    FAMILY_NAMES,
    UNIT_LITRES,
    UNITS_PER_CASE,
    WARMUP_WEEKS,
    Demand,
)
from iowa_build.dispersion import Shocks
from iowa_build.history import FloatArray, Orders
from iowa_build.places import cities, counties, grade_of, great_circle_km, plain, segment_of, slug
from iowa_build.profile import middle_day

CASE_LITRES = UNIT_LITRES * UNITS_PER_CASE
PRICE_WEEKS = 52
#: Shops' mark-up on the state's price: assumed.
RETAIL_MARGIN = 1.25
DISTRICTS = {
    "northwest": "Northwest",
    "north_central": "North Central",
    "northeast": "Northeast",
    "west_central": "West Central",
    "central": "Central",
    "east_central": "East Central",
    "southwest": "Southwest",
    "south_central": "South Central",
    "southeast": "Southeast",
}
SEGMENTS = {
    "metro": "City of 50,000 people or more",
    "town": "Town of 10,000 to 50,000",
    "small_town": "Small town of 2,500 to 10,000",
    "village": "Village below 2,500",
}


def market_tables(orders: Orders, demand: Demand, shocks: Shocks) -> dict[str, pd.DataFrame]:
    """Return every calibrated or derived table of the market by name."""
    return {
        "products": products(orders, shocks),
        "segments": pd.DataFrame({"id": list(SEGMENTS), "name": list(SEGMENTS.values())}),
        "zones": pd.DataFrame({"id": ["iowa"], "name": ["Iowa"]}),
        "areas": areas(),
        "outlets": outlets(orders, demand),
        "outlet_rates": outlet_rates(orders, demand),
        "season": season(demand),
        "events": events(demand),
    }


def prices(orders: Orders) -> pd.Series:
    """Return the state's price per nine-litre case and brand over the last year read."""
    recent = slice(-PRICE_WEEKS, None)
    dollars = orders.dollars[:, :, recent].sum(axis=(0, 2))
    litres = orders.litres[:, :, recent].sum(axis=(0, 2))
    return pd.Series(dollars / litres * CASE_LITRES, index=list(orders.brands))


def ladder_price(orders: Orders) -> float:
    """Return the mean price per case, weighted by litres."""
    recent = slice(-PRICE_WEEKS, None)
    litres = orders.litres[:, :, recent].sum()
    return round(float(orders.dollars[:, :, recent].sum() / litres * CASE_LITRES), 2)


def markup() -> float:
    """Return the state's revenue over its cost, all liquor, January to May 2015."""
    county = counties()
    return float(county["revenue"].sum() / county["cost"].sum())


def products(orders: Orders, shocks: Shocks) -> pd.DataFrame:
    """Return one row per brand."""
    price = prices(orders)
    return pd.DataFrame(
        {
            "id": [slug(brand) for brand in orders.brands],
            "name": list(orders.brands),
            "family": [FAMILIES[brand] for brand in orders.brands],
            "units_per_case": UNITS_PER_CASE,
            "production_cost": (price / markup()).round(2).to_numpy(),
            "consumer_price": (price / UNITS_PER_CASE * RETAIL_MARGIN).round(2).to_numpy(),
            "price_index": (price / ladder_price(orders)).round(5).to_numpy(),
            "law": "negative_binomial",
            "dispersion": shocks.dispersion.round(4),
        }
    )


def areas() -> pd.DataFrame:
    """Return the nine districts; a centre is the area-weighted mean of county centroids."""
    county = counties()
    rows = []
    for district, name in DISTRICTS.items():
        part = county[county["district"] == district]
        rows.append(
            {
                "id": district,
                "name": name,
                "zone": "iowa",
                "lat": round(float(np.average(part["lat"], weights=part["area_km2"])), 4),
                "lon": round(float(np.average(part["lon"], weights=part["area_km2"])), 4),
                "population": int(part["population"].sum()),
            }
        )
    return pd.DataFrame(rows)


def outlets(orders: Orders, demand: Demand) -> pd.DataFrame:
    """Return one row per city."""
    place = cities(orders)
    litres = demand.rates.sum(axis=1) * 7.0 * UNIT_LITRES
    district = counties()["district"]
    ratio = place["county"].map(category_ratio(orders, place["county"]))
    return pd.DataFrame(
        {
            "id": place["id"].to_numpy(),
            "area": place["county"].map(district).to_numpy(),
            "segment": place["population"].map(segment_of).to_numpy(),
            "grade": [grade_of(value) for value in litres],
            "lat": place["lat"].round(5).to_numpy(),
            "lon": place["lon"].round(5).to_numpy(),
            "weekly_cases": (litres / CASE_LITRES).round(5),
            "category_cases": (litres / CASE_LITRES * ratio.to_numpy()).round(4),
        }
    )


def category_ratio(orders: Orders, county: pd.Series) -> pd.Series:
    """Return all spirits over the nine brands per county, January to May 2015, at least 1."""
    litres = pd.Series(_spring(orders).sum(axis=(1, 2)), index=county.to_numpy())
    own = litres.groupby(level=0).sum()
    table = counties()
    share = table["market_litres"] / own.reindex(table.index)
    state = float(table["market_litres"].sum() / own.sum())
    known = share.replace(np.inf, np.nan).fillna(state)
    return pd.Series(known.clip(lower=1.0, upper=5.0 * state))


def brand_share(orders: Orders) -> float:
    """Return the nine brands' share of all liquor, litres, January to May 2015."""
    return float(_spring(orders).sum() / counties()["market_litres"].sum())


def _spring(orders: Orders) -> FloatArray:
    """Return the litres of the weeks that the county table covers (January to May 2015)."""
    return orders.litres[:, :, orders.weeks >= pd.Timestamp("2015-01-04")]


def outlet_rates(orders: Orders, demand: Demand) -> pd.DataFrame:
    """Return units a day per city and brand."""
    place = cities(orders)["id"].to_numpy()
    brand = np.array([slug(name) for name in orders.brands])
    return pd.DataFrame(
        {
            "outlet": np.repeat(place, len(brand)),
            "product": np.tile(brand, len(place)),
            "units_per_day": demand.rates.ravel().round(6),
        }
    )


def season(demand: Demand) -> pd.DataFrame:
    """Return the yearly season of demand as one knot a week and family."""
    weeks = demand.weeks[:52]
    day = middle_day(weeks).astype(int)
    table = pd.concat(
        pd.DataFrame({"family": name, "day_of_year": day, "factor": demand.season[row, :52]})
        for row, name in enumerate(FAMILY_NAMES)
    )
    table["factor"] = table["factor"].round(5)
    return table.sort_values(["family", "day_of_year"]).reset_index(drop=True)


def events(demand: Demand) -> pd.DataFrame:
    """Return one row per week: what season and growth leave of demand."""
    rows = []
    for number, (week, factor) in enumerate(zip(demand.weeks, demand.event, strict=True)):
        kind = demand.short.get(week)
        label = f", {kind} closure" if kind else ""
        part = "warm-up" if number < WARMUP_WEEKS else "week"
        rows.append(
            {
                "name": f"{part} of {week.date()}{label}",
                "first": str(week.date()),
                "last": str((week + pd.Timedelta(days=6)).date()),
                "family": "*",
                "factor": round(float(factor), 5),
            }
        )
    return pd.DataFrame(rows)


def road_km(place: pd.DataFrame, start: str, end: str, road_factor: float) -> float:
    """Return road kilometres between two cities by the pack's road factor."""
    a, b = place.loc[start.upper()], place.loc[end.upper()]
    return float(
        great_circle_km(a["lat"], a["lon"], np.array([b["lat"]]), np.array([b["lon"]]))[0]
        * road_factor
    )


def district_of(place: pd.DataFrame, city: str) -> str:
    """Return the district of a city."""
    return str(counties()["district"][plain(str(place.loc[city.upper(), "county"]))])
