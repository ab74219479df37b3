"""Outlets and sites of a design as GeoJSON (RFC 7946), for any map program."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import GRADES, SITE_KINDS, Market
from channelwright.reporting.hulls import hull


def design_geojson(market: Market, name: str, design: Design) -> str:
    """Return covered outlets, open sites and outlines of territories as GeoJSON text.

    A territory is drawn as the convex hull of its outlets, where they span an area.

    Coordinates are longitude, latitude in degrees (WGS 84), five decimals, about one metre.
    """
    features = [
        *(_site(market, design, int(row)) for row in np.flatnonzero(design.sites.open)),
        *(_outlet(market, design, int(row)) for row in np.flatnonzero(design.outlets.mode >= 0)),
        *_territories(market, design),
    ]
    lines = ",\n".join(json.dumps(item, ensure_ascii=False, sort_keys=True) for item in features)
    head = json.dumps({"design": name, "title": design.title}, ensure_ascii=False)
    return f'{{"type": "FeatureCollection", "properties": {head}, "features": [\n{lines}\n]}}\n'


def _point(lat: float, lon: float, properties: dict[str, Any]) -> dict[str, Any]:
    place = {"type": "Point", "coordinates": [round(float(lon), 5), round(float(lat), 5)]}
    return {"type": "Feature", "geometry": place, "properties": properties}


def _site(market: Market, design: Design, row: int) -> dict[str, Any]:
    sites, parent = market.sites, int(design.sites.parent[row])
    mode = int(design.sites.mode[row])
    return _point(
        sites.lat[row],
        sites.lon[row],
        {
            "feature": "site",
            "id": sites.ids[row],
            "name": sites.names[row],
            "kind": SITE_KINDS[int(sites.kind[row])],
            "area": market.areas.ids[int(sites.area[row])],
            "mode": market.modes.ids[mode] if mode >= 0 else None,
            "parent": sites.ids[parent] if parent >= 0 else None,
            "outlets": int((design.outlets.site == row).sum()),
        },
    )


def _outlet(market: Market, design: Design, row: int) -> dict[str, Any]:
    outlets, plan = market.outlets, design.outlets
    rep = int(plan.rep[row])
    return _point(
        outlets.lat[row],
        outlets.lon[row],
        {
            "feature": "outlet",
            "id": outlets.ids[row],
            "area": market.areas.ids[int(outlets.area[row])],
            "segment": market.segments.ids[int(outlets.segment[row])],
            "grade": GRADES[int(outlets.grade[row])],
            "mode": market.modes.ids[int(plan.mode[row])],
            "site": market.sites.ids[int(plan.site[row])],
            "rep": design.reps.ids[rep] if rep >= 0 else None,
        },
    )


def _territories(market: Market, design: Design) -> Iterator[dict[str, Any]]:
    server, outlets = design.outlets.site, market.outlets
    for site in np.unique(server[server >= 0]).tolist():
        mine = np.flatnonzero(server == site)
        ring = hull(outlets.lat[mine], outlets.lon[mine])
        if ring is None:
            continue
        shape = {"type": "Polygon", "coordinates": [np.round(ring, 5).tolist()]}
        mode = int(design.sites.mode[site])
        yield {
            "type": "Feature",
            "geometry": shape,
            "properties": {
                "feature": "territory",
                "site": market.sites.ids[site],
                "name": market.sites.names[site],
                "mode": market.modes.ids[mode] if mode >= 0 else None,
                "outlets": len(mine),
            },
        }
