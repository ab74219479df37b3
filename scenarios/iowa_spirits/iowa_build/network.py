"""Candidate sites, lanes and the outlets of each design. Costs are assumed (README)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from iowa_build.demand import Demand
from iowa_build.history import Orders
from iowa_build.market import brand_share, district_of, road_km
from iowa_build.places import cities, slug

ROAD_FACTOR = 1.25
HOME = "Ankeny"
HOME_SITE = "dc_ankeny"
DEPOTS = (
    "Ankeny",
    "Carroll",
    "Cedar Rapids",
    "Council Bluffs",
    "Creston",
    "Davenport",
    "Dubuque",
    "Fort Dodge",
    "Mason City",
    "Ottumwa",
    "Sioux City",
    "Waterloo",
)
OFFICES = ("Ankeny", "Cedar Rapids", "Council Bluffs", "Sioux City", "Waterloo")
HOUSES = ("Cedar Rapids", "Council Bluffs", "Davenport", "Des Moines", "Sioux City", "Waterloo")
#: Line-haul by full semi-trailer, out and back: 3.1 USD/km over 1,200 cases.
LINEHAUL_PER_KM = 0.0026
PLANT = "suppliers"
#: A semi-trailer of the whole market: cases, seconds a case, USD a day and a km.
_TRUCK_CASES, _CASE_SECONDS, _TRUCK_DAY, _TRUCK_KM = 1_000, 20.0, 520.0, 1.05
_COSTS = {
    # kind: fixed USD a day, handling USD a case, cases a week, working capital USD
    "home": (1600.0, 1.10, 14_000, 6_000_000),
    "dc": (160.0, 0.45, 5_000, 2_500_000),
    "office": (190.0, 1.35, 5_000, 2_500_000),
    "house": (110.0, 1.40, 5_000, 1_500_000),
}


def sites(orders: Orders) -> pd.DataFrame:
    """Return the supplier's entry, the depots, and the counterfactual offices and houses."""
    place = cities(orders)
    rows = [_site(place, PLANT, "Suppliers' entry (bailment)", "plant", HOME, (0.0, 0.0, 0, 0))]
    for prefix, kind, word, named in (
        ("dc", "dc", "depot", DEPOTS),
        ("office", "office", "office", OFFICES),
        ("house", "tier1", "distributor", HOUSES),
    ):
        rows += [
            _site(
                place, f"{prefix}_{slug(city)}", f"{city} {word}", kind, city, _cost(prefix, city)
            )
            for city in named
        ]
    return pd.DataFrame(rows)


def vehicles(orders: Orders) -> pd.DataFrame:
    """Return the semi-trailer as the nine brands see it.

    A truck carries every brand of the state's list. The nine have their share of its room
    and cost, and each of their cases stands for the unloading of the cases beside it.
    """
    share = brand_share(orders)
    return pd.DataFrame(
        {
            "id": ["semi"],
            "cases": [round(_TRUCK_CASES * share)],
            "drops": [20],
            "shift_hours": [14],
            "speed": [75],
            "drop_minutes": [12],
            "case_seconds": [round(_CASE_SECONDS / share, 1)],
            "day_cost": [round(_TRUCK_DAY * share, 2)],
            "km_cost": [round(_TRUCK_KM * share, 4)],
        }
    )


def lanes(orders: Orders) -> pd.DataFrame:
    """Return lanes: suppliers to Ankeny, Ankeny to the depots, suppliers to private houses.

    The depots are fed from the warehouse, so its cost is not saved by opening them.
    """
    place = cities(orders)
    rows = []
    for site in sites(orders).itertuples():
        km = road_km(place, HOME, _city_of(str(site.id)), ROAD_FACTOR) if site.id != PLANT else 0.0
        if site.kind == "dc" and site.id != HOME_SITE:
            rows.append(_lane(HOME_SITE, str(site.id), 1, km))
        elif site.kind != "plant":
            rows.append(_lane(PLANT, str(site.id), 2 if km == 0.0 else 3, km))
    return pd.DataFrame(rows)


def _lane(parent: str, child: str, days: int, km: float) -> dict[str, object]:
    cost = round(km * LINEHAUL_PER_KM, 4)
    return {"parent": parent, "child": child, "lead_days": days, "cost": cost}


def state_outlets(orders: Orders, demand: Demand, server: str = "") -> pd.DataFrame:
    """Return every city served by the state: metros order daily, towns weekly."""
    ids = cities(orders)["id"].to_numpy()
    mode = ["STATE_METRO" if metro else "STATE_TOWN" for metro in demand.metro]
    return pd.DataFrame({"outlet": ids, "mode": mode, "site": server})


def private_outlets(orders: Orders, mode: str) -> pd.DataFrame:
    """Return every city served under one private mode by its nearest site with room."""
    ids = cities(orders)["id"].to_numpy()
    return pd.DataFrame({"outlet": ids, "mode": mode, "site": ""})


def site_plan(names: tuple[str, ...], prefix: str, mode: str, vehicles: int) -> pd.DataFrame:
    """Return the open sites of a given design; all are supplied from the entry."""
    rows: list[dict[str, object]] = [
        {"site": PLANT, "mode": "", "parent": "", "review_days": 1, "safety_days": 0}
    ]
    rows += [
        {
            "site": f"{prefix}_{slug(city)}",
            "mode": mode,
            "parent": PLANT,
            "review_days": 1,
            "safety_days": 14,
            "vehicle": "semi",
            "vehicles": vehicles,
        }
        for city in names
    ]
    table = pd.DataFrame(rows)
    return table.fillna({"vehicle": "", "vehicles": 0}).astype({"vehicles": "int64"})


def _cost(prefix: str, city: str) -> tuple[float, ...]:
    return _COSTS["home" if prefix == "dc" and city == HOME else prefix]


def _site(
    place: pd.DataFrame, name: str, title: str, kind: str, city: str, cost: tuple[float, ...]
) -> dict[str, object]:
    lat, lon = place.loc[city.upper(), ["lat", "lon"]].to_numpy(dtype=np.float64)
    return {
        "id": name,
        "name": title,
        "kind": kind,
        "owner": "independent" if kind == "tier1" else "manufacturer",
        "area": district_of(place, city),
        "lat": round(float(lat), 5),
        "lon": round(float(lon), 5),
        "fixed_cost": cost[0],
        "handling_cost": cost[1],
        "capacity_cases": cost[2],
        "working_capital": cost[3],
    }


def _city_of(site: str) -> str:
    wanted = site.split("_", 1)[1]
    return next(city for city in (*DEPOTS, *HOUSES) if slug(city) == wanted)
